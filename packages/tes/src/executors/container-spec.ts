import type { TesExecutor } from '@biocloud/ga4gh-api'
import type Docker from 'dockerode'
import { normalise } from '../container-path.ts'
import { LAUNCHER_HOME, type MountPlan } from '../mount-plan.ts'
import type { AttemptSpec } from './executor.ts'

export const LABELS = {
  task: 'biocloud.task',
  attempt: 'biocloud.attempt',
  executor: 'biocloud.executor',
  server: 'biocloud.server',
}
export const CONTROL = `${LAUNCHER_HOME}/control`
export const BIN = `${LAUNCHER_HOME}/bin`

/** What the operator decided for every container (tes.md 4.4). Never privileged, no devices, no host namespace, no socket. */
export type Profile = {
  /** `uid:gid`: the worker's own, or a fixed unprivileged one where the worker is root. */
  user: string
  /** `none`, `bridge`, or the name of a network: a network of its own, never the host's. */
  network: string
  pidsLimit: number
  serverId: string
}

export type ContainerLimits = { cpuCores: number; ramBytes: number; shmBytes: number | undefined }

/** Where the parts of an attempt lie, as the *engine* sees them. */
export type HostPaths = {
  bin: string
  control: (n: number) => string
  directory: (i: number) => string
  loneFile: (i: number) => string
}

export const containerName = (attempt: string, n: number): string => `${attempt}-${n}`

const bind = (Source: string, Target: string, ReadOnly: boolean): Docker.MountSettings => ({
  Type: 'bind',
  Source,
  Target,
  ReadOnly,
})

/** The launcher's arguments: the streams, what to copy out, then the user's argv as it is. */
export const launcherArguments = (executor: TesExecutor, plan: MountPlan): string[] => {
  const held = (path: string | undefined): string =>
    path !== undefined &&
    path !== '' &&
    plan.directories.some((d) => normalise(path) === d || normalise(path).startsWith(`${d}/`))
      ? normalise(path)
      : ''
  const stdin = executor.stdin === undefined || executor.stdin === '' ? '' : normalise(executor.stdin)
  return [
    CONTROL,
    stdin,
    // One that no mount holds stays in the control directory, where its text is read from.
    held(executor.stdout),
    held(executor.stderr) ||
      (executor.stderr !== undefined && executor.stderr !== '' && executor.stderr === executor.stdout
        ? `${CONTROL}/stdout`
        : ''),
    String(plan.copyOut.length),
    ...plan.copyOut.map(({ path, pattern }) => `${pattern ? 'p' : 'l'}${path}`),
    ...executor.command,
  ]
}

/** Pure: the body of `POST /containers/create` for one executor. Mounts are objects: paths may hold colons. */
export const containerSpec = (
  attempt: AttemptSpec,
  n: number,
  plan: MountPlan,
  limits: ContainerLimits,
  profile: Profile,
  host: HostPaths,
): Docker.ContainerCreateOptions => {
  const executor = attempt.executors[n]
  if (executor === undefined) throw new RangeError(`attempt ${attempt.name} has no executor ${n}`)
  const env = Object.entries({ HOME: `${CONTROL}/home`, ...executor.env }).map(([name, value]) => `${name}=${value}`)
  return {
    name: containerName(attempt.name, n),
    Image: executor.image,
    // TES 1.1, tesExecutor.command: argv. It replaces the image's ENTRYPOINT on every back end (tes.md 1.6.1).
    Entrypoint: [`${BIN}/busybox`, 'sh', `${BIN}/launch`],
    Cmd: launcherArguments(executor, plan),
    Env: env,
    User: profile.user,
    ...(executor.workdir === undefined || executor.workdir === '' ? {} : { WorkingDir: normalise(executor.workdir) }),
    Labels: {
      [LABELS.task]: attempt.taskId,
      [LABELS.attempt]: String(attempt.attempt),
      [LABELS.executor]: String(n),
      [LABELS.server]: profile.serverId,
    },
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: profile.network,
      Mounts: [
        bind(host.bin, BIN, true),
        bind(host.control(n), CONTROL, false),
        ...plan.directories.map((directory, i) => bind(host.directory(i), directory, false)),
        ...plan.loneFiles.map((file, i) => bind(host.loneFile(i), file, true)),
      ],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: profile.pidsLimit,
      Memory: limits.ramBytes,
      MemorySwap: limits.ramBytes, // memory and swap together: no swap
      NanoCpus: Math.round(limits.cpuCores * 1e9),
      ...(limits.shmBytes === undefined ? {} : { ShmSize: limits.shmBytes }),
      // The launcher writes the streams to files: nothing is piped through the engine.
      LogConfig: { Type: 'none', Config: {} },
      Init: false,
      Privileged: false,
    },
  }
}

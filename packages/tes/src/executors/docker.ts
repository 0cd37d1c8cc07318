import { link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { confinedOpen, confinedStat } from '@biocloud/storage'
import type { Clock, Logger } from '@biocloud/service-kit'
import type { Stage } from '../staging.ts'
import type { Upload } from '../uploads.ts'
import { createAttemptFolder, type FileOwner } from './attempt-folder.ts'
import { createAttemptRun } from './attempt-run.ts'
import { createContainerRun, Detached, type Live } from './container-run.ts'
import { LABELS, type Profile } from './container-spec.ts'
import { createEngine, EngineError } from './engine.ts'
import { createEventChain } from './event-chain.ts'
import { attemptName, type AttemptEvent, type Executor, type LogFile } from './executor.ts'
import { createImages } from './images.ts'
import { pause } from '../pause.ts'
import { installLauncher, LauncherRefused, probe } from './launcher.ts'

/** What an executor of this folder is opened with; every member comes from a setting or the composition root. */
export type ExecutorOptions = {
  /** Folder of this server's attempts and launcher; absolute. */
  root: string
  /** Who this installation is, on the labels of its containers: two servers on one engine leave each other alone. */
  serverId: string
  stage: Stage
  upload: Upload
  clock: Clock
  log: Logger
  launcher: string
  graceSeconds: number
  logExcerptBytes: number
  defaults: { cpuCores: number; ramGb: number; diskGb: number }
  docker: {
    host?: string | undefined
    network: string
    user: string
    pidsLimit: number
    pullRetrySeconds: number
    pathMap?: { from: string; to: string } | undefined
    checkSeconds: number
    diskCheckSeconds: number
  }
}

/** The worker's own uid; a fixed unprivileged one where the worker is root. */
const userOf = (setting: string): { user: string; owner: FileOwner } => {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { user: `${uid}:${process.getgid?.() ?? uid}`, owner: undefined }
  const [own = 0, group = own] = setting.split(':').map(Number)
  return { user: `${own}:${group}`, owner: { uid: own, gid: group } }
}

/** Docker, and what else speaks its API (tes.md 4.4). */
export const create = async (o: ExecutorOptions): Promise<Executor> => {
  const { log, docker: settings } = o
  const attempts = join(o.root, 'attempts')
  await mkdir(attempts, { recursive: true, mode: 0o711 })
  const launcher = await installLauncher(join(o.root, 'launcher'), o.launcher)
  const { user, owner } = userOf(settings.user)
  const profile: Profile = { user, network: settings.network, pidsLimit: settings.pidsLimit, serverId: o.serverId }
  const engine = createEngine({
    host: settings.host,
    label: `${LABELS.server}=${o.serverId}`,
    log,
    checkSeconds: settings.checkSeconds,
  })
  const images = createImages({ engine, retrySeconds: settings.pullRetrySeconds, firstPauseMs: 1000 })
  const runContainer = createContainerRun({
    engine,
    images,
    profile,
    log,
    graceSeconds: o.graceSeconds,
    diskCheckSeconds: settings.diskCheckSeconds,
    engineRetryMs: 500,
  })
  const chain = createEventChain(log)
  const live = new Map<string, Live & { done: Promise<void> }>()
  const closing = new AbortController()
  let size: { cpus: number; ramBytes: number; warnings: string[] } | undefined
  let proved = false

  const mapPath = (path: string): string => {
    const map = settings.pathMap
    return map !== undefined && (path === map.from || path.startsWith(`${map.from}/`))
      ? map.to + path.slice(map.from.length)
      : path
  }
  const folderOf = (name: string) => createAttemptFolder(attempts, name, owner)

  /** Once per life of this server, and again whenever the engine comes back from silence. */
  const proveOnce = async (): Promise<void> => {
    await engine.ping()
    size ??= await engine.size()
    await probe({ engine, launcher, scratch: join(o.root, 'probe'), profile, owner }, mapPath)
    proved = true
  }
  let proving: Promise<void> | undefined
  const prove = (): Promise<void> => {
    if (proved) return Promise.resolve()
    proving ??= proveOnce().finally(() => {
      proving = undefined
    })
    return proving
  }

  /** No attempt begins on an engine that was not proved: it waits, as its log and /readyz say. */
  const engineReady = async (signal: AbortSignal): Promise<void> => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        await prove()
        return
      } catch (error) {
        log.warn({ err: error }, 'the container engine cannot run tasks yet; they wait')
      }
      await pause(wait * (0.5 + Math.random()), signal)
    }
  }

  const containersOf = async (name: string): Promise<string[]> => {
    const [, task = '', attempt = ''] = /^tes-(.*)-(\d+)$/.exec(name) ?? []
    const found = await engine.list([
      `${LABELS.server}=${o.serverId}`,
      `${LABELS.task}=${task}`,
      `${LABELS.attempt}=${attempt}`,
    ])
    return found.map(({ id }) => id)
  }

  const keepLogs = async (name: string): Promise<void> => {
    const folder = folderOf(name)
    const plan = await folder.readPlan()
    if (plan === undefined) return
    await mkdir(folder.logs, { recursive: true, mode: 0o700 })
    for (const [n, places] of plan.streams.entries()) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const found = await confinedStat(folder.path, places[stream]).catch(() => undefined)
        if (found?.isFile() !== true) continue
        await link(join(folder.path, ...places[stream]), folder.logFile(n, stream)).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        })
      }
    }
  }

  const known = new Map<string, ReadonlySet<string>>() // ended attempts' containers, until they are removed

  return {
    name: 'docker',
    capabilities: async () => {
      size ??= await engine.size().catch(() => undefined)
      return {
        backendParameters: ['max_retries', 'max_runtime_seconds', 'missing_outputs', 'shm_gb'],
        ...(size === undefined ? {} : { maxCpuCores: size.cpus, maxRamGb: size.ramBytes / 2 ** 30 }),
        warnings: size?.warnings ?? [],
      }
    },

    async start(attempt, signal) {
      const there = live.get(attempt.name)
      if (there !== undefined) return there.done
      const folder = folderOf(attempt.name)
      const state: Live = {
        canceled: false,
        graceSeconds: o.graceSeconds,
        container: undefined,
        containers: new Set(),
        stop: new AbortController(),
      }
      const both = AbortSignal.any([signal, closing.signal])
      const onAbort = (): void => {
        state.stop.abort(new Detached())
      }
      both.addEventListener('abort', onAbort, { once: true })
      const run = createAttemptRun({
        ...o,
        images,
        runContainer,
        machine: () => size ?? { cpus: Infinity, ramBytes: Infinity },
        engineReady,
      })
      const work = async (): Promise<void> => {
        try {
          await run(
            attempt,
            folder,
            {
              bin: mapPath(launcher.folder),
              control: (n) => mapPath(folder.control(n)),
              directory: (i) => mapPath(folder.data(i)),
              loneFile: (i) => mapPath(folder.loneFile(i)),
            },
            state,
            (event: AttemptEvent) => {
              chain.push(event)
            },
            both,
          )
          known.set(attempt.name, state.containers)
          await chain.settled(attempt.name, both)
        } catch (error) {
          if (!(error instanceof Detached)) throw error
        } finally {
          both.removeEventListener('abort', onAbort)
          live.delete(attempt.name)
        }
      }
      const done = work()
      live.set(attempt.name, Object.assign(state, { done }))
      return done
    },

    async cancel(name, graceSeconds) {
      const state = live.get(name)
      if (state !== undefined) {
        state.canceled = true
        state.graceSeconds = graceSeconds
        state.stop.abort(new Error('canceled'))
        if (state.container !== undefined) await engine.stop(state.container, graceSeconds)
        await state.done
        return
      }
      for (const id of await containersOf(name)) await engine.stop(id, graceSeconds)
    },

    async *list() {
      for (const { labels, running } of await engine.list([`${LABELS.server}=${o.serverId}`, LABELS.task])) {
        const taskId = labels[LABELS.task] ?? ''
        const attempt = Number(labels[LABELS.attempt])
        yield { name: attemptName(taskId, attempt), taskId, attempt, running }
      }
    },

    watch(on, signal) {
      chain.watch(on, signal)
    },

    async log(name, n, stream): Promise<LogFile | null> {
      const folder = folderOf(name)
      const plan = await folder.readPlan()
      const kept = await confinedOpen(attempts, [name, 'logs', `${n}.${stream}`]).catch(() => undefined)
      const segments = plan?.streams[n]?.[stream]
      const handle =
        kept ??
        (segments === undefined ? undefined : await confinedOpen(attempts, [name, ...segments]).catch(() => undefined))
      if (handle === undefined) return null
      return {
        size: (await handle.stat()).size,
        async *read(start, end) {
          for (let at = start; at < end;) {
            const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(65_536, end - at)), 0, undefined, at)
            if (bytesRead === 0) return
            at += bytesRead
            yield buffer.subarray(0, bytesRead)
          }
        },
        close: () => handle.close(),
      }
    },

    async remove(name) {
      const ids = known.get(name) ?? (await containersOf(name))
      for (const id of ids) await engine.remove(id)
      known.delete(name)
      await keepLogs(name)
      await folderOf(name).removeWork()
    },

    async forget(name) {
      await folderOf(name).removeAll()
    },

    async ready() {
      try {
        await prove()
        await engine.ping()
      } catch (error) {
        if (error instanceof LauncherRefused) throw error
        if (error instanceof EngineError && error.status === undefined) proved = false // proved anew when it is back
        throw new EngineError(
          `the container engine does not answer: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        )
      }
    },

    async close() {
      closing.abort()
      await Promise.allSettled([...live.values()].map(({ done }) => done))
      await engine.close()
    },
  }
}

import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { confinedOpen, confinedStat } from '@biocloud/storage'
import type { Clock, Logger } from '@biocloud/service-kit'
import { normalise } from '../container-path.ts'
import { AttemptFault, type ExecutorReason, type FaultReason } from '../errors.ts'
import { locate } from '../mount-plan.ts'
import type { Stage } from '../staging.ts'
import { createTaskFiles, type TaskFiles } from '../task-files.ts'
import type { Upload } from '../uploads.ts'
import type { AttemptFolder, StagedPlan } from './attempt-folder.ts'
import { AttemptLost, Detached, isCanceled, type createContainerRun, type Live, type RunEnd } from './container-run.ts'
import type { HostPaths } from './container-spec.ts'
import { SEQ, type AttemptEvent, type AttemptSpec, type Outcome } from './executor.ts'
import type { Images } from './images.ts'
import { excerpt } from './log-excerpt.ts'

export type AttemptRunOptions = {
  stage: Stage
  upload: Upload
  images: Images
  runContainer: ReturnType<typeof createContainerRun>
  clock: Clock
  log: Logger
  logExcerptBytes: number
  defaults: { cpuCores: number; ramGb: number; diskGb: number }
  /** How large the machine is; Infinity until the engine has told. */
  machine: () => { cpus: number; ramBytes: number }
  /** Resolves when the engine answers and was proved to run the launcher; rejects when `signal` aborts. */
  engineReady: (signal: AbortSignal) => Promise<void>
}

type Body<E> = E extends unknown ? Omit<E, 'name' | 'seq' | 'at'> : never
type Ending = { outcome: Outcome; reason?: FaultReason | ExecutorReason; line?: string }
const GIB = 2 ** 30
/** Lines of system_logs that one attempt may add, besides the one of its end. */
const MAX_NOTES = 100

/** An error of node:fs that means that the data disk of this server is full. */
const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Staging, executors one after another, uploads: one attempt on a machine whose files this server sees. */
export const createAttemptRun = (o: AttemptRunOptions) => {
  const node = hostname()

  const limitsOf = (attempt: AttemptSpec) => {
    const { cpu_cores: cpu, ram_gb: ram, disk_gb: disk } = attempt.resources
    const shm = attempt.backendParameters['shm_gb']
    return {
      cpuCores: Math.max(0.01, Math.min(cpu === undefined || cpu === 0 ? o.defaults.cpuCores : cpu, o.machine().cpus)), // 0.01: the engine's own minimum
      ramBytes: Math.max(6 * 2 ** 20, Math.round((ram === undefined || ram === 0 ? o.defaults.ramGb : ram) * GIB)), // the engine's own minimum
      shmBytes: shm === undefined ? undefined : Math.round(Number(shm) * GIB),
      diskBytes: Math.round((disk === undefined || disk === 0 ? o.defaults.diskGb : disk) * GIB),
    }
  }

  const excerptOf = async (folder: AttemptFolder, segments: readonly string[] | undefined): Promise<string> => {
    if (segments === undefined) return ''
    // By confinement: the task may have put a link in its place.
    const handle = await confinedOpen(folder.path, segments).catch(() => undefined)
    if (handle === undefined) return ''
    try {
      return await excerpt(handle, o.logExcerptBytes)
    } finally {
      await handle.close()
    }
  }

  /** What the task asks for and this machine does not have: it runs with what there is, and says so. */
  const beyond = async ({ resources }: AttemptSpec, path: string): Promise<string[]> => {
    const { cpus, ramBytes } = o.machine()
    const { bavail, bsize } = await statfs(path)
    const has: [string, number | undefined, number, string][] = [
      ['cpu_cores', resources.cpu_cores, cpus, 'processors'],
      ['ram_gb', resources.ram_gb, ramBytes / GIB, 'GiB of memory'],
      ['disk_gb', resources.disk_gb, (bavail * bsize) / GIB, 'GiB of free disk'],
    ]
    return has
      .filter(([, wanted, there]) => (wanted ?? 0) > there)
      .map(
        ([name, wanted, there, what]) =>
          `resources.${name} (${wanted ?? 0}) is more than this machine has (${Number(there.toFixed(1))} ${what}): the task gets no more than that`,
      )
  }

  /** The files that the task left, by the paths of its containers. */
  const filesOf = async (
    attempt: AttemptSpec,
    folder: AttemptFolder,
    { plan, streams }: StagedPlan,
  ): Promise<TaskFiles> => {
    const unheld = new Map<string, { root: string; segments: string[] }>()
    for (const [n, { stdout, stderr }] of attempt.executors.entries()) {
      for (const [stream, path] of [
        ['stdout', stdout],
        ['stderr', stderr],
      ] as const) {
        if (path === undefined || path === '' || locate(plan.directories, normalise(path)) !== undefined) continue
        const segments = streams[n]?.[stream]
        const isThere =
          segments !== undefined && (await confinedStat(folder.path, segments).catch(() => undefined)) !== undefined
        if (isThere) unheld.set(normalise(path), { root: folder.path, segments })
      }
    }
    const copied = attempt.executors.map((_, n) => join(folder.control(n), 'root')).reverse() // the last executor's copy counts
    return createTaskFiles(folder, plan, unheld, copied)
  }

  const explain = (
    end: RunEnd,
    n: number,
    ramBytes: number,
    deadlineSeconds: number | undefined,
  ): { reason: ExecutorReason; line: string } => {
    const limit = `limit ${Number((ramBytes / GIB).toFixed(3))} GiB`
    if (end.killed === 'time_limit')
      return {
        reason: 'time_limit',
        line: `executors[${n}] was stopped: the task ran longer than max_runtime_seconds (${deadlineSeconds ?? 0} s)`,
      }
    if (end.oom !== 'no')
      return {
        reason: 'out_of_memory',
        line: `executors[${n}] was killed: ${end.oom === 'probably' ? 'probably ' : ''}out of memory, ${limit}; ask for more with resources.ram_gb`,
      }
    return { reason: 'exit_code', line: `executors[${n}] ended with exit code ${end.exitCode}` }
  }

  return async (
    attempt: AttemptSpec,
    folder: AttemptFolder,
    hostPaths: HostPaths,
    live: Live,
    emit: (event: AttemptEvent) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const at = (): string => o.clock.now().toISOString()
    const tell = (seq: number, body: Body<AttemptEvent>): void => {
      emit({ name: attempt.name, seq, at: at(), ...body })
    }
    let notes = 0
    /** The first hundred: a task that leaves a million links is not told a million lines. */
    const note = (line: string, reason?: FaultReason): void => {
      notes += 1
      if (notes > MAX_NOTES) return
      const told = notes < MAX_NOTES ? line : `there were more lines than ${MAX_NOTES}: the rest is left out`
      tell(SEQ.note(told), { kind: 'note', line: told, ...(reason === undefined ? {} : { reason }) })
    }
    let limits = limitsOf(attempt)
    const maxRuntime = attempt.backendParameters['max_runtime_seconds']
    const maxSeconds = maxRuntime === undefined ? undefined : Number(maxRuntime)

    const executors = async (staged: StagedPlan, resumed: boolean): Promise<Ending | undefined> => {
      let deadline: Date | undefined
      let failed: Ending | undefined
      for (const [n, executor] of attempt.executors.entries()) {
        const onStarted = (startedAt: Date): void => {
          if (maxSeconds !== undefined) deadline ??= new Date(startedAt.getTime() + maxSeconds * 1000)
          tell(SEQ.started(n), { kind: 'executor-started', n })
        }
        if (n === 0 && resumed && maxSeconds !== undefined) {
          const began = await folder.startedAt(0)
          if (began !== undefined) deadline = new Date(began.getTime() + maxSeconds * 1000)
        }
        const first = new Date(Date.now() + (maxSeconds ?? 0) * 1000)
        const end = await o.runContainer({
          attempt,
          n,
          folder,
          staged,
          host: hostPaths,
          live,
          signal,
          resumed,
          note,
          onStarted,
          limits: { ...limits, deadline: maxSeconds === undefined ? undefined : (deadline ?? first) },
        })
        if (live.canceled) return { outcome: 'canceled' }
        const places = staged.streams[n]
        const image = await o.images.id(executor.image)
        tell(SEQ.ended(n), {
          kind: 'executor-ended',
          n,
          exitCode: end.exitCode,
          oom: end.oom !== 'no',
          startTime: end.startTime.toISOString(),
          endTime: end.endTime.toISOString(),
          stdout: await excerptOf(folder, places?.stdout),
          stderr: await excerptOf(folder, places?.stderr),
          ...(image === undefined ? {} : { image }),
        })
        if (end.killed === 'disk_full') {
          throw new AttemptFault(
            'disk_full',
            `executors[${n}] was killed: the task used more than its disk (${(limits.diskBytes / GIB).toFixed(2)} GiB); ask for more with resources.disk_gb`,
          )
        }
        if (end.exitCode === 0 && end.killed === undefined) continue
        const why = explain(end, n, limits.ramBytes, maxSeconds)
        if (executor.ignore_error === true && end.killed === undefined) {
          note(`${why.line}; ignored, as ignore_error asks`)
          continue
        }
        failed = { outcome: 'executor-error', ...why }
        break
      }
      return failed
    }

    const outputs = async (staged: StagedPlan, failed: Ending | undefined): Promise<Ending> => {
      const done = await o.upload(attempt, await filesOf(attempt, folder, staged), live.stop.signal)
      if (live.canceled) return { outcome: 'canceled' }
      for (const line of done.notes) note(line)
      tell(SEQ.uploaded, { kind: 'uploaded', outputs: done.outputs, types: done.types })
      if (done.fault !== undefined) {
        // tes.md 1.6.3: after an executor's failure the state stays EXECUTOR_ERROR.
        if (failed !== undefined) note(done.fault.message)
        else return { outcome: 'system-error', reason: done.fault.reason, line: done.fault.message }
      }
      if (failed !== undefined) return failed
      const missing = done.missing.map((path) => `the output ${path} does not exist`)
      if (missing.length > 0 && attempt.backendParameters['missing_outputs'] === 'fail') {
        return { outcome: 'executor-error', reason: 'output_missing', line: missing.join('; ') }
      }
      for (const line of missing) note(line)
      return { outcome: 'complete' }
    }

    const work = async (): Promise<Ending> => {
      const known = await folder.readPlan()
      const staged = known ?? (await o.stage(attempt, folder, { signal: live.stop.signal, maxBytes: limits.diskBytes }))
      for (const line of staged.notes) note(line)
      tell(SEQ.staged, {
        kind: 'staged',
        bytesLocal: staged.bytesLocal,
        bytesMoved: staged.bytesMoved,
        types: staged.types,
      })
      await o.engineReady(live.stop.signal)
      limits = limitsOf(attempt) // how large this machine is, the engine has told by now
      for (const line of await beyond(attempt, folder.path)) note(line)
      // All images before the first executor; the first one's is found missing by its own creation.
      const images = new Set(attempt.executors.map(({ image }) => image))
      if (images.size > 1) for (const image of images) await o.images.ensure(image, { signal: live.stop.signal, note })
      if (isCanceled(live)) return { outcome: 'canceled' }
      const failed = await executors(staged, known !== undefined)
      return isCanceled(live) || failed?.outcome === 'canceled' ? { outcome: 'canceled' } : outputs(staged, failed)
    }

    tell(SEQ.placed, { kind: 'placed', node })
    let ending: Ending
    try {
      ending = await work()
    } catch (error) {
      if (live.canceled) ending = { outcome: 'canceled' }
      else if (signal.aborted || error instanceof Detached) throw new Detached()
      else if (error instanceof AttemptLost)
        ending = { outcome: 'lost', reason: 'lost', line: 'the container of the task vanished without a record' }
      else if (error instanceof AttemptFault)
        ending = { outcome: 'system-error', reason: error.reason, line: error.message }
      else if (isFull(error))
        ending = { outcome: 'system-error', reason: 'disk_full', line: 'the data disk of this server is full' }
      else {
        o.log.error({ err: error, attempt: attempt.name }, 'an attempt failed for a reason that nobody foresaw')
        ending = {
          outcome: 'system-error',
          reason: 'internal',
          line: 'an internal error of this server; its log says more',
        }
      }
    }
    tell(SEQ.end, { kind: 'ended', ...ending })
  }
}

import type { Logger } from '@biocloud/service-kit'
import { AttemptFault } from '../errors.ts'
import { pause } from '../pause.ts'
import type { AttemptFolder, StagedPlan } from './attempt-folder.ts'
import { containerName, containerSpec, type ContainerLimits, type HostPaths, type Profile } from './container-spec.ts'
import { diskUse } from './disk-use.ts'
import { EngineError, type ContainerEnd, type ContainerState, type Engine } from './engine.ts'
import type { AttemptSpec } from './executor.ts'
import { invalidName, isInvalidName, type ImageNote, type Images } from './images.ts'
import { readExit } from './launcher.ts'

/** How one executor ended. `killed`: by us, and why. */
export type RunEnd = {
  exitCode: number
  oom: 'no' | 'yes' | 'probably'
  killed: 'time_limit' | 'disk_full' | undefined
  startTime: Date
  endTime: Date
}

/** The attempt's container is gone for good, or the server stops watching (everything stays for the next start). */
export class AttemptLost extends Error {}
export class Detached extends Error {}

/** What the run of an attempt and its cancel share. */
export type Live = {
  canceled: boolean
  graceSeconds: number
  /** The container that runs now. */
  container: string | undefined
  /** Every container made, to be removed. */
  containers: Set<string>
  /** Aborts what is not a container: staging, pulls, uploads. */
  stop: AbortController
}

/** Asked anew after each wait: others set it meanwhile. */
export const isCanceled = (live: Live): boolean => live.canceled
const MAX_TIMER_MS = 2 ** 31 - 1
const isAborted = (signal: AbortSignal): boolean => signal.aborted

export type ContainerRunOptions = {
  engine: Engine
  images: Images
  profile: Profile
  log: Logger
  graceSeconds: number
  diskCheckSeconds: number
  /** Between tries while the engine does not answer. */
  engineRetryMs: number
}

type Run = {
  attempt: AttemptSpec
  n: number
  folder: AttemptFolder
  staged: StagedPlan
  limits: ContainerLimits & { diskBytes: number; deadline: Date | undefined }
  host: HostPaths
  live: Live
  signal: AbortSignal
  /** Something of this attempt may be there from before a restart. */
  resumed: boolean
  note: ImageNote
  onStarted: (at: Date) => void
}

export const createContainerRun = (o: ContainerRunOptions) => {
  const { engine, images, log } = o

  /** A dead engine ends no task: the call is made again until it answers (tes.md 4.4). */
  const patiently = async <T>(run: Run, call: () => Promise<T>): Promise<T> => {
    for (let wait = o.engineRetryMs; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        return await call()
      } catch (error) {
        if (!(error instanceof EngineError) || error.status !== undefined) throw error
        if (isAborted(run.signal)) throw new Detached()
        log.warn({ err: error, attempt: run.attempt.name }, 'the container engine does not answer; the attempt waits')
        try {
          await pause(wait * (0.5 + Math.random()), run.live.stop.signal) // aborted by a cancel and by a stop
        } catch {
          throw new Detached()
        }
      }
    }
  }

  const refused = (error: unknown, what: string): unknown =>
    error instanceof EngineError
      ? new AttemptFault('engine_refused', `the container engine refused to ${what}: ${error.message}`, {
          cause: error,
        })
      : error

  const create = async (run: Run): Promise<string> => {
    const { attempt, n } = run
    const spec = containerSpec(attempt, n, run.staged.plan, run.limits, o.profile, run.host)
    const image = spec.Image ?? ''
    for (let pulled = false; ; pulled = true) {
      try {
        return await patiently(run, () => engine.create(spec))
      } catch (error) {
        // No look beforehand: an image that is there costs no call.
        const isMissing = error instanceof EngineError && error.status === 404
        if (isInvalidName(error)) throw invalidName(image, error)
        if (!isMissing || pulled) throw refused(error, `create the container of executors[${n}]`)
        await images.ensure(image, { signal: run.live.stop.signal, note: run.note })
      }
    }
  }

  /** Waits for the end under the limits of the task; TERM, after the grace KILL, where one is broken. */
  const guard = async (
    run: Run,
    id: string,
    ended: Promise<ContainerEnd>,
  ): Promise<{ end: ContainerEnd; killed: RunEnd['killed'] }> => {
    let killed: RunEnd['killed']
    const kill = (why: NonNullable<RunEnd['killed']>, grace: number): void => {
      killed ??= why
      engine.stop(id, grace).catch((error: unknown) => {
        log.warn({ err: error, attempt: run.attempt.name }, 'a container could not be stopped')
      })
    }
    const { deadline, diskBytes } = run.limits
    let timer: NodeJS.Timeout | undefined
    const watchTime = (): void => {
      const left = (deadline?.getTime() ?? Infinity) - Date.now()
      if (left === Infinity) return
      if (left <= 0) kill('time_limit', o.graceSeconds)
      else timer = setTimeout(watchTime, Math.min(left, MAX_TIMER_MS)) // a longer time is waited for in parts
    }
    watchTime()
    let disk: NodeJS.Timeout | undefined
    let isOver = false
    const look = async (): Promise<void> => {
      const began = performance.now()
      const mounted = await diskUse(run.folder.path, diskBytes)
      // What the task writes outside its mounts lies in the container's own layer.
      const used = mounted > diskBytes ? mounted : mounted + (await engine.layerBytes(id).catch(() => 0))
      if (used > diskBytes) kill('disk_full', 0)
      // A tree of millions of files is looked at for at most a tenth of the time.
      else if (!isOver) disk = setTimeout(next, Math.max(o.diskCheckSeconds * 1000, 9 * (performance.now() - began)))
    }
    const next = (): void => {
      look().catch((error: unknown) => {
        log.warn({ err: error, attempt: run.attempt.name }, 'the disk use of a task could not be measured')
        if (!isOver) disk = setTimeout(next, o.diskCheckSeconds * 1000)
      })
    }
    disk = setTimeout(next, o.diskCheckSeconds * 1000)
    let onAbort = (): void => undefined
    const detached = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        reject(new Detached())
      }
    })
    run.signal.addEventListener('abort', onAbort, { once: true })
    if (run.signal.aborted) onAbort()
    try {
      return { end: await Promise.race([ended, detached]), killed }
    } finally {
      clearTimeout(timer)
      isOver = true
      clearTimeout(disk)
      run.signal.removeEventListener('abort', onAbort)
    }
  }

  const conclude = async (run: Run, end: ContainerEnd, killed: RunEnd['killed'], startTime: Date): Promise<RunEnd> => {
    const record = await readExit(run.folder.control(run.n))
    if (record !== undefined) {
      const oom = record.exitCode !== 0 && (record.oomKills > 0 || (end !== 'gone' && end.oom)) ? 'yes' : 'no'
      return { exitCode: record.exitCode, oom, killed, startTime, endTime: record.at }
    }
    if (end === 'gone' && !run.live.canceled && killed === undefined) throw new AttemptLost()
    const exitCode = end === 'gone' ? 137 : end.exitCode
    const state =
      end === 'gone' || end.oom
        ? undefined
        : await engine.inspect(containerName(run.attempt.name, run.n)).catch(() => undefined)
    const isCertain = end !== 'gone' && (end.oom || state?.oom === true)
    // 137 alone is not a lack of memory; without the launcher's record, and not killed by us, it most likely is.
    const oom = isCertain ? 'yes' : exitCode === 137 && killed === undefined && !run.live.canceled ? 'probably' : 'no'
    if (oom === 'no' && killed === undefined && !run.live.canceled && exitCode !== 137) {
      throw new AttemptFault(
        'internal',
        `the launcher of executors[${run.n}] ended with ${exitCode} and left no record`,
      )
    }
    return { exitCode, oom, killed, startTime, endTime: new Date() }
  }

  /** Runs one executor to its end, or takes it up where a server before this one left it. */
  return async (run: Run): Promise<RunEnd> => {
    const { folder, n, live } = run
    const name = containerName(run.attempt.name, n)
    let known: ContainerState | undefined
    if (run.resumed) {
      const state = await patiently(run, () => engine.inspect(name))
      const started = await folder.startedAt(n)
      known = state
      if (state !== undefined) live.containers.add(state.id)
      if (state?.running !== true && (await readExit(folder.control(n))) !== undefined) {
        run.onStarted(started ?? new Date())
        return conclude(run, 'gone', undefined, started ?? new Date())
      }
      if (state === undefined && started !== undefined) throw new AttemptLost()
      if (state?.status === 'exited' || state?.status === 'dead') {
        run.onStarted(started ?? new Date())
        return conclude(run, { exitCode: state.exitCode, oom: state.oom }, undefined, started ?? new Date())
      }
    }
    // Of a container that is there already the control folder is the task's: it is not touched again.
    if (known === undefined) await folder.prepareControl(n)
    const id = known?.id ?? (await create(run))
    live.containers.add(id)
    const ended = engine.ended(id)
    if (isCanceled(live)) throw new Detached()
    try {
      await patiently(run, () => engine.start(id))
    } catch (error) {
      throw refused(error, `start executors[${n}]`)
    }
    if (run.resumed) await engine.checkNow(id)
    const startTime = (run.resumed ? await folder.startedAt(n) : undefined) ?? new Date()
    live.container = id
    run.onStarted(startTime)
    // Canceled between the two calls: whoever canceled saw no container.
    if (isCanceled(live)) await engine.stop(id, live.graceSeconds)
    try {
      const { end, killed } = await guard(run, id, ended)
      return await conclude(run, end, killed, (await folder.startedAt(n)) ?? startTime)
    } finally {
      live.container = undefined
    }
  }
}

import type { Clock, Queue } from '@biocloud/service-kit'
import { PeerRefused, PeerUnreachable, type Credentials } from './credentials.ts'
import type { RunRow, RunRows } from './db/run-rows.ts'
import type { TaskRows } from './db/task-rows.ts'
import { TES_PLACEHOLDER, type Engine, type EngineResult } from './engines/engine.ts'
import { RunFault, SystemFault } from './errors.ts'
import type { Events } from './events.ts'
import type { HeadExit } from './head/head-files.ts'
import { readConfined, readReportsFile } from './head-disk.ts'
import type { HeadPlanner } from './head-plan.ts'
import type { HeadReports } from './head-reports.ts'
import { HeadNotStarted, type HeadHandle, type Launcher } from './launchers/launcher.ts'
import type { Limits } from './limits.ts'
import type { Outputs } from './outputs.ts'
import type { Owner } from './ownership.ts'
import type { RunFolder, RunFolders } from './run-folder.ts'
import { isTerminal, type RunState } from './run-state.ts'
import { redact } from './secrets.ts'
import type { RunTokens, Tasks } from './tasks.ts'

const RETRY_MS = 5000
const REGISTER_TRIES = 60
const HEAD_END_SECONDS = 30 // what a head needs after its engine's grace: cancelling tasks, last reports
const STDERR_TAIL = 16 * 1024

export type WorkerDeps = {
  runs: RunRows
  taskRows: TaskRows
  folders: RunFolders
  queue: Queue
  launcher: Launcher
  credentials: Credentials
  tokens: RunTokens
  tasks: Tasks
  outputs: Outputs
  reports: HeadReports
  events: Events
  limits: Limits
  engineOf(name: string): Promise<Engine>
  plan: HeadPlanner
  /** The user of a run's head, where heads have users of their own. */
  ownerOf(runId: string, program: string): Promise<Owner | undefined>
  clock: Clock
}

/** Brings runs forward, one at a time each. All it knows is in the row and on disk: a restarted worker goes on. */
export const createRunWorker = (d: WorkerDeps) => {
  const watches = new Map<string, () => void>()
  const tries = new Map<string, number>()
  const known = new Set<string>() // heads started or found by this process

  const later = (runId: string, delayMs = RETRY_MS): void => {
    d.queue.wake(runId, { delayMs })
  }

  const end = async (run: RunRow, to: RunState, change: Parameters<RunRows['move']>[3]): Promise<void> => {
    const current = (await d.runs.get(run.run_id))?.state
    if (current === undefined || isTerminal(current)) return
    // Cancelled meanwhile: the cancel decides how the run ends.
    if (current === 'CANCELING' && to !== 'CANCELED') {
      d.queue.wake(run.run_id)
      return
    }
    if (!(await d.runs.move(run.run_id, current, to, change))) {
      d.queue.wake(run.run_id)
      return
    }
    watches.get(run.run_id)?.()
    watches.delete(run.run_id)
    tries.delete(run.run_id)
    known.delete(run.run_id)
    d.tasks.forget(run.run_id)
    d.events.runEnded(run.run_id, to)
    await settle({ ...run, state: to })
    for (const next of await d.runs.queued(d.limits.heads)) d.queue.wake(next)
  }

  /** After the end: the grant dies, and with it the head's token. Repeated until the STS has taken it. */
  const settle = async (run: RunRow): Promise<void> => {
    if (run.grant_id === undefined) return
    try {
      await d.credentials.revoke(run.grant_id)
      d.tokens.drop(run.run_id)
      await d.runs.grantRevoked(run.run_id)
    } catch (error) {
      if (error instanceof PeerRefused && !error.retry) {
        await d.runs.grantRevoked(run.run_id) // the STS knows no such grant
        return
      }
      d.events.trouble(run.run_id, 'the grant could not be revoked; it is tried again', error)
      later(run.run_id, 30_000)
    }
  }

  /** Ends a run by the fault that stopped it (W17–W19). */
  const fail = async (run: RunRow, error: unknown): Promise<void> => {
    if (error instanceof RunFault) return end(run, 'EXECUTOR_ERROR', { message: redact(error.message) })
    const told = error instanceof SystemFault || error instanceof HeadNotStarted || error instanceof PeerRefused
    d.events.trouble(run.run_id, 'the run could not be brought forward', error)
    await end(run, 'SYSTEM_ERROR', {
      message: told ? redact(error.message) : 'This server met an error of its own; its log has the details',
    })
  }

  const launch = async (run: RunRow, attempt: number, signal: AbortSignal): Promise<void> => {
    const folder = d.folders.of(run.run_id)
    let handle = await d.launcher.find(folder.job, attempt)
    let cmd: string[] | undefined
    if (handle === undefined) {
      const { argv } = await d.plan(run, folder, attempt, signal)
      cmd = argv.map((part) => part.replaceAll(TES_PLACEHOLDER, '…'))
      const owner = await d.ownerOf(run.run_id, run.work.install.program)
      if (owner !== undefined) await d.folders.handOver(run.run_id, owner)
      if (run.grant_id === undefined) throw new SystemFault("The run's access has ended")
      const { runToken } = await d.credentials.runToken(run.grant_id, run.run_id)
      const state = (await d.runs.get(run.run_id))?.state
      if (state !== 'INITIALIZING' && state !== 'RUNNING' && state !== 'PAUSED') {
        d.queue.wake(run.run_id)
        return
      } // cancelled meanwhile
      // The attempt is written first: whoever cancels or restarts knows where to look for this head.
      await d.runs.change(run.run_id, { attempt, cmd })
      handle = await d.launcher.start({
        runId: run.run_id,
        attempt,
        job: folder.job,
        logs: folder.logs,
        runToken,
        ...(owner === undefined ? {} : { owner }),
      })
      d.events.headStarted(run.run_id, attempt)
      known.add(run.run_id)
    }
    await d.runs.change(run.run_id, { head: handle, attempt })
    const now = await d.runs.get(run.run_id)
    if (now === undefined) return
    if (now.state === 'CANCELING') d.queue.wake(run.run_id)
    else await follow(now, signal)
  }

  const takeReports = async (run: RunRow, folder: RunFolder): Promise<void> => {
    const reports = await readReportsFile(folder.root)
    if (reports.length > 0) await d.reports.take(run.run_id, reports)
  }

  const follow = async (run: RunRow, signal: AbortSignal): Promise<void> => {
    const folder = d.folders.of(run.run_id)
    const handle = run.head ?? (await d.launcher.find(folder.job, Math.max(1, run.attempt)))
    if (handle === undefined) return launch(run, Math.max(1, run.attempt), signal)
    if (run.head === undefined) await d.runs.change(run.run_id, { head: handle })
    const look = await d.launcher.look(handle, folder.job)
    if (look.state === 'running') {
      if (!known.has(run.run_id)) {
        known.add(run.run_id)
        d.events.headAdopted(run.run_id, handle.pid)
      }
      if (!watches.has(run.run_id)) {
        watches.set(
          run.run_id,
          d.launcher.watch(handle, () => {
            watches.delete(run.run_id)
            d.queue.wake(run.run_id)
          }),
        )
      }
      return
    }
    await takeReports(run, folder)
    const now = await d.runs.get(run.run_id)
    if (now === undefined || isTerminal(now.state)) return
    if (now.state === 'CANCELING') {
      d.queue.wake(run.run_id)
      return
    }
    // A head that was stopped though nobody cancelled the run (a shutdown of the machine, a stray signal) is a lost one.
    if (look.state === 'ended' && look.exit.cause !== 'stopped') return finish(now, folder, handle, look.exit)
    await lost(now, folder, handle, signal)
  }

  const lost = async (run: RunRow, folder: RunFolder, handle: HeadHandle, signal: AbortSignal): Promise<void> => {
    d.events.headLost(run.run_id, handle.attempt)
    watches.get(run.run_id)?.()
    watches.delete(run.run_id)
    await d.launcher.sweep(handle, folder.job)
    if (handle.attempt > d.limits.headRestarts) {
      await cancelLeftovers(run)
      return end(run, 'SYSTEM_ERROR', {
        message: `The head was lost ${handle.attempt} times (killed, out of memory, or the machine restarted)`,
      })
    }
    await d.runs.say(
      run.run_id,
      `The head was lost; it is started again and goes on where it stopped (attempt ${handle.attempt + 1})`,
    )
    return launch(run, handle.attempt + 1, signal)
  }

  const readResult = async (folder: RunFolder, engine: Engine, run: RunRow, exit: HeadExit): Promise<EngineResult> => {
    const result = await readConfined(folder.root, ['job', 'result.json'], 64 * 1024 * 1024)
    const stderr = await readConfined(folder.root, ['logs', 'stderr'], STDERR_TAIL)
    return engine.result({
      exitCode: exit.exitCode,
      ...(exit.signal === undefined ? {} : { signal: exit.signal }),
      ...(result === undefined ? {} : { result }),
      stderrTail: stderr ?? '',
    })
  }

  const finish = async (run: RunRow, folder: RunFolder, handle: HeadHandle, exit: HeadExit): Promise<void> => {
    const engine = await d.engineOf(run.engine)
    const ended = {
      ...(exit.exitCode === null ? {} : { exit_code: exit.exitCode }),
      end_time: exit.ended,
      ...(run.start_time === undefined && exit.started !== undefined ? { start_time: exit.started } : {}),
    }
    if (exit.cause === 'not-started') {
      return end(run, 'SYSTEM_ERROR', {
        ...ended,
        message: `The engine did not start: ${redact(exit.message ?? 'no reason known')}`,
      })
    }
    if (!(await freezeTasks(run))) return
    if (exit.cause === 'deadline') {
      await cancelLeftovers(run)
      return end(run, 'EXECUTOR_ERROR', {
        ...ended,
        message: `The run was stopped at its deadline, ${run.work.deadline}`,
      })
    }
    const result = await readResult(folder, engine, run, exit)
    if (result.ok) {
      if (run.state === 'INITIALIZING') await d.runs.move(run.run_id, 'INITIALIZING', 'RUNNING', {})
      let outputs: Record<string, unknown>
      try {
        outputs = await d.outputs.store(run, folder, result.outputs)
      } catch (error) {
        if (!isPassing(error)) throw error
        return again(
          run,
          'The outputs could not be registered yet',
          'The outputs could not be registered in DRS',
          error,
        )
      }
      await d.launcher.stop(handle, folder.job, HEAD_END_SECONDS) // it may still be waiting for its last acknowledgement
      return end(run, 'COMPLETE', { ...ended, outputs, message: 'The outputs are stored and registered' })
    }
    await cancelLeftovers(run)
    if (result.fault === 'workflow') {
      const states = await d.taskRows.states(run.run_id)
      // W19: when this installation failed every task that failed, the author is not to blame.
      const ours = (states['SYSTEM_ERROR'] ?? 0) > 0 && (states['EXECUTOR_ERROR'] ?? 0) === 0
      return end(run, ours ? 'SYSTEM_ERROR' : 'EXECUTOR_ERROR', { ...ended, message: redact(result.message) })
    }
    return end(run, 'SYSTEM_ERROR', { ...ended, message: redact(result.message) })
  }

  /** Tries again later, a bounded number of times; then SYSTEM_ERROR. */
  const again = async (run: RunRow, said: string, givenUp: string, error: unknown): Promise<void> => {
    const count = (tries.get(run.run_id) ?? 0) + 1
    tries.set(run.run_id, count)
    d.events.trouble(run.run_id, said, error)
    if (count === 1)
      await d.runs.say(
        run.run_id,
        `${said}; it is tried again: ${redact(error instanceof Error ? error.message : 'no reason known')}`,
      )
    if (count >= REGISTER_TRIES)
      return end(run, 'SYSTEM_ERROR', {
        message: `${givenUp}: ${redact(error instanceof Error ? error.message : 'no reason known')}`,
      })
    later(run.run_id, Math.min(RETRY_MS * count, 60_000))
  }

  /** The last look at TES, so that the list outlives what TES keeps. False: TES is asked again later. */
  const freezeTasks = async (run: RunRow): Promise<boolean> => {
    try {
      await d.tasks.refresh(run)
      return true
    } catch (error) {
      const count = (tries.get(run.run_id) ?? 0) + 1
      if (count <= 3) {
        tries.set(run.run_id, count)
        later(run.run_id, 2000)
        return false
      }
      tries.delete(run.run_id)
      d.events.trouble(run.run_id, 'the task list may be incomplete', error)
      await d.runs.say(run.run_id, 'TES could not be asked for the final list of tasks: it may be incomplete')
      return true
    }
  }

  /** Tasks that an engine left running when it ended. What is left after this, TES ends by its own limits. */
  const cancelLeftovers = async (run: RunRow): Promise<void> => {
    try {
      const left = await d.tasks.cancelAll(run, d.limits.cancelDeadlineSeconds * 1000)
      if (left > 0) await d.runs.say(run.run_id, `${left} tasks could not be cancelled`)
      await d.tasks.refresh(run)
    } catch (error) {
      d.events.trouble(run.run_id, 'leftover tasks could not be cancelled', error)
    }
  }

  /** No new task → head and engine gone → every live task cancelled → grant dead → CANCELED (wes.md 5). */
  const cancel = async (run: RunRow): Promise<void> => {
    const folder = d.folders.of(run.run_id)
    watches.get(run.run_id)?.()
    watches.delete(run.run_id)
    const handle = run.attempt === 0 ? undefined : ((await d.launcher.find(folder.job, run.attempt)) ?? run.head)
    let exit: HeadExit | undefined
    if (handle !== undefined) {
      await d.launcher.stop(handle, folder.job, d.limits.cancelGraceSeconds + HEAD_END_SECONDS)
      await takeReports(run, folder)
      const look = await d.launcher.look(handle, folder.job)
      if (look.state === 'ended') exit = look.exit
    }
    if (run.attempt > 0 && run.grant_id !== undefined) {
      try {
        const left = await d.tasks.cancelAll(run, d.limits.cancelDeadlineSeconds * 1000)
        if (left > 0) {
          await d.runs.say(run.run_id, `${left} tasks are still live; they are cancelled again`)
          later(run.run_id)
          return
        }
        await d.tasks.refresh(run)
      } catch (error) {
        // A dead grant lets nobody create, read or cancel: TES ends such tasks by itself.
        if (!(error instanceof PeerRefused && !error.retry)) {
          const count = (tries.get(run.run_id) ?? 0) + 1
          tries.set(run.run_id, count)
          if (count === 1) await d.runs.say(run.run_id, 'TES cannot be asked to cancel the tasks; it is tried again')
          d.events.trouble(run.run_id, 'tasks could not be cancelled yet', error)
          later(run.run_id)
          return
        }
        await d.runs.say(run.run_id, "The run's access had ended, so its tasks could not be looked at")
      }
    }
    await settle(run) // before CANCELED is shown: from then on the run token creates nothing
    await end((await d.runs.get(run.run_id)) ?? run, 'CANCELED', {
      ...(exit === undefined || exit.exitCode === null ? {} : { exit_code: exit.exitCode }),
      message: 'Cancelled',
    })
  }

  const advance = async (runId: string, signal: AbortSignal): Promise<void> => {
    const run = await d.runs.get(runId)
    if (run === undefined) return
    try {
      switch (run.state) {
        case 'QUEUED': {
          if ((await d.runs.countState(['INITIALIZING', 'RUNNING', 'PAUSED', 'CANCELING'])) >= d.limits.heads) return // rung when one ends
          if (!(await d.runs.move(runId, 'QUEUED', 'INITIALIZING'))) return
          await launch({ ...run, state: 'INITIALIZING' }, 1, signal)
          return
        }
        case 'INITIALIZING':
        case 'RUNNING':
        case 'PAUSED': {
          await follow(run, signal)
          return
        }
        case 'CANCELING': {
          await cancel(run)
          return
        }
        case 'COMPLETE':
        case 'EXECUTOR_ERROR':
        case 'SYSTEM_ERROR':
        case 'CANCELED': {
          await settle(run)
          return
        }
      }
    } catch (error) {
      if (signal.aborted) return // this server stops; the next one goes on
      if (isPassing(error))
        return again(run, 'A server that is needed does not answer', 'A server that is needed did not answer', error)
      if (run.state === 'CANCELING') {
        d.events.trouble(runId, 'the cancel could not go on; it is tried again', error)
        later(runId)
        return
      }
      await fail(run, error)
    }
  }

  return {
    advance,
    /** Stops watching; heads live on. */
    close(): void {
      for (const stop of watches.values()) stop()
      watches.clear()
    },
  }
}

/** Trouble that may be over the next time. */
const isPassing = (error: unknown): boolean =>
  error instanceof PeerUnreachable || (error instanceof PeerRefused && error.retry)

import type { Clock, Queue } from '@biocloud/service-kit'
import { PeerRefused, PeerUnreachable, type Credentials } from './credentials.ts'
import type { RunChange, RunRow, RunRows } from './db/run-rows.ts'
import type { TaskRows } from './db/task-rows.ts'
import type { Engine, EngineResult } from './engines/engine.ts'
import { RunFault, SystemFault } from './errors.ts'
import type { Events } from './events.ts'
import type { HeadExit } from './head/head-files.ts'
import { readConfined, readReportsFile } from './head-disk.ts'
import type { HeadReports } from './head-reports.ts'
import { HeadNotStarted, type HeadHandle, type Launcher } from './launchers/launcher.ts'
import type { Limits } from './limits.ts'
import type { Outputs } from './outputs.ts'
import type { RunFolder, RunFolders } from './run-folder.ts'
import { isTerminal, type RunState } from './run-state.ts'
import { redact } from './secrets.ts'
import type { RunTokens, Tasks } from './tasks.ts'

const RETRY_MS = 5000
const REGISTER_TRIES = 60
const FREEZE_TRIES = 3
const HEAD_END_SECONDS = 30 // what a head needs after its engine's grace: cancelling tasks, last reports
const STDERR_TAIL = 16 * 1024
const MAX_RESULT = 64 * 1024 * 1024

export type EndingDeps = {
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
  clock: Clock
}

/** Trouble that may be over the next time. */
export const isPassing = (error: unknown): boolean =>
  error instanceof PeerUnreachable || (error instanceof PeerRefused && error.retry)

const reasonOf = (error: unknown): string => redact(error instanceof Error ? error.message : 'no reason known')

/** How runs end: by themselves, by a fault, by a cancel. Each step may be repeated; `signal` interrupts a wait, and the next server goes on. */
export const createRunEnding = (d: EndingDeps & { ended(runId: string): void }) => {
  const tries = new Map<string, number>()
  const countTry = (runId: string): number => {
    const count = (tries.get(runId) ?? 0) + 1
    tries.set(runId, count)
    return count
  }
  const later = (runId: string, delayMs = RETRY_MS): void => {
    d.queue.wake(runId, { delayMs })
  }

  const end = async (run: RunRow, to: RunState, change: RunChange & { message: string }): Promise<void> => {
    const current = (await d.runs.get(run.run_id))?.state
    if (current === undefined || isTerminal(current)) return
    // Cancelled meanwhile: the cancel decides how the run ends.
    const isDecided = current === 'CANCELING' && to !== 'CANCELED'
    if (isDecided || !(await d.runs.move(run.run_id, current, to, change))) {
      d.queue.wake(run.run_id)
      return
    }
    tries.delete(run.run_id)
    d.tasks.forget(run.run_id)
    d.ended(run.run_id)
    d.events.runEnded(run.run_id, to)
    await settle({ ...run, state: to })
    for (const next of await d.runs.queued(d.limits.heads)) d.queue.wake(next)
  }

  /** The grant dies, and with it every token of the run. False: the STS has not taken it yet, and is asked again. */
  const settle = async (run: RunRow): Promise<boolean> => {
    if (run.grant_id === undefined) return true
    try {
      await d.credentials.revoke(run.grant_id)
    } catch (error) {
      if (!(error instanceof PeerRefused) || error.retry) {
        d.events.trouble(run.run_id, 'the grant could not be revoked; it is tried again', error)
        later(run.run_id, isTerminal(run.state) ? 30_000 : RETRY_MS)
        return false
      } // else the STS knows no such grant
    }
    d.tokens.drop(run.run_id)
    await d.runs.grantRevoked(run.run_id)
    return true
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

  /** Tries again later, a bounded number of times; then SYSTEM_ERROR. */
  const again = async (run: RunRow, said: string, givenUp: string, error: unknown): Promise<void> => {
    const count = countTry(run.run_id)
    d.events.trouble(run.run_id, said, error)
    if (count === 1) await d.runs.say(run.run_id, `${said}; it is tried again: ${reasonOf(error)}`)
    if (count >= REGISTER_TRIES) return end(run, 'SYSTEM_ERROR', { message: `${givenUp}: ${reasonOf(error)}` })
    later(run.run_id, Math.min(RETRY_MS * count, 60_000))
  }

  /** A run token for a new head. Throws SystemFault when the run's grant is dead; PeerRefused, PeerUnreachable when that may pass. */
  const runToken = async (run: RunRow): Promise<string> => {
    if (run.grant_id === undefined) throw new SystemFault("The run's access to its inputs has ended")
    try {
      return (await d.credentials.runToken(run.grant_id, run.run_id)).runToken
    } catch (error) {
      if (!(error instanceof PeerRefused) || error.retry) throw error
      throw new SystemFault(`The run's access to its inputs has ended: ${error.message}`, { cause: error })
    }
  }

  const takeReports = async (run: RunRow, folder: RunFolder): Promise<void> => {
    for await (const reports of readReportsFile(folder.root, run.report_number))
      await d.reports.take(run.run_id, reports)
  }

  const readResult = async (folder: RunFolder, engine: Engine, exit: HeadExit): Promise<EngineResult> => {
    const result = await readConfined(folder.root, ['job', 'result.json'], MAX_RESULT)
    const stderr = await readConfined(folder.root, ['logs', 'stderr'], STDERR_TAIL)
    return engine.result({
      exitCode: exit.exitCode,
      ...(exit.signal === undefined ? {} : { signal: exit.signal }),
      ...(result === undefined ? {} : { result }),
      stderrTail: stderr ?? '',
    })
  }

  /** The last look at TES, so that the list outlives what TES keeps. False: TES is asked again later. */
  const freezeTasks = async (run: RunRow): Promise<boolean> => {
    try {
      await d.tasks.refresh(run)
      return true
    } catch (error) {
      if (countTry(run.run_id) <= FREEZE_TRIES) {
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
  const cancelLeftovers = async (run: RunRow, signal: AbortSignal): Promise<void> => {
    try {
      const left = await d.tasks.cancelAll(run, d.limits.cancelDeadlineSeconds * 1000, signal)
      if (left > 0) await d.runs.say(run.run_id, `${left} tasks could not be cancelled`)
      await d.tasks.refresh(run)
    } catch (error) {
      if (signal.aborted) throw error
      d.events.trouble(run.run_id, 'leftover tasks could not be cancelled', error)
    }
  }

  const deadlineText = (run: RunRow): string => {
    const limit = Date.parse(run.created) + d.limits.runSeconds * 1000
    return Date.parse(run.work.deadline) < limit
      ? `The run was stopped at ${run.work.deadline}, when its access to the inputs ended`
      : `The run was stopped at its deadline, ${run.work.deadline}`
  }

  /** The head has ended by itself. `restart`: nothing is wrong with the run, and it needs another head. */
  const finish = async (
    run: RunRow,
    folder: RunFolder,
    handle: HeadHandle,
    exit: HeadExit,
    signal: AbortSignal,
  ): Promise<'restart' | undefined> => {
    const ended = {
      ...(exit.exitCode === null ? {} : { exit_code: exit.exitCode }),
      end_time: exit.ended,
      ...(run.start_time === undefined && exit.started !== undefined ? { start_time: exit.started } : {}),
    }
    switch (exit.cause) {
      case 'stopped':
        // Nobody cancelled the run: a shutdown of the machine, a stray signal.
        return 'restart'
      case 'not-started':
        await end(run, 'SYSTEM_ERROR', {
          ...ended,
          message: `The engine did not start: ${redact(exit.message ?? 'no reason known')}`,
        })
        return undefined
      case 'access-ended':
        await runToken(run) // throws the reason; if there is a token, TES was wrong
        return 'restart'
      case 'deadline':
        if (!(await freezeTasks(run))) return undefined
        await cancelLeftovers(run, signal)
        await end(run, 'EXECUTOR_ERROR', { ...ended, message: deadlineText(run) })
        return undefined
      case 'exited':
        if (!(await freezeTasks(run))) return undefined
        await conclude(run, folder, { handle, exit, ended, signal })
        return undefined
    }
  }

  /** The engine ran to its end: outputs, or the reason why there are none. */
  const conclude = async (
    run: RunRow,
    folder: RunFolder,
    o: { handle: HeadHandle; exit: HeadExit; ended: RunChange; signal: AbortSignal },
  ): Promise<void> => {
    const result = await readResult(folder, await d.engineOf(run.engine), o.exit)
    if (!result.ok) {
      await cancelLeftovers(run, o.signal)
      const states = await d.taskRows.states(run.run_id)
      // W19: when this installation failed every task that failed, the author is not to blame.
      const ours = (states['SYSTEM_ERROR'] ?? 0) > 0 && (states['EXECUTOR_ERROR'] ?? 0) === 0
      const to = result.fault === 'workflow' && !ours ? 'EXECUTOR_ERROR' : 'SYSTEM_ERROR'
      return end(run, to, { ...o.ended, message: redact(result.message) })
    }
    if (run.state === 'INITIALIZING') await d.runs.move(run.run_id, 'INITIALIZING', 'RUNNING', {})
    try {
      const { outputs, bundle } = await d.outputs.store(run, folder, result.outputs, o.signal)
      await d.launcher.stop(o.handle, folder.job, HEAD_END_SECONDS, o.signal) // it may still wait for its last acknowledgement
      const message = `The outputs are stored and registered${bundle === undefined ? '' : `; all of them: ${bundle}`}`
      await end(run, 'COMPLETE', {
        ...o.ended,
        outputs,
        ...(bundle === undefined ? {} : { bundle_uri: bundle }),
        message,
      })
    } catch (error) {
      if (!isPassing(error)) throw error
      return again(run, 'The outputs could not be registered yet', 'The outputs could not be registered in DRS', error)
    }
  }

  /** No new task → head and engine gone → every live task cancelled → grant dead → CANCELED (wes.md 5). */
  const cancel = async (run: RunRow, signal: AbortSignal): Promise<void> => {
    const folder = d.folders.of(run.run_id)
    const handle = run.attempt === 0 ? undefined : ((await d.launcher.find(folder.job, run.attempt)) ?? run.head)
    let exit: HeadExit | undefined
    if (handle !== undefined) {
      await d.launcher.stop(handle, folder.job, d.limits.cancelGraceSeconds + HEAD_END_SECONDS, signal)
      await takeReports(run, folder)
      const look = await d.launcher.look(handle, folder.job)
      if (look.state === 'ended') exit = look.exit
    }
    if (run.attempt > 0 && run.grant_id !== undefined && !(await cancelTasks(run, signal))) return
    // Before CANCELED is shown: from then on the run token creates nothing.
    if (!(await settle(run))) return
    await end((await d.runs.get(run.run_id)) ?? run, 'CANCELED', {
      ...(exit === undefined || exit.exitCode === null ? {} : { exit_code: exit.exitCode }),
      message: 'Cancelled',
    })
  }

  /** False: some are left, or TES does not answer; it is tried again. */
  const cancelTasks = async (run: RunRow, signal: AbortSignal): Promise<boolean> => {
    try {
      const left = await d.tasks.cancelAll(run, d.limits.cancelDeadlineSeconds * 1000, signal)
      if (left > 0) {
        await d.runs.say(run.run_id, `${left} tasks are still live; they are cancelled again`)
        later(run.run_id)
        return false
      }
      await d.tasks.refresh(run)
      return true
    } catch (error) {
      if (signal.aborted) throw error
      // A dead grant lets nobody create, read or cancel: TES ends such tasks by itself.
      if (error instanceof PeerRefused && !error.retry) {
        await d.runs.say(run.run_id, "The run's access had ended, so its tasks could not be looked at")
        return true
      }
      if (countTry(run.run_id) === 1)
        await d.runs.say(run.run_id, 'TES cannot be asked to cancel the tasks; it is tried again')
      d.events.trouble(run.run_id, 'tasks could not be cancelled yet', error)
      later(run.run_id)
      return false
    }
  }

  return {
    end,
    fail,
    again,
    settle,
    runToken,
    takeReports,
    finish,
    cancel,
    /** The head was lost once too often. */
    async giveUp(run: RunRow, attempts: number, signal: AbortSignal): Promise<void> {
      const said = await readConfined(d.folders.of(run.run_id).root, ['logs', 'head.log'], 300)
      const last = said?.trim().split('\n').at(-1) ?? ''
      await cancelLeftovers(run, signal)
      await end(run, 'SYSTEM_ERROR', {
        message: `The head was lost ${attempts} times (killed, out of memory, or the machine restarted)${last === '' ? '' : `; it said last: ${redact(last)}`}`,
      })
    },
    /** G6: an engine that waits for tasks which somebody else cancelled is ended. */
    async endAbandoned(run: RunRow, handle: HeadHandle, signal: AbortSignal): Promise<void> {
      const folder = d.folders.of(run.run_id)
      await d.launcher.stop(handle, folder.job, d.limits.cancelGraceSeconds + HEAD_END_SECONDS, signal)
      await takeReports(run, folder)
      await cancelLeftovers(run, signal)
      await end(run, 'EXECUTOR_ERROR', {
        message:
          'The tasks of the run were cancelled from outside, and its engine waited for nothing else: it was stopped',
      })
    },
    /** Things go well again: what failed before does not count any more. */
    calm(runId: string): void {
      tries.delete(runId)
    },
    later,
  }
}

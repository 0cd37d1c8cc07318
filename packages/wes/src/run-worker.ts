import type { RunRow } from './db/run-rows.ts'
import { TERMINAL_TASK_STATES } from './db/task-rows.ts'
import { TES_PLACEHOLDER } from './engines/engine.ts'
import type { HeadPlanner } from './head-plan.ts'
import type { HeadHandle } from './launchers/launcher.ts'
import type { Owner } from './ownership.ts'
import { createRunEnding, isPassing, type EndingDeps } from './run-ending.ts'
import type { RunFolder } from './run-folder.ts'
import { isTerminal } from './run-state.ts'

export type WorkerDeps = EndingDeps & {
  planner: HeadPlanner
  /** The user of a run's head, where heads have users of their own. */
  ownerOf(runId: string, program: string): Promise<Owner | undefined>
}

/** Brings runs forward, one at a time each. All it knows is in the row and on disk: a restarted worker goes on. */
export const createRunWorker = (d: WorkerDeps) => {
  const watches = new Map<string, () => void>()
  const known = new Set<string>() // heads started or found by this process
  const abandonedSince = new Map<string, number>()
  const unwatch = (runId: string): void => {
    watches.get(runId)?.()
    watches.delete(runId)
  }
  const ending = createRunEnding({
    ...d,
    ended(runId) {
      unwatch(runId)
      known.delete(runId)
      abandonedSince.delete(runId)
    },
  })

  const start = async (
    run: RunRow,
    folder: RunFolder,
    attempt: number,
    signal: AbortSignal,
  ): Promise<HeadHandle | undefined> => {
    const tree = await d.planner.tree(run, folder, signal)
    await d.runs.change(run.run_id, { work: { ...run.work, tree } })
    const owner = await d.ownerOf(run.run_id, run.work.install.program)
    if (owner !== undefined) await d.folders.handOver(run.run_id, owner)
    const { argv } = await d.planner.plan(run, folder, { tree, attempt, owner })
    const cmd = argv.map((part) => part.replaceAll(TES_PLACEHOLDER, '…'))
    const runToken = await ending.runToken(run)
    const state = (await d.runs.get(run.run_id))?.state
    if (state !== 'INITIALIZING' && state !== 'RUNNING' && state !== 'PAUSED') return undefined // cancelled meanwhile
    // The attempt is written first: whoever cancels or restarts knows where to look for this head.
    await d.runs.change(run.run_id, { attempt, cmd })
    const handle = await d.launcher.start(
      {
        runId: run.run_id,
        attempt,
        job: folder.job,
        logs: folder.logs,
        runToken,
        ...(owner === undefined ? {} : { owner }),
      },
      signal,
    )
    d.events.headStarted(run.run_id, attempt)
    known.add(run.run_id)
    return handle
  }

  const launch = async (run: RunRow, attempt: number, signal: AbortSignal): Promise<void> => {
    const folder = d.folders.of(run.run_id)
    const handle = (await d.launcher.find(folder.job, attempt)) ?? (await start(run, folder, attempt, signal))
    if (handle !== undefined) {
      await d.runs.change(run.run_id, { head: handle, attempt })
      ending.calm(run.run_id)
    }
    const now = await d.runs.get(run.run_id)
    if (now === undefined) return
    if (handle === undefined || now.state === 'CANCELING') d.queue.wake(run.run_id)
    else await follow(now, signal)
  }

  const follow = async (run: RunRow, signal: AbortSignal): Promise<void> => {
    const folder = d.folders.of(run.run_id)
    const handle = run.head ?? (await d.launcher.find(folder.job, Math.max(1, run.attempt)))
    if (handle === undefined) return launch(run, Math.max(1, run.attempt), signal)
    if (run.head === undefined) await d.runs.change(run.run_id, { head: handle })
    const look = await d.launcher.look(handle, folder.job)
    if (look.state === 'running') return watch(run, handle, signal)
    await ending.takeReports(run, folder)
    const now = await d.runs.get(run.run_id)
    if (now === undefined || isTerminal(now.state)) return
    if (now.state === 'CANCELING') {
      d.queue.wake(run.run_id)
      return
    }
    const isLost = look.state === 'lost' || (await ending.finish(now, folder, handle, look.exit, signal)) === 'restart'
    if (isLost) await restart(now, folder, handle, signal)
  }

  const watch = async (run: RunRow, handle: HeadHandle, signal: AbortSignal): Promise<void> => {
    if (!known.has(run.run_id)) {
      known.add(run.run_id)
      d.events.headAdopted(run.run_id, handle.pid)
    }
    if (await isAbandoned(run)) return ending.endAbandoned(run, handle, signal)
    if (watches.has(run.run_id)) return
    watches.set(
      run.run_id,
      d.launcher.watch(handle, () => {
        watches.delete(run.run_id)
        d.queue.wake(run.run_id)
      }),
    )
  }

  /** G6: nothing of the run lives at TES, something of it was cancelled there, and the engine has done nothing about it for a while. */
  const isAbandoned = async (run: RunRow): Promise<boolean> => {
    const { COMPLETE: _complete, CANCELED: cancelled = 0, ...others } = await d.taskRows.states(run.run_id)
    // The engine may not ask for a task that somebody cancels: then nobody tells, and TES is asked.
    if (Object.keys(others).some((state) => !TERMINAL_TASK_STATES.includes(state))) d.tasks.touch(run)
    if (cancelled === 0 || Object.keys(others).length > 0) {
      abandonedSince.delete(run.run_id)
      return false
    }
    const now = d.clock.now().getTime()
    const since = abandonedSince.get(run.run_id) ?? now
    abandonedSince.set(run.run_id, since)
    const left = since + d.limits.abandonedSeconds * 1000 - now
    if (left > 0) ending.later(run.run_id, left)
    return left <= 0
  }

  const restart = async (run: RunRow, folder: RunFolder, handle: HeadHandle, signal: AbortSignal): Promise<void> => {
    d.events.headLost(run.run_id, handle.attempt)
    unwatch(run.run_id)
    await d.launcher.sweep(handle, folder.job)
    if (handle.attempt > d.limits.headRestarts) return ending.giveUp(run, handle.attempt, signal)
    await d.runs.say(
      run.run_id,
      `The head was lost; it is started again and goes on where it stopped (attempt ${handle.attempt + 1})`,
    )
    return launch(run, handle.attempt + 1, signal)
  }

  const step = async (run: RunRow, signal: AbortSignal): Promise<void> => {
    switch (run.state) {
      case 'QUEUED':
        // Where all heads are in use, it is rung again when one ends.
        if (!(await d.runs.claim(run.run_id, d.limits.heads))) return
        return launch({ ...run, state: 'INITIALIZING' }, 1, signal)
      case 'INITIALIZING':
      case 'RUNNING':
      case 'PAUSED':
        return follow(run, signal)
      case 'CANCELING':
        unwatch(run.run_id)
        return ending.cancel(run, signal)
      case 'COMPLETE':
      case 'EXECUTOR_ERROR':
      case 'SYSTEM_ERROR':
      case 'CANCELED':
        await ending.settle(run)
    }
  }

  return {
    async advance(runId: string, signal: AbortSignal): Promise<void> {
      const run = await d.runs.get(runId)
      if (run === undefined) return
      try {
        await step(run, signal)
      } catch (error) {
        if (signal.aborted) return // this server stops; the next one goes on
        if (isPassing(error)) {
          await ending.again(
            run,
            'A server that is needed does not answer',
            'A server that is needed did not answer',
            error,
          )
        } else if (run.state === 'CANCELING') {
          d.events.trouble(runId, 'the cancel could not go on; it is tried again', error)
          ending.later(runId)
        } else await ending.fail(run, error)
      }
    },
    /** Stops watching; heads live on. */
    close(): void {
      for (const runId of watches.keys()) unwatch(runId)
    },
  }
}

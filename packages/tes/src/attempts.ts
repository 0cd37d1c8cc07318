import type { Clock, Logger, Queue } from '@biocloud/service-kit'
import { attemptChange, retryDelayMs, type RetryRules } from './attempt-change.ts'
import type { TaskDatabase, TaskRow } from './db/index.ts'
import type { Events } from './events.ts'
import { attemptName, SEQ, type AttemptEvent, type AttemptSpec, type Executor } from './executors/executor.ts'
import type { StateCache } from './state-cache.ts'
import { isFinal } from './task-state.ts'
import { createRemovals } from './removals.ts'
import { splitBackendParameters } from './task-documents.ts'

export type AttemptsDeps = {
  db: TaskDatabase
  executor: Executor
  queue: Queue
  cache: StateCache
  events: Events
  clock: Clock
  log: Logger
  /** Who takes tasks; the same after a restart, so that it finds its own again. */
  worker: string
  backendParameters: readonly string[]
  /** Attempts that run at the same time. */
  maxRunning: number
  graceSeconds: number
  retry: RetryRules
  /** Ends the grant of a task that is over. */
  revoke: ((grantId: string) => Promise<void>) | undefined
}

/** The work of a worker: takes queued tasks, runs their attempts, writes what happens to them. */
export const createAttempts = (o: AttemptsDeps) => {
  const { db, executor, queue, clock, log, events } = o
  const running = new Map<string, Promise<void>>()
  const canceling = new Map<string, Promise<void>>()
  const removals = createRemovals(o)
  const stopping = new AbortController()
  let pumping: Promise<void> | undefined
  // Rung while tasks are being taken: look once more.
  let rung = false
  const heard = (): boolean => {
    const was = rung
    rung = false
    return was
  }

  const specOf = async (row: TaskRow): Promise<AttemptSpec> => {
    const { task, contents, drs } = row.request
    const bytes = contents.length === 0 ? undefined : (await db.tasks.contents([row.id])).get(row.id)
    return {
      name: attemptName(row.id, row.attempt),
      taskId: row.id,
      attempt: row.attempt,
      owner: row.owner,
      ...(row.runId === undefined ? {} : { runId: row.runId }),
      ...(row.grantId === undefined ? {} : { grantId: row.grantId }),
      drs,
      inputs: (task.inputs ?? []).map((input, i) => {
        const content = bytes?.get(i)
        return content === undefined ? input : { ...input, content: content.toString('utf8') }
      }),
      outputs: task.outputs ?? [],
      volumes: task.volumes ?? [],
      executors: task.executors,
      resources: task.resources ?? {},
      backendParameters: splitBackendParameters(task.resources?.backend_parameters, o.backendParameters).known,
    }
  }

  const endGrant = (row: TaskRow): void => {
    if (row.grantId === undefined || o.revoke === undefined) return
    o.revoke(row.grantId).catch((error: unknown) => {
      events.grantNotRevoked(error)
    })
  }

  /** The only way to a state change of a task that has been taken. */
  const record = async (batch: readonly AttemptEvent[]): Promise<void> => {
    const name = batch[0]?.name ?? ''
    const [, taskId = '', number = '0'] = /^tes-(.*)-(\d+)$/.exec(name) ?? []
    let before: TaskRow | undefined
    const done = await db.attempts.record({ taskId, attempt: Number(number) }, batch, (fresh, row, attempt) => {
      before = row
      return attemptChange(fresh, row, attempt, o.retry)
    })
    o.cache.drop(taskId)
    if (done === undefined) return
    for (const event of done.fresh) {
      if (event.kind === 'staged') events.staged(event)
      if (event.kind === 'ended') events.attemptEnded({ name, outcome: event.outcome, reason: event.reason })
    }
    const { row } = done
    if (before !== undefined && before.state !== row.state) {
      events.taskMoved({
        id: row.id,
        attempt: row.attempt,
        state: row.state,
        createdAt: row.createdAt,
        now: clock.now(),
        isFinal: isFinal(row.state),
      })
      if (isFinal(row.state)) endGrant(row)
      if (row.state === 'QUEUED') queue.wake(row.id, { delayMs: retryDelayMs(o.retry, row.retries) })
    }
    if (batch.some(({ kind }) => kind === 'ended')) removals.add(name)
  }

  /** `isKnown`: the row was read a while ago, its attempt may have ended since. */
  const run = (row: TaskRow, isKnown = false): void => {
    const name = attemptName(row.id, row.attempt)
    if (running.has(name)) return
    const work = (async () => {
      try {
        const now = isKnown ? await db.tasks.row(row.id) : row
        if (now === undefined || isFinal(now.state) || now.attempt !== row.attempt || now.leaseOwner !== o.worker)
          return
        await executor.start(await specOf(row), stopping.signal)
      } catch (error) {
        log.error({ err: error, attempt: name }, 'an attempt could not be run; reconcile starts it again')
      } finally {
        running.delete(name)
        if (!stopping.signal.aborted) void pump()
      }
    })()
    running.set(name, work)
  }

  const take = async (): Promise<void> => {
    while (heard()) {
      while (running.size < o.maxRunning && !stopping.signal.aborted) {
        const now = clock.now().toISOString()
        const ids = await db.attempts.due(now, o.maxRunning - running.size)
        if (ids.length === 0) break
        for (const id of ids) {
          const row = await db.attempts.claim(id, o.worker, now)
          o.cache.drop(id)
          if (row !== undefined) run(row)
        }
      }
    }
  }

  /** Takes as many due tasks as there is room for, longest waiting first. */
  const pump = (): Promise<void> => {
    rung = true
    pumping ??= take()
      .catch((error: unknown) => {
        log.error({ err: error }, 'queued tasks could not be taken; tried again at the next reconcile')
      })
      .finally(() => {
        pumping = undefined
      })
    return pumping
  }

  /** Ends a CANCELING task. After the grace and 30 s it is CANCELED, whatever the engine says (tes.md 1.7.2). */
  const cancel = (row: TaskRow): Promise<void> => {
    const name = attemptName(row.id, row.attempt)
    const underway = canceling.get(name)
    if (underway !== undefined) return underway
    const finish = async (line?: string): Promise<void> => {
      await record([
        {
          name,
          seq: SEQ.end,
          at: clock.now().toISOString(),
          kind: 'ended',
          outcome: 'canceled',
          ...(line === undefined ? {} : { line }),
        },
      ])
    }
    const since = row.cancelAt === undefined ? 0 : clock.now().getTime() - Date.parse(row.cancelAt)
    const left = Math.max(1000, (o.graceSeconds + 30) * 1000 - since)
    const work = (async () => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(resolve, left, 'late')
        timer.unref()
      })
      try {
        const stopped = executor.cancel(name, o.graceSeconds).then(() => 'stopped' as const)
        const how = await Promise.race([stopped, late])
        await finish(
          how === 'late'
            ? 'the container engine did not confirm the end of the containers; they are removed when it does'
            : undefined,
        )
      } catch (error) {
        log.warn({ err: error, attempt: name }, 'a canceled attempt could not be stopped; tried again')
        queue.wake(row.id, { delayMs: 2000 })
      } finally {
        clearTimeout(timer)
        canceling.delete(name)
      }
    })()
    canceling.set(name, work)
    return work
  }

  executor.watch(record, stopping.signal)

  return {
    /** The handler of the doorbell. */
    async ring(id: string): Promise<void> {
      const row = await db.tasks.row(id)
      if (row?.state === 'CANCELING') await cancel(row)
      else if (row?.state === 'QUEUED') await pump()
    },
    pump,
    /** Takes up an attempt again that was under way when this server stopped. */
    resume: (row: TaskRow) => {
      run(row, true)
    },
    cancel,
    remove: (name: string) => {
      removals.add(name)
    },
    isRunning: (name: string): boolean => running.has(name),
    /** Containers go on; everything is taken up again at the next start. */
    async stop(): Promise<void> {
      stopping.abort()
      await pumping
      await Promise.allSettled(running.values())
      await removals.stop()
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>

import type { Clock, Logger } from '@biocloud/service-kit'
import type { Attempts } from './attempts.ts'
import type { TaskDatabase } from './db/index.ts'
import type { Events } from './events.ts'
import { attemptName, type Executor } from './executors/executor.ts'
import { isFinal } from './task-state.ts'

export type ReconcileDeps = {
  db: TaskDatabase
  attempts: Attempts
  executor: Executor
  events: Events
  clock: Clock
  log: Logger
  worker: string
  everySeconds: number
  logRetentionHours: number
}

/** Compares rows and engine both ways, at start and again and again (tes.md 4.4): what a crash or a lost ring left is put right. */
export const createReconcile = (o: ReconcileDeps) => {
  const { db, attempts, executor, log } = o
  let timer: NodeJS.Timeout | undefined
  let current: Promise<void> | undefined
  let over = false

  /** Rows that this worker has taken: attempts go on where they were, canceled ones are ended. */
  const takeUp = async (): Promise<void> => {
    for (const row of await db.attempts.taken(o.worker)) {
      if (row.state === 'CANCELING') void attempts.cancel(row)
      else attempts.resume(row)
    }
    for (const row of await db.attempts.canceling()) void attempts.cancel(row)
    await attempts.pump()
  }

  /** Containers without a live attempt, and what ended attempts left. */
  const sweep = async (): Promise<void> => {
    for (const { name } of await db.attempts.unremoved(1000)) if (!attempts.isRunning(name)) attempts.remove(name)
    const strays = new Set<string>()
    for await (const seen of executor.list()) {
      if (attempts.isRunning(seen.name)) continue
      const row = await db.tasks.row(seen.taskId)
      const isLive = row !== undefined && !isFinal(row.state) && attemptName(row.id, row.attempt) === seen.name
      if (!isLive) strays.add(seen.name)
    }
    for (const name of strays) {
      await executor.remove(name)
      o.events.strayRemoved(name)
    }
    o.events.liveTasks(await db.tasks.liveByState())
    const now = o.clock.now()
    await db.tasks.forgetKeys(now.toISOString())
    const before = new Date(now.getTime() - o.logRetentionHours * 3_600_000).toISOString()
    for (const name of await db.attempts.unforgotten(before, 1000)) {
      await executor.forget(name)
      await db.attempts.forgotten(name, now.toISOString())
    }
  }

  const round = async (): Promise<void> => {
    try {
      await takeUp()
      await sweep()
    } catch (error) {
      log.warn({ err: error }, 'reconcile could not finish; it runs again')
    }
  }

  const next = (): void => {
    if (over) return
    timer = setTimeout(() => {
      current = round().finally(next)
    }, o.everySeconds * 1000)
    timer.unref()
  }

  return {
    /** The first round takes up rows before it resolves; sweeping goes on behind. */
    async start(): Promise<void> {
      await takeUp()
      current = sweep()
        .catch((error: unknown) => {
          log.warn({ err: error }, 'the container engine could not be listed; tried again')
        })
        .finally(next)
    },
    async stop(): Promise<void> {
      over = true
      clearTimeout(timer)
      await current
    },
  }
}

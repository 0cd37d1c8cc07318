import type { Clock, Logger } from '@biocloud/service-kit'
import type { TaskDatabase } from './db/index.ts'
import type { Executor } from './executors/executor.ts'

/** At the same time: a removal keeps the engine as busy as a start does, and the tasks that wait come first. */
const WIDTH = 4

/** Removes what ended attempts left, off the way of their results, which are committed already. */
export const createRemovals = (o: { db: TaskDatabase; executor: Executor; clock: Clock; log: Logger }) => {
  const waiting = new Set<string>()
  const underway = new Set<string>()
  const lanes = new Set<Promise<void>>()
  let isOver = false
  let busy = 0

  // Written together: a note that is lost in a crash only has the removal done again.
  const gone: string[] = []
  let noting: NodeJS.Timeout | undefined
  const note = async (): Promise<void> => {
    clearTimeout(noting)
    noting = undefined
    const names = gone.splice(0)
    if (names.length === 0) return
    try {
      await o.db.attempts.removed(names, o.clock.now().toISOString())
    } catch (error) {
      o.log.warn({ err: error }, 'it could not be noted which attempts were removed; they are removed again')
    }
  }

  const one = async (name: string): Promise<void> => {
    try {
      await o.executor.remove(name)
      gone.push(name)
      noting ??= setTimeout(() => void note(), 1000).unref()
    } catch (error) {
      o.log.warn({ err: error, attempt: name }, 'what an attempt left could not be removed; tried again later')
    }
  }

  const lane = async (): Promise<void> => {
    for (const name of waiting) {
      if (isOver) break
      waiting.delete(name)
      underway.add(name)
      await one(name)
      underway.delete(name)
    }
    busy -= 1 // at once: whoever adds a name now begins a lane for it
  }

  return {
    add(name: string): void {
      if (isOver || underway.has(name)) return
      waiting.add(name)
      if (busy >= WIDTH) return
      busy += 1
      const work = lane()
      lanes.add(work)
      void work.finally(() => lanes.delete(work))
    },
    /** What is under way ends; the rest is found again by reconcile at the next start. */
    async stop(): Promise<void> {
      isOver = true
      await Promise.allSettled(lanes)
      await note()
    },
  }
}

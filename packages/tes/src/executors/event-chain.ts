import type { Logger } from '@biocloud/service-kit'
import type { AttemptEvent } from './executor.ts'

/**
 * Tells the events of each attempt in order, those that wait together, and again when the watcher failed: an event is
 * done only when it is written.
 */
export const createEventChain = (log: Logger) => {
  const waiting = new Map<string, AttemptEvent[]>()
  const telling = new Map<string, Promise<void>>()
  let watcher: ((events: readonly AttemptEvent[]) => Promise<void>) | undefined
  let over = new AbortController().signal

  const drain = async (name: string): Promise<void> => {
    // Through the microtasks of the caller: what it tells in one breath is written in one transaction.
    await Promise.resolve()
    for (let pause = 100; ;) {
      const batch = waiting.get(name)
      if (batch === undefined || batch.length === 0 || over.aborted) break
      try {
        if (watcher === undefined) throw new Error('nobody watches the executor')
        const count = batch.length
        await watcher(batch.slice(0, count))
        batch.splice(0, count)
        pause = 100
      } catch (error) {
        log.error({ err: error, attempt: name }, 'the events of an attempt could not be written; told again')
        await new Promise((resolve) => setTimeout(resolve, pause).unref())
        pause = Math.min(pause * 2, 5000)
      }
    }
    waiting.delete(name)
    telling.delete(name)
  }

  return {
    watch(on: (events: readonly AttemptEvent[]) => Promise<void>, signal: AbortSignal): void {
      watcher = on
      over = signal
    },
    push(event: AttemptEvent): void {
      const batch = waiting.get(event.name) ?? []
      batch.push(event)
      waiting.set(event.name, batch)
      if (!telling.has(event.name)) telling.set(event.name, drain(event.name))
    },
    /** Resolves when everything that was pushed for this attempt is written, or `signal` aborts. */
    async settled(name: string, signal: AbortSignal): Promise<void> {
      while (telling.has(name) && !signal.aborted) await telling.get(name)
    },
  }
}

import type { Logger } from './logger.ts'

/**
 * The doorbell: it carries only an id, the row is the truth. A lost ring delays work and never loses it, since every
 * server's reconcile rings again for what is due.
 */
export type Queue = {
  /** Rings for `id`, at once or after `delayMs`. A ring for an id that waits already is the same ring. */
  wake(id: string, o?: { delayMs?: number }): void
  /** Registers the one handler. `signal` aborts when the queue is closed and the grace is over. */
  work(handler: (id: string, signal: AbortSignal) => Promise<void>): void
  /** No new work; waits for what runs up to `graceMs` (default 10 s), then aborts it and waits up to 5 s more. */
  close(o?: { graceMs?: number }): Promise<void>
}

const MAX_TIMER_MS = 2 ** 31 - 1
const ABORT_GRACE_MS = 5000

/** In-process doorbell. The same id never runs twice at once; a ring during its run means one more run. */
export const createInProcessQueue = (o: { name: string; concurrency: number; log: Logger }): Queue => {
  const { name, concurrency, log } = o
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`Queue ${name}: concurrency must be a whole number of at least 1, not ${concurrency}`)
  }
  const waiting = new Set<string>() // in the order of the rings
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const timers = new Map<string, NodeJS.Timeout>() // key: id and due time, so equal rings are one
  const aborter = new AbortController()
  let handle: ((id: string, signal: AbortSignal) => Promise<void>) | undefined
  let closing: Promise<void> | undefined

  const runOne = async (id: string, handler: NonNullable<typeof handle>): Promise<void> => {
    try {
      await handler(id, aborter.signal)
    } catch (error) {
      if (!aborter.signal.aborted) log.error({ err: error, queue: name, id }, 'queue handler failed')
    } finally {
      running.delete(id)
      if (again.delete(id) && closing === undefined) waiting.add(id)
      pump()
    }
  }
  const pump = (): void => {
    if (handle === undefined || closing !== undefined) return
    for (const id of waiting) {
      if (running.size >= concurrency) return
      waiting.delete(id)
      // Through a microtask: wake() returns before the handler begins, whatever the handler does synchronously.
      const handler = handle
      running.set(
        id,
        Promise.resolve().then(() => runOne(id, handler)),
      )
    }
  }
  const ring = (id: string): void => {
    if (closing !== undefined) return
    if (running.has(id)) again.add(id)
    else waiting.add(id)
    pump()
  }
  const settled = async (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, ms, false)
    })
    const done = Promise.all(running.values()).then(() => true as const)
    try {
      return await Promise.race([done, late])
    } finally {
      clearTimeout(timer)
    }
  }
  const shutDown = async (graceMs: number): Promise<void> => {
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    waiting.clear()
    again.clear()
    if (running.size > 0 && !(graceMs > 0 && (await settled(graceMs)))) {
      aborter.abort(new Error(`Queue ${name} is closing`))
      if (!(await settled(ABORT_GRACE_MS))) {
        log.warn({ queue: name, ids: [...running.keys()] }, 'queue closed while handlers still run')
      }
    }
    aborter.abort(new Error(`Queue ${name} is closed`))
  }

  return {
    wake(id, { delayMs = 0 } = {}) {
      if (closing !== undefined) return
      if (!(delayMs > 0)) {
        ring(id)
        return
      }
      const due = Math.ceil(performance.now() + delayMs)
      const key = `${due} ${id}`
      if (timers.has(key)) return
      const timer = setTimeout(
        () => {
          timers.delete(key)
          ring(id)
        },
        // A longer delay rings early: a ring too many does no harm, a timer overflow would fire at once.
        Math.min(delayMs, MAX_TIMER_MS),
      )
      timer.unref()
      timers.set(key, timer)
    },
    work(handler) {
      if (handle !== undefined) throw new Error(`Queue ${name} already has a handler`)
      handle = handler
      pump()
    },
    close({ graceMs = 10_000 } = {}) {
      closing ??= shutDown(graceMs)
      return closing
    },
  }
}

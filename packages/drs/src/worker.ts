import type { Context } from './context.ts'

const RECONCILE_MS = 5000
const SWEEP_MS = 600_000
const RELOAD_KEYS_MS = 60_000

/** The background work of a process: checksum jobs and sweeping (worker), the watch over open links (api). */
export const createWorker = (context: Context) => {
  const { settings, log, checksumJobs, queue } = context
  const { data } = context.domain
  const timers: NodeJS.Timeout[] = []

  const every = (ms: number, name: string, work: () => Promise<void>): void => {
    let running: Promise<void> | undefined
    timers.push(
      setInterval(() => {
        // One at a time: a slow round is not joined by the next.
        running ??= work()
          .catch((error: unknown) => {
            log.error({ err: error }, `${name} failed; it is tried again`)
          })
          .finally(() => {
            running = undefined
          })
      }, ms).unref(),
    )
  }

  return {
    async start(): Promise<void> {
      if (settings.role !== 'worker') every(data.recheckMs, 'the check of open links', () => data.recheck())
      if (settings.role === 'api') {
        every(RELOAD_KEYS_MS, 'reading the link keys', () => context.reloadKeys())
        return
      }
      queue.work((id, signal) => checksumJobs.run(id, signal))
      await checksumJobs.reconcile()
      await context.sweep()
      every(RECONCILE_MS, 'reconcile', () => checksumJobs.reconcile())
      every(SWEEP_MS, 'sweeping', () => context.sweep())
    },
    async stop(): Promise<void> {
      for (const timer of timers.splice(0)) clearInterval(timer)
      await queue.close()
    },
  }
}

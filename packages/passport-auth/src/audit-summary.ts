import type { AuditEvent } from './audit.ts'
import type { Clock } from './clock.ts'

const WINDOW_MS = 10_000
const MAX_KEYS = 10_000

type Window = { ends: number; written: number; suppressed: number; sum: (() => AuditEvent) | undefined }

/**
 * passports.md §8: "denials and public reads are queued, rate-limited and summed in a 'suppressed n' event". Of events
 * alike, the first `full` of ten seconds are written as they are; the others become one event that counts them, when the
 * ten seconds are over or at `flush`. Permits of controlled data never come here.
 */
export const createAuditSummary = (o: { clock: Clock; write: (event: AuditEvent) => void }) => {
  const windows = new Map<string, Window>()
  let timer: NodeJS.Timeout | undefined

  const close = (window: Window): void => {
    if (window.suppressed > 0 && window.sum) o.write({ ...window.sum(), suppressed: window.suppressed })
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const window of windows.values()) close(window)
    windows.clear()
  }
  const later = (): void => {
    timer ??= setTimeout(flush, WINDOW_MS).unref()
  }

  return {
    /** Whether this event is written in full. `sum` makes the event that stands for those that are not. */
    admit(key: string, full: number, sum: () => AuditEvent): boolean {
      const now = o.clock.now().getTime()
      let window = windows.get(key)
      if (window && now >= window.ends) {
        close(window)
        windows.delete(key)
        window = undefined
      }
      if (!window) {
        if (windows.size >= MAX_KEYS) flush()
        window = { ends: now + WINDOW_MS, written: 0, suppressed: 0, sum: undefined }
        windows.set(key, window)
        later()
      }
      if (window.written < full) {
        window.written += 1
        return true
      }
      window.suppressed += 1
      window.sum = sum
      return false
    },
    flush,
  }
}

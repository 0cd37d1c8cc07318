import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, EXIT, statusOf } from './errors.ts'

const OUTAGE_LIMIT_MS = 120_000

/**
 * Looks again and again until `look` says it has seen the end. Waits grow from 250 ms to 3 s while nothing changes and
 * start anew after a change. A server that restarts is waited for, two minutes long.
 */
export const watch = async (
  o: { stop: AbortSignal; outageLimitMs?: number; onOutage?: () => void },
  look: () => Promise<'ended' | 'changed' | 'same'>,
): Promise<void> => {
  let wait = 250
  let outageSince: number | undefined
  for (;;) {
    try {
      const seen = await look()
      if (seen === 'ended') return
      wait = seen === 'changed' ? 250 : Math.min(wait * 1.3, 3000)
      outageSince = undefined
    } catch (error) {
      if (o.stop.aborted || !isOutage(error)) throw error
      if (outageSince === undefined) o.onOutage?.()
      outageSince ??= Date.now()
      if (Date.now() - outageSince > (o.outageLimitMs ?? OUTAGE_LIMIT_MS)) throw error
      wait = Math.min(wait * 1.5, 3000)
    }
    await sleep(wait, undefined, { signal: o.stop })
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof CliError ? error.exitCode === EXIT.unavailable : [429, 502, 503, 504].includes(statusOf(error) ?? 0)

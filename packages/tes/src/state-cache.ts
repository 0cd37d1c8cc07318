import type { TesState } from '@biocloud/ga4gh-api'
import type { Reader } from './db/index.ts'

type Entry = { reader: Reader; state: TesState; seq: number; at: number }

/**
 * The last known state of tasks, keyed by id and held with the reader it was read for. `trusted`: every writer is in this
 * process, so an entry is current until it is dropped; otherwise it only answers while the database fails (tes.md 1.1.10).
 */
export const createStateCache = (o: { entries: number; staleSeconds: number; trusted: boolean; now: () => number }) => {
  const kept = new Map<string, Entry>()
  // Counts the drops: what was read before one may be older than it.
  let epoch = 0
  const matches = (entry: Entry, reader: Reader): boolean =>
    entry.reader.owner === reader.owner && entry.reader.runId === reader.runId
  return {
    /** A current entry of this reader. */
    get(id: string, reader: Reader): { state: TesState; seq: number } | undefined {
      const entry = o.trusted ? kept.get(id) : undefined
      return entry !== undefined && matches(entry, reader) ? entry : undefined
    },
    /** While the database fails: the last known state, and its age in whole seconds. */
    stale(id: string, reader: Reader): { state: TesState; seq: number; age: number } | undefined {
      const entry = kept.get(id)
      if (entry === undefined || !matches(entry, reader)) return undefined
      const age = Math.floor((o.now() - entry.at) / 1000)
      return age <= o.staleSeconds ? { state: entry.state, seq: entry.seq, age } : undefined
    },
    /** To be taken before the database is read, and given to `put`. */
    epoch: (): number => epoch,
    put(id: string, reader: Reader, found: { state: TesState; seq: number }, readAt: number): void {
      if (readAt !== epoch) return
      if (kept.size >= o.entries) kept.delete(kept.keys().next().value ?? '')
      kept.set(id, { reader, state: found.state, seq: found.seq, at: o.now() })
    },
    drop(id: string): void {
      epoch += 1
      kept.delete(id)
    },
  }
}
export type StateCache = ReturnType<typeof createStateCache>

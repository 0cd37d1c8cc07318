import { NotFound, PreconditionFailed } from '@biocloud/storage'
import type { Clock, Queue } from '@biocloud/service-kit'
import { contradiction, createDigester, type Checksum } from './checksums.ts'
import type { JobStore } from './db/jobs.ts'
import type { ObjectStore } from './db/objects.ts'
import type { AccessMethodRow, JobRow, ObjectRecord } from './db/rows.ts'
import type { Events } from './events.ts'
import type { Stores } from './stores.ts'

const LEASE_MS = 60_000
const RENEW_MS = 20_000
const MAX_ATTEMPTS = 8
const FIRST_RETRY_MS = 2000
const LAST_RETRY_MS = 600_000

type Reason = 'changed' | 'checksum' | 'missing'
type Outcome = { quarantine: Reason } | { size: number; checksums: Checksum[] }

/** sha-256, md5 and crc32c of a registered file in one pass; for the worker. */
export const createChecksumJobs = (o: {
  store: ObjectStore
  jobs: JobStore
  stores: Stores
  queue: Queue
  events: Events
  clock: Clock
}) => {
  const later = (ms: number): string => new Date(o.clock.now().getTime() + ms).toISOString()

  const examine = async (record: ObjectRecord, method: AccessMethodRow, signal: AbortSignal): Promise<Outcome> => {
    try {
      const { stat, body } = await o.stores.named(method.backend).backend.read(method.key, {
        signal,
        ...(method.etag === null ? {} : { ifMatch: method.etag }),
      })
      if (stat.size !== record.row.size) {
        body.destroy()
        return { quarantine: 'changed' }
      }
      const digester = createDigester()
      for await (const chunk of body as AsyncIterable<Buffer>) digester.update(chunk)
      const found = digester.finish()
      if (found.size !== record.row.size) return { quarantine: 'changed' }
      const declared = record.checksums.map(({ type, checksum }) => ({ type, checksum }))
      return contradiction(declared, found.checksums) === undefined ? found : { quarantine: 'checksum' }
    } catch (error) {
      if (error instanceof PreconditionFailed) return { quarantine: 'changed' }
      if (error instanceof NotFound) return { quarantine: 'missing' }
      throw error
    }
  }

  const settle = async (job: JobRow, outcome: Outcome): Promise<void> => {
    const id = job.object_id
    if ('quarantine' in outcome) {
      if (await o.store.move(id, 'quarantined')) o.events.quarantined(id, outcome.quarantine)
    } else if (await o.store.verified(id, outcome.checksums, o.clock.now().toISOString())) {
      o.events.checksummed(id, outcome.size)
    }
    await o.jobs.settle(job.job_id, { due_at: null, error: null })
  }

  const failed = async (job: JobRow, error: unknown): Promise<void> => {
    const attempts = job.attempts + 1
    const retry = attempts < MAX_ATTEMPTS
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2)
    const due = retry ? later(wait) : null
    await o.jobs.settle(job.job_id, { due_at: due, error: error instanceof Error ? error.message : String(error) })
    o.events.checksumFailed(job.object_id, error, retry)
    if (retry) o.queue.wake(job.job_id, { delayMs: wait })
  }

  return {
    /** One job, if it is due and nobody has it. Idempotent. */
    async run(jobId: string, signal: AbortSignal): Promise<void> {
      const job = await o.jobs.get(jobId)
      if (job?.due_at === null || job === undefined || job.due_at > o.clock.now().toISOString()) return
      if (!(await o.jobs.claim(job, later(LEASE_MS)))) return
      const record = await o.store.get(job.object_id)
      const [method] = record?.accessMethods ?? []
      if (record === undefined || method === undefined || record.row.state === 'quarantined') {
        await o.jobs.settle(jobId, { due_at: null, error: null })
        return
      }
      const renew = setInterval(() => {
        // A lost renewal only lets another worker do the same work: settling is idempotent.
        o.jobs.settle(jobId, { due_at: later(LEASE_MS), error: null }).catch(() => undefined)
      }, RENEW_MS)
      try {
        await settle(job, await examine(record, method, signal))
      } catch (error) {
        // Shutdown: the lease runs out, and the next process takes it.
        if (!signal.aborted) await failed(job, error)
      } finally {
        clearInterval(renew)
      }
    },

    /** Rings again for all that is due: a lost ring delays and never loses. */
    async reconcile(): Promise<void> {
      for (const id of await o.jobs.due(o.clock.now().toISOString(), 1000)) o.queue.wake(id)
    },
  }
}

import type { Logger, Metrics } from '@biocloud/service-kit'

/** One function per business event = counter + log line. Never a link, never a token. `authorize` has audited decisions. */
export const createEvents = ({ log, metrics }: { log: Logger; metrics: Metrics }) => {
  const links = metrics.counter('links_given_total', 'Signed links given, by store', ['store'])
  const bytes = metrics.counter('bytes_served_total', 'Bytes sent over signed links, by store', ['store'])
  const registered = metrics.counter('objects_registered_total', 'Objects registered, by how', ['by'])
  const uploads = metrics.counter('uploads_completed_total', 'Uploads whose bytes are complete')
  const quarantined = metrics.counter('objects_quarantined_total', 'Objects whose bytes are not those registered', [
    'reason',
  ])
  const checksums = metrics.counter('checksum_jobs_total', 'Checksum jobs, by outcome', ['outcome'])
  return {
    linkGiven(objectId: string, store: string): void {
      links.inc({ store })
      log.debug({ object_id: objectId, store }, 'link given')
    },
    bytesServed(objectId: string, store: string, count: number, complete: boolean): void {
      bytes.inc({ store }, count)
      log.info({ object_id: objectId, store, bytes: count, complete }, 'bytes served')
    },
    registered(objectIds: readonly string[], dataset: string, by: 'operator' | 'person' | 'run'): void {
      registered.inc({ by }, objectIds.length)
      log.info({ object_ids: objectIds, dataset, by }, 'objects registered')
    },
    uploaded(uploadId: string, size: number): void {
      uploads.inc()
      log.info({ upload_id: uploadId, bytes: size }, 'upload complete')
    },
    uploadsSwept(count: number): void {
      log.info({ count }, 'abandoned uploads removed')
    },
    /** An alarm: someone changed or damaged bytes that an id promises. */
    quarantined(objectId: string, reason: 'changed' | 'checksum' | 'missing'): void {
      quarantined.inc({ reason })
      log.error({ object_id: objectId, reason }, 'object quarantined: its bytes are not those that were registered')
    },
    checksummed(objectId: string, size: number): void {
      checksums.inc({ outcome: 'verified' })
      log.info({ object_id: objectId, bytes: size }, 'checksums verified')
    },
    checksumFailed(objectId: string, error: unknown, retry: boolean): void {
      checksums.inc({ outcome: retry ? 'retried' : 'given_up' })
      log.warn({ object_id: objectId, err: error, retry }, 'checksum job failed')
    },
    /** Only the log tells what the store said. */
    storeFailed(objectId: string, error: unknown): void {
      log.warn({ object_id: objectId, err: error }, 'the store does not give an object')
    },
    /** Whether a grant still holds could not be read: its open streams end if that goes on. */
    grantUnknown(error: unknown): void {
      log.error({ err: error }, 'a grant could not be looked up')
    },
    auditFailed(error: unknown): void {
      log.error({ err: error }, 'an audit row could not be written')
    },
  }
}
export type Events = ReturnType<typeof createEvents>

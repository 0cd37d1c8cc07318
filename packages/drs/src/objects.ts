import type { Authorizations, DrsObject } from '@biocloud/ga4gh-api'
import type { Bundles } from './bundles.ts'
import type { ObjectStore } from './db/objects.ts'
import type { ObjectHead, ObjectRecord } from './db/rows.ts'
import { ObjectNotFound } from './errors.ts'
import type { Caller, Permissions } from './permissions.ts'
import type { Representation } from './representation.ts'

const CACHE_ENTRIES = 10_000 // about 1 KB each

/** A pending object has no checksum yet, which DRS requires: it is not readable. */
export const readable = (head: ObjectHead | undefined): ObjectHead | undefined =>
  head?.state === 'pending' ? undefined : head

/** Objects and how to authorise for them. */
export const createObjects = (o: {
  store: ObjectStore
  permissions: Permissions
  representation: Representation
  bundles: Bundles
}) => {
  // By id; good only for its revision. Insertion order is age of use.
  const cache = new Map<string, { revision: number; body: DrsObject }>()

  const render = (record: ObjectRecord): DrsObject => {
    const body = o.representation.blob(record)
    if (record.row.kind === 'bundle') body.contents = o.bundles.direct(record)
    return body
  }

  const remembered = async (head: ObjectHead): Promise<DrsObject> => {
    const known = cache.get(head.id)
    if (known !== undefined) cache.delete(head.id)
    if (known?.revision === head.revision) {
      cache.set(head.id, known)
      return known.body
    }
    const record = await o.store.get(head.id)
    if (record === undefined) throw new ObjectNotFound(head.id)
    const body = render(record)
    cache.set(head.id, { revision: record.row.revision, body })
    const oldest = cache.keys().next()
    if (cache.size > CACHE_ENTRIES && oldest.done !== true) cache.delete(oldest.value)
    return body
  }

  return {
    /** Throws ObjectNotFound, AuthError, TooLargeToExpand. */
    async get(caller: Caller, id: string, expand: boolean): Promise<DrsObject> {
      const head = readable(await o.store.head(id))
      await o.permissions.require(caller, 'drs:metadata', id, head)
      if (head === undefined) throw new ObjectNotFound(id)
      const body = await remembered(head)
      if (!expand || head.kind !== 'bundle') return body
      const record = await o.store.get(id)
      return record === undefined ? body : { ...body, contents: await o.bundles.tree(caller, record) }
    },

    /** DRS 1.5, OPTIONS: unauthenticated; an object that may not be told of answers like a missing one (T1). */
    async authorizations(id: string): Promise<Authorizations> {
      const head = readable(await o.store.head(id))
      const found = o.permissions.describe(head?.dataset_id ?? '')
      if (head === undefined || found === undefined) throw new ObjectNotFound(id)
      return o.representation.authorizationsOf(id, found)
    },

    render,
  }
}
export type Objects = ReturnType<typeof createObjects>

import type { Authorizations, DrsObject } from '@biocloud/ga4gh-api'
import type { Bundles } from './bundles.ts'
import type { ObjectStore } from './db/objects.ts'
import type { ObjectHead, ObjectRecord } from './db/rows.ts'
import { ObjectNotFound } from './errors.ts'
import type { Caller, Permissions } from './permissions.ts'
import type { Representation } from './representation.ts'

const CACHE_ENTRIES = 10_000 // about 2 KB each
const MAX_KEPT = 16_384 // characters

/** A pending object has no checksum yet, which DRS requires: it is not readable. */
export const readable = (head: ObjectHead | undefined): ObjectHead | undefined =>
  head?.state === 'pending' ? undefined : head

/** An object as it is answered, and the same as JSON. */
export interface Shown {
  body: DrsObject
  text: string
}
type Kept = Shown & { revision: number }

/** Objects and how to authorise for them. */
export const createObjects = (o: {
  store: ObjectStore
  permissions: Permissions
  representation: Representation
  bundles: Bundles
}) => {
  // By id; good only for its revision. Insertion order is age of use.
  const cache = new Map<string, Kept>()

  const render = (record: ObjectRecord): DrsObject => {
    const body = o.representation.blob(record)
    if (record.row.kind === 'bundle') body.contents = o.bundles.direct(record)
    return body
  }

  const remembered = async (head: ObjectHead): Promise<Shown> => {
    const known = cache.get(head.id)
    if (known !== undefined) cache.delete(head.id)
    if (known?.revision === head.revision) {
      cache.set(head.id, known)
      return known
    }
    const record = await o.store.get(head.id)
    if (record === undefined) throw new ObjectNotFound(head.id)
    const body = render(record)
    const made: Kept = { revision: record.row.revision, body, text: JSON.stringify(body) }
    // A long bundle is not kept: the bound is a number of entries.
    if (made.text.length <= MAX_KEPT) cache.set(head.id, made)
    const oldest = cache.keys().next()
    if (cache.size > CACHE_ENTRIES && oldest.done !== true) cache.delete(oldest.value)
    return made
  }

  return {
    /** Throws ObjectNotFound, AuthError, TooLargeToExpand. */
    async get(caller: Caller, id: string, expand: boolean): Promise<Shown> {
      const head = readable(await o.store.head(id))
      await o.permissions.require(caller, 'drs:metadata', id, head)
      if (head === undefined) throw new ObjectNotFound(id)
      const shown = await remembered(head)
      if (!expand || head.kind !== 'bundle') return shown
      const record = await o.store.get(id)
      if (record === undefined) return shown
      const body = { ...shown.body, contents: await o.bundles.tree(caller, record, o.bundles.budget()) }
      return { body, text: JSON.stringify(body) }
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

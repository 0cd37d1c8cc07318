import type { AccessURL, BulkAccessURLs, BulkAuthorizations, BulkObjects } from '@biocloud/ga4gh-api'
import { isDenial } from '@biocloud/passport-auth'
import { BadRequest } from '@biocloud/service-kit'
import type { Access } from './access.ts'
import type { Bundles } from './bundles.ts'
import type { ObjectStore } from './db/objects.ts'
import type { ObjectRecord } from './db/rows.ts'
import { TooManyItems } from './errors.ts'
import type { Objects } from './objects.ts'
import type { Caller, Permissions } from './permissions.ts'
import type { Representation } from './representation.ts'

type Unresolved = Map<number, { ids: string[]; accessIds: string[] }>

const note = (unresolved: Unresolved, status: number, id: string, accessId?: string): void => {
  const group = unresolved.get(status) ?? { ids: [], accessIds: [] }
  group.ids.push(id)
  if (accessId !== undefined) group.accessIds.push(accessId)
  unresolved.set(status, group)
}

const summarise = (requested: number, resolved: number) => ({ requested, resolved, unresolved: requested - resolved })

const listed = (unresolved: Unresolved, withAccess = false) =>
  [...unresolved].map(([error_code, { ids, accessIds }]) => ({
    error_code,
    object_ids: ids,
    ...(withAccess ? { access_ids: accessIds } : {}),
  }))

/** The bulk forms (K1–K6): what can be given beside what cannot, in the order asked for. */
export const createBulk = (o: {
  store: ObjectStore
  permissions: Permissions
  objects: Objects
  bundles: Bundles
  representation: Representation
  access: Access
  limit: number
}) => {
  /** K2: counted as sent. K3: a missing array is 400, an empty one is not. K4: duplicates collapse. */
  const idsOf = (given: readonly string[] | undefined): string[] => {
    if (given === undefined)
      throw new BadRequest('bulk_object_ids is required: an array of ids', { code: 'request_invalid' })
    if (given.length > o.limit) throw new TooManyItems('bulk_object_ids', given.length, o.limit)
    return [...new Set(given)]
  }

  const readableOf = async (ids: readonly string[]): Promise<Map<string, ObjectRecord>> => {
    const records = await o.store.getMany(ids)
    for (const [id, { row }] of records) if (row.state === 'pending') records.delete(id)
    return records
  }
  const headsOf = (records: ReadonlyMap<string, ObjectRecord>) =>
    new Map([...records].map(([id, { head }]) => [id, head]))

  return {
    async objects(caller: Caller, given: readonly string[] | undefined, expand: boolean): Promise<BulkObjects> {
      const ids = idsOf(given)
      const records = await readableOf(ids)
      const decisions = await o.permissions.requireEach(caller, 'drs:metadata', headsOf(records), ids)
      const unresolved: Unresolved = new Map()
      const resolved: BulkObjects['resolved_drs_object'] = []
      const budget = o.bundles.budget() // B4 bounds the answer, not each bundle of it
      for (const id of ids) {
        const record = records.get(id)
        const decision = decisions.get(id)
        if (record === undefined || decision === undefined) note(unresolved, 404, id)
        else if (isDenial(decision)) note(unresolved, decision.status, id)
        else if (expand && record.row.kind === 'bundle') {
          resolved.push({ ...o.objects.render(record), contents: await o.bundles.tree(caller, record, budget) })
        } else resolved.push(o.objects.render(record))
      }
      return {
        summary: summarise(ids.length, resolved.length),
        unresolved_drs_objects: listed(unresolved),
        resolved_drs_object: resolved,
      }
    },

    async authorizations(given: readonly string[] | undefined): Promise<BulkAuthorizations> {
      const ids = idsOf(given)
      const records = await readableOf(ids)
      const unresolved: Unresolved = new Map()
      const resolved: BulkAuthorizations['resolved_drs_object'] = []
      for (const id of ids) {
        const found = o.permissions.describe(records.get(id)?.row.dataset_id ?? '')
        if (found === undefined || !records.has(id)) note(unresolved, 404, id)
        else resolved.push(o.representation.authorizationsOf(id, found))
      }
      return {
        summary: summarise(ids.length, resolved.length),
        unresolved_drs_objects: listed(unresolved),
        resolved_drs_object: resolved,
      }
    },

    /** An item without access ids means the object's first access method. */
    async access(
      caller: Caller,
      given: readonly { bulk_object_id?: string; bulk_access_ids?: string[] }[] | undefined,
    ): Promise<BulkAccessURLs> {
      if (given === undefined) {
        throw new BadRequest('bulk_object_access_ids is required: an array of {bulk_object_id, bulk_access_ids}', {
          code: 'request_invalid',
        })
      }
      const sent = given.reduce((count, item) => count + Math.max(1, item.bulk_access_ids?.length ?? 0), 0)
      if (sent > o.limit) throw new TooManyItems('bulk_object_access_ids', sent, o.limit)
      const nameless = given.findIndex((item) => item.bulk_object_id === undefined)
      if (nameless !== -1) {
        throw new BadRequest(`bulk_object_access_ids[${nameless}].bulk_object_id is required`, {
          code: 'request_invalid',
        })
      }
      const ids = [...new Set(given.map((item) => item.bulk_object_id ?? ''))]
      const records = await readableOf(ids)
      const decisions = await o.permissions.requireEach(caller, 'drs:access', headsOf(records), ids)
      const pairs = new Map<string, { id: string; accessId: string }>()
      for (const { bulk_object_id: id = '', bulk_access_ids: wanted = [] } of given) {
        // E2: only who may have the bytes is told which way to them comes first; a hidden id looks like a missing one.
        const preferred = decisions.get(id)?.permit === true ? records.get(id)?.accessMethods[0]?.access_id : undefined
        for (const accessId of wanted.length === 0 ? [preferred ?? ''] : wanted) {
          pairs.set(JSON.stringify([id, accessId]), { id, accessId })
        }
      }
      const unresolved: Unresolved = new Map()
      const resolved: BulkAccessURLs['resolved_drs_object_access_urls'] = []
      for (const { id, accessId } of pairs.values()) {
        const record = records.get(id)
        const decision = decisions.get(id)
        const method = record?.accessMethods.find((one) => one.access_id === accessId)
        if (record === undefined || decision === undefined) note(unresolved, 404, id, accessId)
        else if (isDenial(decision)) note(unresolved, decision.status, id, accessId)
        else if (record.row.state !== 'active' || method === undefined) note(unresolved, 404, id, accessId)
        else {
          const link: AccessURL = o.access.sign(caller, record.head, method, decision)
          resolved.push({ drs_object_id: id, drs_access_id: accessId, ...link })
        }
      }
      return {
        summary: summarise(pairs.size, resolved.length),
        unresolved_drs_objects: listed(unresolved, true),
        resolved_drs_object_access_urls: resolved,
      }
    },
  }
}
export type Bulk = ReturnType<typeof createBulk>

import type { ResolvedObject } from '@biocloud/passport-auth'
import { sortChecksums } from './checksums.ts'
import type { ObjectStore } from './db/objects.ts'
import type { ObjectRecord } from './db/rows.ts'

/** The id that a drs:// URI of this server names; undefined for another server's and for what is no such URI. */
const localId = (uri: string, hosts: ReadonlySet<string>): string | undefined => {
  const match = /^drs:\/\/([A-Za-z0-9.-]+)\/([^/?#]+)$/.exec(uri)
  if (match?.[2] === undefined || !hosts.has(match[1]?.toLowerCase() ?? '')) return undefined
  try {
    return decodeURIComponent(match[2])
  } catch {
    return undefined
  }
}

const resolved = (uri: string, { row, head, checksums, accessMethods }: ObjectRecord): ResolvedObject => {
  const [method] = accessMethods
  return {
    id: row.id,
    uri,
    dataset: row.dataset_id,
    ...(head.run_owner === null
      ? {}
      : { owner: head.run_owner, allOf: JSON.parse(head.run_datasets ?? '[]') as string[] }),
    ...(row.name === null ? {} : { name: row.name }),
    size: row.size,
    ...(row.mime_type === null ? {} : { mime_type: row.mime_type }),
    checksums: sortChecksums(checksums.map(({ type, checksum }) => ({ type, checksum }))),
    ...(method === undefined ? {} : { access_id: method.access_id }),
  }
}

/** For the STS: the objects of a grant, in the order of their URIs; undefined for what gives no bytes here. */
export const createGrantObjects =
  ({ store, hosts }: { store: ObjectStore; hosts: readonly string[] }) =>
  async (uris: readonly string[]): Promise<(ResolvedObject | undefined)[]> => {
    const names = new Set(hosts.map((host) => host.toLowerCase()))
    const ids = uris.map((uri) => localId(uri, names))
    const records = await store.getMany([...new Set(ids.filter((id) => id !== undefined))])
    return uris.map((uri, i) => {
      const record = records.get(ids[i] ?? '')
      return record?.row.state === 'active' && record.row.kind === 'blob' ? resolved(uri, record) : undefined
    })
  }

import type { AccessMethod, Authorizations, DrsObject } from '@biocloud/ga4gh-api'
import { sortChecksums } from './checksums.ts'
import type { ObjectRecord } from './db/rows.ts'
import type { Permissions } from './permissions.ts'
import type { Stores } from './stores.ts'

/** U1: hostname-based, the id percent-encoded once. */
export const createUris = (publicHost: string) => ({
  of: (id: string): string => `drs://${publicHost}/${encodeURIComponent(id)}`,
})
export type Uris = ReturnType<typeof createUris>

/** Rows → what a client sees. Absent means absent: never null (O1). */
export const createRepresentation = (o: { uris: Uris; stores: Stores; permissions: Permissions }) => {
  const methodsOf = ({ row, accessMethods }: ObjectRecord): AccessMethod[] => {
    const authorizations = o.permissions.describe(row.dataset_id)
    const open = authorizations?.supported_types.includes('None') === true
    return accessMethods.map((method) => {
      // A3: of a public dataset in a store that is public itself, the address; of all else only the access_id.
      const url = open ? o.stores.publicUrl(o.stores.named(method.backend), method.key) : undefined
      return {
        type: method.type,
        access_id: method.access_id,
        ...(url === undefined ? {} : { access_url: { url } }),
        ...(method.cloud === null ? {} : { cloud: method.cloud }),
        ...(method.region === null ? {} : { region: method.region }),
        available: true,
        ...(authorizations === undefined ? {} : { authorizations: authorizationsOf(row.id, authorizations) }),
      }
    })
  }

  const authorizationsOf = (id: string, found: Authorizations): Authorizations => ({ drs_object_id: id, ...found })

  return {
    authorizationsOf,

    /** The object without its `contents`. */
    blob(record: ObjectRecord): DrsObject {
      const { row, checksums, aliases } = record
      const methods = methodsOf(record)
      return {
        id: row.id,
        ...(row.name === null ? {} : { name: row.name }),
        self_uri: o.uris.of(row.id),
        size: row.size,
        created_time: row.created_time,
        updated_time: row.updated_time,
        ...(row.version === null ? {} : { version: row.version }),
        ...(row.mime_type === null ? {} : { mime_type: row.mime_type }),
        checksums: sortChecksums(checksums.map(({ type, checksum }) => ({ type, checksum }))),
        ...(methods.length === 0 ? {} : { access_methods: methods }),
        ...(row.description === null ? {} : { description: row.description }),
        ...(aliases.length === 0 ? {} : { aliases }),
      }
    },
  }
}
export type Representation = ReturnType<typeof createRepresentation>

import type { ContentsObject, DrsObjectCandidate } from '@biocloud/ga4gh-api'
import { isDenial } from '@biocloud/passport-auth'
import { bundleChecksums, contradiction, type Checksum } from './checksums.ts'
import type { ObjectStore } from './db/objects.ts'
import type { MemberRow, ObjectRecord } from './db/rows.ts'
import { InvalidCandidate } from './errors.ts'
import { checkName } from './names.ts'
import type { Caller, Permissions } from './permissions.ts'
import type { Writers } from './writers.ts'

interface Resolved {
  members: MemberRow[]
  size: number
  checksums: Checksum[]
}

/** The members of a new bundle. It can hold objects that exist already only, so no cycle can be written (B4). */
export const createBundleMembers = (o: {
  store: ObjectStore
  permissions: Permissions
  writers: Writers
  publicHost: string
  hosts: readonly string[]
  maxMembers: number
}) => {
  /** The id of a member that lives here. */
  const localId = (member: ContentsObject): string | undefined => {
    if (member.id !== undefined) return member.id
    for (const uri of member.drs_uri ?? []) {
      const match = /^drs:\/\/([A-Za-z0-9.-]+)\/([^/]+)$/.exec(uri)
      if (match?.[2] !== undefined && [o.publicHost, ...o.hosts].includes(match[1]?.toLowerCase() ?? '')) {
        return decodeURIComponent(match[2])
      }
    }
    return undefined
  }

  const checkMembers = (contents: readonly ContentsObject[], field: string): void => {
    if (contents.length === 0) throw new InvalidCandidate(`${field}.contents: a bundle has at least one member`)
    if (contents.length > o.maxMembers) {
      throw new InvalidCandidate(`${field}.contents: ${contents.length} members; at most ${o.maxMembers} are taken`)
    }
    const names = new Set<string>()
    for (const [i, member] of contents.entries()) {
      const at = `${field}.contents[${i}]`
      checkName(member.name, `${at}.name`)
      if (names.has(member.name)) throw new InvalidCandidate(`${at}.name: "${member.name}" is there twice`)
      names.add(member.name)
      if (member.contents !== undefined) {
        throw new InvalidCandidate(`${at}.contents: register the nested bundle first, then name it by its id`)
      }
      for (const uri of member.drs_uri ?? []) {
        if (!/^drs:\/\/[^\s/]+\/?\S+$/.test(uri) || uri.length > 2048) {
          throw new InvalidCandidate(`${at}.drs_uri: "${uri.slice(0, 64)}" is no drs:// URI`)
        }
      }
      if (member.id === undefined && (member.drs_uri ?? []).length === 0) {
        throw new InvalidCandidate(`${at}: give the id of the member, or its drs_uri`)
      }
    }
  }

  /** Members must be known to the caller: a bundle is no way to find out which ids exist. */
  const knownTo = async (
    caller: Caller,
    records: ReadonlyMap<string, ObjectRecord>,
    ids: string[],
    dataset: string,
  ) => {
    const others = ids.filter((id) => records.get(id)?.row.dataset_id !== dataset)
    if (o.writers.ticketDataset(caller) !== undefined) return new Set(ids.filter((id) => !others.includes(id)))
    const heads = new Map([...records].map(([id, { head }]) => [id, head]))
    const decisions = await o.permissions.requireEach(caller, 'drs:metadata', heads, others)
    return new Set(
      ids.filter((id) => {
        const decision = decisions.get(id)
        return records.has(id) && (decision === undefined || !isDenial(decision))
      }),
    )
  }

  return {
    async resolve(
      caller: Caller,
      bundleId: string,
      candidate: DrsObjectCandidate,
      declared: readonly Checksum[],
      dataset: string,
      field: string,
    ): Promise<Resolved> {
      const contents = candidate.contents ?? []
      checkMembers(contents, field)
      if ((candidate.access_methods ?? []).length > 0 || candidate.x_upload !== undefined) {
        throw new InvalidCandidate(`${field}: a bundle has contents and no bytes of its own`)
      }
      const ids = contents.map(localId)
      const local = [...new Set(ids.filter((id) => id !== undefined))]
      const records = await o.store.getMany(local)
      for (const [id, { row }] of records) if (row.state !== 'active') records.delete(id)
      const known = await knownTo(caller, records, local, dataset)
      const missing = ids.findIndex((id) => id !== undefined && !known.has(id))
      if (missing !== -1) {
        throw new InvalidCandidate(
          `${field}.contents[${missing}]: there is no readable object ${JSON.stringify(ids[missing])} here that you may know of`,
        )
      }
      const members = contents.map((member, position) => ({
        bundle_id: bundleId,
        name: member.name,
        position,
        member_id: ids[position] ?? null,
        drs_uri: JSON.stringify(ids[position] === undefined ? (member.drs_uri ?? []) : []),
      }))
      return { members, ...totals(contents, ids, records, candidate, declared, field) }
    },
  }

  function totals(
    contents: readonly ContentsObject[],
    ids: readonly (string | undefined)[],
    records: ReadonlyMap<string, ObjectRecord>,
    candidate: DrsObjectCandidate,
    declared: readonly Checksum[],
    field: string,
  ): Omit<Resolved, 'members'> {
    if (ids.includes(undefined)) {
      // Of a member elsewhere neither size nor checksum is known here: then the candidate must say both.
      if (candidate.size === undefined || declared.length === 0) {
        throw new InvalidCandidate(`${field}: with a member at another server, give size and checksums of the bundle`)
      }
      return { size: candidate.size, checksums: [...declared] }
    }
    const found = contents.map((_, i) => records.get(ids[i] ?? ''))
    const size = found.reduce((sum, record) => sum + (record?.row.size ?? 0), 0)
    const checksums = bundleChecksums(found.map((record) => record?.checksums ?? []))
    if (checksums.length === 0) {
      throw new InvalidCandidate(
        `${field}.contents: the members have no checksum type in common yet; try again when they have sha-256`,
      )
    }
    if (candidate.size !== undefined && candidate.size !== size) {
      throw new InvalidCandidate(
        `${field}.size: ${candidate.size} is declared, the members have ${size} bytes together`,
      )
    }
    const wrong = contradiction(declared, checksums)
    if (wrong !== undefined) throw new InvalidCandidate(`${field}.checksums: the members give another ${wrong.type}`)
    return { size, checksums }
  }
}
export type BundleMembers = ReturnType<typeof createBundleMembers>

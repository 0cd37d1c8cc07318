import type { ContentsObject } from '@biocloud/ga4gh-api'
import { isDenial } from '@biocloud/passport-auth'
import type { ObjectStore } from './db/objects.ts'
import type { MemberRow, ObjectRecord } from './db/rows.ts'
import { TooLargeToExpand } from './errors.ts'
import type { Caller, Permissions } from './permissions.ts'
import type { Uris } from './representation.ts'

/** The members that one answer may still hold. */
export interface Budget {
  nodes: number
}

/** `contents` of bundles: direct members, or the sub-tree with its guards (B1, B4). */
export const createBundles = (o: {
  store: ObjectStore
  permissions: Permissions
  uris: Uris
  maxDepth: number
  maxNodes: number
}) => {
  const entry = (member: MemberRow): ContentsObject => {
    const uris = JSON.parse(member.drs_uri) as string[]
    if (member.member_id === null) return { name: member.name, drs_uri: uris }
    return { name: member.name, id: member.member_id, drs_uri: [o.uris.of(member.member_id), ...uris] }
  }

  const direct = (record: ObjectRecord): ContentsObject[] => record.members.map(entry)

  return {
    direct,

    /** For one answer, whatever number of bundles it expands (B4). */
    budget: (): Budget => ({ nodes: o.maxNodes }),

    /** The whole sub-tree, level by level. Throws TooLargeToExpand. Members at another DRS are leaves (B5). */
    async tree(caller: Caller, root: ObjectRecord, budget: Budget): Promise<ContentsObject[]> {
      const spend = (nodes: ContentsObject[]): ContentsObject[] => {
        budget.nodes -= nodes.length
        if (budget.nodes < 0) throw new TooLargeToExpand('members', o.maxNodes)
        return nodes
      }
      const contents = spend(direct(root))
      // Each open bundle with the ids above it: an id among its own ancestors is a cycle, and is cut.
      let level = contents.map((node) => ({ node, above: [root.row.id] }))
      for (let depth = 1; level.length > 0; depth++) {
        const open = level.filter(({ node, above }) => node.id !== undefined && !above.includes(node.id))
        const records = await o.store.getMany([...new Set(open.map(({ node }) => node.id ?? ''))])
        const bundles = [...records.values()].filter(({ row }) => row.kind === 'bundle' && row.state !== 'pending')
        if (bundles.length === 0) break
        if (depth >= o.maxDepth) throw new TooLargeToExpand('levels', o.maxDepth)
        // B5: what is in a bundle is told to whoever may read that bundle.
        const heads = new Map(bundles.map(({ head }) => [head.id, head]))
        const decisions = await o.permissions.requireEach(caller, 'drs:metadata', heads, [...heads.keys()])
        const next: typeof level = []
        for (const { node, above } of open) {
          const record = records.get(node.id ?? '')
          const decision = decisions.get(node.id ?? '')
          if (record === undefined || decision === undefined || isDenial(decision)) continue
          node.contents = spend(direct(record))
          next.push(...node.contents.map((below) => ({ node: below, above: [...above, record.row.id] })))
        }
        level = next
      }
      return contents
    },
  }
}
export type Bundles = ReturnType<typeof createBundles>

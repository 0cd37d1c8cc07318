import type { AccessURL } from '@biocloud/ga4gh-api'
import type { Permit } from '@biocloud/passport-auth'
import type { Clock } from '@biocloud/service-kit'
import type { DataTokens } from './data-token.ts'
import type { ObjectStore } from './db/objects.ts'
import type { AccessMethodRow, ObjectHead } from './db/rows.ts'
import { AccessNotFound } from './errors.ts'
import type { Events } from './events.ts'
import { readable } from './objects.ts'
import type { Caller, Permissions } from './permissions.ts'

/** Signed links for those who may have the bytes. `authorize` has recorded the decision before a link is made (Y5). */
export const createAccess = (o: {
  store: ObjectStore
  permissions: Permissions
  tokens: DataTokens
  events: Events
  clock: Clock
  publicUrl: string
  linkTtlSeconds: number
  subjectOf: (caller: Caller) => string
}) => {
  const sign = (caller: Caller, head: ObjectHead, method: AccessMethodRow, permit: Permit): AccessURL => {
    const now = Math.floor(o.clock.now().getTime() / 1000)
    const until = Math.floor(permit.notAfter.getTime() / 1000)
    const { grantId } = caller.identity
    const token = o.tokens.sign({
      op: 'get',
      id: head.id,
      access: method.access_id,
      generation: head.generation,
      subject: o.subjectOf(caller),
      ...(grantId === undefined ? {} : { grant: grantId }),
      exp: Math.min(now + o.linkTtlSeconds, until),
      until,
    })
    o.events.linkGiven(head.id, method.backend)
    return { url: `${o.publicUrl}/data/${token}` } // A4: a link that needs no header
  }

  return {
    sign,

    /** Throws ObjectNotFound, AccessNotFound, AuthError. */
    async grant(caller: Caller, id: string, accessId: string): Promise<AccessURL> {
      // Both are read before the decision, whether or not the first is there: the same work for every id.
      const head = readable(await o.store.head(id))
      const method = await o.store.accessMethod(id, accessId)
      const permit = await o.permissions.require(caller, 'drs:access', id, head)
      if (head?.state !== 'active' || method === undefined) throw new AccessNotFound(id, accessId)
      return sign(caller, head, method, permit)
    },
  }
}
export type Access = ReturnType<typeof createAccess>

import type { Denial } from './denial.ts'
import { deny } from './denial.ts'
import { evaluate } from './evaluator.ts'
import type { Answer } from './evaluator.ts'
import type { Grant } from './grants.ts'
import type { Policy } from './policy.ts'
import type { Revocation } from './revocation.ts'
import type { VisaFacts } from './visa-facts.ts'

/** Whether the facts of a visa would still be accepted: its issuer may have lost a right, or the visa been revoked, since the grant. */
const stillCounts = (policy: Policy, revocation: Revocation | undefined, now: number, visa: VisaFacts): boolean => {
  const issuer = policy.issuers.get(visa.iss)
  return (
    issuer !== undefined &&
    issuer.name === visa.issuer &&
    issuer.mayAssert.get(visa.type)?.has(visa.source) === true &&
    visa.exp > now &&
    revocation?.isRevoked(visa) !== true
  )
}

/** Policy, revocation and expiry of a grant, judged anew from its facts at every ticket and every use of one. `now` in seconds. */
export const judgeGrant = (
  o: { policy: Policy; revocation: Revocation | undefined },
  grant: Grant,
  parent: Grant | undefined,
  now: number,
): Answer | Denial => {
  const ended = [grant, ...(parent ? [parent] : [])].some(
    (one) => one.revokedAt !== undefined || Date.parse(one.notAfter) / 1000 <= now,
  )
  if (ended || (grant.parentId !== undefined && !parent)) return deny('ticket_spent', { reason: 'grant: ended' })
  if (o.revocation?.isRevoked({ iss: grant.iss, sub: grant.sub }))
    return deny('token_invalid', { reason: 'grant: its person is revoked' })
  const visas = grant.facts.filter((visa) => stillCounts(o.policy, o.revocation, now, visa))
  if (grant.datasets.length === 0)
    return { permit: true, rule: 'owner', used: [], exp: Infinity, maxGrantTTL: 3600, open: false }
  return evaluate(
    o.policy,
    { operation: grant.operation, datasetIds: grant.datasets },
    { keys: [grant.owner], operator: false, visas: { visas } },
    now,
  )
}

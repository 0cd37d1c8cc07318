import { assertedTime, checkJti, checkOptionalAudience, checkSub, checkTimes, isText } from './claims.ts'
import type { Payload } from './claims.ts'
import { deny } from './denial.ts'
import type { Denial } from './denial.ts'
import { identityKey } from './identities.ts'
import type { ServiceName } from './identities.ts'
import type { VisaIssuer } from './issuers.ts'
import { isRefusal, refuse, scanJws } from './jws.ts'
import type { Refusal, ScannedJws } from './jws.ts'
import { isRecord } from './policy-reader.ts'
import type { VisaFacts, VisaSet } from './visa-facts.ts'
import { rulesOf } from './rules.ts'
import { checkSignature, isUnavailable } from './signature.ts'
import { createTokenCache } from './token-cache.ts'
import { nowSeconds } from './clock.ts'
import type { Verifying } from './verifying.ts'

/** Counted under this label; the visa is then as if it were not there (O2b, O3). */
export type VisaFault =
  | 'too_large'
  | 'malformed'
  | 'untrusted_issuer'
  | 'not_a_visa_document'
  | 'jku_not_pinned'
  | 'type_not_allowed'
  | 'source_not_allowed'
  | 'not_needed'
  | 'conditions_not_evaluated'
  | 'linked_identities_not_evaluated'
  | 'revoked'
  | 'claims'
  | 'signature'
  | 'other_person'

export type Visas = {
  /** `own`: pulled by us (userinfo, local issuer), so a cap is our fault: 503 instead of 413. */
  verify(
    tokens: readonly string[],
    o: { service: ServiceName; keys: ReadonlySet<string>; own: boolean },
  ): Promise<VisaSet | Denial>
}

const MAX_VISA = 16 * 1024
const MAX_DECODED = 1000
const MAX_VERIFIED = 200
const MAX_ISSUERS = 10
const IN_FLIGHT = 64
const VISA_TYP = new Set(['jwt', 'vnd.ga4gh.visa+jwt', 'application/vnd.ga4gh.visa+jwt'])
const BY = new Set(['self', 'peer', 'system', 'so', 'dac'])

type Candidate = {
  readonly token: string
  readonly jws: ScannedJws
  readonly issuer: VisaIssuer
  readonly type: string
  readonly value: string
}
/** What a verified visa leaves behind: its audiences are compared at each use. */
type Kept = { readonly facts: VisaFacts; readonly audiences: Payload }

type Judged =
  | VisaFacts
  | { readonly fault: VisaFault; readonly detail?: string }
  | { readonly undecided: string; readonly retryAfter: number }

const fault = (name: VisaFault, detail?: string) => ({ fault: name, ...(detail === undefined ? {} : { detail }) })

/** Absent for use where empty (K8); anything else would narrow the visa, and is not evaluated by this version. */
const hasConditions = (visa: Record<string, unknown>): boolean =>
  visa.conditions !== undefined &&
  visa.conditions !== null &&
  !(Array.isArray(visa.conditions) && visa.conditions.length === 0)

const factsOf = (candidate: Candidate, now: number): VisaFacts | Refusal => {
  const { jws, issuer, type, value } = candidate
  const { payload } = jws
  const visa = payload.ga4gh_visa_v1 as Record<string, unknown>
  const times = checkTimes(payload, now, issuer.maxAge)
  if ('refused' in times) return times
  const sub = checkSub(payload)
  if (typeof sub !== 'string') return sub
  const jti = checkJti(payload)
  if (typeof jti === 'object') return jti
  const asserted = assertedTime(visa.asserted, now)
  if (typeof asserted !== 'number') return asserted
  const { source, by } = visa
  if (!isText(source)) return refuse('source: missing or malformed')
  if (by !== undefined && !(typeof by === 'string' && BY.has(by))) return refuse('by: not one of the five')
  return {
    issuer: issuer.name,
    iss: issuer.iss,
    sub,
    key: identityKey(issuer.iss, sub, issuer.namespace),
    ...(jti === undefined ? {} : { jti }),
    type,
    value,
    source,
    ...(by === undefined ? {} : { by }),
    asserted,
    iat: times.iat,
    exp: times.exp,
  }
}

/** What can be told from the text alone, before any key: most visas of a stranger end here. */
const decodeVisa = (token: string, context: Verifying): Candidate | { fault: VisaFault } => {
  if (token.length > MAX_VISA) return fault('too_large')
  const jws = scanJws(token)
  if (isRefusal(jws)) return fault('malformed', jws.refused)
  const { payload } = jws
  const issuer = typeof payload.iss === 'string' ? context.policy.issuers.get(payload.iss) : undefined
  if (!issuer) return fault('untrusted_issuer')
  if (jws.typ !== undefined && !VISA_TYP.has(jws.typ.toLowerCase())) return fault('not_a_visa_document', 'typ')
  // AAI: a Visa Document Token has a jku, and its scope, if there, is not openid (V21).
  const { scope = '' } = payload
  const openid = typeof scope !== 'string' || scope.split(/\s+/).includes('openid')
  if (jws.jku === undefined || openid || Object.hasOwn(payload, 'ga4gh_passport_v1'))
    return fault('not_a_visa_document')
  if (jws.jku !== issuer.jku) return fault('jku_not_pinned')
  const visa = payload.ga4gh_visa_v1
  if (!isRecord(visa) || !isText(visa.type) || typeof visa.value !== 'string')
    return fault('malformed', 'ga4gh_visa_v1')
  if (visa.type === 'LinkedIdentities') return fault('linked_identities_not_evaluated')
  const rights = issuer.mayAssert.get(visa.type)
  if (!rights) return fault('type_not_allowed')
  if (typeof visa.source !== 'string' || !rights.has(visa.source)) return fault('source_not_allowed')
  if (hasConditions(visa)) return fault('conditions_not_evaluated')
  return { token, jws, issuer, type: visa.type, value: visa.value }
}

/** Which (issuer, type, value) any rule of the policy asks for: other visas are never verified. */
const neededVisas = (policy: Verifying['policy']): ((candidate: Candidate) => boolean) => {
  const wanted = new Set<string>()
  for (const { rule } of policy.datasets.values())
    for (const { visa, values, issuers } of rule ? rulesOf(rule) : [])
      for (const value of values) for (const issuer of issuers) wanted.add(JSON.stringify([issuer, visa, value]))
  return ({ issuer, type, value }) => wanted.has(JSON.stringify([issuer.name, type, value]))
}

export const createVisas = (context: Verifying): Visas => {
  const { policy, clock, revocation, observe } = context
  const cache = createTokenCache<Kept>('visa', policy.version, 50_000)
  const isNeeded = neededVisas(policy)

  /** What may have changed since a visa was verified, and whose it is. */
  const stillGood = ({ facts, audiences }: Kept, service: ServiceName, keys: ReadonlySet<string>): Judged => {
    const audience = checkOptionalAudience(audiences, context.audiencesOf(service))
    if (audience) return fault('claims', audience.refused)
    if (!keys.has(facts.key)) return fault('other_person')
    return revocation?.isRevoked(facts) ? fault('revoked') : facts
  }

  const judge = async (candidate: Candidate, service: ServiceName, keys: ReadonlySet<string>): Promise<Judged> => {
    const { token, jws, issuer } = candidate
    const now = nowSeconds(clock)
    const facts = factsOf(candidate, now)
    if (isRefusal(facts)) return fault('claims', facts.refused)
    const kept: Kept = { facts, audiences: Object.hasOwn(jws.payload, 'aud') ? { aud: jws.payload.aud } : {} }
    const standing = stillGood(kept, service, keys)
    if ('fault' in standing) return standing
    const source = context.keysOf(issuer.iss, issuer.keys)
    const signed = await checkSignature(token, jws, { source, algs: issuer.algs, iat: facts.iat })
    if (isUnavailable(signed)) return { undecided: facts.type, retryAfter: signed.retryAfter }
    if (isRefusal(signed)) return fault('signature', signed.refused)
    const { exp, iat } = facts
    cache.set(
      cache.key(token),
      { facts: kept, exp, iat, maxAge: issuer.maxAge, thumbprint: signed.thumbprint, source },
      now,
    )
    return facts
  }

  return {
    async verify(tokens, { service, keys, own }) {
      const tooMany = (code: 'too_many_visas' | 'too_many_key_sets'): Denial =>
        own ? { ...deny(code), status: 503, retryAfter: 60 } : deny(code)
      if (tokens.length > MAX_DECODED) return tooMany('too_many_visas')
      const ignored = (reason: VisaFault, issuer: string, detail = ''): void => {
        observe({ name: 'visa_ignored', labels: { reason, issuer, detail } })
      }
      const visas: VisaFacts[] = []
      const types = new Set<string>()
      let retryAfter = 0
      const take = (result: Judged, issuer: string): void => {
        if ('fault' in result) ignored(result.fault, issuer, result.detail)
        else if ('undecided' in result) {
          types.add(result.undecided)
          retryAfter = Math.max(retryAfter, result.retryAfter)
        } else visas.push(result)
      }
      const candidates: Candidate[] = []
      const warm: Kept[] = []
      for (const token of tokens) {
        // Only needed visas of trusted issuers are ever kept, under this policy's version: a hit needs no decoding.
        const kept = token.length > MAX_VISA ? undefined : cache.get(cache.key(token), nowSeconds(clock))
        if (kept) {
          warm.push(kept)
          continue
        }
        const candidate = decodeVisa(token, context)
        if ('fault' in candidate) ignored(candidate.fault, '')
        else if (!isNeeded(candidate)) ignored('not_needed', candidate.issuer.name)
        else candidates.push(candidate)
      }
      if (candidates.length + warm.length > MAX_VERIFIED) return tooMany('too_many_visas')
      const issuers = new Set([...candidates.map(({ issuer }) => issuer.iss), ...warm.map(({ facts }) => facts.iss)])
      if (issuers.size > MAX_ISSUERS) return tooMany('too_many_key_sets')
      for (const kept of warm) take(stillGood(kept, service, keys), kept.facts.issuer)
      for (let at = 0; at < candidates.length; at += IN_FLIGHT) {
        const batch = candidates.slice(at, at + IN_FLIGHT)
        const judged = await Promise.all(batch.map((candidate) => judge(candidate, service, keys)))
        judged.forEach((result, index) => {
          take(result, batch[index]?.issuer.name ?? '')
        })
      }
      return types.size > 0 ? { visas, undecided: { types, retryAfter } } : { visas }
    },
  }
}

import { audiencesOf, checkJti, checkSub, checkTimes, isText } from './claims.ts'
import type { Payload } from './claims.ts'
import { identityKey } from './identities.ts'
import type { ServiceName } from './identities.ts'
import type { Broker } from './issuers.ts'
import { isRefusal, refuse, scanJws } from './jws.ts'
import type { Refusal, ScannedJws } from './jws.ts'
import { checkSignature, isUnavailable } from './signature.ts'
import type { Unavailable } from './signature.ts'
import { createTokenCache } from './token-cache.ts'
import { nowSeconds } from './clock.ts'
import type { Verifying } from './verifying.ts'

/** Who an access token speaks for. */
export type AccessTokenFacts = {
  readonly iss: string
  readonly sub: string
  readonly key: string
  readonly broker: Broker
  readonly exp: number
  readonly iat: number
  readonly jti?: string
  readonly clientId?: string
  readonly name?: string
}
export type AccessTokens = {
  verify(token: string, service: ServiceName): Promise<AccessTokenFacts | Refusal | Unavailable>
}

const AT_JWT = new Set(['at+jwt', 'application/at+jwt'])
// An id token, a logout token or a security event is no access token (V8); visas never ride in one (AAI).
const FOREIGN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 'events', 'ga4gh_passport_v1', 'ga4gh_visa_v1'] as const
const MAX_TOKEN = 16 * 1024

const clientOf = (payload: Payload): string | undefined => {
  const client = payload.client_id ?? payload.azp
  return isText(client) ? client : undefined
}

const checkKind = (jws: ScannedJws, broker: Broker): Refusal | undefined => {
  const typ = jws.typ?.toLowerCase()
  if (typ === undefined || !(AT_JWT.has(typ) || (!broker.local && typ === 'jwt')))
    return refuse('header: typ is not that of an access token')
  for (const claim of FOREIGN_CLAIMS)
    if (Object.hasOwn(jws.payload, claim)) return refuse(`${claim}: not in an access token`)
  // A token bound to a key proves nothing without its proof, and proofs are not taken here yet.
  if (Object.hasOwn(jws.payload, 'cnf')) return refuse('cnf: a key-bound token is not a bearer token')
  const { typ: kind } = jws.payload
  if (kind !== undefined && kind !== 'Bearer' && kind !== 'DPoP')
    return refuse('typ: the payload names another kind of token')
  return undefined
}

const checkAudience = (payload: Payload, broker: Broker, ours: ReadonlySet<string>): Refusal | undefined => {
  const audiences = audiencesOf(payload)
  if (audiences !== undefined && 'refused' in audiences) return audiences
  const client = clientOf(payload)
  if (broker.local) {
    if (client === undefined) return refuse('client_id: missing') // RFC 9068 §2.2
    return audiences?.some((audience) => ours.has(audience)) ? undefined : refuse('aud: names another service')
  }
  if (typeof payload.scope !== 'string') return refuse('scope: missing')
  if (audiences) {
    const accepted = audiences.some((audience) => broker.acceptedAudiences.has(audience))
    return accepted ? undefined : refuse('aud: not an accepted audience')
  }
  return client !== undefined && broker.acceptedClients.has(client)
    ? undefined
    : refuse('client_id: not an accepted client')
}

/** Access tokens (RFC 9068) of the local issuer and of brokers with the profile `oidc` or `userinfo-1.0`. */
export const createAccessTokens = (context: Verifying): AccessTokens => {
  const { policy, clock, revocation } = context
  const caches = {
    drs: createTokenCache<AccessTokenFacts>('access/drs', policy.version, 20_000),
    wes: createTokenCache<AccessTokenFacts>('access/wes', policy.version, 20_000),
    tes: createTokenCache<AccessTokenFacts>('access/tes', policy.version, 20_000),
  }
  const unlessRevoked = (facts: AccessTokenFacts): AccessTokenFacts | Refusal =>
    revocation?.isRevoked(facts) ? refuse('jti: revoked') : facts

  return {
    async verify(token, service) {
      if (token.length > MAX_TOKEN) return refuse('form: larger than 16 KiB')
      const now = nowSeconds(clock)
      const cache = caches[service]
      const cacheKey = cache.key(token)
      const hit = cache.get(cacheKey, now)
      if (hit) return unlessRevoked(hit)

      const jws = scanJws(token)
      if (isRefusal(jws)) return jws
      const { payload } = jws
      const broker = typeof payload.iss === 'string' ? policy.brokers.get(payload.iss) : undefined
      if (!broker || !(broker.profiles.has('oidc') || broker.profiles.has('userinfo-1.0')))
        return refuse('iss: not an issuer of access tokens here')
      const kind = checkKind(jws, broker)
      if (kind) return kind
      const times = checkTimes(payload, now, broker.maxAge)
      if ('refused' in times) return times
      const sub = checkSub(payload)
      if (typeof sub !== 'string') return sub
      const jti = checkJti(payload)
      if (typeof jti === 'object') return jti
      const audience = checkAudience(payload, broker, context.audiencesOf(service))
      if (audience) return audience
      const source = context.keysOf(broker.iss, broker.keys)
      const signed = await checkSignature(token, jws, { source, algs: broker.algs, iat: times.iat })
      if (isRefusal(signed) || isUnavailable(signed)) return signed
      const clientId = clientOf(payload)
      const name = payload.name ?? payload.preferred_username
      const facts: AccessTokenFacts = {
        iss: broker.iss,
        sub,
        key: identityKey(broker.iss, sub, broker.namespace),
        broker,
        exp: times.exp,
        iat: times.iat,
        ...(jti === undefined ? {} : { jti }),
        ...(clientId === undefined ? {} : { clientId }),
        ...(isText(name) ? { name } : {}),
      }
      cache.set(
        cacheKey,
        { facts, exp: times.exp, iat: times.iat, maxAge: broker.maxAge, thumbprint: signed.thumbprint, source },
        now,
      )
      return unlessRevoked(facts)
    },
  }
}

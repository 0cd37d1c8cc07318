import { checkJti, checkOptionalAudience, checkSub, checkTimes } from './claims.ts'
import { identityKey } from './identities.ts'
import type { ServiceName } from './identities.ts'
import { isRefusal, payloadOf, refuse, scanJws } from './jws.ts'
import type { Refusal } from './jws.ts'
import { checkSignature, isUnavailable } from './signature.ts'
import type { Unavailable } from './signature.ts'
import { createTokenCache } from './token-cache.ts'
import { nowSeconds } from './clock.ts'
import type { Verifying } from './verifying.ts'

export type PassportFacts = {
  readonly iss: string
  readonly sub: string
  readonly key: string
  readonly exp: number
  readonly iat: number
  readonly jti?: string
}
export type VerifiedPassport = { readonly facts: PassportFacts; readonly visas: readonly string[] }
export type Passports = {
  verify(token: string, service: ServiceName): Promise<VerifiedPassport | Refusal | Unavailable>
}

const PASSPORT_TYP = new Set(['vnd.ga4gh.passport+jwt', 'application/vnd.ga4gh.passport+jwt'])

const visasOf = (payload: Readonly<Record<string, unknown>>): readonly string[] | Refusal => {
  const list = payload.ga4gh_passport_v1
  if (!Array.isArray(list) || !list.every((item): item is string => typeof item === 'string'))
    return refuse('ga4gh_passport_v1: not an array of strings')
  return list
}

/** Passports of version 1.2, from configured brokers only (O1). */
export const createPassports = (context: Verifying): Passports => {
  const { policy, clock, revocation } = context
  // Facts alone are kept: a passport of 20 visas is 24 KB, and its bytes come again with every request.
  const cache = createTokenCache<PassportFacts>('passport', policy.version, 20_000)

  const accept = (
    facts: PassportFacts,
    payload: Readonly<Record<string, unknown>>,
    service: ServiceName,
  ): VerifiedPassport | Refusal => {
    const audience = checkOptionalAudience(payload, context.audiencesOf(service))
    if (audience) return audience
    if (revocation?.isRevoked(facts)) return refuse('jti: revoked')
    const visas = visasOf(payload)
    return isRefusal(visas) ? visas : { facts, visas }
  }

  return {
    async verify(token, service) {
      const now = nowSeconds(clock)
      const cacheKey = cache.key(token)
      const hit = cache.get(cacheKey, now)
      if (hit) return accept(hit, payloadOf(token), service)

      const jws = scanJws(token)
      if (isRefusal(jws)) return jws
      const { payload } = jws
      const broker = typeof payload.iss === 'string' ? policy.brokers.get(payload.iss) : undefined
      if (!broker?.profiles.has('ga4gh-1.2')) return refuse('iss: not a broker of this server')
      if (jws.typ === undefined || !PASSPORT_TYP.has(jws.typ.toLowerCase()))
        return refuse('header: typ is not that of a passport')
      if (Object.hasOwn(payload, 'ga4gh_visa_v1')) return refuse('ga4gh_visa_v1: a visa is not a passport')
      const times = checkTimes(payload, now, broker.maxAge)
      if ('refused' in times) return times
      const sub = checkSub(payload)
      if (typeof sub !== 'string') return sub
      const jti = checkJti(payload)
      if (typeof jti === 'object') return jti
      const facts: PassportFacts = {
        iss: broker.iss,
        sub,
        key: identityKey(broker.iss, sub, broker.namespace),
        exp: times.exp,
        iat: times.iat,
        ...(jti === undefined ? {} : { jti }),
      }
      const accepted = accept(facts, payload, service)
      if (isRefusal(accepted)) return accepted
      const source = context.keysOf(broker.iss, broker.keys)
      const signed = await checkSignature(token, jws, { source, algs: broker.algs, iat: times.iat })
      if (isRefusal(signed) || isUnavailable(signed)) return signed
      cache.set(
        cacheKey,
        { facts, exp: times.exp, iat: times.iat, maxAge: broker.maxAge, thumbprint: signed.thumbprint, source },
        now,
      )
      return accepted
    },
  }
}

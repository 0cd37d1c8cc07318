import { compactVerify, errors } from 'jose'
import { refuse } from './jws.ts'
import type { Refusal, ScannedJws } from './jws.ts'
import type { Alg, FoundKey, KeyLookup, KeySource } from './key-pool.ts'

export type Unavailable = { readonly unavailable: true; readonly retryAfter: number }
export type Signed = { readonly thumbprint: string }

export const isUnavailable = (value: object): value is Unavailable => 'unavailable' in value

const verifies = async (token: string, found: FoundKey): Promise<boolean> => {
  try {
    await compactVerify(token, found.key, { algorithms: [found.alg] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false // it carries the claims: never passed on
    throw error
  }
}

/** Steps 7, 11 and 12: the algorithm for that issuer, the key, the signature. */
export const checkSignature = async (
  token: string,
  jws: ScannedJws,
  o: { source: KeySource; algs: ReadonlySet<Alg>; iat: number },
): Promise<Signed | Refusal | Unavailable> => {
  if (!([...o.algs] as string[]).includes(jws.alg)) return refuse('header: alg is not allowed for this issuer')
  const attempt = async (lookup: KeyLookup, again: boolean): Promise<Signed | Refusal | Unavailable> => {
    if (!('found' in lookup)) return lookup
    const { found } = lookup
    // RFC 8725 §3.1: the key says which algorithm it is for, not the token.
    if (found.alg !== jws.alg) return refuse('header: alg is not that of the key')
    if (await verifies(token, found)) return { thumbprint: found.thumbprint }
    return again ? attempt(await o.source.findAnew(jws.kid, o.iat, found), false) : refuse('signature: does not verify')
  }
  return attempt(await o.source.find(jws.kid, o.iat), true)
}

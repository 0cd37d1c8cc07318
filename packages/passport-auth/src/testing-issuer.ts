import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import type { Clock } from './clock.ts'

export type VisaClaim = {
  type: string
  value: string
  source: string
  by?: string
  asserted?: number
  conditions?: unknown
}

type Claims = Record<string, unknown>
type Header = Record<string, unknown>

/** Signs what it is told with a fresh key, good or bad: for tests alone. */
export type TestIssuer = {
  readonly iss: string
  readonly jku: string
  readonly kid: string
  readonly publicJwk: JWK
  readonly privateKey: CryptoKey
  /** `header` and `claims` replace the members of the same name; a member set to undefined is left out. */
  sign(claims: Claims, header: Header): Promise<string>
  accessToken(claims?: Claims, header?: Header): Promise<string>
  passport(visas: readonly unknown[], claims?: Claims, header?: Header): Promise<string>
  visa(visa: VisaClaim, claims?: Claims, header?: Header): Promise<string>
}

const HOUR = 3600
const defined = (record: Claims): Claims =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))

export const createTestIssuer = async (o: {
  iss: string
  clock: Clock
  jku?: string
  alg?: 'RS256' | 'ES256'
  kid?: string
  sub?: string
}): Promise<TestIssuer> => {
  const alg = o.alg ?? 'ES256'
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const kid = o.kid ?? `${alg}-1`
  const jku = o.jku ?? `${o.iss}/jwks.json`
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  const now = (): number => Math.floor(o.clock.now().getTime() / 1000)
  const sign = (claims: Claims, header: Header): Promise<string> =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(defined(claims))))
      .setProtectedHeader(defined({ alg, kid, ...header }) as { alg: string })
      .sign(privateKey)
  /** A minute old, so that a key set fetched now is newer than the token. */
  const base = (): Claims => ({ iss: o.iss, sub: o.sub ?? 'alice', iat: now() - 60, exp: now() + HOUR })
  return {
    iss: o.iss,
    jku,
    kid,
    publicJwk,
    privateKey,
    sign,
    accessToken: (claims = {}, header = {}) =>
      sign(
        { ...base(), aud: 'biocloud', client_id: 'client', scope: 'openid', ...claims },
        { typ: 'at+jwt', ...header },
      ),
    passport: (visas, claims = {}, header = {}) =>
      sign({ ...base(), ga4gh_passport_v1: visas, ...claims }, { typ: 'vnd.ga4gh.passport+jwt', ...header }),
    visa: (visa, claims = {}, header = {}) =>
      sign(
        { ...base(), ga4gh_visa_v1: { asserted: now() - HOUR, ...visa }, ...claims },
        { typ: 'vnd.ga4gh.visa+jwt', jku, ...header },
      ),
  }
}

/** The decoded JSON text of a part, for tests that build broken tokens from good ones. */
export const readPart = (token: string, part: 0 | 1): string =>
  Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()

/** A token with raw text as header or payload and the old signature: for form checks, which come before any signature. */
export const makeBroken = (
  token: string,
  replace: { header?: string | Buffer; payload?: string | Buffer; signature?: string },
): string => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64url')
  return [
    replace.header === undefined ? header : encode(replace.header),
    replace.payload === undefined ? payload : encode(replace.payload),
    replace.signature ?? signature,
  ].join('.')
}

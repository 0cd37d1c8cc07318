import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { JWK } from 'jose'
import { nowSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import { demoUsers } from './demo-policy.ts'
import type { DemoVisa } from './demo-policy.ts'
import { AuthError } from './errors.ts'
import { localAudience, localKeySetUrl } from './issuers.ts'
import { isLoopback, isRecord } from './policy-reader.ts'
import { isErrno, openSecretFile, openSigningKey } from './signing-key.ts'

export type DemoUser = 'researcher' | 'registered' | 'guest' | 'operator'
export type LocalIssuerOptions = {
  /** Holds `key.json` (0600), `jwks.json`, `cli-secret` (0600) and `services/`. Made, mode 0700, when missing. */
  readonly dir: string
  /** Its `iss`: the URL of the server that mounts it, without a trailing slash. */
  readonly issuer: string
  readonly clock: Clock
}
export type LocalIssuer = {
  readonly issuer: string
  readonly jwks: { readonly keys: readonly JWK[] }
  /** Demo users; none on another address than loopback. */
  readonly users: readonly string[]
  /** Whether it is the content of `cli-secret`; in constant time. */
  isSecret(candidate: string): boolean
  /** An access token (RFC 9068, ES256, 1 h) for all three servers. Throws AuthError `request_invalid` for an unknown user. */
  accessToken(user: string): Promise<{ token: string; expiresIn: number }>
  /** A Passport 1.2 (1 h) with the user's visas; `aud` where resources are named. */
  passport(user: string, audiences?: readonly string[]): Promise<{ token: string; expiresIn: number }>
  /** The user's visa document tokens; [] for an unknown user. The same tokens for half an hour, so that verified ones stay in cache. */
  visas(sub: string): Promise<readonly string[]>
  name(sub: string): string | undefined
}

const LIFETIME = 3600
/** A run started under a visa may last as long as it: the visa says how long the entitlement holds, not how old the proof is. */
const VISA_LIFETIME = 30 * 86_400
const VISA_RENEWAL = 1800
const CLIENT = 'biocloud-cli'

const checkIssuer = (issuer: string): URL => {
  const fault = (text: string) => new AuthError('issuer_invalid', `The local issuer ${text}`, { status: 500 })
  if (!URL.canParse(issuer)) throw fault('needs a URL')
  const url = new URL(issuer)
  if (issuer.endsWith('/') || url.search || url.hash || url.username || url.password)
    throw fault('needs a URL without trailing slash, query, fragment or user')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw fault('must be https; http is for loopback alone')
  return url
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const newJti = (): string => randomBytes(16).toString('base64url')

/** Opens the issuer, making key and secret at first start. Throws AuthError `issuer_invalid` for http on another address than loopback (V24). */
export const createLocalIssuer = async ({ dir, issuer, clock }: LocalIssuerOptions): Promise<LocalIssuer> => {
  const url = checkIssuer(issuer)
  await mkdir(join(dir, 'services'), { recursive: true, mode: 0o700 })
  const key = await openSigningKey(join(dir, 'key.json'))
  const secret = digest(
    (await openSecretFile(join(dir, 'cli-secret'), () => `${randomBytes(32).toString('base64url')}\n`)).trim(),
  )
  const jwks = { keys: [key.publicJwk] }
  // Complete before it is seen: the other servers may be waiting for it.
  const aside = join(dir, `jwks.json.${newJti()}`)
  await writeFile(aside, `${JSON.stringify(jwks, null, 2)}\n`, { mode: 0o644 })
  await rename(aside, join(dir, 'jwks.json'))
  const users = isLoopback(url) ? demoUsers : new Map<string, { name: string; visas: readonly DemoVisa[] }>()
  const kept = new Map<string, { visas: Promise<readonly string[]>; until: number }>()
  const now = (): number => Math.floor(nowSeconds(clock))

  const userOf = (user: string) => {
    const found = users.get(user)
    if (found) return found
    const names =
      users.size > 0 ? `its users are ${[...users.keys()].join(', ')}` : 'it has none on an address other than loopback'
    throw new AuthError('request_invalid', `The local issuer has no user of that name; ${names}`, { status: 400 })
  }
  const sign = async (typ: string, claims: Record<string, unknown>): Promise<{ token: string; expiresIn: number }> => {
    const iat = now()
    return {
      token: await key.sign({ typ }, { iss: issuer, iat, exp: iat + LIFETIME, jti: newJti(), ...claims }),
      expiresIn: LIFETIME,
    }
  }
  const signVisa = (sub: string, visa: DemoVisa): Promise<string> => {
    const iat = now()
    return key.sign(
      { typ: 'vnd.ga4gh.visa+jwt', jku: localKeySetUrl(issuer) },
      { iss: issuer, sub, iat, exp: iat + VISA_LIFETIME, jti: newJti(), ga4gh_visa_v1: { ...visa, asserted: iat } },
    )
  }
  const visas = (sub: string): Promise<readonly string[]> => {
    const entry = kept.get(sub)
    if (entry && now() < entry.until) return entry.visas
    const signed = Promise.all((users.get(sub)?.visas ?? []).map((visa) => signVisa(sub, visa)))
    if (users.has(sub)) kept.set(sub, { visas: signed, until: now() + VISA_RENEWAL })
    return signed
  }

  return {
    issuer,
    jwks,
    users: [...users.keys()],
    isSecret: (candidate) => timingSafeEqual(digest(candidate.trim()), secret),
    async accessToken(user) {
      const { name } = userOf(user)
      const aud = ['drs', 'wes', 'tes'].map(localAudience)
      return sign('at+jwt', { sub: user, name, aud, client_id: CLIENT, scope: 'openid ga4gh_passport_v1' })
    },
    async passport(user, audiences = []) {
      userOf(user)
      return sign('vnd.ga4gh.passport+jwt', {
        sub: user,
        ...(audiences.length > 0 ? { aud: audiences } : {}),
        ga4gh_passport_v1: await visas(user),
      })
    },
    visas,
    name: (sub) => users.get(sub)?.name,
  }
}

/** For the servers that do not mount the issuer: its public keys, waited for at most `waitMs` (default 10 s). Throws AuthError `issuer_not_ready`. */
export const openIssuerKeys = async (
  dir: string,
  { waitMs = 10_000 }: { waitMs?: number } = {},
): Promise<{ readonly keys: readonly JWK[] }> => {
  const file = join(dir, 'jwks.json')
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      const body: unknown = JSON.parse(await readFile(file, 'utf8'))
      if (isRecord(body) && Array.isArray(body.keys)) return { keys: body.keys as JWK[] }
      throw new AuthError('key_file_invalid', `${file} is not a key set`, { status: 500 })
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      if (performance.now() >= deadline)
        throw new AuthError(
          'issuer_not_ready',
          `There is no ${file}: start the server that mounts the local issuer (DRS) first, or check localIssuer.dir`,
          { status: 500, cause: error },
        )
    }
    await setTimeout(50)
  }
}

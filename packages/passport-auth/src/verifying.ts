import type { Clock } from './clock.ts'
import type { Observe } from './observation.ts'
import type { ServiceName } from './identities.ts'
import { localAudience } from './issuers.ts'
import type { KeyOrigin } from './issuers.ts'
import type { KeyPool, KeySource } from './key-pool.ts'
import type { Policy } from './policy.ts'
import type { Revocation } from './revocation.ts'

/** What the checks of every kind of token share. */
export type Verifying = {
  readonly policy: Policy
  readonly clock: Clock
  readonly revocation: Revocation | undefined
  readonly observe: Observe
  keysOf(iss: string, origin: KeyOrigin): KeySource
  /** Our resource ids and origins for a service. */
  audiencesOf(service: ServiceName): ReadonlySet<string>
}

const MAX_DISCOVERY_BYTES = 65_536

/** `jwks_uri` of a configured issuer. Only ever called for an `iss` of the policy. */
const discover = async (
  iss: string,
  fetch: ((url: string, init: RequestInit) => Promise<Response>) | undefined,
): Promise<string> => {
  if (!fetch) throw new Error('discovery: this server has no outbound fetch of purpose oidc')
  const response = await fetch(`${iss.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'manual',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(5000),
  })
  const text = response.status === 200 ? await response.text() : ''
  if (text === '' || text.length > MAX_DISCOVERY_BYTES) throw new Error(`discovery: status ${response.status}`)
  const document = JSON.parse(text) as { issuer?: unknown; jwks_uri?: unknown }
  // OpenID Connect Discovery 1.0 §4.3: the issuer must be exactly the one asked for.
  if (document.issuer !== iss || typeof document.jwks_uri !== 'string')
    throw new Error('discovery: the document is of another issuer')
  return document.jwks_uri
}

export const createVerifying = (o: {
  policy: Policy
  publicUrl: string
  keys: KeyPool
  clock: Clock
  revocation: Revocation | undefined
  observe: Observe
  fetch: ((url: string, init: RequestInit) => Promise<Response>) | undefined
}): Verifying => {
  const sources = new Map<KeyOrigin, KeySource>()
  const origin = new URL(o.publicUrl).origin
  const audiences = new Map(
    (['drs', 'wes', 'tes'] as const).map((service) => [
      service,
      new Set([localAudience(service), o.publicUrl, origin, `${origin}/`, ...o.policy.audiences[service]]),
    ]),
  )
  return {
    policy: o.policy,
    clock: o.clock,
    revocation: o.revocation,
    observe: o.observe,
    keysOf(iss, keyOrigin) {
      const known = sources.get(keyOrigin)
      if (known) return known
      const source =
        'pinned' in keyOrigin
          ? o.keys.pinned(keyOrigin.pinned)
          : o.keys.remote(iss, 'url' in keyOrigin ? keyOrigin.url : () => discover(iss, o.fetch))
      sources.set(keyOrigin, source)
      return source
    },
    audiencesOf: (service) => audiences.get(service) ?? new Set(),
  }
}

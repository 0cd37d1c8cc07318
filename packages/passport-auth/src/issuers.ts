import type { JWK } from 'jose'
import { keyFault } from './key-pool.ts'
import type { Alg } from './key-pool.ts'
import { isLoopback, isRecord } from './policy-reader.ts'
import type { Reader } from './policy-reader.ts'

export type PolicyOptions = {
  /** The issuer of this installation: broker and visa issuer `local`, with pinned keys. */
  readonly localIssuer?: { readonly issuer: string; readonly jwks: { readonly keys: readonly JWK[] } }
  /** Default true. False (tests) allows http issuers and key sets on loopback that are not pinned. */
  readonly production?: boolean
}

export type Profile = 'ga4gh-1.2' | 'oidc' | 'userinfo-1.0'
/** Where keys come from. Pinned keys cause no fetch (O4b); `discovery` reads `jwks_uri` of the issuer's openid-configuration. */
export type KeyOrigin = { readonly pinned: readonly JWK[] } | { readonly url: string } | { readonly discovery: true }

/** Who vouches for the caller: passports (ga4gh-1.2) or access tokens (oidc, userinfo-1.0). */
export type Broker = {
  readonly name: string
  readonly iss: string
  readonly profiles: ReadonlySet<Profile>
  readonly keys: KeyOrigin
  readonly algs: ReadonlySet<Alg>
  readonly namespace?: string
  /** Seconds. */
  readonly maxAge: number
  readonly userinfo?: string
  readonly acceptedAudiences: ReadonlySet<string>
  readonly acceptedClients: ReadonlySet<string>
  /** The issuer of this installation, whose users' visas come in process. */
  readonly local: boolean
}

export type VisaIssuer = {
  readonly name: string
  readonly iss: string
  /** Compared as a string with the protected header's, before anything is fetched (O4a). */
  readonly jku: string
  readonly keys: KeyOrigin
  readonly algs: ReadonlySet<Alg>
  readonly namespace?: string
  /** Seconds; undefined for an explicit `none`. */
  readonly maxAge?: number
  /** Visa type → the sources that it may name. */
  readonly mayAssert: ReadonlyMap<string, ReadonlySet<string>>
  /** `value` and `source` need not be URLs (REMS). */
  readonly raw: boolean
}

const ALGS = ['RS256', 'ES256'] as const
const PROFILES = ['ga4gh-1.2', 'oidc', 'userinfo-1.0'] as const
/** One day: the local issuer's tokens live an hour. */
const LOCAL_MAX_AGE = 86_400
const MAX_KEYS = 50

export const LOCAL = 'local'
export const localKeySetUrl = (issuer: string): string => `${issuer}/.well-known/jwks.json`
/** Resource ids of the three servers at their own local issuer, whatever their URLs are. */
export const localAudience = (service: string): string => `urn:biocloud:${service}`

const readUrl = (r: Reader, value: unknown, path: string, o: PolicyOptions, pinned: boolean): string | undefined => {
  const url = r.url(value, path)
  if (!url) return undefined
  const allowed = url.protocol === 'https:' || (isLoopback(url) && (pinned || o.production === false))
  return r.need(
    allowed ? String(value) : undefined,
    path,
    'must be https; http is for a pinned issuer on loopback alone',
  )
}

const readKeys = (r: Reader, value: unknown, path: string): readonly JWK[] => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_KEYS) {
    r.problem(path, `must be a list of 1 to ${MAX_KEYS} public JWKs`)
    return []
  }
  value.forEach((key: unknown, index) => {
    if (!isRecord(key)) r.problem(`${path}[${index}]`, 'must be a JWK')
    else {
      const fault = keyFault(key)
      if (fault)
        r.problem(
          `${path}[${index}]`,
          `is ${fault}: only public RSA (2048 bits or more) and P-256 keys with a kid are taken`,
        )
    }
  })
  return value as JWK[]
}

const readOrigin = (r: Reader, source: Record<string, unknown>, path: string, o: PolicyOptions): KeyOrigin => {
  if (source.keys !== undefined) return { pinned: readKeys(r, source.keys, `${path}.keys`) }
  if (source.jku === undefined) return { discovery: true }
  const url = readUrl(r, source.jku, `${path}.jku`, o, false)
  return url === undefined ? { discovery: true } : { url }
}

const readAlgs = (r: Reader, value: unknown, path: string): Set<Alg> =>
  new Set(value === undefined ? ALGS : r.someOf(value, path, ALGS))

const textSet = (r: Reader, value: unknown, path: string): Set<string> =>
  new Set(value === undefined ? [] : r.texts(value, path))

const checkLocal = (r: Reader, o: PolicyOptions): void => {
  if (!o.localIssuer) return
  const url = r.url(o.localIssuer.issuer, 'localIssuer.issuer')
  if (url?.protocol === 'http:' && !isLoopback(url))
    r.problem('localIssuer.issuer', 'must be https, or http on loopback')
  readKeys(r, o.localIssuer.jwks.keys, 'localIssuer.jwks.keys')
}

const localBroker = (local: NonNullable<PolicyOptions['localIssuer']>): Broker => ({
  name: LOCAL,
  iss: local.issuer,
  profiles: new Set(['ga4gh-1.2', 'oidc']),
  keys: { pinned: local.jwks.keys },
  algs: new Set(['ES256']),
  maxAge: LOCAL_MAX_AGE,
  acceptedAudiences: new Set(),
  acceptedClients: new Set(),
  local: true,
})

export const readBrokers = (r: Reader, input: unknown, o: PolicyOptions): Map<string, Broker> => {
  checkLocal(r, o)
  const brokers = new Map<string, Broker>()
  if (o.localIssuer) brokers.set(o.localIssuer.issuer, localBroker(o.localIssuer))
  for (const [name, value] of r.entries(input, 'brokers')) {
    const path = `brokers.${name}`
    if (name === LOCAL) {
      r.problem(path, 'is filled in by the server from its local issuer; leave it out')
      continue
    }
    const source = r.object(value, path, [
      'iss',
      'profile',
      'jku',
      'keys',
      'userinfo',
      'acceptedAudiences',
      'acceptedClients',
      'subjectNamespace',
      'algs',
      'maxAge',
    ])
    const iss = readUrl(r, source.iss, `${path}.iss`, o, source.keys !== undefined)
    const profiles = new Set<Profile>(
      source.profile === undefined ? ['ga4gh-1.2'] : r.someOf(source.profile, `${path}.profile`, PROFILES),
    )
    const namespace = r.optionalText(source.subjectNamespace, `${path}.subjectNamespace`)
    const maxAge = r.duration(source.maxAge, `${path}.maxAge`) // mandatory for brokers
    const acceptedAudiences = textSet(r, source.acceptedAudiences, `${path}.acceptedAudiences`)
    const acceptedClients = textSet(r, source.acceptedClients, `${path}.acceptedClients`)
    const userinfo =
      source.userinfo === undefined ? undefined : readUrl(r, source.userinfo, `${path}.userinfo`, o, false)
    if (profiles.has('userinfo-1.0') && source.userinfo === undefined)
      r.problem(`${path}.userinfo`, 'is missing: the profile userinfo-1.0 reads visas there')
    const bearer = profiles.has('oidc') || profiles.has('userinfo-1.0')
    if (bearer && acceptedAudiences.size + acceptedClients.size === 0)
      r.problem(
        path,
        'needs acceptedAudiences or acceptedClients: else every token of the broker, for whatever service, would count',
      )
    const keys = readOrigin(r, source, path, o)
    const algs = readAlgs(r, source.algs, `${path}.algs`)
    if (iss === undefined || maxAge === undefined) continue
    if (brokers.has(iss)) r.problem(`${path}.iss`, `is also the iss of brokers.${brokers.get(iss)?.name ?? ''}`)
    brokers.set(iss, {
      name,
      iss,
      profiles,
      keys,
      algs,
      maxAge,
      acceptedAudiences,
      acceptedClients,
      local: false,
      ...(namespace === undefined ? {} : { namespace }),
      ...(userinfo === undefined ? {} : { userinfo }),
    })
  }
  return brokers
}

const readMayAssert = (r: Reader, value: unknown, path: string): Map<string, ReadonlySet<string>> =>
  new Map(
    r.entries(value, path).map(([type, right]) => {
      const { sources } = r.object(right, `${path}.${type}`, ['sources'])
      return [type, new Set(r.texts(sources, `${path}.${type}.sources`))]
    }),
  )

/** By name; the policy keeps them by `iss`. */
export const readIssuers = (r: Reader, input: unknown, o: PolicyOptions): Map<string, VisaIssuer> => {
  const issuers = new Map<string, VisaIssuer>()
  const seen = new Map<string, string>()
  for (const [name, value] of r.entries(input, 'issuers')) {
    const path = `issuers.${name}`
    if (name === LOCAL) {
      const { mayAssert } = r.object(value, path, ['mayAssert'])
      const rights = readMayAssert(r, mayAssert, `${path}.mayAssert`)
      // A policy may be read by a server without a local issuer: its rules then find no issuer `local`, and the linter says so.
      if (!o.localIssuer) continue
      const { issuer, jwks } = o.localIssuer
      seen.set(issuer, name)
      issuers.set(name, {
        name,
        iss: issuer,
        jku: localKeySetUrl(issuer),
        keys: { pinned: jwks.keys },
        algs: new Set(['ES256']),
        maxAge: LOCAL_MAX_AGE,
        mayAssert: rights,
        raw: false,
      })
      continue
    }
    const source = r.object(value, path, [
      'iss',
      'jku',
      'keys',
      'algs',
      'profile',
      'values',
      'subjectNamespace',
      'maxAge',
      'mayAssert',
    ])
    const pinned = source.keys !== undefined
    const iss = readUrl(r, source.iss, `${path}.iss`, o, pinned)
    const jku = readUrl(r, source.jku, `${path}.jku`, o, pinned) // required, also beside pinned keys: a visa must name it
    if (source.profile !== undefined) r.oneOf(source.profile, `${path}.profile`, ['ga4gh-1.2'])
    if (source.values !== undefined) r.oneOf(source.values, `${path}.values`, ['raw', 'url'])
    const namespace = r.optionalText(source.subjectNamespace, `${path}.subjectNamespace`)
    const maxAge = source.maxAge === 'none' ? 'none' : r.duration(source.maxAge, `${path}.maxAge`)
    const algs = readAlgs(r, source.algs, `${path}.algs`)
    const mayAssert = readMayAssert(r, source.mayAssert, `${path}.mayAssert`)
    if (mayAssert.size === 0)
      r.problem(
        `${path}.mayAssert`,
        'is missing or empty: which visa types, from which sources, does this issuer sign?',
      )
    const keys: KeyOrigin = pinned ? { pinned: readKeys(r, source.keys, `${path}.keys`) } : { url: jku ?? '' }
    if (iss === undefined || jku === undefined || maxAge === undefined) continue
    if (seen.has(iss)) r.problem(`${path}.iss`, `is also the iss of issuers.${seen.get(iss) ?? ''}`)
    seen.set(iss, name)
    issuers.set(name, {
      name,
      iss,
      jku,
      keys,
      algs,
      mayAssert,
      raw: source.values === 'raw',
      ...(namespace === undefined ? {} : { namespace }),
      ...(maxAge === 'none' ? {} : { maxAge }),
    })
  }
  return issuers
}

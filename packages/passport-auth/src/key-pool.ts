import { calculateJwkThumbprint, importJWK } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import type { Clock } from './clock.ts'
import type { Observe } from './observation.ts'

export type Alg = 'RS256' | 'ES256'
export type FoundKey = { readonly key: CryptoKey; readonly alg: Alg; readonly thumbprint: string }
/** `unavailable`: not known now, perhaps later (D8); `retryAfter` in whole seconds. */
export type KeyLookup =
  | { readonly found: FoundKey }
  | { readonly refused: string }
  | { readonly unavailable: true; readonly retryAfter: number }

export type KeySource = {
  /** `iat` of the token: a set fetched after it must hold its key. */
  find(kid: string, iat: number): Promise<KeyLookup>
  /** After a bad signature under a known kid: a set fetched anew may hold another key under it (REMS keeps its kid). */
  findAnew(kid: string, iat: number, tried: FoundKey): Promise<KeyLookup>
  /** Whether a key that verified a cached token is still in the set. */
  has(thumbprint: string): boolean
}

export type KeyPoolOptions = {
  /** Guarded fetch of purpose `key-set`. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly clock: Clock
  /** How long the last good set serves while its endpoint fails. Default 24 h. */
  readonly staleIfErrorMs?: number
  readonly observe?: Observe
}
export type KeyPool = {
  /** One entry per (iss, url); asking again gives the same one. `url` may have to be discovered first. */
  remote(iss: string, url: string | (() => Promise<string>)): KeySource
  /** Causes no fetch at all (O4b). */
  pinned(keys: readonly JWK[]): KeySource
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024
const MAX_KEYS = 50
const FETCH_INTERVAL_MS = 30_000
const MAX_BACKOFF_MS = 600_000
const MAX_AGE_MS = 600_000
const STALE_IF_ERROR_MS = 24 * 3_600_000
/** A set fetched this many seconds after a token's `iat` would hold its key. */
const PUBLISH_GRACE = 30

type KeySet = ReadonlyMap<string, FoundKey | 'ambiguous'>

const algOf = (jwk: JWK): Alg | undefined => {
  if (jwk.kty === 'RSA') return jwk.alg === undefined || jwk.alg === 'RS256' ? 'RS256' : undefined
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return jwk.alg === undefined || jwk.alg === 'ES256' ? 'ES256' : undefined
  return undefined
}

/** Why a key cannot verify; undefined for a good one. Symmetric and private keys in a public place are compromised. */
export const keyFault = (jwk: JWK): string | undefined => {
  if (jwk.kty === 'oct' || jwk.k !== undefined) return 'symmetric'
  if (jwk.d !== undefined) return 'private'
  if (typeof jwk.kid !== 'string' || jwk.kid === '') return 'without kid'
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'not for signatures'
  if (algOf(jwk) === undefined) return 'of an algorithm other than RS256 or ES256'
  if (jwk.kty === 'RSA' && Buffer.from(jwk.n ?? '', 'base64url').length < 256) return 'an RSA key under 2048 bits'
  return undefined
}

const toKeySet = async (keys: readonly JWK[]): Promise<KeySet> => {
  const set = new Map<string, FoundKey | 'ambiguous'>()
  for (const jwk of keys) {
    const alg = algOf(jwk)
    const kid = jwk.kid
    if (kid === undefined || alg === undefined || keyFault(jwk)) continue
    if (set.has(kid)) {
      set.set(kid, 'ambiguous') // V5: two keys with one kid; neither can be said to be meant
      continue
    }
    let key: CryptoKey | Uint8Array
    try {
      key = await importJWK(jwk, alg)
    } catch {
      continue // not on the curve, or malformed: as if it were not in the set
    }
    if (!(key instanceof Uint8Array)) set.set(kid, { key, alg, thumbprint: await calculateJwkThumbprint(jwk) })
  }
  return set
}

const readCapped = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (!response.body) return ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) throw new Error('key set: larger than 256 KiB') // leaving the loop cancels the body
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const lookIn = (set: KeySet, kid: string): KeyLookup | undefined => {
  const key = set.get(kid)
  if (key === 'ambiguous') return { refused: 'kid: two keys of the issuer bear it' }
  return key && { found: key }
}

/**
 * Key sets of configured issuers. jose's own remote set fetches by the wall clock and tries again at once after a failure; this one takes
 * an injected clock, fetches at most once per 30 s also on failure, and keeps the last good set (passports.md §4, key pool).
 */
export const createKeyPool = (o: KeyPoolOptions): KeyPool => {
  const now = (): number => o.clock.now().getTime()
  const staleIfError = o.staleIfErrorMs ?? STALE_IF_ERROR_MS
  const sources = new Map<string, KeySource>()

  const fetchSet = async (url: string): Promise<KeySet> => {
    const response = await o.fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`key set: status ${response.status}`)
    }
    const body: unknown = JSON.parse(await readCapped(response))
    const keys: unknown = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : undefined
    if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every((key) => typeof key === 'object' && key !== null))
      throw new Error('key set: not a JWK set of at most 50 keys')
    return toKeySet(keys as JWK[])
  }

  const createRemote = (iss: string, url: string | (() => Promise<string>)): KeySource => {
    let set: KeySet | undefined
    let fetchedAt = 0
    let nextFetch = 0
    let failures = 0
    let running: Promise<void> | undefined

    const run = async (): Promise<void> => {
      const startedAt = now()
      nextFetch = startedAt + FETCH_INTERVAL_MS
      try {
        set = await fetchSet(typeof url === 'string' ? url : await url())
        fetchedAt = startedAt
        failures = 0
        o.observe?.({ name: 'key_set_fetch', labels: { iss, result: 'ok' } })
      } catch (error) {
        const backoff = Math.min(MAX_BACKOFF_MS, FETCH_INTERVAL_MS * 2 ** failures)
        nextFetch = startedAt + Math.max(FETCH_INTERVAL_MS, backoff * (0.75 + Math.random() / 4))
        failures = Math.min(failures + 1, 10)
        const reason = error instanceof Error ? error.message : 'unknown'
        o.observe?.({
          name: 'key_set_fetch',
          labels: { iss, result: 'failed', stale: String(set !== undefined), reason },
        })
      }
    }
    /** Starts or joins a fetch where the breaker allows; never rejects. */
    const refresh = (): Promise<void> | undefined => {
      if (running) return running
      if (now() < nextFetch) return undefined
      running = run().finally(() => {
        running = undefined
      })
      return running
    }
    const usable = async (): Promise<KeySet | undefined> => {
      const age = now() - fetchedAt
      if (!set || age > MAX_AGE_MS) await refresh()
      else if (age > MAX_AGE_MS / 2) void refresh() // in the background: warm keys never wait for the network
      return set && now() - fetchedAt <= staleIfError ? set : undefined
    }
    const retryAfter = (): number => Math.max(1, Math.ceil((nextFetch - now()) / 1000))
    const absent = (iat: number, reason: string): KeyLookup =>
      fetchedAt / 1000 > iat + PUBLISH_GRACE ? { refused: reason } : { unavailable: true, retryAfter: retryAfter() }

    return {
      async find(kid, iat) {
        const first = await usable()
        if (!first) return { unavailable: true, retryAfter: retryAfter() }
        const known = lookIn(first, kid)
        if (known) return known
        await refresh()
        return (set && lookIn(set, kid)) ?? absent(iat, 'kid: not in the key set of the issuer')
      },
      async findAnew(kid, iat, tried) {
        await refresh()
        const again = set && lookIn(set, kid)
        if (again && 'found' in again && again.found.thumbprint === tried.thumbprint)
          return absent(iat, 'signature: does not verify')
        return again ?? absent(iat, 'kid: not in the key set of the issuer')
      },
      has(thumbprint) {
        if (!set || now() - fetchedAt > staleIfError) return false
        if (now() - fetchedAt > MAX_AGE_MS / 2) void refresh()
        for (const key of set.values()) if (key !== 'ambiguous' && key.thumbprint === thumbprint) return true
        return false
      },
    }
  }

  return {
    remote(iss, url) {
      const id = JSON.stringify([iss, typeof url === 'string' ? url : 'discovery'])
      const known = sources.get(id)
      if (known) return known
      const source = createRemote(iss, url)
      sources.set(id, source)
      return source
    },
    pinned(keys) {
      const set = toKeySet(keys)
      return {
        async find(kid) {
          return lookIn(await set, kid) ?? { refused: 'kid: not among the pinned keys' }
        },
        findAnew: () => Promise.resolve({ refused: 'signature: does not verify' }),
        has: () => true, // pinned keys change with the policy version only, which is part of every cache key
      }
    },
  }
}

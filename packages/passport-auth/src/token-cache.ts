import { hash } from 'node:crypto'
import type { KeySource } from './key-pool.ts'

/** A verified token: facts, not a decision. Times in seconds. */
export type CachedToken<F> = {
  readonly facts: F
  readonly exp: number
  readonly iat: number
  readonly maxAge: number | undefined
  readonly thumbprint: string
  readonly source: KeySource
}
/** Never keyed by user or place in a list: the digest covers kind, policy version and every byte of the token. */
export type TokenCache<F> = {
  key(token: string): string
  /** A hit re-checks `exp`, the age limit and that the key is still in its set; revocation is the caller's, after this. */
  get(key: string, now: number): F | undefined
  set(key: string, token: CachedToken<F>, now: number): void
}

const LIFETIME = 600

export const createTokenCache = <F>(kind: string, policyVersion: string, limit: number): TokenCache<F> => {
  const entries = new Map<string, { token: CachedToken<F>; until: number }>()
  const prefix = JSON.stringify([kind, policyVersion])
  return {
    key: (token) => hash('sha256', prefix + token, 'base64'),
    get(key, now) {
      const entry = entries.get(key)
      if (!entry) return undefined
      const { token, until } = entry
      entries.delete(key)
      if (now >= until || now >= token.exp || !token.source.has(token.thumbprint)) return undefined
      if (token.maxAge !== undefined && now - token.iat > token.maxAge) return undefined
      entries.set(key, entry) // to the young end: the Map's order is the order of use
      return token.facts
    },
    set(key, token, now) {
      if (entries.size >= limit)
        for (const oldest of entries.keys()) {
          entries.delete(oldest)
          break
        }
      entries.set(key, { token, until: Math.min(token.exp, now + LIFETIME) })
    },
  }
}

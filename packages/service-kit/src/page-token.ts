import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { systemClock, type Clock } from './clock.ts'
import { BadRequest } from './errors.ts'

const MAC_BYTES = 16
const MAX_TOKEN_LENGTH = 4096

export type PageTokens = {
  /** A token for the page after `cursor`, good only together with an equal `boundTo` (owner, filters). */
  sign: (cursor: unknown, boundTo: unknown) => string
  /** The cursor. Throws BadRequest `page_token_invalid`: an altered, foreign or old token is never page one. */
  open: (token: string, boundTo: unknown) => unknown
}

/**
 * Page tokens: base64url of a truncated HMAC-SHA-256 (128 bit) and a JSON payload. The key is shared by the replicas and
 * survives restarts; the payload is signed, not secret. `ttlSeconds` defaults to a day.
 */
export const createPageTokens = (o: { key: Buffer; clock?: Clock; ttlSeconds?: number }): PageTokens => {
  const { key, clock = systemClock, ttlSeconds = 86_400 } = o
  if (key.length < 32) throw new RangeError(`The page token key holds ${key.length} bytes; at least 32 are needed`)
  const mac = (payload: Buffer, boundTo: unknown): Buffer =>
    createHmac('sha256', key)
      .update(`biocloud-page-token/1\n${payload.length}\n`)
      .update(payload)
      .update(canonicalJson(boundTo))
      .digest()
      .subarray(0, MAC_BYTES)
  const seconds = (): number => Math.floor(clock.now().getTime() / 1000)
  const invalid = (why: string): BadRequest =>
    new BadRequest(`page_token ${why}; start again without page_token`, { code: 'page_token_invalid' })
  return {
    sign(cursor, boundTo) {
      const payload = Buffer.from(JSON.stringify({ c: cursor, e: seconds() + ttlSeconds }))
      return Buffer.concat([mac(payload, boundTo), payload]).toString('base64url')
    },
    open(token, boundTo) {
      const foreign = 'was not given by this server for this list and these filters'
      if (token.length > MAX_TOKEN_LENGTH) throw invalid(foreign)
      const bytes = Buffer.from(token, 'base64url')
      // Buffer reads base64 leniently: only the one spelling that we would write is accepted.
      if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) throw invalid(foreign)
      const payload = bytes.subarray(MAC_BYTES)
      if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(payload, boundTo))) throw invalid(foreign)
      const { c, e } = JSON.parse(payload.toString('utf8')) as { c: unknown; e: number }
      if (e <= seconds()) throw invalid('has expired')
      return c
    },
  }
}

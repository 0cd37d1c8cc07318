import { createHmac } from 'node:crypto'
import type { ActorChain, VisaRef } from './decision.ts'

/** One row per decision and object. Rows are written by each server's `db/`; fields of passports.md §8. */
export type AuditEvent = {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly time: string
  readonly service: string
  /** `drs:access`, …; the STS adds `sts:grant`, `sts:ticket` and `sts:revoke`. */
  readonly action: string
  readonly outcome: 'permit' | 'deny'
  /** The DenyCode of a denial. */
  readonly code?: string
  /** Why, in words that name claims and rules and never hold a value of a token. */
  readonly reason?: string
  readonly iss?: string
  /** HMAC of {iss, sub} under the site key: the same person gives the same value at this site only. */
  readonly subject?: string
  readonly actor: ActorChain
  readonly objectId?: string
  readonly datasetId?: string
  readonly rule?: string
  readonly visas: readonly VisaRef[]
  readonly policyVersion: string
  readonly notAfter?: string
  readonly requestId: string
  readonly runId?: string
  readonly taskId?: string
  readonly grantId?: string
  /** The first 24 (IPv4) or 48 (IPv6) bits of the client's address. */
  readonly ipPrefix?: string
  /** This event stands for so many more like it: it has the time and request id of the last (passports.md §8). */
  readonly suppressed?: number
}

/** `append` resolves once the row is committed; a controlled permit is not answered before that. */
export type AuditSink = { append(event: AuditEvent): Promise<void> }

/** The pairwise id of a person in audit rows and tickets. */
export const pairwiseId = (siteKey: Buffer, iss: string, sub: string): string =>
  createHmac('sha256', siteKey)
    .update(JSON.stringify([iss, sub]))
    .digest('base64url')

const MAX_ID = 1024

/** A JWT or a run token inside other text. Lookbehind instead of a word boundary: each run of characters is read once. */
const TOKEN = /(?<![\w-])(?:eyJ[\w-]{8,}(?:\.|%2[eE])[\w-]{8,}|rt_[\w-]{43})/
export const holdsToken = (text: string): boolean => TOKEN.test(text)

/** An id as a caller may have made it up: a token in its place does not rest (V18), nor does the length of a body. */
export const auditedId = (id: string): string => (holdsToken(id) ? '[redacted]' : id.slice(0, MAX_ID))

/** Enough of an address to see where a pattern comes from, too little to name a person. */
export const ipPrefix = (address: string): string | undefined => {
  const v4 = /(?:^|:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/.exec(address)
  if (v4) return `${v4[1] ?? ''}.${v4[2] ?? ''}.${v4[3] ?? ''}.0/24`
  if (!/^[0-9a-f:]+(%.*)?$/i.test(address) || !address.includes(':')) return undefined
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups.slice(0, 3).join(':')}::/48`
}

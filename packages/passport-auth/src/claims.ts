import { refuse } from './jws.ts'
import type { Refusal } from './jws.ts'

/** Each check is one small function that names its claim and reason. Times are seconds since the epoch. */
export type Payload = Readonly<Record<string, unknown>>

/** For `iat`, `nbf` and `asserted`. `exp` gets no tolerance: removal of access begins at `exp`. */
const TOLERANCE = 30
const MAX_STRING = 255
const LATEST = 253_402_300_799 // the end of year 9999: beyond it a Date stops being one

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_STRING
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= LATEST

export const pastTime = (payload: Payload, claim: 'iat' | 'nbf', now: number): number | Refusal => {
  const value = payload[claim]
  if (!isTime(value)) return refuse(`${claim}: missing or not a time`)
  return value > now + TOLERANCE ? refuse(`${claim}: in the future`) : value
}

export const assertedTime = (value: unknown, now: number): number | Refusal => {
  if (!isTime(value)) return refuse('asserted: missing or not a time')
  return value > now + TOLERANCE ? refuse('asserted: in the future') : value
}

export type Times = { readonly iat: number; readonly exp: number; readonly nbf?: number }

/** Presence and sanity of `iat`, `exp` and `nbf`, and the age limit of the entry. */
export const checkTimes = (payload: Payload, now: number, maxAge: number | undefined): Times | Refusal => {
  const iat = pastTime(payload, 'iat', now)
  if (typeof iat !== 'number') return iat
  const { exp } = payload
  if (!isTime(exp)) return refuse('exp: missing or not a time')
  if (exp <= iat) return refuse('exp: not after iat')
  if (exp <= now) return refuse(EXPIRED)
  if (maxAge !== undefined && now - iat > maxAge) return refuse('iat: older than maxAge')
  if (payload.nbf === undefined) return { iat, exp }
  const nbf = pastTime(payload, 'nbf', now)
  return typeof nbf === 'number' ? { iat, exp, nbf } : nbf
}

export const EXPIRED = 'exp: expired'

export const checkSub = (payload: Payload): string | Refusal =>
  isText(payload.sub) ? payload.sub : refuse('sub: missing or malformed')

export const checkJti = (payload: Payload): string | undefined | Refusal =>
  payload.jti === undefined || isText(payload.jti) ? payload.jti : refuse('jti: malformed')

/** `aud` as a list; undefined when absent; a refusal when it is neither a string nor strings. */
export const audiencesOf = (payload: Payload): readonly string[] | undefined | Refusal => {
  const { aud } = payload
  if (aud === undefined) return undefined
  if (typeof aud === 'string') return [aud]
  if (Array.isArray(aud) && aud.length > 0 && aud.every((item): item is string => typeof item === 'string')) return aud
  return refuse('aud: malformed')
}

/** D1: absent is accepted; present it must name us. */
export const checkOptionalAudience = (payload: Payload, ours: ReadonlySet<string>): Refusal | undefined => {
  const audiences = audiencesOf(payload)
  if (audiences === undefined) return undefined
  if ('refused' in audiences) return audiences
  return audiences.some((audience) => ours.has(audience)) ? undefined : refuse('aud: names another service')
}

import { compactVerify, errors, importJWK } from 'jose'
import { checkTimes, isText } from './claims.ts'
import { nowSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import { isRefusal, refuse, scanJws } from './jws.ts'
import type { Refusal } from './jws.ts'
import { isRecord } from './policy-reader.ts'
import type { SigningKey } from './signing-key.ts'
import type { TicketClaims } from './ticket.ts'

export const TICKET_TYP = 'task-ticket+jwt'
/** Seconds. */
export const TICKET_LIFETIME = 300

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => isText(item))

/** `act` of RFC 8693: nearest actor outermost. */
export const actorClaim = (actor: readonly string[]): Record<string, unknown> | undefined =>
  actor.reduceRight<Record<string, unknown> | undefined>(
    (inner, sub) => (inner ? { sub, act: inner } : { sub }),
    undefined,
  )

const actorsOf = (claim: unknown): string[] => {
  const actors: string[] = []
  for (let act = claim; isRecord(act) && typeof act.sub === 'string' && actors.length < 8; act = act.act)
    actors.push(act.sub)
  return actors
}

export const signTicket = (
  key: SigningKey,
  publicUrl: string,
  claims: TicketClaims,
  subject: string,
  iat: number,
): Promise<string> =>
  key.sign(
    { typ: TICKET_TYP },
    {
      iss: publicUrl,
      aud: publicUrl,
      sub: `pairwise:${subject}`,
      iat,
      exp: claims.exp,
      jti: claims.jti,
      grant: claims.grantId,
      act: actorClaim(claims.actor),
      authorization_details: [
        {
          type: 'drs-access',
          actions: [claims.action],
          ...(claims.action === 'read'
            ? { objects: claims.objectIds }
            : { dataset: claims.dataset, prefix: claims.prefix }),
        },
      ],
    },
  )

const readDetails = (
  payload: Readonly<Record<string, unknown>>,
): Pick<TicketClaims, 'action' | 'objectIds' | 'dataset' | 'prefix'> | undefined => {
  const details: unknown = payload.authorization_details
  const detail: unknown = Array.isArray(details) && details.length === 1 ? details[0] : undefined
  if (!isRecord(detail) || detail.type !== 'drs-access' || !isTexts(detail.actions) || detail.actions.length !== 1)
    return undefined
  const { actions, objects, dataset, prefix } = detail
  if (actions[0] === 'read' && isTexts(objects)) return { action: 'read', objectIds: objects }
  if (actions[0] === 'write' && isText(dataset) && typeof prefix === 'string')
    return { action: 'write', objectIds: [], dataset, prefix }
  return undefined
}

/** Checks a ticket of our own STS. Whether it is still live is asked when it is spent. */
export const createTicketReader = (o: { key: SigningKey; publicUrl: string; clock: Clock }) => {
  const key = importJWK(o.key.publicJwk, 'ES256')
  return async (token: string): Promise<TicketClaims | Refusal> => {
    const jws = scanJws(token)
    if (isRefusal(jws)) return jws
    const { payload } = jws
    if (jws.typ !== TICKET_TYP || jws.alg !== 'ES256' || jws.kid !== o.key.kid)
      return refuse('header: not a ticket of this STS')
    if (payload.iss !== o.publicUrl || payload.aud !== o.publicUrl) return refuse('aud: names another service')
    const times = checkTimes(payload, nowSeconds(o.clock), TICKET_LIFETIME)
    if ('refused' in times) return times
    const details = readDetails(payload)
    if (!details || !isText(payload.jti) || !isText(payload.grant)) return refuse('authorization_details: malformed')
    try {
      await compactVerify(token, await key, { algorithms: ['ES256'] })
    } catch (error) {
      if (error instanceof errors.JOSEError) return refuse('signature: does not verify')
      throw error
    }
    return { jti: payload.jti, grantId: payload.grant, actor: actorsOf(payload.act), exp: times.exp, ...details }
  }
}

/** Whether a URL lies below a ticket's prefix. Only canonical URLs: `..`, `%2e` and encoded slashes could mean another place. */
export const isBelow = (prefix: string, location: string): boolean => {
  if (!prefix.endsWith('/') || !location.startsWith(prefix) || location.length === prefix.length) return false
  if (!URL.canParse(location) || new URL(location).href !== location) return false
  return !/%(2f|5c|00)/i.test(location) && !/[?#]/.test(location)
}

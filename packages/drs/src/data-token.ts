import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signed link is bound to. Short names: it is part of a URL. Times in seconds since the epoch. */
export interface LinkClaims {
  op: 'get' | 'put'
  /** Object id (get) or upload id (put). */
  id: string
  /** Access id; '' for put. */
  access: string
  generation: number
  /** Whom it was given to: the pairwise id of the audit; '' for anonymous. */
  subject: string
  /** The grant it rests on: its end ends the link. */
  grant?: string
  /** No request begins after it. */
  exp: number
  /** No byte is served after it: the end of the decision (O9). */
  until: number
}

export interface LinkKey {
  kid: string
  secret: Buffer
}

type Packed = [
  op: 'g' | 'p',
  id: string,
  access: string,
  generation: number,
  subject: string,
  grant: string,
  exp: number,
  until: number,
]

const MAX_LENGTH = 4096
const PURPOSE = 'biocloud-data-link/1\n'

/** `keys()`: the signing key first; a second one is still accepted, so that a rotation breaks no link (§4.3). */
export const createDataTokens = (o: { keys: () => readonly LinkKey[] }) => {
  const mac = (key: LinkKey, payload: string): Buffer =>
    createHmac('sha256', key.secret).update(PURPOSE).update(`${key.kid}\n`).update(payload).digest()
  return {
    sign(claims: LinkClaims): string {
      const key = o.keys()[0]
      if (key === undefined) throw new Error('there is no link key')
      const { op, id, access, generation, subject, grant, exp, until } = claims
      const packed: Packed = [op === 'get' ? 'g' : 'p', id, access, generation, subject, grant ?? '', exp, until]
      const payload = Buffer.from(JSON.stringify(packed)).toString('base64url')
      return `${key.kid}.${payload}.${mac(key, payload).toString('base64url')}`
    },
    /** Undefined for whatever this server did not sign. Expiry, method and revocation are the caller's to check. */
    open(token: string): LinkClaims | undefined {
      if (token.length > MAX_LENGTH) return undefined
      const [kid, payload, signature, more] = token.split('.')
      const key = o.keys().find((one) => one.kid === kid)
      if (key === undefined || payload === undefined || signature === undefined || more !== undefined) return undefined
      const expected = mac(key, payload)
      const given = Buffer.from(signature, 'base64url')
      // The one spelling that we write: base64url is read leniently by Buffer.
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      if (given.toString('base64url') !== signature) return undefined
      const [op, id, access, generation, subject, grant, exp, until] = JSON.parse(
        Buffer.from(payload, 'base64url').toString('utf8'),
      ) as Packed
      return {
        op: op === 'g' ? 'get' : 'put',
        id,
        access,
        generation,
        subject,
        ...(grant === '' ? {} : { grant }),
        exp,
        until,
      }
    },
  }
}

export type DataTokens = ReturnType<typeof createDataTokens>

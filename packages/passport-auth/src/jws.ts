/** Steps 4 and 5 of the verification order (passports.md §4): what can be refused before any key is looked at. */
export type ScannedJws = {
  readonly alg: string
  readonly kid: string
  readonly typ?: string
  /** From the protected header alone; a payload `jku` means nothing (O4c). */
  readonly jku?: string
  readonly payload: Readonly<Record<string, unknown>>
}
/** Names the step and the reason, never a content of the token. */
export type Refusal = { readonly refused: string }

const MAX_DEPTH = 32
const MAX_KID = 255
const BASE64URL = /^[A-Za-z0-9_-]+$/
// RFC 8725 §3.10: keys and URLs that a token brings along are never used. `crit` and `b64` would change what is signed.
const FORBIDDEN_HEADERS = ['jwk', 'x5u', 'x5c', 'crit', 'b64'] as const

export const refuse = (reason: string): Refusal => ({ refused: reason })
export const isRefusal = (value: object): value is Refusal => 'refused' in value

/** Bytes of a canonical base64url part; undefined for padding, other alphabets and non-zero trailing bits. */
const decodePart = (part: string): Buffer | undefined => {
  if (!BASE64URL.test(part)) return undefined
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

/** Duplicate members and depth, in one pass without recursion. Other syntax is left to JSON.parse. */
const structureFault = (text: string): string | undefined => {
  const stack: (Set<string> | undefined)[] = [] // a Set per open object, undefined per open array
  let expectKey = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      const start = at
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
      const members = stack.at(-1)
      if (expectKey && members) {
        let name: unknown
        try {
          name = JSON.parse(text.slice(start, at + 1)) // "\u0061" and "a" are one member
        } catch {
          return 'not JSON'
        }
        if (members.has(String(name))) return 'duplicate member'
        members.add(String(name))
        expectKey = false
      }
    } else if (character === '{' || character === '[') {
      stack.push(character === '{' ? new Set() : undefined)
      if (stack.length > MAX_DEPTH) return `deeper than ${MAX_DEPTH}`
      expectKey = character === '{'
    } else if (character === '}' || character === ']') {
      stack.pop()
      expectKey = false
    } else if (character === ',') expectKey = stack.at(-1) !== undefined
  }
  return undefined
}

const decodeObject = (part: string, name: string): Record<string, unknown> | Refusal => {
  const bytes = decodePart(part)
  if (!bytes) return refuse(`${name}: not canonical base64url`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse(`${name}: not UTF-8`)
  }
  const fault = structureFault(text)
  if (fault) return refuse(`${name}: ${fault}`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(`${name}: not an object`)
    return value as Record<string, unknown>
  } catch {
    return refuse(`${name}: not JSON`)
  }
}

/** Splits, decodes and checks the form of a compact JWS. Nothing of it is trusted yet. */
export const scanJws = (token: string): ScannedJws | Refusal => {
  const parts = token.split('.', 4)
  const [head, body, signature] = parts
  if (parts.length !== 3 || !head || !body || !signature) return refuse('form: not three parts')
  if (!decodePart(signature)) return refuse('signature: not canonical base64url')
  const header = decodeObject(head, 'header')
  if (isRefusal(header)) return header
  for (const name of FORBIDDEN_HEADERS) if (Object.hasOwn(header, name)) return refuse(`header: ${name} is not allowed`)
  const { alg, kid, typ, jku } = header
  if (typeof alg !== 'string') return refuse('header: alg is missing')
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID)
    return refuse('header: kid is missing or malformed') // D3
  if (typ !== undefined && typeof typ !== 'string') return refuse('header: typ is not a string')
  if (jku !== undefined && typeof jku !== 'string') return refuse('header: jku is not a string')
  const payload = decodeObject(body, 'payload')
  if (isRefusal(payload)) return payload
  return { alg, kid, ...(typ === undefined ? {} : { typ }), ...(jku === undefined ? {} : { jku }), payload }
}

/** The payload of a token whose very bytes were verified before: for cache hits only. */
export const payloadOf = (verifiedToken: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(verifiedToken.split('.', 2)[1] ?? '', 'base64url').toString()) as Record<string, unknown>

import { createHash } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Observe } from './observation.ts'
import { deny } from './denial.ts'
import type { Denial } from './denial.ts'
import type { AccessTokenFacts } from './access-token.ts'
import { isRecord } from './policy-reader.ts'
import { nowSeconds } from './clock.ts'

/** The visas at the configured userinfo of a broker (profile `userinfo-1.0`); the token never names the endpoint. */
export type Userinfo = { visas(token: string, facts: AccessTokenFacts): Promise<readonly string[] | Denial> }

const MAX_BYTES = 1024 * 1024
const IN_FLIGHT = 16
const KEPT_SECONDS = 60
const KEPT_ENTRIES = 5000

const readCapped = async (response: Response): Promise<string | undefined> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The visas of a reply, or why it is none: V23. */
const visasOf = (text: string, sub: string): readonly string[] | { fault: string } => {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { fault: 'not JSON' }
  }
  if (!isRecord(body)) return { fault: 'not an object' }
  if (body.sub !== sub) return { fault: 'of another sub' }
  const list = body.ga4gh_passport_v1 ?? []
  if (!Array.isArray(list) || !list.every((item): item is string => typeof item === 'string'))
    return { fault: 'ga4gh_passport_v1 is not an array of strings' }
  return list
}

export const createUserinfo = (o: {
  fetch: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  clock: Clock
  observe: Observe
}): Userinfo => {
  const kept = new Map<string, { visas: readonly string[]; until: number }>()
  const inFlight = new Map<string, number>()

  const ask = async (token: string, { broker, sub }: AccessTokenFacts): Promise<readonly string[] | Denial> => {
    const seen = (result: string): void => {
      o.observe({ name: 'userinfo_fetch', labels: { broker: broker.name, result } })
    }
    const unavailable = (reason: string): Denial => {
      seen('unavailable')
      return deny('userinfo_unavailable', { reason: `userinfo: ${reason}`, retryAfter: 5 })
    }
    const refused = (reason: string): Denial => {
      seen('refused')
      return deny('token_invalid', { reason: `userinfo: ${reason}` })
    }
    if (!o.fetch || broker.userinfo === undefined)
      return unavailable('this server has no outbound fetch of purpose oidc')
    let response: Response
    let text: string | undefined
    try {
      response = await o.fetch(broker.userinfo, {
        redirect: 'manual',
        headers: { accept: 'application/json', authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(5000),
      })
      if (response.status >= 500 || response.status === 429) {
        await response.body?.cancel()
        return unavailable(`status ${response.status}`)
      }
      text = await readCapped(response)
    } catch (error) {
      // The message of a transport fault may name the address; its name does not hold the token.
      return unavailable(error instanceof Error ? error.name : 'transport')
    }
    if (response.status !== 200) return refused(`status ${response.status}`)
    if (text === undefined) return refused('larger than 1 MiB')
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') return refused('not application/json') // signed replies (application/jwt) are not read yet
    const visas = visasOf(text, sub)
    if ('fault' in visas) return refused(visas.fault)
    seen('ok')
    return visas
  }

  return {
    async visas(token, facts) {
      const now = nowSeconds(o.clock)
      const key = createHash('sha256').update(token).digest('base64')
      const entry = kept.get(key)
      if (entry && now < entry.until) return entry.visas
      kept.delete(key)
      const { name } = facts.broker
      const running = inFlight.get(name) ?? 0
      if (running >= IN_FLIGHT)
        return deny('userinfo_unavailable', { reason: 'userinfo: 16 calls in flight', retryAfter: 1 })
      inFlight.set(name, running + 1)
      try {
        const visas = await ask(token, facts)
        if (!('permit' in visas)) {
          if (kept.size >= KEPT_ENTRIES)
            for (const oldest of kept.keys()) {
              kept.delete(oldest)
              break
            }
          kept.set(key, { visas, until: Math.min(facts.exp, now + KEPT_SECONDS) })
        }
        return visas
      } finally {
        inFlight.set(name, (inFlight.get(name) ?? 1) - 1)
      }
    },
  }
}

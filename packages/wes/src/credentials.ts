import type { DrsObject, DrsObjectCandidate, RegisterObjectsResponse, StsGrant } from '@biocloud/ga4gh-api'
import type { Identity, ServiceIdentity } from '@biocloud/passport-auth'
import type { GuardedFetch } from '@biocloud/service-kit'
import { AccessRefused, AccessUnchecked, InputNotFound } from './errors.ts'

const TIMEOUT_MS = 15_000
const MAX_ANSWER = 16 * 1024 * 1024

/** The STS or DRS answered, and not with success. `retry` = the same call may succeed later. */
export class PeerRefused extends Error {
  readonly status: number
  readonly retry: boolean
  readonly required: unknown[]
  constructor(status: number, message: string, required: unknown[] = []) {
    super(message)
    this.name = 'PeerRefused'
    this.status = status
    this.retry = status === 429 || status >= 500
    this.required = required
  }
}
/** The STS or DRS cannot be reached. */
export class PeerUnreachable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PeerUnreachable'
  }
}

export type RunTokenFacts = {
  run_id: string
  grant_id: string
  owner: string
  iss: string
  sub: string
  name?: string
  not_after: string
}

export type Credentials = ReturnType<typeof createCredentials>

type Required = { object: string; dataset?: string; visas?: unknown[] }

const isRequirement = (item: unknown): item is Required =>
  typeof (item as Partial<Required> | null)?.object === 'string'

const visaText = (visa: unknown): string => {
  if (typeof visa === 'string') return visa
  const { type, issuers } = (visa ?? {}) as { type?: unknown; issuers?: unknown }
  const from = Array.isArray(issuers) ? ` from ${issuers.join(' or ')}` : ''
  return `${typeof type === 'string' ? type : 'a visa'}${from}`
}

const SENTENCES = 20

/** The refusal as a person can act on it: one sentence for each object whose needs may be told, and the STS's own words for the rest. */
const refusalText = ({ message, required }: PeerRefused): string => {
  const needs = new Map<string, string[]>()
  for (const { object, dataset, visas = [] } of required.filter(isRequirement)) {
    const visa = visas.length === 0 ? 'a permission that nobody gives here' : visas.map(visaText).join(' or ')
    needs.set(object, [
      ...(needs.get(object) ?? []),
      `${dataset === undefined ? 'it' : `its dataset ${dataset}`} needs ${visa}`,
    ])
  }
  const sentences = [...needs].map(([object, reasons]) => `You may not use ${object}: ${reasons.join(', and ')}.`)
  const shown = sentences.slice(0, SENTENCES)
  if (sentences.length > SENTENCES) shown.push(`So it is with ${sentences.length - SENTENCES} more.`)
  const isCovered = (message.match(/drs:\/\/[^\s,;]+/gu) ?? []).every((uri) => needs.has(uri.replace(/[:.]+$/u, '')))
  return needs.size > 0 && isCovered ? shown.join(' ') : [message.replace(/[^.]$/u, '$&.'), ...shown].join(' ')
}

/** Calls to the STS (passports.md §7) and to DRS under this server's own identity. No user token is kept. */
export const createCredentials = (o: { fetch: GuardedFetch; identity: ServiceIdentity; drsUrl: string }) => {
  const sts = new URL(o.drsUrl).origin
  const drs = o.drsUrl.replace(/\/+$/u, '')

  const send = async (
    url: string,
    body: unknown,
    authorization?: string,
  ): Promise<{ status: number; body: unknown }> => {
    let answer: Response
    let text: string
    try {
      answer = await o.fetch('peer', url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify(body),
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_ANSWER,
      })
      text = await answer.text()
    } catch (error) {
      throw new PeerUnreachable(`${new URL(url).origin} cannot be reached`, { cause: error })
    }
    let parsed: unknown
    try {
      parsed = text === '' ? undefined : (JSON.parse(text) as unknown)
    } catch {
      parsed = undefined // an answer that is no JSON is no success, see below
    }
    if (answer.ok) return { status: answer.status, body: parsed }
    const { msg, required } = (parsed ?? {}) as { msg?: unknown; required?: unknown }
    throw new PeerRefused(
      answer.status,
      typeof msg === 'string' ? msg : `the answer was ${answer.status}`,
      Array.isArray(required) ? required : [],
    )
  }
  const call = async <T>(path: string, body: Record<string, unknown>): Promise<T> =>
    (await send(`${sts}/sts/v1/${path}`, { ...(await o.identity.fields()), ...body })).body as T

  return {
    /**
     * The caller's bearer exchanged for the run's grant: access to every input is decided now. The first run token in the
     * answer is dropped: heads get one of their own when they start.
     * Throws AccessRefused (403), InputNotFound (404), AccessUnchecked (503).
     */
    async grantRun(
      caller: Identity,
      runId: string,
      objects: readonly string[],
      operation: 'tes:compute' | 'drs:access' = 'tes:compute',
    ): Promise<Omit<StsGrant, 'run_token'>> {
      const bearer = caller.bearer
      if (bearer === undefined) throw new AccessRefused('A run needs the access token of a person')
      try {
        const { run_token: _unused, ...grant } = await call<StsGrant>('grants', {
          subject_token: bearer.reveal(),
          purpose: 'run',
          run_id: runId,
          objects,
          operation,
        })
        return grant
      } catch (error) {
        if (error instanceof PeerUnreachable) {
          throw new AccessUnchecked(
            'DRS cannot be reached, so access to the inputs cannot be checked; nothing was accepted',
            { cause: error, retryAfter: 10 },
          )
        }
        if (!(error instanceof PeerRefused)) throw error
        if (error.status === 404) throw new InputNotFound(refusalText(error), { cause: error })
        if (error.status === 403 || error.status === 401)
          throw new AccessRefused(refusalText(error), { cause: error, required: error.required })
        if (error.status === 410 || error.status === 400) throw new InputNotFound(error.message, { cause: error })
        throw new AccessUnchecked(
          `Access to the inputs could not be checked: ${error.status >= 500 ? 'DRS is in trouble' : error.message}`,
          { cause: error, retryAfter: 10 },
        )
      }
    },
    /** A run token for one head, or for this server's own calls to TES. Throws PeerRefused, PeerUnreachable. */
    async runToken(grantId: string, runId: string): Promise<{ runToken: string; notAfter: string }> {
      const { run_token: runToken, not_after: notAfter } = await call<{ run_token?: string; not_after?: string }>(
        'tickets',
        { grant_id: grantId, action: 'run', run_id: runId },
      )
      if (typeof runToken !== 'string') throw new PeerRefused(502, 'the STS gave no run token')
      return { runToken, notAfter: notAfter ?? '' }
    },
    /** Registers a run's outputs with a write ticket for exactly this prefix. Answers in the order asked. */
    async register(
      grantId: string,
      runId: string,
      prefix: string,
      candidates: readonly DrsObjectCandidate[],
    ): Promise<DrsObject[]> {
      const { ticket } = await call<{ ticket?: string }>('tickets', {
        grant_id: grantId,
        action: 'write',
        run_id: runId,
        prefix,
      })
      if (typeof ticket !== 'string') throw new PeerRefused(502, 'the STS gave no write ticket')
      const { body } = await send(`${drs}/objects/register`, { candidates }, `Bearer ${ticket}`)
      const { objects } = (body ?? {}) as Partial<RegisterObjectsResponse>
      if (!Array.isArray(objects) || objects.length !== candidates.length)
        throw new PeerRefused(502, 'DRS answered with another number of objects')
      return objects
    },
    /** The facts of a live run token, or undefined. */
    async introspect(token: string): Promise<RunTokenFacts | undefined> {
      const answer = await call<({ active: true } & RunTokenFacts) | { active: false }>('introspect', { token })
      return answer.active ? answer : undefined
    },
    /** The grant is dead afterwards, with its run tokens and tickets. Idempotent. */
    async revoke(grantId: string): Promise<void> {
      await call('revocations', { grant_id: grantId })
    },
  }
}

import { createHash } from 'node:crypto'
import { createAccessTokens } from './access-token.ts'
import type { AccessTokenFacts } from './access-token.ts'
import type { AuditSink } from './audit.ts'
import { createAuthorizer } from './authorizer.ts'
import type { AuthorizeRequest } from './authorizer.ts'
import { EXPIRED } from './claims.ts'
import { nowSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Decision, Operation } from './decision.ts'
import { deny, isDenial } from './denial.ts'
import type { Denial } from './denial.ts'
import type { RunTokenFacts, StsStores } from './grants.ts'
import type { ServiceName, Subject, Verified } from './identities.ts'
import { isRefusal } from './jws.ts'
import type { Refusal } from './jws.ts'
import type { KeyPool } from './key-pool.ts'
import type { Observe } from './observation.ts'
import { createPassports } from './passport.ts'
import type { Policy } from './policy.ts'
import type { Revocation } from './revocation.ts'
import { rulesOf } from './rules.ts'
import { isUnavailable } from './signature.ts'
import type { Unavailable } from './signature.ts'
import type { SigningKey } from './signing-key.ts'
import { createTicketReader, TICKET_TYP } from './tickets.ts'
import { createUserinfo } from './userinfo.ts'
import { createVerifying } from './verifying.ts'
import { createVisas } from './visa.ts'
import type { VisaSet } from './visa-facts.ts'

export type Credentials = { bearer?: string; passports?: readonly string[] }

/** DRS 1.5 Authorizations without the object id. */
export type Authorizations = {
  supported_types: ('None' | 'BearerAuth' | 'PassportAuth')[]
  passport_auth_issuers?: string[]
  bearer_auth_issuers?: string[]
}

export type ClearinghouseOptions = {
  readonly policy: Policy
  readonly service: ServiceName
  /** It and its origin are accepted audiences. Exactly as the STS has it. */
  readonly publicUrl: string
  readonly keys: KeyPool
  /** The visas of the local issuer's users, in process. Only where the STS is mounted (DRS). */
  readonly localIssuer?: { visas(sub: string): Promise<readonly string[]> }
  readonly revocation?: Revocation
  readonly audit: AuditSink
  readonly clock: Clock
  readonly newId: () => string
  /** For pairwise subject ids; see `openSiteKey`. */
  readonly siteKey: Buffer
  /** Run tokens (`rt_…`): WES and TES ask the STS over HTTP; undefined = not active. Throws when the STS does not answer. Without it run tokens are refused. Answers are kept 5 s. */
  readonly introspect?: (token: string) => Promise<RunTokenFacts | undefined>
  /** Where task tickets are accepted: DRS alone. */
  readonly tickets?: { readonly key: SigningKey; readonly stores: StsStores }
  /** Guarded fetch of purpose `oidc`: discovery and userinfo of configured brokers. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  readonly observe?: Observe
}

export type Clearinghouse = {
  readonly policy: Policy
  readonly revocation: Revocation | undefined
  /** Tokens → facts, or the refusal of the whole request. No policy decision, no audit. `audience` is for the STS, which reads tokens sent to WES and TES. */
  verify(credentials: Credentials, o?: { audience?: ServiceName }): Promise<Verified | Denial>
  /** Records a credential that `verify` refused; the HTTP edge calls it. */
  recordRefusal(denial: Denial, request: { requestId: string; ip?: string }): void
  /** Writes the sums of repeated denials and public reads that are under way; call it before the audit sink is closed. */
  flushAudit(): void
  /** Policy → decision, recorded. Deny by default. */
  authorize(verified: Verified, request: AuthorizeRequest): Promise<Decision>
  /** What a client may try for a dataset; undefined where nothing may be told: unknown, not discoverable, `run:<id>`. */
  describe(datasetId: string): Authorizations | undefined
  /** For list filters inside the query: the datasets that permit now, and the owner key whose `run:` objects may show (where `datasets` holds all their inputs). */
  visible(verified: Verified, operation: Operation): Promise<{ datasets: string[]; runsOf?: string } | Denial>
}

const MAX_PASSPORTS = 8
const MAX_PASSPORT = 256 * 1024
const INTROSPECTION_SECONDS = 5
const INTROSPECTION_ENTRIES = 1000
export const RUN_TOKEN_PREFIX = 'rt_'

const NO_VISAS: VisaSet = { visas: [] }
const noVisas = (): Promise<VisaSet> => Promise.resolve(NO_VISAS)

const refusal = (fault: Refusal | Unavailable, code: 'token_invalid' | 'passport_invalid'): Denial => {
  if (isUnavailable(fault))
    return deny('keys_unavailable', { retryAfter: fault.retryAfter, reason: 'keys: unavailable' })
  return deny(fault.refused === EXPIRED && code === 'token_invalid' ? 'token_expired' : code, { reason: fault.refused })
}

const TYPED_HEADERS = 64

/** The unverified `typ`, only to tell a ticket from an access token; the reader of each kind checks it again. */
const isTicketHeader = (text: string): boolean => {
  try {
    const header = JSON.parse(Buffer.from(text, 'base64url').toString()) as {
      typ?: unknown
    } | null
    return header?.typ === TICKET_TYP
  } catch {
    return false
  }
}

/** Runs once, at the first decision that needs it. A failure is not kept: the next decision of the request asks again. */
const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let result: Promise<T> | undefined
  return () =>
    (result ??= work().catch((error: unknown) => {
      result = undefined
      throw error
    }))
}

/** Verifies credentials and decides about datasets for one server. */
export const createClearinghouse = (o: ClearinghouseOptions): Clearinghouse => {
  const { policy, clock } = o
  const observe: Observe = o.observe ?? (() => undefined)
  const context = createVerifying({ ...o, revocation: o.revocation, observe, fetch: o.fetch })
  const accessTokens = createAccessTokens(context)
  const passports = createPassports(context)
  const visas = createVisas(context)
  const userinfo = createUserinfo({ fetch: o.fetch, clock, observe })
  const readTicket = o.tickets && createTicketReader({ key: o.tickets.key, publicUrl: o.publicUrl, clock })
  const authorizer = createAuthorizer({ ...o, revocation: o.revocation, stores: o.tickets?.stores, observe })
  const introspected = new Map<string, { facts: RunTokenFacts | undefined; until: number }>()
  // All tokens of one issuer and key have the same header.
  const ticketHeaders = new Map<string, boolean>()
  const looksLikeTicket = (token: string): boolean => {
    const header = token.slice(0, token.indexOf('.'))
    const known = ticketHeaders.get(header)
    if (known !== undefined) return known
    const found = isTicketHeader(header)
    if (ticketHeaders.size >= TYPED_HEADERS) ticketHeaders.clear()
    if (header.length <= 512) ticketHeaders.set(header, found)
    return found
  }
  const anonymous: Verified = { kind: 'anonymous', credential: 'none', subjects: [], operator: false, visas: noVisas }

  const visasOfBearer = async (
    token: string,
    facts: AccessTokenFacts,
    service: ServiceName,
  ): Promise<VisaSet | Denial> => {
    const own =
      facts.broker.local && o.localIssuer
        ? await o.localIssuer.visas(facts.sub)
        : facts.broker.profiles.has('userinfo-1.0')
          ? await userinfo.visas(token, facts)
          : []
    if ('permit' in own) return own
    return own.length === 0 ? NO_VISAS : visas.verify(own, { service, keys: new Set([facts.key]), own: true })
  }

  const verifyAccessToken = async (token: string, service: ServiceName): Promise<Verified | Denial> => {
    const facts = await accessTokens.verify(token, service)
    if (isRefusal(facts) || isUnavailable(facts)) return refusal(facts, 'token_invalid')
    const { iss, sub, key } = facts
    return {
      kind: 'person',
      credential: 'bearer',
      subjects: [{ iss, sub, key }],
      operator: policy.operators.has(key),
      ...(facts.name === undefined ? {} : { name: facts.name }),
      ...(facts.clientId === undefined ? {} : { clientId: facts.clientId }),
      expiresAt: new Date(facts.exp * 1000),
      visas: once(() => visasOfBearer(token, facts, service)),
    }
  }

  /** Kept 5 s by the token's hash: a revoked run token dies within that time on every server. */
  const introspect = async (
    token: string,
    ask: (token: string) => Promise<RunTokenFacts | undefined>,
  ): Promise<RunTokenFacts | undefined> => {
    const now = nowSeconds(clock)
    const key = createHash('sha256').update(token).digest('base64')
    const entry = introspected.get(key)
    if (entry && now < entry.until) return entry.facts
    const facts = await ask(token)
    if (introspected.size >= INTROSPECTION_ENTRIES) introspected.clear()
    introspected.set(key, { facts, until: now + INTROSPECTION_SECONDS })
    return facts
  }

  const verifyRunToken = async (token: string): Promise<Verified | Denial> => {
    if (!o.introspect) return deny('token_invalid', { reason: 'run token: not taken here' })
    let facts: RunTokenFacts | undefined
    try {
      facts = await introspect(token, o.introspect)
    } catch (error) {
      return deny('introspection_unavailable', {
        retryAfter: 5,
        reason: error instanceof Error ? error.name : 'unknown',
      })
    }
    const expiresAt = new Date(facts?.not_after ?? 0)
    if (!facts || !(expiresAt.getTime() > clock.now().getTime()))
      return deny('token_invalid', { reason: 'run token: not active' })
    return {
      kind: 'run',
      credential: 'bearer',
      subjects: [{ iss: facts.iss, sub: facts.sub, key: facts.owner }],
      operator: false,
      ...(facts.name === undefined ? {} : { name: facts.name }),
      runId: facts.run_id,
      grantId: facts.grant_id,
      expiresAt,
      visas: noVisas, // a run reads data by its grant and tickets, never by itself
    }
  }

  const verifyTicket = async (token: string, read: NonNullable<typeof readTicket>): Promise<Verified | Denial> => {
    const ticket = await read(token)
    if (isRefusal(ticket)) return refusal(ticket, 'token_invalid')
    const grant = await o.tickets?.stores.grants.get(ticket.grantId)
    if (!grant) return deny('token_invalid', { reason: 'ticket: its grant is gone' })
    return {
      kind: 'ticket',
      credential: 'bearer',
      subjects: [{ iss: grant.iss, sub: grant.sub, key: grant.owner }],
      operator: false,
      ...(grant.runId === undefined ? {} : { runId: grant.runId }),
      grantId: ticket.grantId,
      ticket,
      expiresAt: new Date(ticket.exp * 1000),
      visas: noVisas,
    }
  }

  const verifyPassports = async (tokens: readonly string[], service: ServiceName): Promise<Verified | Denial> => {
    if (tokens.length > MAX_PASSPORTS) return deny('too_many_passports')
    if (tokens.some((token) => token.length > MAX_PASSPORT)) return deny('passport_too_large')
    const all = await Promise.all(tokens.map((token) => passports.verify(token, service)))
    const subjects: Subject[] = []
    const tokensOfVisas: string[] = []
    let exp = Infinity
    let waiting: Unavailable | undefined
    for (const one of all) {
      if (isRefusal(one)) return refusal(one, 'passport_invalid') // O2a: one bad passport refuses the request
      if (isUnavailable(one)) waiting = one
      else {
        const { iss, sub, key } = one.facts
        if (!subjects.some((subject) => subject.key === key)) subjects.push({ iss, sub, key })
        tokensOfVisas.push(...one.visas)
        exp = Math.min(exp, one.facts.exp)
      }
    }
    if (waiting) return refusal(waiting, 'passport_invalid')
    const set = await visas.verify(tokensOfVisas, {
      service,
      keys: new Set(subjects.map(({ key }) => key)),
      own: false,
    })
    if (isDenial(set)) return set
    return {
      kind: 'person',
      credential: 'passports',
      subjects,
      operator: false,
      expiresAt: new Date(exp * 1000),
      visas: () => Promise.resolve(set),
    }
  }

  const verifyBearer = (token: string, service: ServiceName): Promise<Verified | Denial> => {
    if (token.startsWith(RUN_TOKEN_PREFIX)) return verifyRunToken(token)
    return readTicket && looksLikeTicket(token) ? verifyTicket(token, readTicket) : verifyAccessToken(token, service)
  }

  return {
    policy,
    revocation: o.revocation,
    async verify(credentials, { audience = o.service } = {}) {
      const sent = credentials.passports ?? []
      if (credentials.bearer !== undefined && sent.length > 0) return deny('bearer_and_passports') // D6
      if (credentials.bearer === undefined && sent.length === 0) return anonymous
      const result =
        credentials.bearer === undefined
          ? await verifyPassports(sent, audience)
          : await verifyBearer(credentials.bearer, audience)
      observe({
        name: 'verification',
        labels: {
          credential: credentials.bearer === undefined ? 'passports' : 'bearer',
          result: isDenial(result) ? result.code : 'ok',
        },
      })
      return result
    },
    ...authorizer,
    describe(datasetId) {
      const dataset = policy.datasets.get(datasetId)
      if (!dataset?.discoverable) return undefined
      if (dataset.tier === 'public') return { supported_types: ['None'] }
      const brokers = [...policy.brokers.values()]
      // Only what can succeed is listed (drs.md T2): a bearer whose visas this server can get, passports where a broker is configured.
      const bearers = brokers.filter(
        (broker) => broker.profiles.has('userinfo-1.0') || (broker.local && o.localIssuer !== undefined),
      )
      const issuers = [...new Set(dataset.rule ? rulesOf(dataset.rule).flatMap(({ issuerUrls }) => issuerUrls) : [])]
      const passport = brokers.some((broker) => broker.profiles.has('ga4gh-1.2'))
      return {
        supported_types: [
          ...(bearers.length > 0 ? (['BearerAuth'] as const) : []),
          ...(passport ? (['PassportAuth'] as const) : []),
        ],
        ...(passport ? { passport_auth_issuers: issuers } : {}),
        ...(bearers.length > 0 ? { bearer_auth_issuers: bearers.map(({ iss }) => iss) } : {}),
      }
    },
  }
}

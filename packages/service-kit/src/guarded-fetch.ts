import type { LookupAddress } from 'node:dns'
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Agent } from 'undici'
import { parseCidr, refusalOf } from './addresses.ts'
import type { Allowance } from './addresses.ts'
import type { Logger } from './logger.ts'
import { OutboundFailed, OutboundRefused } from './outbound-errors.ts'
import { bareHost, readOutboundUrl } from './outbound-url.ts'

/** Why this server calls another one; each purpose has an allow-list of its own. */
export type Purpose =
  'key-set' | 'oidc' | 'remote-drs' | 'trs' | 'workflow-url' | 'inputs' | 'imports' | 'callbacks' | 'peer'

/** One permitted origin. `addresses`: CIDRs that its addresses must lie in (the only way to private ones); `ca`: PEM. */
export type OutboundEntry = { origin: string; addresses?: string[] | undefined; ca?: string | undefined }

/** `maxBytes` of the decoded body, `timeoutMs` for all of it, `idleTimeoutMs` for each wait; Infinity for none. */
export type GuardedInit = RequestInit & {
  maxBytes?: number
  timeoutMs?: number
  idleTimeoutMs?: number
  duplex?: 'half'
}

/** Throws OutboundRefused before anything is sent, OutboundFailed afterwards; the body stream fails with the latter. */
export type GuardedFetch = (purpose: Purpose, url: string | URL, init?: GuardedInit) => Promise<Response>

/** All addresses of a host. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>

export type GuardedFetchOptions = {
  /** A purpose that is not listed refuses everything. 'public-https': any https host with public addresses only. */
  purposes: Partial<Record<Purpose, readonly OutboundEntry[] | 'public-https'>>
  log: Logger
  lookup?: Lookup
}

type Limits = { maxBytes: number; timeoutMs: number; idleTimeoutMs: number; redirects: number }

const MIB = 2 ** 20
const CONNECT_TIMEOUT_MS = 5000

/** What a call gets that does not say otherwise. Redirects are followed only where a person names the URL. */
const LIMITS: Readonly<Record<Purpose, Limits>> = {
  'key-set': { maxBytes: MIB, timeoutMs: 5000, idleTimeoutMs: 5000, redirects: 0 },
  oidc: { maxBytes: MIB, timeoutMs: 5000, idleTimeoutMs: 5000, redirects: 0 },
  'remote-drs': { maxBytes: 16 * MIB, timeoutMs: 30_000, idleTimeoutMs: 15_000, redirects: 3 },
  trs: { maxBytes: 16 * MIB, timeoutMs: 30_000, idleTimeoutMs: 15_000, redirects: 3 },
  'workflow-url': { maxBytes: 64 * MIB, timeoutMs: 120_000, idleTimeoutMs: 15_000, redirects: 5 },
  inputs: { maxBytes: Infinity, timeoutMs: Infinity, idleTimeoutMs: 60_000, redirects: 5 },
  imports: { maxBytes: Infinity, timeoutMs: Infinity, idleTimeoutMs: 60_000, redirects: 5 },
  callbacks: { maxBytes: MIB, timeoutMs: 10_000, idleTimeoutMs: 10_000, redirects: 0 },
  peer: { maxBytes: Infinity, timeoutMs: Infinity, idleTimeoutMs: 60_000, redirects: 0 },
}

type Route = {
  origin: string | undefined
  allowance: Allowance
  ca: string | undefined
  agent: Promise<Agent> | undefined
}

const routeOf = (purpose: Purpose, entry: OutboundEntry, log: Logger): Route => {
  const url = readOutboundUrl(entry.origin)
  if (url.href !== `${url.origin}/`)
    throw new TypeError(`outbound.${purpose}: ${entry.origin} is not an origin (scheme, host and port only)`)
  const cidrs = entry.addresses?.map(parseCidr)
  if (purpose !== 'peer') {
    if (url.protocol === 'http:') log.warn({ purpose, origin: url.origin }, 'an outbound entry allows plain http')
    if (cidrs?.some(([network]) => network.range() === 'loopback')) {
      log.warn({ purpose, origin: url.origin }, 'an outbound entry allows loopback addresses')
    }
  }
  const allowance: Allowance = cidrs === undefined ? { nameable: purpose === 'peer' } : { cidrs }
  return { origin: url.origin, allowance, ca: entry.ca, agent: undefined }
}

/** Outbound HTTP that cannot be talked into reaching what it should not: passports.md §10, SSRF guard. */
export const createGuardedFetch = (o: GuardedFetchOptions): GuardedFetch & { close(): Promise<void> } => {
  const { log, lookup = (hostname: string) => systemLookup(hostname, { all: true, verbatim: true }) } = o
  const routes = new Map<Purpose, readonly Route[]>()
  for (const [name, entries] of Object.entries(o.purposes)) {
    const purpose = name as Purpose
    if (entries === 'public-https') {
      if (purpose === 'peer') throw new TypeError('outbound.peer: needs exact origins')
      routes.set(purpose, [{ origin: undefined, allowance: {}, ca: undefined, agent: undefined }])
    } else
      routes.set(
        purpose,
        entries.map((entry) => routeOf(purpose, entry, log)),
      )
  }

  const checked = (purpose: Purpose, host: string, address: string, allowance: Allowance): void => {
    const why = refusalOf(address, allowance)
    if (why === undefined) return
    log.warn({ purpose, host, address }, `outbound call refused: the address ${why}`)
    // Not the address: what a host resolves to inside is not for the person who wrote the URL.
    throw new OutboundRefused(`${host} has an address that ${purpose} may not reach`)
  }

  // The agent connects to what this look-up returned, so there is no second resolution that could answer differently.
  const agentOf = (purpose: Purpose, route: Route): Promise<Agent> => {
    route.agent ??= import('undici').then(
      ({ Agent: UndiciAgent }) =>
        new UndiciAgent({
          headersTimeout: 0, // ours below, with typed errors
          bodyTimeout: 0,
          connections: 64,
          connect: {
            timeout: CONNECT_TIMEOUT_MS,
            ...(route.ca === undefined ? {} : { ca: route.ca }),
            lookup(hostname, options, callback) {
              lookup(hostname).then(
                (addresses) => {
                  try {
                    if (addresses.length === 0) throw new Error(`${hostname} has no address`)
                    for (const { address } of addresses) checked(purpose, hostname, address, route.allowance)
                  } catch (error) {
                    callback(error as Error, [])
                    return
                  }
                  const [first] = addresses
                  if (options.all === true || first === undefined) callback(null, [...addresses])
                  else callback(null, first.address, first.family)
                },
                (error: unknown) => {
                  callback(error as Error, [])
                },
              )
            },
          },
        }),
    )
    return route.agent
  }

  const choose = (purpose: Purpose, url: URL): Route => {
    const host = bareHost(url)
    const route = routes
      .get(purpose)
      ?.find(({ origin }) => (origin === undefined ? url.protocol === 'https:' : origin === url.origin))
    if (route === undefined) {
      log.warn({ purpose, origin: url.origin }, 'outbound call refused: the origin is not listed')
      const open = routes.get(purpose)?.some(({ origin }) => origin === undefined) === true
      throw new OutboundRefused(
        open
          ? `${purpose} may reach https only, not ${url.origin}`
          : `${purpose} may not reach ${url.origin}: the origin is not in its list`,
      )
    }
    // No look-up is made for an address.
    if (isIP(host) !== 0) checked(purpose, host, host, route.allowance)
    return route
  }

  const guarded: GuardedFetch = async (purpose, input, init = {}) => {
    const { maxBytes, timeoutMs, idleTimeoutMs, redirect, signal, ...request } = init
    const limits: Limits = {
      maxBytes: maxBytes ?? LIMITS[purpose].maxBytes,
      timeoutMs: timeoutMs ?? LIMITS[purpose].timeoutMs,
      idleTimeoutMs: idleTimeoutMs ?? LIMITS[purpose].idleTimeoutMs,
      redirects: redirect === 'error' ? 0 : LIMITS[purpose].redirects,
    }
    const { fetch } = await import('undici')
    const watch = createWatch(limits, signal ?? undefined)
    const body = touching(request.body, watch)
    const headers = new Headers(request.headers)
    headers.delete('cookie')
    // Bytes as they are stored: a checksum is taken of them, and a small answer cannot unfold into a large one.
    headers.set('accept-encoding', 'identity')
    const method = (request.method ?? 'GET').toUpperCase()
    try {
      let url = readOutboundUrl(input)
      for (let hop = 0; ; hop++) {
        const route = choose(purpose, url)
        const dispatcher = await agentOf(purpose, route)
        const answer = (await watch.during(
          fetch(url, {
            ...request,
            body,
            headers: [...headers],
            redirect: 'manual',
            signal: watch.signal,
            dispatcher,
          } as Parameters<typeof fetch>[1]),
        )) as unknown as Response
        const location = answer.headers.get('location')
        if (redirect === 'manual' || ![301, 302, 303, 307, 308].includes(answer.status) || location === null) {
          return bounded(answer, url, purpose, limits, watch)
        }
        await answer.body?.cancel()
        if (hop >= limits.redirects || (method !== 'GET' && method !== 'HEAD')) {
          throw new OutboundRefused(
            limits.redirects === 0 || hop === 0
              ? `${url.origin} redirects, which ${purpose} does not follow`
              : `${url.origin} redirects more than ${limits.redirects} times`,
          )
        }
        const next = readOutboundUrl(new URL(location, url))
        if (next.origin !== url.origin) headers.delete('authorization')
        url = next
      }
    } catch (error) {
      watch.end()
      throw explain(error, purpose, watch)
    }
  }

  return Object.assign(guarded, {
    async close() {
      const agents = [...routes.values()].flat().flatMap(({ agent }) => (agent === undefined ? [] : [agent]))
      await Promise.all(agents.map(async (agent) => (await agent).destroy()))
    },
  })
}

/** Total and idle time of one call: aborts it, and remembers that it did. */
type Watch = {
  signal: AbortSignal
  failure: OutboundFailed | undefined
  during<T>(wait: Promise<T>): Promise<T>
  /** A byte went out: the silence begins anew. */
  touch(): void
  end(): void
}

const MAX_TIMER_MS = 2 ** 31 - 1

const createWatch = ({ timeoutMs, idleTimeoutMs }: Limits, caller: AbortSignal | undefined): Watch => {
  const aborter = new AbortController()
  const watch: Watch = {
    signal: aborter.signal,
    failure: undefined,
    during: (wait) => wait,
    touch: () => undefined,
    end: () => undefined,
  }
  const give = (message: string): void => {
    watch.failure ??= new OutboundFailed('timeout', message)
    aborter.abort(watch.failure)
  }
  const total =
    timeoutMs > MAX_TIMER_MS
      ? undefined
      : setTimeout(give, timeoutMs, `The other side did not finish within ${timeoutMs} ms`)
  total?.unref()
  const onAbort = (): void => {
    aborter.abort(caller?.reason)
  }
  if (caller?.aborted === true) onAbort()
  else caller?.addEventListener('abort', onAbort, { once: true })
  watch.during = async (wait) => {
    const idle =
      idleTimeoutMs > MAX_TIMER_MS
        ? undefined
        : setTimeout(give, idleTimeoutMs, `The other side was silent for ${idleTimeoutMs} ms`)
    idle?.unref()
    watch.touch = () => {
      idle?.refresh()
    }
    try {
      return await wait
    } finally {
      clearTimeout(idle)
    }
  }
  watch.end = () => {
    clearTimeout(total)
    caller?.removeEventListener('abort', onAbort)
  }
  return watch
}

/** A streamed request body that tells the watch of each chunk: a long upload is not silence. */
const touching = (body: GuardedInit['body'], watch: Watch): GuardedInit['body'] =>
  body instanceof ReadableStream
    ? (body as ReadableStream<Uint8Array>).pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            watch.touch()
            controller.enqueue(chunk)
          },
        }),
      )
    : body

const explain = (error: unknown, purpose: Purpose, watch: Watch): unknown => {
  if (watch.failure !== undefined) return watch.failure
  if (error instanceof OutboundRefused || error instanceof OutboundFailed) return error
  if (watch.signal.aborted) return error // the caller's own signal
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (cause instanceof OutboundRefused) return cause
  const code = (cause as { code?: unknown } | undefined)?.code
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new OutboundFailed('timeout', `${purpose}: no connection within ${CONNECT_TIMEOUT_MS} ms`, { cause: error })
  }
  const detail = typeof code === 'string' ? ` (${code})` : ''
  return new OutboundFailed('unreachable', `${purpose}: the other side could not be reached or broke off${detail}`, {
    cause: error,
  })
}

/** The answer with a body that stops at the byte cap and at silence. The clock runs only while the caller reads. */
const bounded = (answer: Response, url: URL, purpose: Purpose, { maxBytes }: Limits, watch: Watch): Response => {
  const tooLarge = (): OutboundFailed =>
    new OutboundFailed('too_large', `${url.origin} sends more than the ${maxBytes} bytes allowed here`)
  if (Number(answer.headers.get('content-length') ?? 0) > maxBytes && answer.body !== null) {
    void answer.body.cancel().catch(() => undefined)
    throw tooLarge()
  }
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader()
  let body: ReadableStream<Uint8Array> | null = null
  if (reader === undefined) watch.end()
  else {
    let seen = 0
    body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await watch.during(reader.read())
            if (done) {
              watch.end()
              controller.close()
              return
            }
            seen += value.byteLength
            if (seen > maxBytes) throw tooLarge()
            controller.enqueue(value)
          } catch (error) {
            watch.end()
            void reader.cancel().catch(() => undefined)
            controller.error(
              watch.failure ?? (error instanceof OutboundFailed ? error : explain(error, purpose, watch)),
            )
          }
        },
        async cancel(reason) {
          watch.end()
          await reader.cancel(reason)
        },
      },
      { highWaterMark: 0 },
    )
  }
  const headers = new Headers([...answer.headers])
  headers.delete('set-cookie')
  const result = new Response(body, { status: answer.status, statusText: answer.statusText, headers })
  Object.defineProperty(result, 'url', { value: url.href })
  return result
}

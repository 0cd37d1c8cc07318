import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

export type ServiceName = 'drs' | 'tes' | 'wes'

/** Which server owns which paths of the one listener. TES keeps its alias /v1 and gives up /. */
const PREFIXES: readonly [prefix: string, service: ServiceName][] = [
  ['/ga4gh/tes', 'tes'],
  ['/ga4gh/drs', 'drs'],
  ['/data', 'drs'],
  ['/ga4gh/wes', 'wes'],
  ['/v1', 'tes'],
  ['/sts', 'drs'],
  ['/token', 'drs'],
  ['/userinfo', 'drs'],
  ['/.well-known', 'drs'],
]

const SLASH = 47
const QUESTION_MARK = 63

/** A prefix ends at a path boundary: /v1x is not below /v1. */
export const serviceOf = (url: string): ServiceName | undefined => {
  for (const [prefix, service] of PREFIXES) {
    if (!url.startsWith(prefix)) continue
    const next = url.charCodeAt(prefix.length) // NaN at the end of the string
    if (next === SLASH || next === QUESTION_MARK || Number.isNaN(next)) return service
  }
  return undefined
}

/** Every standard's error body holds these two members. */
export const sendError = (
  res: ServerResponse,
  status: number,
  msg: string,
  headers: Record<string, string> = {},
): void => {
  const body = JSON.stringify({ msg, status_code: status })
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  res.end(body)
}

export const RETRY_AFTER_SECONDS = 1

export type Dispatcher = {
  listener: RequestListener
  /** Requests of this service go to its own handler from now on. */
  open(service: ServiceName, handler: RequestListener): void
  /** New requests get 503; resolves when those under way have ended, false if that took too long. */
  close(service: ServiceName, graceMs: number): Promise<boolean>
}

/** Sends each request to the server that owns its path, by one look-up; `own` answers health, metrics and what nobody owns. */
export const createDispatcher = (own: RequestListener): Dispatcher => {
  const unavailable =
    (reason: string): RequestListener =>
    (req, res) => {
      req.resume() // or a client that is still sending its body never reads the answer
      sendError(res, 503, reason, { 'retry-after': String(RETRY_AFTER_SECONDS) })
    }
  const starting = unavailable('This server is starting: try again in a second')
  const stopping = unavailable('This server is stopping')
  const handlers: Record<ServiceName, RequestListener> = { drs: starting, tes: starting, wes: starting }
  const active: Record<ServiceName, number> = { drs: 0, tes: 0, wes: 0 }
  const idle: Partial<Record<ServiceName, () => void>> = {}
  const leave: Record<ServiceName, () => void> = {
    drs: () => {
      left('drs')
    },
    tes: () => {
      left('tes')
    },
    wes: () => {
      left('wes')
    },
  }
  const left = (service: ServiceName): void => {
    active[service] -= 1
    if (active[service] === 0) idle[service]?.()
  }
  return {
    listener(req: IncomingMessage, res: ServerResponse) {
      const service = serviceOf(req.url ?? '/')
      if (service === undefined) {
        own(req, res)
        return
      }
      active[service] += 1
      res.once('close', leave[service])
      handlers[service](req, res)
    },
    open(service, handler) {
      handlers[service] = handler
    },
    async close(service, graceMs) {
      handlers[service] = stopping
      if (active[service] === 0) return true
      return await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => {
          resolve(false)
        }, graceMs)
        idle[service] = () => {
          clearTimeout(timer)
          resolve(true)
        }
      })
    },
  }
}

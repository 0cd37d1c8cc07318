import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Histogram, Counter } from 'prom-client'
import type { ErrorFormatter } from './error-formats.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

const CONTEXT = Symbol('biocloud.request')

/** What the kit knows about a request in flight. */
export type RequestContext = {
  id: string
  /** performance.now() at arrival. */
  start: number
  method: string
  /** Without query: that may hold page tokens or signatures. */
  path: string
  operationId: string
  /** Of the mount that serves it, once it is known. */
  format?: ErrorFormatter
  observer: Observer
}

type Observer = { log: Logger; series(operation: string, method: string, status: number): Series }
/** One line of each metric: looked up once, since finding it by its labels costs more than counting. */
type Series = { requests: Counter.Internal; durations: Histogram.Internal<string> }
type WithContext = { [CONTEXT]?: RequestContext }

/** The request's id: the client's X-Request-Id where it is a harmless text, else one of ours. */
export const requestId = (req: IncomingMessage): string => (req as WithContext)[CONTEXT]?.id ?? ''

/** A logger whose lines bear the request's id. Made when asked for: most requests write only their access line. */
export const requestLog = (req: IncomingMessage, log: Logger): Logger => log.child({ request_id: requestId(req) })

export const contextOf = (req: IncomingMessage): RequestContext | undefined => (req as WithContext)[CONTEXT]

const ACCEPTED_ID = /^[\w.:-]{1,128}$/

// One listener shared by all responses: `this` is the response, so no closure is made per request.
function finished(this: ServerResponse): void {
  const context = (this.req as WithContext)[CONTEXT]
  if (context === undefined) return
  const { id, start, method, path, operationId, observer } = context
  const ms = performance.now() - start
  const aborted = !this.writableFinished
  const status = aborted ? 499 : this.statusCode // 499: the client went away, as web servers log it
  const series = observer.series(operationId, KNOWN_METHODS.has(method) ? method : 'OTHER', status)
  series.requests.inc()
  series.durations.observe(ms / 1000)
  const line = { request_id: id, method, path, status, ms: Math.round(ms * 10) / 10, operation: operationId }
  if (this.statusCode >= 500 && this.statusCode !== 501) observer.log.warn(line, 'request')
  else observer.log.info(line, 'request')
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])

/** Gives every request its id, and one access line, one count and one duration when it ends. */
export const createRequestContext = (o: {
  log: Logger
  metrics: Metrics
  newId: () => string
}): ((req: IncomingMessage, res: ServerResponse) => void) => {
  const { log, metrics, newId } = o
  // Labels are bounded: operationId, never a path; a status; a known method.
  const labels = ['operation', 'method', 'status']
  const requests = metrics.counter('http_requests_total', 'HTTP requests answered', labels)
  const durations = metrics.histogram('http_request_duration_seconds', 'Seconds from arrival to the last byte', labels)
  const known = new Map<string, Series>() // as many as the registry has lines
  const observer: Observer = {
    log,
    series(operation, method, status) {
      const name = `${operation} ${method} ${status}`
      let series = known.get(name)
      if (series === undefined) {
        const values = { operation, method, status: String(status) }
        series = { requests: requests.labels(values), durations: durations.labels(values) }
        known.set(name, series)
      }
      return series
    },
  }
  return (req, res) => {
    const given = req.headers['x-request-id']
    const id = typeof given === 'string' && ACCEPTED_ID.test(given) ? given : newId()
    const url = req.url ?? '/'
    const query = url.indexOf('?')
    const context: RequestContext = {
      id,
      start: performance.now(),
      method: req.method ?? '',
      path: query === -1 ? url : url.slice(0, query),
      operationId: 'none',
      observer,
    }
    ;(req as WithContext)[CONTEXT] = context
    res.setHeader('X-Request-Id', id)
    res.once('close', finished)
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorFormatter } from './error-formats.ts'
import type { Logger } from './logger.ts'
import { requestId, requestLog } from './request-context.ts'

type Shown = {
  status: number
  code: string
  msg: string
  expose: boolean
  retryAfter?: number
  required?: unknown[]
  headers?: Record<string, string>
}

/** How long a body that nobody wants may go on arriving after its refusal. */
const DRAIN_MS = 10_000

const FULL_DISK = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])
const BUSY = new Set(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED'])

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** What may be shown of any error: ours by its shape, known faults of the machine, everything else as 500. */
const show = (error: unknown): Shown => {
  const { code, status, expose, message, retryAfter, required, headers } = record(error)
  if (typeof code === 'string' && typeof status === 'number' && status >= 400 && status <= 599) {
    // A 500 explains nothing, whatever its class says: the base class of ours shows messages by default.
    const unexplained = status === 500 || expose === false || (status > 500 && expose !== true)
    return {
      status,
      code,
      expose: !unexplained,
      msg: typeof message === 'string' && !unexplained ? message : 'The server could not answer this request',
      ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
      ...(Array.isArray(required) ? { required: required as unknown[] } : {}),
      ...(headers === undefined ? {} : { headers: record(headers) as Record<string, string> }),
    }
  }
  if (typeof code === 'string' && FULL_DISK.has(code)) {
    return {
      status: 503,
      code: 'storage_full',
      expose: false,
      msg: 'The server has no space left; try again later',
      retryAfter: 60,
    }
  }
  if (typeof code === 'string' && BUSY.has(code)) {
    return { status: 503, code: 'database_busy', expose: false, msg: 'The database is busy; try again', retryAfter: 1 }
  }
  return { status: 500, code: 'internal_error', expose: false, msg: 'The server could not answer this request' }
}

/** Writes the one answer for an error. The message of a 5xx stays in the log, unless its class exposes it. */
export const answerError = (
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  o: { format: ErrorFormatter; log: Logger },
): void => {
  const shown = show(error)
  if (!shown.expose) requestLog(req, o.log).error({ err: error, code: shown.code }, 'request failed')
  else requestLog(req, o.log).debug({ err: error, code: shown.code }, 'request refused')
  if (res.headersSent) {
    // Half an answer is out: only a broken connection can tell the client.
    res.destroy()
    return
  }
  if (res.destroyed) return
  const { status, code, required } = shown
  const msg = shown.expose || status !== 500 ? shown.msg : `${shown.msg}; its request id is ${requestId(req)}`
  const body = Buffer.from(
    JSON.stringify(o.format({ status, code, msg, ...(required === undefined ? {} : { required }) })),
  )
  for (const name of res.getHeaderNames()) if (BODY_HEADERS.has(name)) res.removeHeader(name)
  for (const [name, value] of Object.entries(shown.headers ?? {})) res.setHeader(name, value)
  if (shown.retryAfter !== undefined) res.setHeader('Retry-After', String(Math.ceil(shown.retryAfter)))
  // Not through res.json: the response validator would want every error declared in the document.
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
  })
  res.end(req.method === 'HEAD' ? undefined : body)
  if (!req.complete) {
    req.resume() // what is still coming is read and dropped: unread, it would break the answer and the next request
    const timer = setTimeout(() => req.destroy(), DRAIN_MS)
    timer.unref()
    req.once('close', () => {
      clearTimeout(timer)
    })
  }
}

/** Headers that a handler set for the body it then could not send. */
const BODY_HEADERS = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'content-disposition',
  'content-range',
  'etag',
  'last-modified',
  'accept-ranges',
  'cache-control',
])

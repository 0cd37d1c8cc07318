import type { IncomingMessage, ServerResponse } from 'node:http'

const METHODS = 'GET, HEAD, POST, PUT, DELETE, OPTIONS'
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Range, X-Request-Id'
const RESPONSE_HEADERS = 'Accept-Ranges, Content-Range, ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id'

/**
 * Cross-origin access for the listed origins only, without credentials. True when it has answered a preflight. An
 * OPTIONS without Access-Control-Request-Method is no preflight: DRS has OPTIONS operations of its own.
 */
export const createCors = (origins: readonly string[]): ((req: IncomingMessage, res: ServerResponse) => boolean) => {
  const listed = new Set(origins)
  return (req, res) => {
    const { origin } = req.headers
    res.appendHeader('Vary', 'Origin')
    if (origin === undefined || !listed.has(origin)) return false
    res.setHeader('Access-Control-Allow-Origin', origin)
    res.setHeader('Access-Control-Expose-Headers', RESPONSE_HEADERS)
    if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return false
    res.setHeader('Access-Control-Allow-Methods', METHODS)
    res.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS)
    res.setHeader('Access-Control-Max-Age', '600')
    res.writeHead(204).end()
    return true
  }
}

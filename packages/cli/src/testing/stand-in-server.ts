import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Seen = {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Buffer
}

export type Reply = (seen: Seen, res: ServerResponse) => void | Promise<void>

export type StandIn = { url: string; seen: Seen[]; close(): Promise<void> }

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (_seen, res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }

/**
 * A real HTTP server that stands in for a suite: `METHOD /path` gives its reply, anything else is 404. It remembers every
 * request with its body.
 */
export const createStandIn = async (replies: Record<string, Reply>): Promise<StandIn> => {
  const seen: Seen[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const url = new URL(req.url ?? '/', 'http://stand-in')
      const one = {
        method: req.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: req.headers,
        body: Buffer.concat(chunks),
      }
      seen.push(one)
      const reply =
        replies[`${one.method} ${one.path}`] ?? json(404, { msg: `Nothing at ${one.path}`, status_code: 404 })
      Promise.resolve(reply(one, res)).catch((error: unknown) => res.destroy(error as Error))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      await new Promise<void>((done) => {
        server.close(() => {
          done()
        })
        server.closeAllConnections()
      })
    },
  }
}

/** Serves bytes as our /data links do: strong ETag, one Range, If-Range. `cut` ends the connection after so many
 * bytes of an answer, once `reached` says that the client has them (fetch forgets what it had not handed over). */
export const bytesReply =
  (
    bytes: Buffer,
    o: {
      etag?: string
      cut?: () => number | undefined
      reached?: (position: number) => Promise<void>
      ignoreRange?: boolean
    } = {},
  ): Reply =>
  (seen, res) => {
    const etag = o.etag ?? '"v1"'
    const range = /^bytes=(\d+)-$/.exec(seen.headers.range ?? '')
    const condition = seen.headers['if-range']
    const partial = range !== null && o.ignoreRange !== true && (condition === undefined || condition === etag)
    const start = partial ? Number(range[1]) : 0
    if (partial && start >= bytes.length) {
      res.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
      return
    }
    const body = bytes.subarray(start)
    res.writeHead(partial ? 206 : 200, {
      etag,
      'accept-ranges': 'bytes',
      'content-length': body.length,
      ...(partial ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    })
    const cut = o.cut?.()
    if (cut === undefined || cut >= body.length) res.end(body)
    else {
      res.write(body.subarray(0, cut))
      const end = (): void => void res.destroy()
      void (o.reached?.(start + cut) ?? Promise.resolve()).then(end)
    }
  }

import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Health } from './health.ts'
import type { Logger } from './logger.ts'

export type Disposer = {
  /** Registers what ends a resource. */
  add(name: string, fn: () => Promise<void> | void): void
  /** Runs all in reverse order, each once; an error is logged and does not stop the others. */
  dispose(): Promise<void>
}

export const createDisposer = (o: { log: Logger }): Disposer => {
  const entries: { name: string; fn: () => Promise<void> | void }[] = []
  let disposing: Promise<void> | undefined
  const run = async (): Promise<void> => {
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      try {
        await entry.fn()
      } catch (error) {
        o.log.error({ err: error, resource: entry.name }, 'a resource did not end cleanly')
      }
    }
  }
  return {
    add(name, fn) {
      entries.push({ name, fn })
    },
    dispose() {
      disposing ??= run()
      return disposing
    },
  }
}

export type ServerTimeouts = {
  /** From the connection (or the last answer) to the end of the header lines. Default 20 s. */
  headersMs?: number
  /** Without a byte in either direction. Default 120 s. */
  idleMs?: number
  /** Between two requests of one connection. Default 65 s: longer than the usual 60 s of a proxy before it. */
  keepAliveMs?: number
}

const UNREADABLE: Record<string, readonly [status: string, msg: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request line and headers may have 32 KiB together'],
  HPE_INVALID_METHOD: ['405 Method Not Allowed', 'This is no HTTP method'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not come in time'],
}

/** Answers what Node's parser refuses, before any of our code sees a request, in the errors' own shape. */
const answerUnreadable = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, msg] = UNREADABLE[error.code ?? ''] ?? ['400 Bad Request', 'This is not an HTTP request']
  const body = JSON.stringify({ msg, status_code: Number(status.slice(0, 3)) })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/**
 * An http.Server that slow clients cannot hold: bounded header time and size, bounded silence. No bound on the whole
 * request: an upload may take hours; parsed bodies have a deadline of their own (body.ts).
 */
export const createHttpServer = (handler: RequestListener, o: ServerTimeouts = {}): Server => {
  const { headersMs = 20_000, idleMs = 120_000, keepAliveMs = 65_000 } = o
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: Math.min(5000, headersMs),
      maxHeaderSize: 32 * 1024,
    },
    handler,
  )
  server.timeout = idleMs
  server.maxRequestsPerSocket = 0
  server.on('clientError', answerUnreadable)
  return server
}

type Signals = {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  off(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

export type RunOptions = {
  name: string
  handler: RequestListener
  host: string
  port: number
  log: Logger
  health: Health
  start(): Promise<void>
  stop(): Promise<void>
  /** How long requests in flight may take to finish. Default 30 s. */
  drainMs?: number
  /** Told once, when the server is ready: the port that was really bound. */
  onListening?(address: { host: string; port: number }): void
  timeouts?: ServerTimeouts
  /** For tests; default: the process. */
  signals?: Signals
}

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

/**
 * Stops taking connections and waits for the requests in flight, at most `drainMs`; then breaks what is left. True when
 * all had finished.
 */
export const drainServer = async (
  server: Server,
  o: { drainMs: number; force?: Promise<unknown> },
): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const closed = new Promise<true>((resolve) => {
    server.close(() => {
      resolve(true)
    })
  })
  // A keep-alive connection that falls idle during the drain would hold it until its time-out.
  const sweep = setInterval(() => {
    server.closeIdleConnections()
  }, 100)
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, o.drainMs, false)
    void o.force?.then(() => {
      resolve(false)
    })
  })
  server.closeIdleConnections()
  const clean = await Promise.race([closed, late])
  clearInterval(sweep)
  clearTimeout(timer)
  if (!clean) {
    server.closeAllConnections()
    await closed
  }
  return clean
}

/**
 * Runs a server until SIGTERM or SIGINT: listens, starts, becomes ready; then not ready → requests in flight finish →
 * stop. A second signal breaks the requests in flight. Resolves when all has stopped, with process.exitCode 1 if
 * requests had to be broken; rejects if it could not listen or start, or stopping failed.
 */
export const runServer = async (o: RunOptions): Promise<void> => {
  const { name, handler, host, port, log, health, drainMs = 30_000, signals = process } = o
  const server = createHttpServer(handler, o.timeouts)
  let started = false
  health.check('started', () => (started ? Promise.resolve() : Promise.reject(new Error('starting'))))
  let onSignal: () => void = () => undefined
  const first = new Promise<void>((resolve) => {
    onSignal = resolve
  })
  const firstListener = (): void => {
    onSignal()
  }
  signals.on('SIGTERM', firstListener)
  signals.on('SIGINT', firstListener)
  try {
    const bound = await listen(server, host, port)
    try {
      await o.start()
    } catch (error) {
      server.closeAllConnections()
      server.close()
      await o.stop()
      throw error
    }
    started = true
    log.info({ host, port: bound }, `${name} is ready`)
    o.onListening?.({ host, port: bound })
    await first
    health.drain()
    log.info(`${name} is stopping`)
    const second = new Promise<void>((resolve) => {
      onSignal = resolve
    })
    const clean = await drainServer(server, { drainMs, force: second })
    if (!clean) {
      log.warn({ drain_ms: drainMs }, `${name} broke requests that did not finish`)
      process.exitCode = 1
    }
    await o.stop()
    log.info(`${name} has stopped`)
  } finally {
    signals.off('SIGTERM', firstListener)
    signals.off('SIGINT', firstListener)
  }
}

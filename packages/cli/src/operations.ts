import type { RequestListener, ServerResponse } from 'node:http'
import { sendError, type ServiceName } from './dispatcher.ts'

export type Report = { ok: boolean; checks: Record<string, string> }

/** What the suite asks of each server for its merged health and metrics. */
export type Observed = { ready(): Promise<Report>; metrics(): Promise<string> }

export type SuiteReport = { ok: boolean; state: 'starting' | 'up' | 'stopping'; checks: Record<string, string> }

/** One report of all: the name of each check gets its service in front. A server that cannot say is not ready. */
export const mergeReports = async (
  state: SuiteReport['state'],
  servers: ReadonlyMap<ServiceName, Observed>,
): Promise<SuiteReport> => {
  const checks: Record<string, string> = {}
  let ok = state === 'up'
  for (const [service, server] of servers) {
    try {
      const report = await server.ready()
      ok &&= report.ok
      for (const [name, result] of Object.entries(report.checks)) checks[`${service}.${name}`] = result
    } catch (error) {
      ok = false
      checks[service] = error instanceof Error ? error.message : String(error)
    }
  }
  return { ok, state, checks }
}

/** The figures of the process, once: embedded servers leave them out. Names as every Prometheus client gives them. */
export const processMetrics = (): string => {
  const { user, system } = process.cpuUsage()
  const memory = process.memoryUsage()
  const figures: readonly [name: string, type: 'counter' | 'gauge', help: string, value: number][] = [
    ['process_cpu_seconds_total', 'counter', 'User and system CPU time in seconds', (user + system) / 1e6],
    ['process_resident_memory_bytes', 'gauge', 'Resident memory in bytes', memory.rss],
    [
      'process_start_time_seconds',
      'gauge',
      'Start of the process since the epoch',
      Date.now() / 1000 - process.uptime(),
    ],
    ['nodejs_heap_size_used_bytes', 'gauge', 'Heap in use in bytes', memory.heapUsed],
  ]
  return figures
    .map(([name, type, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('')
}

const sendJson = (res: ServerResponse, status: number, value: unknown): void => {
  const body = JSON.stringify(value)
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  res.end(body)
}

/** `/healthz` (the process lives), `/readyz` (all three can serve), `/metrics`, and a sign at `/` of where things are. */
export const createOperations = (o: {
  state(): SuiteReport['state']
  servers: ReadonlyMap<ServiceName, Observed>
  onError(error: unknown): void
}): RequestListener => {
  const answer = async (path: string, res: ServerResponse): Promise<void> => {
    if (path === '/healthz') {
      sendJson(res, 200, { ok: true, state: o.state() })
    } else if (path === '/readyz') {
      const report = await mergeReports(o.state(), o.servers)
      if (!report.ok) res.setHeader('retry-after', '1')
      sendJson(res, report.ok ? 200 : 503, report)
    } else if (path === '/metrics') {
      const parts = await Promise.all([...o.servers.values()].map(async (server) => await server.metrics()))
      const text = [processMetrics(), ...parts]
        .map((part) => (part.endsWith('\n') || part === '' ? part : `${part}\n`))
        .join('')
      res.writeHead(200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'content-length': Buffer.byteLength(text),
      })
      res.end(text)
    } else if (path === '/') {
      sendJson(res, 200, {
        drs: '/ga4gh/drs/v1',
        wes: '/ga4gh/wes/v1',
        tes: '/ga4gh/tes/v1',
        ready: '/readyz',
        metrics: '/metrics',
      })
    } else {
      sendError(res, 404, 'Nothing is served here: the APIs are below /ga4gh/drs/v1, /ga4gh/wes/v1 and /ga4gh/tes/v1')
    }
  }
  return (req, res) => {
    req.resume()
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      sendError(res, 405, `${path} takes GET and HEAD only`, { allow: 'GET, HEAD' })
      return
    }
    answer(path, res).catch((error: unknown) => {
      o.onError(error)
      if (res.headersSent) res.destroy()
      else sendError(res, 500, 'Internal error')
    })
  }
}

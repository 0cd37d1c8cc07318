import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { body, createApps, dataDocument, dataRoutes, post } from './app-fixture.ts'
import { createMetrics } from './metrics.ts'
import { requestId } from './request-context.ts'

const { open, close, servers } = createApps()
afterEach(close)

describe('assembleApp: around the request', () => {
  it('takes a harmless X-Request-Id, replaces another one, and answers with it', async () => {
    const { url } = await open({
      extraRoutes: [
        (req, res, next) => {
          if (req.path === '/id') res.send(requestId(req))
          else next()
        },
      ],
    })
    const given = await fetch(`${url}/id`, { headers: { 'x-request-id': 'abc-1' } })
    expect([given.headers.get('x-request-id'), await given.text()]).toEqual(['abc-1', 'abc-1'])
    const odd = await fetch(`${url}/id`, { headers: { 'x-request-id': 'a b"' } })
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-z]{26}$/)
  })

  it('writes one access line per request without query or signed link, and counts by operation', async () => {
    const { url, log, o } = await open({
      notYet: {},
      mounts: [{ document: dataDocument, bases: ['/'], routes: dataRoutes() }],
    })
    await (await fetch(`${url}/data/abcdefghijklmnop?x=y`)).text()
    await new Promise((resolve) => setImmediate(resolve))
    const access = log().filter(({ msg }) => msg === 'request')
    expect(access).toHaveLength(1)
    expect(access[0]).toMatchObject({ method: 'GET', path: '/data/[redacted]', status: 200, operation: 'GetData' })
    expect(await o.metrics.text()).toContain('tes_http_requests_total{operation="GetData",method="GET",status="200"} 1')
  })

  it('sends security headers and neither X-Powered-By nor ETag', async () => {
    const { url } = await open()
    const { headers } = await fetch(`${url}/tasks/abc`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect([headers.get('x-powered-by'), headers.get('etag')]).toEqual([null, null])
  })

  it('allows no cross-origin access by default, and only the listed origins when asked', async () => {
    const closed = await open()
    const origin = { origin: 'https://portal.example' }
    expect(
      (await fetch(`${closed.url}/tasks`, { headers: origin })).headers.get('access-control-allow-origin'),
    ).toBeNull()
    const { url } = await open({ corsOrigins: ['https://portal.example'] })
    const preflight = { ...origin, 'access-control-request-method': 'POST' }
    const answer = await fetch(`${url}/tasks`, { method: 'OPTIONS', headers: preflight })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, 'https://portal.example'])
    expect(
      (await fetch(`${url}/tasks`, { headers: { origin: 'https://evil.example' } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
    expect(
      (await fetch(`${url}/tasks`, { method: 'OPTIONS', headers: { ...preflight, origin: 'https://evil.example' } }))
        .status,
    ).toBe(405)
  })

  it('asks for identity before it reads the body', async () => {
    const { url } = await open({ identify: (_req, res) => void res.status(401).end() })
    expect((await fetch(`${url}/tasks`, post('{broken'))).status).toBe(401)
  })

  it('serves health, readiness and metrics before the documents, and leaves them out when embedded', async () => {
    const { url, o } = await open({ metrics: createMetrics({ service: 'tes' }) })
    expect(await body(await fetch(`${url}/healthz`))).toEqual({ ok: true })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    o.health.check('database', () => Promise.reject(new Error('gone')))
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await body(ready)]).toEqual([503, { ok: false, checks: { database: 'gone' } }])
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_user_seconds_total')
    const embedded = await open({ embedded: true })
    expect((await fetch(`${embedded.url}/healthz`)).status).toBe(404)
  })

  it('logs 499 for a client that goes away, and lives on', async () => {
    const { port, url, log } = await open()
    const sent = httpRequest({
      port,
      method: 'POST',
      path: '/tasks',
      headers: { 'content-type': 'application/json', 'content-length': '100' },
    })
    sent.on('error', () => undefined)
    sent.write('{')
    const closed = once(servers.at(-1) as Server, 'request') as Promise<[IncomingMessage]>
    const [req] = await closed
    const gone = new Promise((resolve) => req.once('close', resolve))
    sent.destroy()
    await gone
    await new Promise((resolve) => setImmediate(resolve))
    expect(log().some(({ status }) => status === 499)).toBe(true)
    expect((await fetch(`${url}/tasks`)).status).toBe(200)
  })
})

import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import { isDenial } from './denial.ts'
import { createTestClock, createTestIssuer, createTestSite, sitePolicy } from './testing.ts'
import type { TestIssuer, TestSite } from './testing.ts'

describe('key sets over HTTP', () => {
  let server: Server
  let url: string
  let asked: number
  let answer: (res: ServerResponse) => void
  let site: TestSite
  let broker: TestIssuer
  const clock = createTestClock()
  const keys =
    (...list: JWK[]) =>
    (res: ServerResponse) => {
      res.end(JSON.stringify({ keys: list }))
    }

  beforeEach(async () => {
    asked = 0
    server = createServer((_req, res) => {
      asked += 1
      answer(res)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwk`
    broker = await createTestIssuer({ iss: 'https://broker.example', clock, kid: 'k1' })
    answer = keys(broker.publicJwk)
    site = await createTestSite({
      clock,
      fetch: (target, init) => fetch(target, init),
      policy: (issuers) => {
        const policy = sitePolicy(issuers) as {
          brokers: { broker: Record<string, unknown> }
          issuers: { dac: Record<string, unknown> }
        }
        delete policy.brokers.broker.keys
        policy.brokers.broker.jku = url
        return policy
      },
    })
  })
  afterEach(
    () =>
      new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      ),
  )

  const verify = async (token: string) => {
    const verified = await site.clearinghouse.verify({ bearer: token })
    return isDenial(verified) ? verified.status : 200
  }

  it('one fetch serves all tokens, also when they come at once', async () => {
    expect(await Promise.all([1, 2, 3].map(async () => verify(await broker.accessToken())))).toEqual([200, 200, 200])
    expect(asked).toBe(1)
  })
  it('V14 random kids cause at most one fetch per 30 s, and warm keys work on', async () => {
    const good = await broker.accessToken()
    expect(await verify(good)).toBe(200)
    for (let n = 0; n < 20; n++) expect(await verify(await broker.accessToken({}, { kid: `random-${n}` }))).toBe(401)
    expect(asked).toBe(1)
    clock.advance(31)
    for (let n = 0; n < 20; n++) await verify(await broker.accessToken({}, { kid: `again-${n}` }))
    expect(asked).toBe(2)
    expect(await verify(good)).toBe(200)
  })
  it('V14 D8 an endpoint that fails when cold is 503, and is asked once per 30 s', async () => {
    const faults: ((res: ServerResponse) => void)[] = [
      (res) => res.writeHead(503).end(),
      (res) => res.end('garbage'),
      (res) => res.writeHead(302, { location: url }).end(),
      (res) => res.end(`{"keys":[${'{},'.repeat(60)}{}]}`),
      (res) => res.end(`{"keys":[],"pad":"${'x'.repeat(300 * 1024)}"}`),
      (res) => res.end('{"keys":'),
    ]
    for (const fault of faults) {
      answer = fault
      asked = 0
      clock.advance(700)
      for (let n = 0; n < 5; n++)
        expect(await site.clearinghouse.verify({ bearer: await broker.accessToken() })).toMatchObject({
          status: 503,
          code: 'keys_unavailable',
        })
      expect(asked).toBe(1)
    }
  })
  it('the last good set serves while the endpoint is down, for a day', async () => {
    expect(await verify(await broker.accessToken())).toBe(200)
    answer = (res) => res.writeHead(503).end()
    clock.advance(23 * 3600)
    expect(await verify(await broker.accessToken())).toBe(200)
    clock.advance(2 * 3600)
    expect(await verify(await broker.accessToken())).toBe(503)
  })
  it('V15 a new key is known after one refresh, a removed one is refused', async () => {
    expect(await verify(await broker.accessToken())).toBe(200)
    const next = await createTestIssuer({ iss: 'https://broker.example', clock, kid: 'k2' })
    answer = keys(next.publicJwk)
    clock.advance(31)
    expect(await verify(await next.accessToken())).toBe(200)
    expect(await verify(await broker.accessToken())).toBe(401)
  })
  it('V15 a key replaced under the same kid: the new one counts after one refresh, warm tokens of the old one do not', async () => {
    const old = await broker.accessToken()
    expect(await verify(old)).toBe(200)
    const next = await createTestIssuer({ iss: 'https://broker.example', clock, kid: 'k1' })
    answer = keys(next.publicJwk)
    clock.advance(31)
    expect(await verify(await next.accessToken())).toBe(200)
    expect(await verify(old)).toBe(401)
  })
  it('V5 V15 private, symmetric, weak and ambiguous keys of a set are not used', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const leaked = { ...(await exportJWK(privateKey)), kid: 'k1' }
    const sets = [
      [leaked],
      [{ kty: 'oct', k: 'AAAA', kid: 'k1' }],
      [{ kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB', kid: 'k1' }],
      [broker.publicJwk, broker.publicJwk],
      [{ ...broker.publicJwk, use: 'enc' }],
    ]
    for (const set of sets) {
      answer = keys(...set)
      clock.advance(700)
      expect(await verify(await broker.accessToken())).toBe(401)
    }
  })
  it('D8 a visa whose keys are unreachable is undecided: 503 where it could matter, else as without it', async () => {
    answer = (res) => res.writeHead(503).end()
    const remote = await createTestSite({
      clock,
      fetch: (target, init) => fetch(target, init),
      policy: (issuers) => {
        const policy = sitePolicy(issuers) as { issuers: { dac: Record<string, unknown> } }
        delete policy.issuers.dac.keys
        policy.issuers.dac.jku = url
        return policy
      },
    })
    const visa = await remote.grantVisa({}, { jku: url })
    const verified = await remote.clearinghouse.verify({
      passports: [await remote.broker.passport([visa, ...(await remote.registeredVisas())])],
    })
    if (isDenial(verified)) throw new Error('refused')
    const ask = async (datasetIds: string[]) => {
      const decision = await remote.clearinghouse.authorize(verified, {
        operation: 'drs:access',
        datasetIds,
        requestId: 'r',
      })
      return decision.permit ? 200 : decision.status
    }
    expect(await ask(['data-a'])).toBe(503)
    expect(await ask(['hidden'])).toBe(503)
    expect(await ask([])).toBe(503)
    expect(await ask(['registered'])).toBe(200)
    expect(await ask(['open'])).toBe(200)
  })
})

import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { parse } from 'yaml'
import { createClearinghouse } from './clearinghouse.ts'
import type { Clearinghouse } from './clearinghouse.ts'
import { demoPolicy } from './demo-policy.ts'
import { declare, identify, localIssuerRoutes, presentPassports } from './express.ts'
import { createKeyPool } from './key-pool.ts'
import { createLocalIssuer, openIssuerKeys } from './local-issuer.ts'
import type { LocalIssuer } from './local-issuer.ts'
import { parsePolicy } from './policy.ts'
import { openSiteKey, openSigningKey } from './signing-key.ts'
import { createMemoryAudit } from './testing.ts'

const clock = { now: () => new Date() }
type Json = Record<string, unknown>

describe('the local issuer behind express', () => {
  let dir: string
  let server: Server
  let base: string
  let issuer: LocalIssuer
  let house: Clearinghouse
  let audit: ReturnType<typeof createMemoryAudit>
  let secret: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'issuer-'))
    const app = express()
    server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    issuer = await createLocalIssuer({ dir, issuer: base, clock })
    audit = createMemoryAudit()
    house = createClearinghouse({
      policy: parsePolicy(parse(demoPolicy()), { localIssuer: { issuer: base, jwks: await openIssuerKeys(dir) } }),
      service: 'drs',
      publicUrl: base,
      keys: createKeyPool({ fetch: () => Promise.reject(new Error('no network')), clock }),
      localIssuer: issuer,
      audit,
      clock,
      newId: () => 'id',
      siteKey: await openSiteKey(join(dir, 'site-key')),
    })
    const realm = 'test'
    const routes = localIssuerRoutes({ issuer, clearinghouse: house, realm })
    app.use(
      express.json(),
      express.urlencoded({ extended: false }),
      identify({ clearinghouse: house, realm, requestId: () => 'q' }),
    )
    app.post('/token', declare('IssueToken', 'public'), routes.IssueToken)
    app.get('/userinfo', declare('GetUserinfo', 'identity'), routes.GetUserinfo)
    app.get(
      '/.well-known/openid-configuration',
      declare('GetOpenidConfiguration', 'public'),
      routes.GetOpenidConfiguration,
    )
    app.get('/.well-known/jwks.json', declare('GetJwks', 'public'), routes.GetJwks)
    app.get('/admin', declare('Admin', 'operator'), (_req, res) => void res.json('ok'))
    app.post('/data/:dataset', declare('Data', 'drs:access'), async (req, res) => {
      const { passports } = req.body as { passports?: unknown }
      const identity = await presentPassports({ clearinghouse: house, realm }, req.identity, passports)
      const decision = await house.authorize(identity.verified, {
        operation: 'drs:access',
        datasetIds: [req.params.dataset],
        requestId: 'q',
      })
      res.status(decision.permit ? 200 : decision.status).json(decision)
    })
    app.use(
      (
        error: { status?: number; code?: string; headers?: Record<string, string>; message: string },
        _req: express.Request,
        res: express.Response,
        _next: express.NextFunction,
      ) => {
        res
          .status(error.status ?? 500)
          .set(error.headers ?? {})
          .json({ code: error.code, msg: error.message })
      },
    )
    secret = (await readFile(join(dir, 'cli-secret'), 'utf8')).trim()
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) =>
      server.close(() => {
        resolve()
      }),
    )
    await rm(dir, { recursive: true })
  })

  const post = async (path: string, body: Json, token?: string) => {
    const response = await fetch(base + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }
  const tokenOf = async (username: string): Promise<string> => {
    const { body } = await post('/token', {
      grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
      username,
      secret,
    })
    return String(body.access_token)
  }
  const exchange = async (more: Json) =>
    post('/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_secret: secret,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:ga4gh:params:oauth:token-type:passport',
      ...more,
    })

  it('the four demo users read what the demo policy lets each read', async () => {
    const table: Record<string, number[]> = {}
    for (const user of ['researcher', 'registered', 'guest', 'operator']) {
      const token = await tokenOf(user)
      table[user] = []
      for (const dataset of ['demo-public', 'demo-registered', 'demo-cohort', 'demo-embargoed'])
        table[user].push((await post(`/data/${dataset}`, {}, token)).status)
    }
    expect(table).toEqual({
      researcher: [200, 200, 200, 200],
      registered: [200, 200, 403, 404],
      guest: [200, 403, 403, 404],
      operator: [200, 403, 403, 404],
    })
    expect((await post('/data/demo-cohort', {})).status).toBe(401)
  })
  it('O12 /token answers a form as JSON does, with no-store, and refuses a wrong secret or user', async () => {
    const form = new URLSearchParams({
      grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
      username: 'guest',
      secret,
    })
    const good = await fetch(`${base}/token`, { method: 'POST', body: form })
    expect([good.status, good.headers.get('cache-control'), good.headers.get('pragma')]).toEqual([
      200,
      'no-cache, no-store',
      'no-cache',
    ])
    expect(await good.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    expect(
      await post('/token', {
        grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
        username: 'guest',
        secret: 'x',
      }),
    ).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(
      await post('/token', { grant_type: 'urn:biocloud:params:oauth:grant-type:local-user', username: 'root', secret }),
    ).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await post('/token', { grant_type: 'password' })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    })
  })
  it('the access token verifies by the published key set, with jose alone', async () => {
    const configuration = (await (await fetch(`${base}/.well-known/openid-configuration`)).json()) as {
      issuer: string
      jwks_uri: string
    }
    expect(configuration.issuer).toBe(base)
    const jwks = (await (await fetch(configuration.jwks_uri)).json()) as JSONWebKeySet
    const { payload } = await jwtVerify(await tokenOf('researcher'), createLocalJWKSet(jwks), {
      issuer: base,
      audience: 'urn:biocloud:wes',
      typ: 'at+jwt',
      algorithms: ['ES256'],
    })
    expect(payload).toMatchObject({ sub: 'researcher', client_id: 'biocloud-cli' })
    expect(payload).not.toHaveProperty('ga4gh_passport_v1')
    expect(JSON.stringify(jwks)).not.toContain('"d"')
  })
  it('a token is exchanged for a passport 1.2 whose aud is the origin of resource, and that passport reads', async () => {
    const { status, body } = await exchange({
      subject_token: await tokenOf('researcher'),
      resource: `${base}/dataset1`,
    })
    expect([status, body.issued_token_type, body.token_type]).toEqual([
      200,
      'urn:ga4gh:params:oauth:token-type:passport',
      'N_A',
    ])
    expect((await post('/data/demo-cohort', { passports: [body.access_token] })).status).toBe(200)
    const other = await exchange({ subject_token: await tokenOf('researcher'), resource: 'https://other.example/x' })
    expect((await post('/data/demo-cohort', { passports: [other.body.access_token] })).status).toBe(401)
    expect((await exchange({ subject_token: 'x' })).body.error).toBe('invalid_request')
    expect((await exchange({ subject_token: await tokenOf('guest'), client_secret: 'x' })).body.error).toBe(
      'invalid_client',
    )
    expect((await exchange({ subject_token: await tokenOf('guest'), resource: 'file:///x' })).body.error).toBe(
      'invalid_target',
    )
  })
  it('D6 D7 a bearer beside passports and a malformed list are 400', async () => {
    const token = await tokenOf('researcher')
    const passport = (await issuer.passport('researcher')).token
    expect(await post('/data/demo-public', { passports: [passport] }, token)).toMatchObject({
      status: 400,
      body: { code: 'bearer_and_passports' },
    })
    expect(await post('/data/demo-public', { passports: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'credentials_malformed' },
    })
    expect(await post('/data/demo-public', { passports: [1] })).toMatchObject({ status: 400 })
    expect(await post('/data/demo-public', { passports: [] }, token)).toMatchObject({ status: 200 })
  })
  it('D8a a bad credential is 401 with a challenge for every path, public ones too, and is recorded', async () => {
    for (const path of ['/data/demo-public', '/data/demo-embargoed', '/data/missing']) {
      const { status, headers } = await post(path, {}, 'garbage')
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="test", error="invalid_token"'])
    }
    expect(audit.events.map(({ action, code, requestId }) => [action, code, requestId])).toEqual(
      Array(3).fill(['verify', 'token_invalid', 'q']),
    )
    const basic = await fetch(`${base}/userinfo`, { headers: { authorization: 'Basic eDp5' } })
    expect(basic.status).toBe(401)
  })
  it('V18 a token in the URL is 400 and is told to nobody', async () => {
    const token = await tokenOf('guest')
    for (const path of [`/x/${token}`, `/x?page=${token}`, `/x/rt_${'x'.repeat(43)}`])
      expect((await fetch(base + path)).status).toBe(400)
    const response = await fetch(`${base}/userinfo?access_token=${token}`)
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain(token)
    expect(JSON.stringify(audit.events)).not.toContain(token)
  })
  it('userinfo gives the visas of the bearer, and 401 without one', async () => {
    const response = await fetch(`${base}/userinfo`, {
      headers: { authorization: `Bearer ${await tokenOf('registered')}` },
    })
    const body = (await response.json()) as { sub: string; ga4gh_passport_v1: string[] }
    expect([body.sub, body.ga4gh_passport_v1.length]).toEqual(['registered', 2])
    expect((await fetch(`${base}/userinfo`)).status).toBe(401)
  })
  it('a route for operators is 403 for others and 401 for nobody', async () => {
    const get = async (user?: string) =>
      (await fetch(`${base}/admin`, { headers: user ? { authorization: `Bearer ${await tokenOf(user)}` } : {} })).status
    expect([await get('operator'), await get('researcher'), await get()]).toEqual([200, 403, 401])
  })
  it('an identity prints and serialises without its bearer', async () => {
    const { Secret } = await import('./secret.ts')
    const { inspect } = await import('node:util')
    const secretToken = new Secret('eyJ.x.y')
    expect([JSON.stringify({ secretToken }), inspect({ secretToken }), String(secretToken)].join()).not.toContain('eyJ')
    expect(secretToken.reveal()).toBe('eyJ.x.y')
  })
  it('keys and secrets are made once, by whoever is first, with mode 0600', async () => {
    const file = join(dir, 'race.json')
    const keys = await Promise.all(Array.from({ length: 8 }, () => openSigningKey(file)))
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
    for (const name of ['race.json', 'key.json', 'cli-secret', 'site-key'])
      expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600)
    await chmod(file, 0o644)
    await expect(openSigningKey(file)).rejects.toMatchObject({ code: 'key_file_invalid' })
    await writeFile(join(dir, 'bad.json'), '{}', { mode: 0o600 })
    await expect(openSigningKey(join(dir, 'bad.json'))).rejects.toMatchObject({ code: 'key_file_invalid' })
  })
  it('V24 an http issuer on another address than loopback is refused, and an https one has no demo users', async () => {
    for (const bad of [
      'http://10.0.0.1:4500',
      'http://drs.example',
      'ftp://127.0.0.1',
      `${base}/`,
      'nonsense',
      'http://u:p@127.0.0.1',
    ])
      await expect(createLocalIssuer({ dir: join(dir, 'x'), issuer: bad, clock })).rejects.toMatchObject({
        code: 'issuer_invalid',
      })
    const remote = await createLocalIssuer({ dir: join(dir, 'x'), issuer: 'https://drs.example', clock })
    expect(remote.users).toEqual([])
    await expect(remote.accessToken('researcher')).rejects.toMatchObject({ code: 'request_invalid' })
    expect(await remote.visas('researcher')).toEqual([])
  })
  it('a server that waits for the keys of the issuer gets them, or is told what to start', async () => {
    const late = join(dir, 'late')
    const waiting = openIssuerKeys(late, { waitMs: 5000 })
    await createLocalIssuer({ dir: late, issuer: base, clock })
    expect((await waiting).keys).toHaveLength(1)
    await expect(openIssuerKeys(join(dir, 'never'), { waitMs: 10 })).rejects.toMatchObject({ code: 'issuer_not_ready' })
  })
})

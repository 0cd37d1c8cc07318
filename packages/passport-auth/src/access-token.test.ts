import { beforeEach, describe, expect, it } from '@jest/globals'
import { isDenial } from './denial.ts'
import { createTestSite, sitePolicy } from './testing.ts'
import type { TestSite } from './testing.ts'

describe('access tokens', () => {
  let site: TestSite
  beforeEach(async () => {
    site = await createTestSite()
  })
  const reason = async (bearer: string) => {
    const verified = await site.clearinghouse.verify({ bearer })
    return isDenial(verified) ? `${verified.status} ${verified.reason ?? verified.code}` : verified.kind
  }
  const token = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    site.broker.accessToken(claims, header)

  it('tokens of an oidc broker are accepted by audience, or without one by client', async () => {
    for (const typ of ['at+jwt', 'application/at+jwt', 'JWT'])
      expect(await reason(await token({}, { typ }))).toBe('person')
    expect(await reason(await token({ aud: undefined, client_id: 'known-client' }))).toBe('person')
    expect(
      await reason(await token({ aud: undefined, client_id: undefined, azp: 'known-client', typ: 'Bearer' })),
    ).toBe('person')
    expect(await reason(await token({ aud: undefined }))).toMatch(/^401 client_id/)
    expect(await reason(await token({ aud: 'other', client_id: 'known-client' }))).toMatch(/^401 aud/)
    expect(await reason(await token({ scope: undefined }))).toMatch(/^401 scope/)
  })
  it('V8 id tokens, refresh tokens, visas, passports, tickets and key-bound tokens are no bearer tokens', async () => {
    for (const claims of [
      { nonce: 'n' },
      { at_hash: 'h' },
      { events: {} },
      { typ: 'ID' },
      { typ: 'Refresh' },
      { cnf: { jkt: 'x' } },
      { ga4gh_passport_v1: [] },
    ])
      expect([claims, await reason(await token(claims))]).toEqual([claims, expect.stringMatching(/^401 /)])
    for (const typ of [undefined, 'vnd.ga4gh.visa+jwt', 'task-ticket+jwt', 'dpop+jwt'])
      expect(await reason(await token({}, { typ }))).toMatch(/^401 header: typ/)
    expect(await reason(await site.grantVisa())).toMatch(/^401/)
    expect(await reason(await site.broker.passport([]))).toMatch(/^401/)
    expect(await reason('opaque')).toMatch(/^401/)
    expect(await reason('')).toMatch(/^401/)
    expect(await reason(`rt_${'x'.repeat(43)}`)).toMatch(/^401 run token/)
  })
  it('V7 an expired token says so, also when it was warm', async () => {
    const bearer = await token()
    expect(await reason(bearer)).toBe('person')
    site.clock.advance(3600)
    expect(await site.clearinghouse.verify({ bearer })).toMatchObject({ status: 401, code: 'token_expired' })
  })
  it('V17 revocation is by iss and jti, so a warm token with other bytes does not escape it', async () => {
    let revoked = false
    site = await createTestSite({
      options: {
        revocation: { isRevoked: ({ iss, jti }) => revoked && iss === 'https://broker.example' && jti === 'j' },
      },
    })
    const [one, two] = [await token({ jti: 'j' }), await token({ jti: 'j', extra: 1 })]
    expect([await reason(one), await reason(two)]).toEqual(['person', 'person'])
    revoked = true
    expect([await reason(one), await reason(two)]).toEqual(['401 jti: revoked', '401 jti: revoked'])
  })
  it('a token first seen as a visa is not accepted as Bearer later, nor the reverse', async () => {
    const visa = await site.grantVisa()
    const passport = await site.broker.passport([visa])
    expect(isDenial(await site.clearinghouse.verify({ passports: [passport] }))).toBe(false)
    expect(await reason(visa)).toMatch(/^401/)
    expect(await reason(passport)).toMatch(/^401/)
  })
  it('operators are known by iss and sub, see the catalogue and read no data by office', async () => {
    const verified = await site.clearinghouse.verify({ bearer: await token({ sub: 'olga' }) })
    if (isDenial(verified)) throw new Error('refused')
    expect(verified.operator).toBe(true)
    const ask = (operation: 'drs:write' | 'drs:metadata' | 'drs:access', dataset = 'data-a') =>
      site.clearinghouse.authorize(verified, { operation, datasetIds: [dataset], requestId: 'r' })
    expect(await ask('drs:write')).toMatchObject({ permit: true, rule: 'operator' })
    expect(await ask('drs:metadata', 'hidden')).toMatchObject({ permit: true, rule: 'operator' })
    expect(await ask('drs:access')).toMatchObject({ status: 403 })
    expect(await ask('drs:write', 'unknown')).toMatchObject({ status: 404 })
    expect(await ask('drs:write', 'run:7')).toMatchObject({ status: 404 })
  })
  it('others do not write: 403 where the dataset is discoverable, else 404', async () => {
    const verified = await site.clearinghouse.verify({ bearer: await token() })
    if (isDenial(verified)) throw new Error('refused')
    const ask = (dataset: string) =>
      site.clearinghouse.authorize(verified, { operation: 'drs:write', datasetIds: [dataset], requestId: 'r' })
    expect(await ask('open')).toMatchObject({ status: 403, code: 'operator_required' })
    expect(await ask('hidden')).toMatchObject({ status: 404 })
  })

  describe('profile userinfo-1.0', () => {
    let reply: () => Response | Promise<Response>
    let seen: (string | null)[]
    beforeEach(async () => {
      seen = []
      site = await createTestSite({
        policy: (issuers) => {
          const policy = sitePolicy(issuers) as { brokers: { broker: Record<string, unknown> } }
          Object.assign(policy.brokers.broker, {
            profile: ['userinfo-1.0'],
            userinfo: 'https://broker.example/userinfo',
          })
          return policy
        },
        fetch: (_url, init) => {
          seen.push(new Headers(init.headers).get('authorization'))
          return Promise.resolve(reply())
        },
      })
    })
    const access = async (sub = 'alice') => {
      const verified = await site.clearinghouse.verify({ bearer: await token({ sub }) })
      if (isDenial(verified)) throw new Error('refused')
      return site.clearinghouse.authorize(verified, { operation: 'drs:access', datasetIds: ['data-a'], requestId: 'r' })
    }
    it('visas of the configured userinfo count, and are asked for once', async () => {
      const visa = await site.grantVisa()
      reply = () => Response.json({ sub: 'alice', ga4gh_passport_v1: [visa] })
      const bearer = await token()
      for (let n = 0; n < 2; n++) {
        const verified = await site.clearinghouse.verify({ bearer })
        if (isDenial(verified)) throw new Error('refused')
        expect(
          await site.clearinghouse.authorize(verified, {
            operation: 'drs:access',
            datasetIds: ['data-a'],
            requestId: 'r',
          }),
        ).toMatchObject({ permit: true })
        expect(
          await site.clearinghouse.authorize(verified, {
            operation: 'drs:access',
            datasetIds: ['open'],
            requestId: 'r',
          }),
        ).toMatchObject({ permit: true })
      }
      expect(site.fetched).toEqual(['https://broker.example/userinfo'])
      expect(seen).toEqual([`Bearer ${bearer}`])
    })
    it('V23 a reply of another sub, HTML, application/jwt, a redirect or over 1 MiB is 401', async () => {
      const replies: (() => Response)[] = [
        () => Response.json({ sub: 'bob', ga4gh_passport_v1: [] }),
        () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
        () => new Response('a.b.c', { headers: { 'content-type': 'application/jwt' } }),
        () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
        () => Response.json({ sub: 'alice', pad: 'x'.repeat(1024 * 1024) }),
        () => Response.json({ sub: 'alice', ga4gh_passport_v1: 'x' }),
        () => new Response('no', { status: 401 }),
      ]
      for (const one of replies) {
        reply = one
        site.clock.advance(1) // another token each time
        expect(await access()).toMatchObject({ permit: false, status: 401 })
      }
      expect(site.fetched).toHaveLength(replies.length)
    })
    it('V23 D8 a transport fault is 503 with Retry-After', async () => {
      reply = () => Promise.reject(new Error('refused'))
      expect(await access()).toMatchObject({ permit: false, status: 503, code: 'userinfo_unavailable', retryAfter: 5 })
      reply = () => new Response('', { status: 502 })
      expect(await access('carol')).toMatchObject({ permit: false, status: 503 })
    })
  })
})

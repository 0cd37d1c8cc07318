import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { CompactSign, exportSPKI, generateKeyPair, importJWK } from 'jose'
import type { CryptoKey } from 'jose'
import { isDenial } from './denial.ts'
import { createTestSite, makeBroken, readPart } from './testing.ts'
import type { TestSite } from './testing.ts'

const status = async (site: TestSite, passports: readonly string[]): Promise<number | 'ok'> => {
  const verified = await site.clearinghouse.verify({ passports })
  return isDenial(verified) ? verified.status : 'ok'
}

const decide = async (site: TestSite, passports: readonly string[], dataset = 'data-a') => {
  const verified = await site.clearinghouse.verify({ passports })
  if (isDenial(verified)) return verified
  return site.clearinghouse.authorize(verified, { operation: 'drs:access', datasetIds: [dataset], requestId: 'r' })
}

const answer = async (site: TestSite, passports: readonly string[], dataset = 'data-a'): Promise<number> => {
  const decision = await decide(site, passports, dataset)
  return decision.permit ? 200 : decision.status
}

describe('passports', () => {
  let site: TestSite
  let good: string
  beforeAll(async () => {
    site = await createTestSite()
    good = await site.broker.passport([await site.grantVisa()])
  })

  it('accepts a passport and its visa, and says which visa decided', async () => {
    const decision = await decide(site, [good])
    expect(decision).toMatchObject({
      permit: true,
      rule: 'data-a',
      via: [{ iss: 'https://dac.example', type: 'ControlledAccessGrants' }],
    })
    expect(site.fetched).toEqual([])
  })

  it('O1 with no broker configured every passport is refused', async () => {
    const none = await createTestSite({ policy: () => ({ datasets: { open: { tier: 'public' } } }) })
    expect(await status(none, [await none.broker.passport([])])).toBe(401)
  })
  it('O2a one failing passport refuses the request that also holds a good one', async () => {
    expect(await status(site, [good, await site.broker.passport([], { exp: 1 })])).toBe(401)
  })
  it('O2b a failing visa in a valid passport is ignored and the others still count', async () => {
    const passport = await site.broker.passport(['garbage', await site.grantVisa({ exp: 1 }), await site.grantVisa()])
    expect(await answer(site, [passport])).toBe(200)
  })
  it('O2c a visa that is not needed never causes a denial', async () => {
    const custom = await site.dac.visa({ type: 'https://types.example/x', value: 'v', source: 's' })
    expect(await answer(site, [await site.broker.passport([custom, await site.grantVisa()])])).toBe(200)
  })
  it('O2d a valid passport with no visas is authenticated: 403, not 401', async () => {
    expect(await answer(site, [await site.broker.passport([])])).toBe(403)
  })
  it('O5 V4 an issuer outside the table causes no request, whatever its iss is', async () => {
    for (const iss of [
      'http://169.254.169.254/latest',
      'http://127.0.0.1:1/',
      'file:///etc/passwd',
      'https://broker.example/',
      'x'.repeat(10_000),
      ['https://broker.example'],
    ])
      expect(await status(site, [await site.broker.passport([], { iss })])).toBe(401)
    expect(site.fetched).toEqual([])
  })

  const signWith = async (key: CryptoKey | Uint8Array, alg: string, claims: object): Promise<string> =>
    new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg, kid: 'ES256-1', typ: 'vnd.ga4gh.passport+jwt' })
      .sign(key)
  const claims = () => JSON.parse(readPart(good, 1)) as object

  it.each(['none', 'None', undefined, 'HS256', 'PS256', 'EdDSA'])('V1 alg %s in the header is refused', async (alg) => {
    const header = JSON.stringify({ alg, kid: 'ES256-1', typ: 'vnd.ga4gh.passport+jwt' })
    expect(await status(site, [makeBroken(good, { header })])).toBe(401)
  })
  it('V1 an HMAC keyed with the public key is refused', async () => {
    const key = await importJWK(site.broker.publicJwk, 'ES256', { extractable: true })
    const spki = await exportSPKI(key as CryptoKey)
    const head = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'ES256-1', typ: 'vnd.ga4gh.passport+jwt' })).toString(
      'base64url',
    )
    const body = good.split('.')[1] ?? ''
    const mac = createHmac('sha256', spki).update(`${head}.${body}`).digest('base64url')
    expect(await status(site, [`${head}.${body}.${mac}`])).toBe(401)
  })
  it('V1 an RS256 token under the kid of an ES256 key is refused', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    expect(await status(site, [await signWith(privateKey, 'RS256', claims())])).toBe(401)
  })
  it('V1 a token of another key with the right kid is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    expect(await status(site, [await signWith(privateKey, 'ES256', claims())])).toBe(401)
  })

  it.each([
    ['jwk', {}],
    ['x5u', 'https://x'],
    ['x5c', []],
    ['crit', ['exp']],
    ['b64', false],
  ])('V5 V6 the header member %s is refused', async (name, value) => {
    const header = JSON.stringify({ ...(JSON.parse(readPart(good, 0)) as object), [name]: value })
    expect(await status(site, [makeBroken(good, { header })])).toBe(401)
  })
  it.each([undefined, ['ES256-1'], 'x'.repeat(10_000), '../../key', "' OR 1=1 --", ''])(
    'V5 D3 kid %p is refused',
    async (kid) => {
      expect(await status(site, [await site.broker.passport([], {}, { kid })])).toBe(401)
    },
  )
  it('V6 forms that are not canonical are refused', async () => {
    const [head = '', body = '', signature = ''] = good.split('.')
    const last = signature.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const twin = signature.slice(0, -1) + (alphabet[alphabet.indexOf(last) ^ 1] ?? '') // 64 bytes end in 4 unused bits
    for (const token of [
      head,
      `${head}.${body}`,
      `${good}.x`,
      `${good}.x.y`,
      `..${signature}`,
      `${head}..${signature}`,
      `${head}.${body}.`,
      `${good}=`,
      ` ${good}`,
      `${good}\n`,
      `${head}.${body}.${twin}`,
      JSON.stringify({ protected: head, payload: body, signature }),
      '',
      '...',
    ])
      expect([token.slice(0, 20), await status(site, [token])]).toEqual([token.slice(0, 20), 401])
  })
  it('V6 duplicate members, invalid UTF-8 and deep nesting are refused before any key is used', async () => {
    const payload = readPart(good, 1)
    const nested = (depth: number) => payload.replace('{', `{"x":${'['.repeat(depth)}${']'.repeat(depth)},`)
    for (const broken of [
      payload.replace('{', '{"sub":"mallory",'),
      payload.replace('{', '{"\\u0073ub":"mallory",'),
      nested(12_000),
      nested(32),
      'null',
      '[]',
      '{',
      `${payload} x`,
    ]) {
      const verified = await site.clearinghouse.verify({ passports: [makeBroken(good, { payload: broken })] })
      expect(verified).toMatchObject({ status: 401, reason: expect.stringMatching(/^payload:/) as unknown })
    }
    expect(await status(site, [makeBroken(good, { payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) })])).toBe(401)
    expect(
      await status(site, [
        makeBroken(good, { header: '{"alg":"ES256","alg":"none","kid":"ES256-1","typ":"vnd.ga4gh.passport+jwt"}' }),
      ]),
    ).toBe(401)
  })

  const now = () => site.clock.now().getTime() / 1000
  it.each(['exp', 'iat', 'sub', 'iss'])('V7 a passport without %s is refused', async (claim) => {
    expect(await status(site, [await site.broker.passport([], { [claim]: undefined })])).toBe(401)
  })
  it('V7 insane claims are refused', async () => {
    const bad: object[] = [
      { exp: String(now() + 100) },
      { exp: null },
      { exp: -1 },
      { exp: 1e300 },
      { iat: now() + 31 },
      { nbf: now() + 31 },
      { nbf: 'x' },
      { exp: now() - 61, iat: now() - 60 },
      { exp: now() - 1 },
      { exp: now() },
      { sub: '' },
      { sub: 7 },
      { sub: 'x'.repeat(256) },
      { iat: now() - 86_401, exp: now() + 10 },
      { jti: 7 },
    ]
    for (const claim of bad)
      expect([claim, await status(site, [await site.broker.passport([], claim as Record<string, unknown>)])]).toEqual([
        claim,
        401,
      ])
    expect(await status(site, [await site.broker.passport([], { iat: now() + 29, exp: now() + 90 })])).toBe('ok')
  })
  it('V8 other kinds of token sent as a passport are refused', async () => {
    const visa = await site.grantVisa()
    for (const token of [
      visa,
      await site.broker.accessToken(),
      await site.broker.passport([], {}, { typ: 'JWT' }),
      await site.broker.passport([], {}, { typ: undefined }),
      await site.broker.passport([], { ga4gh_passport_v1: 'x' }),
      await site.broker.passport([], { ga4gh_passport_v1: {} }),
      await site.broker.passport([], { ga4gh_passport_v1: [1] }),
      await site.broker.passport([], { ga4gh_passport_v1: undefined }),
      await site.broker.passport([], { ga4gh_visa_v1: {} }),
    ])
      expect(await status(site, [token])).toBe(401)
  })
  it('V8 a passport nested as a visa counts for nothing', async () => {
    expect(await answer(site, [await site.broker.passport([good])])).toBe(403)
  })
  it('V9 O15 visas of two people never add up, in one passport or in two', async () => {
    const [terms = '', status_ = ''] = await site.registeredVisas()
    const [, bobs = ''] = await site.registeredVisas({ sub: 'bob' })
    const bob = { sub: 'bob' }
    expect(await answer(site, [await site.broker.passport([terms, bobs])], 'registered')).toBe(403)
    expect(
      await answer(site, [await site.broker.passport([terms]), await site.broker.passport([bobs], bob)], 'registered'),
    ).toBe(403)
    expect(
      await answer(site, [await site.broker.passport([terms]), await site.broker.passport([status_])], 'registered'),
    ).toBe(200)
    expect(await answer(site, [await site.broker.passport([await site.grantVisa({ sub: 'bob' })])])).toBe(403)
  })
  it('V10 one passport is judged alike cold, warm, alone and in any order', async () => {
    const bob = await site.broker.passport([], { sub: 'bob' })
    const results = []
    for (const passports of [[good, bob], [bob], [good], [bob, good]]) results.push(await answer(site, passports))
    expect(results).toEqual([200, 403, 200, 200])
  })
  it('V16 D1 aud is optional, but present it must name this service', async () => {
    expect(await status(site, [await site.broker.passport([], { aud: 'https://other.example' })])).toBe(401)
    expect(
      await status(site, [await site.broker.passport([], { aud: ['https://other.example', 'https://drs.example'] })]),
    ).toBe('ok')
    expect(
      await answer(site, [await site.broker.passport([await site.grantVisa({ aud: 'https://other.example' })])]),
    ).toBe(403)
  })
  it('V16 a passport is good for its dataset and no other', async () => {
    expect(await answer(site, [good], 'data-b')).toBe(403)
    expect(await answer(site, [good], 'hidden')).toBe(404)
  })
  it('V16 a warm passport ends at its exp and at its revocation', async () => {
    const revoked = new Set<string>()
    const fresh = await createTestSite({
      options: { revocation: { isRevoked: ({ jti }) => jti !== undefined && revoked.has(jti) } },
    })
    const passport = await fresh.broker.passport([await fresh.grantVisa()], { jti: 'p-1' })
    expect(await answer(fresh, [passport])).toBe(200)
    revoked.add('p-1')
    expect(await answer(fresh, [passport])).toBe(401)
    revoked.clear()
    fresh.clock.advance(3601)
    expect(await answer(fresh, [passport])).toBe(401)
  })
  it('V13 caps of passports answer 413 before anything is decoded', async () => {
    expect(await status(site, Array<string>(9).fill(good))).toBe(413)
    expect(await status(site, ['x'.repeat(256 * 1024 + 1)])).toBe(413)
    expect(await status(site, [await site.broker.passport(Array<string>(1001).fill('x'))])).toBe(413)
    const visa = await site.grantVisa()
    expect(await status(site, [await site.broker.passport(Array<string>(201).fill(visa))])).toBe(413)
  })
  it('D6 a Bearer token beside passports is 400', async () => {
    expect(await site.clearinghouse.verify({ bearer: 'x', passports: [good] })).toMatchObject({
      status: 400,
      code: 'bearer_and_passports',
    })
  })
})

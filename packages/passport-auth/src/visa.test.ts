import { beforeEach, describe, expect, it } from '@jest/globals'
import { isDenial } from './denial.ts'
import { createTestIssuer, createTestSite, REGISTERED_VALUE, sitePolicy } from './testing.ts'
import type { TestSite } from './testing.ts'

const GRANT = {
  type: 'ControlledAccessGrants',
  value: 'https://data.example/a',
  source: 'https://dac.example/a',
  by: 'dac',
}

describe('visas', () => {
  let site: TestSite
  beforeEach(async () => {
    site = await createTestSite()
  })
  const decide = async (visas: readonly unknown[], dataset = 'data-a', requestedTTL?: number) => {
    const verified = await site.clearinghouse.verify({ passports: [await site.broker.passport(visas)] })
    if (isDenial(verified)) throw new Error(`the passport itself was refused: ${verified.reason ?? verified.code}`)
    return site.clearinghouse.authorize(verified, {
      operation: 'drs:access',
      datasetIds: [dataset],
      requestId: 'r',
      ...(requestedTTL === undefined ? {} : { requestedTTL }),
    })
  }
  const answer = async (visas: readonly unknown[], dataset = 'data-a'): Promise<number> => {
    const decision = await decide(visas, dataset)
    return decision.permit ? 200 : decision.status
  }
  const now = () => site.clock.now().getTime() / 1000

  it('a good visa permits, in RS256 and with typ absent, JWT or vnd.ga4gh.visa+jwt (D2)', async () => {
    site = await createTestSite({ dacAlg: 'RS256' })
    for (const typ of [undefined, 'JWT', 'vnd.ga4gh.visa+jwt'])
      expect(await answer([await site.grantVisa({}, { typ })])).toBe(200)
    expect(await answer([await site.grantVisa({}, { typ: 'at+jwt' })])).toBe(403)
  })
  it('O3 a visa of an issuer that is not in the table is ignored', async () => {
    const stranger = await createTestIssuer({ iss: 'https://stranger.example', clock: site.clock })
    expect(await answer([await stranger.visa(GRANT)])).toBe(403)
    expect(site.ignored()).toEqual(['untrusted_issuer'])
    expect(site.fetched).toEqual([])
  })
  it('O4a V2 a jku that is not string-equal to the pinned one is ignored before any fetch', async () => {
    const jku = 'https://dac.example/jwks.json'
    const others = [
      'https://evil.example/jwks.json',
      'https://home.example/jwks.json',
      'https://DAC.example/jwks.json',
      'https://dac.example./jwks.json',
      'https://u@dac.example/jwks.json',
      'https://dac.example/x/../jwks.json',
      `${jku}?a=1`,
      'https://dac.example:443/jwks.json',
      'https://dac.example/jwks%2ejson',
      'http://dac.example/jwks.json',
    ]
    for (const other of others) expect(await answer([await site.grantVisa({}, { jku: other })])).toBe(403)
    expect(site.ignored()).toEqual(others.map(() => 'jku_not_pinned'))
    expect(site.fetched).toEqual([])
  })
  it('O4b pinned keys cause no fetch at all', async () => {
    expect(await answer([await site.grantVisa()])).toBe(200)
    expect(site.fetched).toEqual([])
  })
  it('O4c V3 only the protected header names the jku', async () => {
    expect(
      await answer([await site.grantVisa({ jku: 'https://dac.example/jwks.json' }, { jku: 'https://evil.example/k' })]),
    ).toBe(403)
    expect(await answer([await site.grantVisa({ jku: 'https://evil.example/k' })])).toBe(200)
  })
  it('V21 a visa without jku, or with jku and scope openid, is no visa document', async () => {
    expect(await answer([await site.grantVisa({}, { jku: undefined })])).toBe(403)
    for (const scope of ['openid', 'ga4gh\topenid', ['openid'], { openid: true }])
      expect(await answer([await site.grantVisa({ scope })])).toBe(403)
    expect(await answer([await site.grantVisa({ scope: 'ga4gh_passport_v1' })])).toBe(200)
    expect(site.ignored()).toEqual(Array(5).fill('not_a_visa_document'))
  })
  it('V7 times that are missing, insane, past or to come make a visa ignored', async () => {
    for (const claims of [
      { exp: undefined },
      { iat: undefined },
      { sub: undefined },
      { sub: '' },
      { exp: 'x' },
      { exp: now() - 1, iat: now() - 60 },
      { iat: now() + 31, exp: now() + 90 },
      { iat: now() - 7 * 86_400 - 1 },
      { ga4gh_visa_v1: { ...GRANT, asserted: now() + 31 } },
      { ga4gh_visa_v1: { ...GRANT } },
      { ga4gh_visa_v1: { ...GRANT, asserted: 'x' } },
    ])
      expect([claims, await answer([await site.grantVisa(claims as Record<string, unknown>)])]).toEqual([claims, 403])
    expect(new Set(site.ignored())).toEqual(new Set(['claims']))
  })
  it('V11 a trusted issuer that asserts the dataset of another does not satisfy its rule', async () => {
    expect(await answer([await site.home.visa({ ...GRANT, source: 'https://uni.example' })])).toBe(403)
    expect(await answer([await site.home.visa(GRANT)])).toBe(403) // nor by naming the other's source
    expect(await answer([await site.dac.visa({ ...GRANT, source: 'https://dac.example/b' })])).toBe(403)
  })
  it('V12 O14 a weaker or missing by, another value or another source does not count', async () => {
    for (const change of [
      { by: 'self' },
      { by: undefined },
      { by: 'DAC' },
      { by: 'x' },
      { source: 'https://dac.example/A' },
      { source: 'https://dac.example/a/' },
      { value: 'https://data.example/a/' },
      { value: 'https://data.example/A' },
      { value: 'a' },
    ])
      expect([change, await answer([await site.dac.visa({ ...GRANT, ...(change as object) })])]).toEqual([change, 403])
    const [terms = ''] = await site.registeredVisas()
    const other = await site.home.visa({
      type: 'ResearcherStatus',
      value: `${REGISTERED_VALUE}2`,
      source: 'https://uni.example',
      by: 'so',
    })
    expect(await answer([terms, other], 'registered')).toBe(403)
  })
  it('a visa with conditions is ignored with a counted reason; empty ones are as absent (K8)', async () => {
    for (const conditions of [[[{ type: 'ResearcherStatus', by: 'const:so' }]], [[]], {}, 'x'])
      expect(await answer([await site.dac.visa({ ...GRANT, conditions })])).toBe(403)
    expect(site.ignored()).toEqual(Array(4).fill('conditions_not_evaluated'))
    expect(await answer([await site.dac.visa({ ...GRANT, conditions: [] })])).toBe(200)
    expect(await answer([await site.dac.visa({ ...GRANT, conditions: null })])).toBe(200)
  })
  it('V22 a LinkedIdentities visa joins nobody and is counted', async () => {
    const value = `bob,${encodeURIComponent('https://dac.example')}`
    const link = await site.home.visa({ type: 'LinkedIdentities', value, source: 'https://uni.example', by: 'system' })
    expect(await answer([link, await site.grantVisa({ sub: 'bob' })])).toBe(403)
    expect(site.ignored().sort()).toEqual(['linked_identities_not_evaluated', 'other_person'])
  })
  it('without a declared namespace a visa counts only for the same iss and sub', async () => {
    site = await createTestSite({
      policy: (issuers) => {
        const policy = sitePolicy(issuers) as { issuers: { dac: Record<string, unknown> } }
        delete policy.issuers.dac.subjectNamespace
        return policy
      },
    })
    expect(await answer([await site.grantVisa()])).toBe(403)
    expect(site.ignored()).toEqual(['other_person'])
  })
  it('V10 a warm visa is judged anew for who presents it, for its audience and for its end', async () => {
    const visa = await site.grantVisa({ exp: now() + 600 })
    expect(await answer([visa])).toBe(200)
    const bob = await site.clearinghouse.verify({ passports: [await site.broker.passport([visa], { sub: 'bob' })] })
    if (isDenial(bob)) throw new Error('refused')
    const ask = { operation: 'drs:access', datasetIds: ['data-a'], requestId: 'r' } as const
    expect(await site.clearinghouse.authorize(bob, ask)).toMatchObject({ status: 403 })
    expect(site.ignored()).toEqual(['other_person'])
    site.clock.advance(600)
    expect(await answer([visa])).toBe(403)
  })
  it('V13 a visa over 16 KiB is ignored, untrusted issuers by the hundred are ignored, and neither is verified', async () => {
    const big = await site.grantVisa({ padding: 'x'.repeat(17 * 1024) })
    const stranger = await createTestIssuer({ iss: 'https://stranger.example', clock: site.clock })
    const many = await Promise.all(
      Array.from({ length: 200 }, (_, n) => stranger.visa(GRANT, { iss: `https://s${n}.example` })),
    )
    expect(await answer([big, ...many, await site.grantVisa()])).toBe(200)
    expect(site.ignored().filter((reason) => reason === 'untrusted_issuer')).toHaveLength(200)
    expect(site.ignored()).toContain('too_large')
  })
  it('O9 notAfter is the least of maxGrantTTL, every visa used and the passport', async () => {
    const decision = await decide([await site.grantVisa({ exp: now() + 600 })])
    expect(decision).toMatchObject({ permit: true, notAfter: new Date((now() + 600) * 1000) })
    const longer = await decide([
      await site.grantVisa({ exp: now() + 600 }),
      await site.grantVisa({ exp: now() + 90_000 }),
    ])
    expect(longer).toMatchObject({ permit: true, notAfter: new Date((now() + 1800) * 1000) }) // maxGrantTTL PT30M
    const verified = await site.clearinghouse.verify({
      passports: [await site.broker.passport([await site.grantVisa()], { exp: now() + 60 })],
    })
    if (isDenial(verified)) throw new Error('refused')
    const ask = { operation: 'drs:access', datasetIds: ['data-a'], requestId: 'r' } as const
    expect(await site.clearinghouse.authorize(verified, ask)).toMatchObject({ notAfter: new Date((now() + 60) * 1000) })
    expect(await site.clearinghouse.authorize(verified, { ...ask, lifetime: 'run' })).toMatchObject({
      notAfter: new Date((now() + 3600) * 1000),
    })
  })
  it('a requested lifetime must lie before the end of the visa', async () => {
    const visa = await site.grantVisa({ exp: now() + 600 })
    expect(await decide([visa], 'data-a', 599)).toMatchObject({ permit: true })
    expect(await decide([visa], 'data-a', 600)).toMatchObject({ permit: false, status: 403 })
  })
  it('a dataset with alsoRequire needs both, in one person', async () => {
    const b = await site.dac.visa({ ...GRANT, value: 'https://data.example/b', source: 'https://dac.example/b' })
    expect(await answer([b], 'data-b')).toBe(403)
    expect(await answer([b, ...(await site.registeredVisas())], 'data-b')).toBe(200)
    expect(await answer([b, ...(await site.registeredVisas({ sub: 'bob' }))], 'data-b')).toBe(403)
  })
  it('V20 D9 a hidden dataset is answered exactly as a missing one, and required is told of discoverable ones alone', async () => {
    const verified = await site.clearinghouse.verify({ passports: [await site.broker.passport([])] })
    if (isDenial(verified)) throw new Error('refused')
    const ask = (datasetIds: string[]) =>
      site.clearinghouse.authorize(verified, { operation: 'drs:access', datasetIds, requestId: 'r' })
    const hidden = await ask(['hidden'])
    const missing = await ask([])
    expect(hidden).toEqual(missing)
    expect(hidden).toMatchObject({ status: 404, code: 'not_found' })
    expect(await ask(['unknown'])).toEqual(missing)
    expect(await ask(['hidden', 'data-a'])).toEqual(missing)
    expect(await ask(['data-a'])).toMatchObject({
      status: 403,
      required: [{ dataset: 'data-a', visas: [{ type: 'ControlledAccessGrants', issuers: ['https://dac.example'] }] }],
    })
    expect(site.audit.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['deny', 'not_found'],
      ['deny', 'not_found'],
      ['deny', 'not_found'],
      ['deny', 'not_found'],
      ['deny', 'access_denied'],
    ])
    expect(site.clearinghouse.describe('hidden')).toBeUndefined()
    expect(site.clearinghouse.describe('unknown')).toBeUndefined()
  })
  it('anonymous callers get 401 with required where the dataset is discoverable, 404 elsewhere, and public data', async () => {
    const nobody = await site.clearinghouse.verify({})
    if (isDenial(nobody)) throw new Error('refused')
    const ask = (dataset: string) =>
      site.clearinghouse.authorize(nobody, { operation: 'drs:access', datasetIds: [dataset], requestId: 'r' })
    expect(await ask('data-a')).toMatchObject({
      status: 401,
      code: 'credential_missing',
      required: [{ dataset: 'data-a' }],
    })
    expect(await ask('hidden')).toMatchObject({ status: 404 })
    expect(await ask('open')).toMatchObject({ permit: true, rule: 'public' })
  })
  it('no audit row, no permit: a failing sink is 503 for controlled data and does not stop public data', async () => {
    site = await createTestSite({ options: { audit: { append: () => Promise.reject(new Error('disk full')) } } })
    expect(await decide([await site.grantVisa()])).toMatchObject({
      permit: false,
      status: 503,
      code: 'audit_unavailable',
    })
    expect(await answer([], 'open')).toBe(200)
    expect(site.observed.filter(({ name }) => name === 'audit_failed')).not.toHaveLength(0)
  })
  it('an audit event names visa, rule and policy, and no sub', async () => {
    await decide([await site.grantVisa({ jti: 'v-1' })])
    expect(site.audit).toHaveLength(1)
    expect(site.audit[0]).toMatchObject({
      action: 'drs:access',
      datasetId: 'data-a',
      rule: 'data-a',
      iss: 'https://broker.example',
      visas: [{ iss: 'https://dac.example', jti: 'v-1' }],
    })
    expect(JSON.stringify(site.audit)).not.toContain('alice')
  })
  it('T2 describe lists what can succeed: issuers of visas, brokers with visas for bearers', () => {
    expect(site.clearinghouse.describe('data-a')).toEqual({
      supported_types: ['PassportAuth'],
      passport_auth_issuers: ['https://dac.example'],
    })
    expect(site.clearinghouse.describe('open')).toEqual({ supported_types: ['None'] })
  })
  it("run:<id> is its owner's while every input dataset permits that person", async () => {
    const verified = await site.clearinghouse.verify({
      passports: [await site.broker.passport([await site.grantVisa()])],
    })
    if (isDenial(verified)) throw new Error('refused')
    const owner = verified.subjects[0]?.key ?? ''
    const ask = (more: { owner?: string; allOf?: string[] }) =>
      site.clearinghouse.authorize(verified, {
        operation: 'drs:access',
        datasetIds: ['run:7'],
        requestId: 'r',
        ...more,
      })
    expect(await ask({ owner, allOf: ['open', 'data-a'] })).toMatchObject({ permit: true, rule: 'owner' })
    expect(await ask({ owner, allOf: [] })).toMatchObject({ permit: true })
    expect(await ask({ owner, allOf: ['data-a', 'data-b'] })).toMatchObject({ status: 403 })
    expect(await ask({ owner, allOf: ['data-a', 'hidden'] })).toMatchObject({ status: 404 })
    expect(await ask({ owner, allOf: ['run:6'] })).toMatchObject({ status: 404 })
    expect(await ask({ owner: '["iss","x","alice"]', allOf: [] })).toMatchObject({ status: 404 })
    expect(await ask({ owner: '', allOf: [] })).toMatchObject({ status: 404 })
    expect(await ask({ allOf: [] })).toMatchObject({ status: 404 })
  })
})

import { describe, expect, it } from '@jest/globals'
import { auditedId, ipPrefix, pairwiseId } from './audit.ts'
import { isDenial } from './denial.ts'
import { createTestSite, sitePolicy } from './testing.ts'

describe('audit', () => {
  it('an address is recorded by its first 24 or 48 bits', () => {
    expect(ipPrefix('192.0.2.77')).toBe('192.0.2.0/24')
    expect(ipPrefix('::ffff:192.0.2.77')).toBe('192.0.2.0/24')
    expect(ipPrefix('2001:db8:7:8::9')).toBe('2001:db8:7::/48')
    expect(ipPrefix('fe80::1%eth0')).toBe('fe80:0:0::/48')
    expect(ipPrefix('unknown')).toBeUndefined()
  })
  it('the pairwise id is the same for one person at one site, and differs by issuer and by site', () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    expect(pairwiseId(one, 'i', 's')).toBe(pairwiseId(one, 'i', 's'))
    expect(new Set([pairwiseId(one, 'i', 's'), pairwiseId(one, 'j', 's'), pairwiseId(two, 'i', 's')]).size).toBe(3)
  })
  it('V18 a token in the place of an id does not rest, nor does the length of a body', async () => {
    const site = await createTestSite()
    const token = await site.broker.accessToken()
    const run = `rt_${'x'.repeat(43)}`
    for (const text of [token, `drs://host/${token}`, token.replaceAll('.', '%2E'), run, `drs://host/${run}?x`])
      expect(auditedId(text)).toBe('[redacted]')
    for (const id of [
      '01jd0000000000000000000000',
      'sort_the_reads_of_every_sample_of_the_cohort_by_name',
      'eyJ',
      'run:r1',
    ])
      expect(auditedId(id)).toBe(id)
    expect(auditedId('a'.repeat(1_000_000))).toHaveLength(1024)
    const verified = await site.clearinghouse.verify({})
    if (isDenial(verified)) throw new Error('refused')
    await site.clearinghouse.authorize(verified, {
      operation: 'drs:access',
      datasetIds: [token],
      objectIds: [token],
      requestId: 'r',
    })
    expect(site.audit).toMatchObject([{ objectId: '[redacted]', datasetId: '[redacted]', outcome: 'deny' }])
    const hostile = 'eyJ-'.repeat(250_000)
    const start = performance.now()
    auditedId(hostile)
    expect(performance.now() - start).toBeLessThan(200)
  })
  it('a bulk decision writes one row per object', async () => {
    const site = await createTestSite()
    const verified = await site.clearinghouse.verify({})
    if (isDenial(verified)) throw new Error('refused')
    await site.clearinghouse.authorize(verified, {
      operation: 'drs:access',
      datasetIds: ['open'],
      objectIds: ['a', 'b'],
      requestId: 'r',
      ip: '192.0.2.1',
    })
    expect(site.audit.map(({ objectId, outcome, ipPrefix: prefix }) => [objectId, outcome, prefix])).toEqual([
      ['a', 'permit', '192.0.2.0/24'],
      ['b', 'permit', '192.0.2.0/24'],
    ])
  })
})

describe('lists', () => {
  it('visible names the datasets that permit now, and the owner key of a person', async () => {
    const site = await createTestSite()
    const bearer = await site.broker.accessToken()
    const see = async (credentials: { bearer?: string; passports?: string[] }) => {
      const verified = await site.clearinghouse.verify(credentials)
      return isDenial(verified) ? verified : site.clearinghouse.visible(verified, 'drs:metadata')
    }
    expect(await see({})).toEqual({ datasets: ['open'] })
    expect(await see({ bearer })).toEqual({ datasets: ['open'], runsOf: '["ns","test","alice"]' })
    const passport = await site.broker.passport([await site.grantVisa()])
    expect(await see({ passports: [passport] })).toMatchObject({ datasets: ['open', 'data-a'] })
  })
})

describe('discovery', () => {
  const discovering = (document: (jwks: string) => unknown) =>
    createTestSite({
      policy: (issuers) => {
        const policy = sitePolicy(issuers) as { brokers: { broker: Record<string, unknown> } }
        delete policy.brokers.broker.keys
        keys = issuers.broker.publicJwk
        return policy
      },
      fetch: (url) =>
        Promise.resolve(
          Response.json(
            url.endsWith('/openid-configuration') ? document('https://broker.example/jwks') : { keys: [keys] },
          ),
        ),
    })
  let keys: unknown
  it('a broker without jku or keys is asked for its configuration once, and its jwks_uri is read', async () => {
    const site = await discovering((jwks) => ({ issuer: 'https://broker.example', jwks_uri: jwks }))
    expect(await site.clearinghouse.verify({ bearer: await site.broker.accessToken() })).toMatchObject({
      kind: 'person',
    })
    expect(site.fetched).toEqual([
      'https://broker.example/.well-known/openid-configuration',
      'https://broker.example/jwks',
    ])
  })
  it('a configuration of another issuer is not followed', async () => {
    const site = await discovering((jwks) => ({ issuer: 'https://other.example', jwks_uri: jwks }))
    expect(await site.clearinghouse.verify({ bearer: await site.broker.accessToken() })).toMatchObject({ status: 503 })
    expect(site.fetched).toHaveLength(1)
  })
})

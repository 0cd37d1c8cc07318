import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { demoPolicy } from './demo-policy.ts'
import { AuthError } from './errors.ts'
import { parsePolicy } from './policy.ts'
import { createTestClock, createTestIssuer, sitePolicy } from './testing.ts'

const clock = createTestClock()
const [broker, dac, home] = await Promise.all(
  ['broker', 'dac', 'home'].map((name) => createTestIssuer({ iss: `https://${name}.example`, clock })),
)
if (!broker || !dac || !home) throw new Error('three issuers')
const site = () => sitePolicy({ broker, dac, home }) as Record<string, Record<string, Record<string, unknown>>>
const local = { issuer: 'http://127.0.0.1:4500', jwks: { keys: [broker.publicJwk] } }

const problems = (input: unknown, o = {}): string => {
  try {
    parsePolicy(input, o)
    return ''
  } catch (error) {
    if (error instanceof AuthError && error.code === 'policy_invalid') return error.message
    throw error
  }
}
const change = (path: string, value: unknown): unknown => {
  const policy = site()
  const names = path.split('/')
  const last = names.pop() ?? ''
  let at = policy as Record<string, unknown>
  for (const name of names) at = at[name] as Record<string, unknown>
  at[last] = value
  return policy
}

describe('policy', () => {
  it('the demo policy is accepted with a local issuer and holds no address of it', () => {
    const policy = parsePolicy(parse(demoPolicy()), { localIssuer: local })
    expect(policy.datasetIds).toEqual(['demo-public', 'demo-registered', 'demo-cohort', 'demo-embargoed'])
    expect(demoPolicy()).not.toContain('127.0.0.1')
  })
  it('an empty policy is legal and permits nothing', () => {
    expect(parsePolicy({}).datasetIds).toEqual([])
  })
  it('every problem is told at once, with its path', () => {
    const text = problems({
      brokers: { b: { iss: 'ftp://x', profile: 'magic' } },
      datasets: { d: { tier: 'open' } },
      extra: 1,
      issuers: { i: {} },
    })
    for (const path of [
      'policy.extra',
      'brokers.b.iss',
      'brokers.b.profile[0]',
      'brokers.b.maxAge',
      'issuers.i.jku',
      'issuers.i.mayAssert',
      'datasets.d.tier',
    ])
      expect(text).toContain(`- ${path}:`)
  })
  it('a dataset of tier compute-only is refused at boot', () => {
    expect(problems(change('datasets/data-a/tier', 'compute-only'))).toContain(
      'compute-only is not evaluated by this version',
    )
  })
  it('V24 the tier is never a default', () => {
    expect(problems(change('datasets/data-a/tier', undefined))).toContain('datasets.data-a.tier')
    expect(problems({ defaultTier: 'public' })).toContain('policy.defaultTier')
  })
  it('V24 an http issuer is refused but for a pinned one on loopback', () => {
    expect(problems(change('issuers/dac/iss', 'http://dac.example'))).toContain('issuers.dac.iss: must be https')
    expect(problems(change('issuers/dac/iss', 'http://127.0.0.1:9'))).toBe('')
    const remote = site()
    remote.issuers = {
      ...remote.issuers,
      dac: { ...remote.issuers?.dac, jku: 'http://127.0.0.1:9/jwk', keys: undefined },
    }
    expect(problems(remote)).toContain('issuers.dac.jku: must be https')
    expect(problems(remote, { production: false })).toBe('')
    expect(problems({}, { localIssuer: { ...local, issuer: 'http://10.0.0.1' } })).toContain('localIssuer.issuer')
  })
  it('V24 two entries with one iss are refused', () => {
    const policy = site()
    policy.brokers = { ...policy.brokers, second: { ...policy.brokers?.broker } }
    expect(problems(policy)).toContain('is also the iss of brokers.broker')
  })
  it('private, symmetric and weak keys are refused among pinned ones', () => {
    for (const key of [
      { ...dac.publicJwk, d: 'x' },
      { kty: 'oct', k: 'AAAA', kid: 'k' },
      { kty: 'RSA', kid: 'k', n: 'AQAB', e: 'AQAB' },
      { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k' },
      { ...dac.publicJwk, kid: undefined },
    ])
      expect(problems(change('issuers/dac/keys', [key]))).toContain('issuers.dac.keys[0]')
  })
  it('a rule must bind value, issuer, source and by, to what the issuer may assert', () => {
    const rule = {
      visa: 'ControlledAccessGrants',
      value: 'v',
      issuer: ['dac'],
      source: ['https://dac.example/a'],
      by: ['dac'],
    }
    expect(problems(change('datasets/data-a/allow', { any: [rule] }))).toBe('')
    for (const [member, value] of [
      ['by', undefined],
      ['by', ['anyone']],
      ['source', undefined],
      ['source', ['https://x']],
      ['issuer', ['nobody']],
      ['issuer', undefined],
      ['value', undefined],
      ['visa', 'ResearcherStatus'],
      ['visa', 'LinkedIdentities'],
      ['pattern', 'x'],
    ] as const)
      expect([
        member,
        value,
        problems(change('datasets/data-a/allow', { any: [{ ...rule, [member]: value }] })),
      ]).toEqual([member, value, expect.stringContaining('datasets.data-a.allow')])
  })
  it('an empty all, an unknown bundle and rules on public data are refused', () => {
    expect(problems(change('datasets/data-a/allow', { all: [] }))).toContain('datasets.data-a.allow')
    expect(problems(change('datasets/data-a/allow', 'nothing'))).toContain('there is no bundle nothing')
    expect(problems(change('datasets/open/allow', 'registered-access-v1'))).toContain('is public')
    expect(problems(change('datasets/data-a/allow', undefined))).toContain('who may read this dataset?')
    expect(problems(change('datasets/run:1', { tier: 'public' }))).toContain('cannot be declared')
  })
  it('a broker of bearer tokens must say which audiences or clients count', () => {
    const policy = site()
    Object.assign(policy.brokers?.broker ?? {}, { acceptedAudiences: undefined, acceptedClients: undefined })
    expect(problems(policy)).toContain('needs acceptedAudiences or acceptedClients')
  })
  it('a broker and an issuer with one iss must name one namespace', () => {
    const policy = site()
    Object.assign(policy.issuers?.dac ?? {}, { iss: 'https://broker.example', subjectNamespace: 'other' })
    expect(problems(policy)).toContain('they have one iss')
  })
  it('the version changes with the meaning and not with the order', () => {
    const policy = site()
    const reversed = Object.fromEntries(Object.entries(policy).reverse())
    expect(parsePolicy(reversed).version).toBe(parsePolicy(policy).version)
    expect(parsePolicy(change('datasets/data-a/discoverable', false)).version).not.toBe(parsePolicy(policy).version)
  })
})

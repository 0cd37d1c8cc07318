import { createHash, randomBytes } from 'node:crypto'
import type { AuditEvent } from './audit.ts'
import { createClearinghouse } from './clearinghouse.ts'
import type { Clearinghouse, ClearinghouseOptions } from './clearinghouse.ts'
import type { Clock } from './clock.ts'
import { createKeyPool } from './key-pool.ts'
import type { Observation } from './observation.ts'
import { parsePolicy } from './policy.ts'
import { createTestIssuer } from './testing-issuer.ts'
import type { TestIssuer } from './testing-issuer.ts'

/** A clearinghouse with a broker, a DAC and an institution of its own, pinned keys, and everything it did. For tests alone. */
export type TestSite = {
  readonly clock: Clock & { advance(seconds: number): void }
  readonly broker: TestIssuer
  readonly dac: TestIssuer
  readonly home: TestIssuer
  readonly clearinghouse: Clearinghouse
  readonly audit: AuditEvent[]
  readonly observed: Observation[]
  /** Every URL that was asked for: empty unless a test configures remote keys. */
  readonly fetched: string[]
  /** Counted reasons of ignored visas. */
  ignored(): string[]
  /** A grant for `data-a` by the DAC, for alice. */
  grantVisa(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  registeredVisas(claims?: Record<string, unknown>): Promise<string[]>
}

export const REGISTERED_VALUE = 'https://doi.org/10.1038/s41431-018-0219-y'

const testClock = (): TestSite['clock'] => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  return {
    now: () => new Date(now),
    advance: (seconds) => {
      now += seconds * 1000
    },
  }
}

export const sitePolicy = (o: { broker: TestIssuer; dac: TestIssuer; home: TestIssuer }): Record<string, unknown> => {
  const grant = (dataset: string) => ({
    visa: 'ControlledAccessGrants',
    value: '$values',
    issuer: ['dac'],
    source: [`https://dac.example/${dataset}`],
    by: ['dac'],
  })
  const registered = (visa: string, by: string[]) => ({
    visa,
    value: REGISTERED_VALUE,
    issuer: ['home'],
    source: ['https://uni.example'],
    by,
  })
  return {
    audiences: { drs: ['https://drs.example'], wes: ['https://wes.example'], tes: ['https://tes.example'] },
    operators: [{ iss: o.broker.iss, sub: 'olga' }],
    brokers: {
      broker: {
        iss: o.broker.iss,
        keys: [o.broker.publicJwk],
        profile: ['ga4gh-1.2', 'oidc'],
        acceptedAudiences: ['biocloud'],
        acceptedClients: ['known-client'],
        subjectNamespace: 'test',
        maxAge: '1d',
      },
    },
    issuers: {
      dac: {
        iss: o.dac.iss,
        jku: o.dac.jku,
        keys: [o.dac.publicJwk],
        subjectNamespace: 'test',
        maxAge: '7d',
        mayAssert: {
          ControlledAccessGrants: {
            sources: ['https://dac.example/a', 'https://dac.example/b', 'https://dac.example/h'],
          },
        },
      },
      home: {
        iss: o.home.iss,
        jku: o.home.jku,
        keys: [o.home.publicJwk],
        subjectNamespace: 'test',
        maxAge: '7d',
        mayAssert: {
          AcceptedTermsAndPolicies: { sources: ['https://uni.example'] },
          ResearcherStatus: { sources: ['https://uni.example'] },
          ControlledAccessGrants: { sources: ['https://uni.example'] },
          LinkedIdentities: { sources: ['https://uni.example'] },
        },
      },
    },
    bundles: {
      'registered-access-v1': {
        all: [registered('AcceptedTermsAndPolicies', ['self', 'so']), registered('ResearcherStatus', ['so', 'system'])],
      },
    },
    datasets: {
      open: { tier: 'public' },
      registered: { tier: 'registered', discoverable: true, allow: { all: ['registered-access-v1'] } },
      'data-a': {
        tier: 'controlled',
        discoverable: true,
        values: ['https://data.example/a'],
        maxGrantTTL: 'PT30M',
        allow: { any: [grant('a')] },
      },
      'data-b': {
        tier: 'controlled',
        discoverable: true,
        values: ['https://data.example/b'],
        allow: { any: [grant('b')] },
        alsoRequire: { all: ['registered-access-v1'] },
      },
      hidden: {
        tier: 'controlled',
        discoverable: false,
        values: ['https://data.example/h'],
        allow: { any: [grant('h')] },
      },
    },
  }
}

export const createTestSite = async (
  o: {
    policy?: (issuers: { broker: TestIssuer; dac: TestIssuer; home: TestIssuer }) => unknown
    options?: Partial<ClearinghouseOptions>
    fetch?: (url: string, init: RequestInit) => Promise<Response>
    clock?: TestSite['clock']
    dacAlg?: 'RS256' | 'ES256'
  } = {},
): Promise<TestSite> => {
  const clock = o.clock ?? testClock()
  const [broker, dac, home] = await Promise.all([
    createTestIssuer({ iss: 'https://broker.example', clock }),
    createTestIssuer({ iss: 'https://dac.example', clock, alg: o.dacAlg ?? 'ES256' }),
    createTestIssuer({ iss: 'https://home.example', clock }),
  ])
  const audit: AuditEvent[] = []
  const observed: Observation[] = []
  const fetched: string[] = []
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    fetched.push(url)
    return o.fetch ? o.fetch(url, init) : Promise.reject(new Error('no network in this test'))
  }
  const policy = parsePolicy((o.policy ?? sitePolicy)({ broker, dac, home }), { production: false })
  let ids = 0
  const clearinghouse = createClearinghouse({
    policy,
    service: 'drs',
    publicUrl: 'https://drs.example',
    keys: createKeyPool({ fetch, clock, observe: (event) => observed.push(event) }),
    audit: {
      append: (event) => {
        audit.push(event)
        return Promise.resolve()
      },
    },
    clock,
    newId: () => createHash('sha256').update(String(ids++)).digest('hex').slice(0, 26),
    siteKey: randomBytes(32),
    fetch,
    observe: (event) => observed.push(event),
    ...o.options,
  })
  return {
    clock,
    broker,
    dac,
    home,
    clearinghouse,
    audit,
    observed,
    fetched,
    ignored: () => observed.filter(({ name }) => name === 'visa_ignored').map(({ labels }) => labels.reason ?? ''),
    grantVisa: (claims = {}, header = {}) =>
      dac.visa(
        { type: 'ControlledAccessGrants', value: 'https://data.example/a', source: 'https://dac.example/a', by: 'dac' },
        claims,
        header,
      ),
    registeredVisas: (claims = {}) =>
      Promise.all([
        home.visa(
          { type: 'AcceptedTermsAndPolicies', value: REGISTERED_VALUE, source: 'https://uni.example', by: 'self' },
          claims,
        ),
        home.visa(
          { type: 'ResearcherStatus', value: REGISTERED_VALUE, source: 'https://uni.example', by: 'so' },
          claims,
        ),
      ]),
  }
}

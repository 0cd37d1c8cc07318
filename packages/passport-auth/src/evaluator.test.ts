import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isDenial } from './denial.ts'
import { evaluate } from './evaluator.ts'
import { parsePolicy } from './policy.ts'
import { createTestClock, createTestIssuer, sitePolicy } from './testing.ts'
import type { VisaFacts } from './visa-facts.ts'

const clock = createTestClock()
const make = (name: string) => createTestIssuer({ iss: `https://${name}.example`, clock })
const policy = parsePolicy(
  sitePolicy({ broker: await make('broker'), dac: await make('dac'), home: await make('home') }),
)

const NOW = 1000
const value = 'https://doi.org/10.1038/s41431-018-0219-y'
const end = fc.integer({ min: NOW - 5, max: NOW + 20 })
const person = fc.constantFrom('A', 'B')
/** Visas that some rule asks for; of wholly random ones hardly any set permits. */
const wanted = fc
  .record({
    good: fc.constantFrom(
      {
        issuer: 'dac',
        type: 'ControlledAccessGrants',
        value: 'https://data.example/a',
        source: 'https://dac.example/a',
        by: 'dac',
      },
      {
        issuer: 'dac',
        type: 'ControlledAccessGrants',
        value: 'https://data.example/b',
        source: 'https://dac.example/b',
        by: 'dac',
      },
      { issuer: 'home', type: 'AcceptedTermsAndPolicies', value, source: 'https://uni.example', by: 'self' },
      { issuer: 'home', type: 'ResearcherStatus', value, source: 'https://uni.example', by: 'so' },
    ),
    key: person,
    exp: end,
  })
  .map(({ good, key, exp }) => ({ ...good, key, exp }))
const anything = fc.record({
  issuer: fc.constantFrom('dac', 'home'),
  key: person,
  type: fc.constantFrom('ControlledAccessGrants', 'AcceptedTermsAndPolicies', 'ResearcherStatus'),
  value: fc.constantFrom('https://data.example/a', 'https://data.example/b', value),
  source: fc.constantFrom('https://dac.example/a', 'https://dac.example/b', 'https://uni.example'),
  by: fc.constantFrom('self', 'so', 'dac', undefined),
  exp: end,
})
const visas = fc.array(fc.oneof(wanted, anything), { maxLength: 10 })

type Drawn = {
  issuer: string
  key: string
  type: string
  value: string
  source: string
  by: string | undefined
  exp: number
}

/** The policy said again by hand, one person at a time: the latest end at which it permits, or undefined. */
const naive = (dataset: string, keys: readonly string[], drawn: readonly Drawn[]): number | undefined => {
  const best = (key: string, type: string, wanted: string, source: string, issuer: string, by: string[]) =>
    Math.max(
      ...drawn
        .filter(
          (v) =>
            v.key === key &&
            v.exp > NOW &&
            v.type === type &&
            v.value === wanted &&
            v.source === source &&
            v.issuer === issuer &&
            by.includes(v.by ?? ''),
        )
        .map((v) => v.exp),
    )
  const ends = keys.map((key) => {
    const registered = Math.min(
      best(key, 'AcceptedTermsAndPolicies', value, 'https://uni.example', 'home', ['self', 'so']),
      best(key, 'ResearcherStatus', value, 'https://uni.example', 'home', ['so', 'system']),
    )
    const grant = (name: string) =>
      best(key, 'ControlledAccessGrants', `https://data.example/${name}`, `https://dac.example/${name}`, 'dac', ['dac'])
    if (dataset === 'registered') return registered
    return dataset === 'data-a' ? grant('a') : Math.min(grant('b'), registered)
  })
  const end = Math.max(...ends)
  return end === -Infinity ? undefined : end
}

describe('evaluator', () => {
  it('agrees with a naive reading of the policy, decision and end, for any visas of two people', () => {
    const permits = { yes: 0 }
    fc.assert(
      fc.property(
        visas,
        fc.constantFrom('registered', 'data-a', 'data-b'),
        fc.subarray(['A', 'B'], { minLength: 1 }),
        (drawn, dataset, keys) => {
          const facts = drawn.map(({ by, ...rest }): VisaFacts => ({
            ...rest,
            iss: 'i',
            sub: 's',
            asserted: 0,
            iat: 0,
            ...(by === undefined ? {} : { by }),
          }))
          const answer = evaluate(
            policy,
            { operation: 'drs:access', datasetIds: [dataset] },
            { keys, operator: false, visas: { visas: facts } },
            NOW,
          )
          const expected = naive(dataset, keys, drawn)
          expect(isDenial(answer) ? undefined : answer.exp).toBe(expected)
          if (expected !== undefined) permits.yes += 1
        },
      ),
      { numRuns: 5000 },
    )
    expect(permits.yes).toBeGreaterThan(500) // else the property would have compared denials with denials
  })
  it('no operation and no dataset permits an anonymous caller beyond public data', () => {
    const operations = [
      'drs:metadata',
      'drs:access',
      'drs:write',
      'drs:delete',
      'drs:sync',
      'wes:run',
      'tes:compute',
    ] as const
    for (const operation of operations)
      for (const dataset of [...policy.datasetIds, 'unknown', 'run:1']) {
        const answer = evaluate(
          policy,
          { operation, datasetIds: [dataset], owner: '', allOf: [] },
          { keys: [], operator: false, visas: { visas: [] } },
          NOW,
        )
        const open = dataset === 'open' && !['drs:write', 'drs:delete', 'drs:sync'].includes(operation)
        expect([operation, dataset, answer.permit]).toEqual([operation, dataset, open])
      }
  })
})

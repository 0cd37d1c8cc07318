import { beforeEach, describe, expect, it } from '@jest/globals'
import { isDenial } from './denial.ts'
import type { Verified } from './identities.ts'
import { createTestSite } from './testing.ts'
import type { TestSite } from './testing.ts'

const NOT_AFTER = '2026-01-02T00:00:00Z'

describe('the outputs of runs', () => {
  let site: TestSite
  let alice: string
  beforeEach(async () => {
    site = await createTestSite({
      options: {
        introspect: () =>
          Promise.resolve({
            run_id: 'r2',
            grant_id: 'g',
            owner: alice,
            iss: 'https://broker.example',
            sub: 'alice',
            not_after: NOT_AFTER,
          }),
      },
    })
    alice = JSON.stringify(['ns', 'test', 'alice'])
  })
  const verified = async (credentials: { bearer?: string; passports?: string[] }): Promise<Verified> => {
    const result = await site.clearinghouse.verify(credentials)
    if (isDenial(result)) throw new Error(result.reason ?? result.code)
    return result
  }
  const read = async (caller: Verified, allOf: string[] | undefined) => {
    const decision = await site.clearinghouse.authorize(caller, {
      operation: 'drs:access',
      datasetIds: ['run:r1'],
      owner: alice,
      ...(allOf ? { allOf } : {}),
      requestId: 'r',
    })
    return decision.permit ? 200 : decision.status
  }

  it('V9 are not opened by their owner beside a colleague who may read the inputs', async () => {
    const owner = await site.broker.passport([], { sub: 'alice' })
    const colleague = await site.broker.passport([await site.grantVisa({ sub: 'bob' })], { sub: 'bob' })
    for (const passports of [
      [owner, colleague],
      [colleague, owner],
    ])
      expect(await read(await verified({ passports }), ['data-a'])).toBe(403)
    expect(await read(await verified({ passports: [colleague] }), ['data-a'])).toBe(404)
    const entitled = await site.broker.passport([await site.grantVisa({ sub: 'alice' })], { sub: 'alice' })
    expect(await read(await verified({ passports: [colleague, entitled] }), ['data-a'])).toBe(200)
  })

  it('V9 several datasets of one decision are not satisfied by one person each', async () => {
    const registered = await site.broker.passport(await site.registeredVisas({ sub: 'bob' }), { sub: 'bob' })
    const granted = await site.broker.passport([await site.grantVisa({ sub: 'alice' })], { sub: 'alice' })
    const ask = (caller: Verified, datasetIds: string[]) =>
      site.clearinghouse.authorize(caller, { operation: 'drs:access', datasetIds, requestId: 'r' })
    const both = await verified({ passports: [granted, registered] })
    expect(await ask(both, ['data-a', 'registered'])).toMatchObject({ status: 403 })
    expect(await ask(both, ['data-a'])).toMatchObject({ permit: true })
    expect(await ask(both, ['registered'])).toMatchObject({ permit: true })
  })

  it('are closed where the inputs of the run are not told', async () => {
    const caller = await verified({ bearer: await site.broker.accessToken({ sub: 'alice' }) })
    expect(await read(caller, undefined)).toBe(404)
    expect(await read(caller, [])).toBe(200)
  })

  it('are not opened by the run token of another run of the same person', async () => {
    const run = await verified({ bearer: `rt_${'x'.repeat(43)}` })
    expect(run).toMatchObject({ kind: 'run', subjects: [{ key: alice }] })
    expect(await read(run, [])).toBe(404)
    expect(await read(run, ['open'])).toBe(404)
    expect(
      await site.clearinghouse.authorize(run, { operation: 'drs:access', datasetIds: ['open'], requestId: 'r' }),
    ).toMatchObject({ permit: true })
  })
})

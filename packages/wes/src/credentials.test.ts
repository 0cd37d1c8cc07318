import { describe, expect, it } from '@jest/globals'
import type { Identity, ServiceIdentity } from '@biocloud/passport-auth'
import { createCredentials } from './credentials.ts'

const VISA = { type: 'ControlledAccessGrants', issuers: ['https://dac.example'] }

/** What a refused submit tells, when the STS answers so. */
const refusal = async (status: number, body: object): Promise<string> => {
  const credentials = createCredentials({
    fetch: () => Promise.resolve(Response.json(body, { status })),
    identity: { fields: () => Promise.resolve({}) } as unknown as ServiceIdentity,
    drsUrl: 'https://drs.example/ga4gh/drs/v1',
  })
  const caller = { bearer: { reveal: () => 't' } } as unknown as Identity
  return credentials.grantRun(caller, 'r', ['drs://d/a']).then(
    () => 'granted',
    (error: unknown) => (error as Error).message,
  )
}

describe('a refusal by the STS, as the person reads it', () => {
  it('is one sentence for each object, with its dataset and visa, and no JSON', async () => {
    const required = ['a', 'b'].map((id) => ({ object: `drs://d/${id}`, dataset: 'cohort', visas: [VISA] }))
    const msg =
      'You may not use drs://d/a, drs://d/b: dataset cohort needs ControlledAccessGrants from https://dac.example'
    expect(await refusal(403, { msg, status_code: 403, required })).toBe(
      'You may not use drs://d/a: its dataset cohort needs ControlledAccessGrants from https://dac.example. ' +
        'You may not use drs://d/b: its dataset cohort needs ControlledAccessGrants from https://dac.example.',
    )
  })
  it('names both needs of an object that has two', async () => {
    const required = ['x', 'y'].map((dataset) => ({ object: 'drs://d/a', dataset, visas: [VISA] }))
    expect(await refusal(403, { msg: 'You may not use drs://d/a', required })).toBe(
      'You may not use drs://d/a: its dataset x needs ControlledAccessGrants from https://dac.example, and its dataset y needs ControlledAccessGrants from https://dac.example.',
    )
  })
  it('keeps the words of the STS for what it gives no reason for', async () => {
    expect(await refusal(404, { msg: 'There is no such object: drs://d/a' })).toBe(
      'There is no such object: drs://d/a.',
    )
    const required = [{ object: 'drs://d/b', dataset: 'cohort', visas: [VISA] }]
    expect(await refusal(404, { msg: 'There is no such object: drs://d/a', required })).toMatch(
      /^There is no such object: drs:\/\/d\/a\. You may not use drs:\/\/d\/b: its dataset/u,
    )
  })
  it('of very many objects tells twenty, and how many more there are', async () => {
    const required = Array.from({ length: 25 }, (_, n) => ({ object: `drs://d/${n}`, dataset: 'c', visas: [VISA] }))
    const text = await refusal(403, { msg: 'You may not use drs://d/0 and 24 more', required })
    expect(text.match(/You may not use/gu)).toHaveLength(20)
    expect(text).toMatch(/ So it is with 5 more\.$/u)
  })
})

import { describe, expect, it } from '@jest/globals'
import { isDenial } from './denial.ts'
import type { ResolvedObject } from './grants.ts'
import { decideObjects, refuseObjects } from './object-decisions.ts'
import { createTestSite } from './testing.ts'

describe('the refusal of several objects', () => {
  it('V20 names them in the order asked for, so that a hidden object among missing ones reads as a missing one', async () => {
    const { clearinghouse, broker } = await createTestSite()
    const verified = await clearinghouse.verify({ bearer: await broker.accessToken() })
    if (isDenial(verified)) throw new Error('refused')
    const uris = ['a', 'b', 'c'].map((id) => `drs://localhost/${id}`)
    const messageFor = async (dataset: string | undefined): Promise<string> => {
      const b: ResolvedObject | undefined =
        dataset === undefined ? undefined : { id: 'b', uri: uris[1] ?? '', dataset, size: 1, checksums: [] }
      const decided = await decideObjects({
        clearinghouse,
        verified,
        operation: 'wes:run',
        uris,
        found: [undefined, b, undefined],
        requestId: 'r',
        runId: 'r1',
        taskId: undefined,
        now: 0,
      })
      if (!('refused' in decided)) throw new Error('granted')
      const { status, code, message } = refuseObjects(decided.refused, uris, 'realm')
      return JSON.stringify([status, code, message])
    }
    expect(await messageFor('hidden')).toBe(await messageFor(undefined))
    expect(await messageFor('hidden')).toContain(uris.join(', '))
  })
})

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { RunLog } from '@biocloud/ga4gh-api'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSuite, root, type Suite, until } from './suite.ts'

jest.setTimeout(240_000)

const workflow = join(root, 'test/whole/workflows/slow.cwl')
const names = ['ada', 'bob', 'cy', 'dee', 'eve', 'fay']

type Tasks = { tasks: { id: string; state: string }[] }

describe('kill -9 of the whole suite in the middle of a run', () => {
  let suite: Suite
  let runId = ''

  const tasks = async (): Promise<Tasks['tasks']> => {
    const path = `/ga4gh/tes/v1/tasks?view=MINIMAL&tag_key=wes_run_id&tag_value=${runId}`
    return ((await (await suite.request('researcher', path)).json()) as Tasks).tasks
  }

  const submit = async (seconds: number): Promise<void> => {
    const inputs = join(suite.folder, 'names.json')
    writeFileSync(inputs, JSON.stringify({ names, seconds }))
    runId = (await suite.json<{ run_id: string }>('researcher', 'wes', 'run', workflow, inputs)).run_id
  }

  const ended = (): Promise<RunLog> =>
    until('the run has ended', 150, async () => {
      const run = (await (await suite.request('researcher', `/ga4gh/wes/v1/runs/${runId}`)).json()) as RunLog
      return run.state === 'COMPLETE' || run.state.endsWith('ERROR') ? run : undefined
    })

  beforeAll(async () => {
    suite = await createSuite()
    await suite.start()
  })
  afterAll(() => suite.dispose())

  it('loses no step and doubles none when the cut comes while steps run', async () => {
    await submit(4)
    await until('a step runs', 60, async () => ((await tasks()).some((t) => t.state === 'RUNNING') ? true : undefined))
    await suite.kill()
    await suite.start()
    const run = await ended()
    expect({ state: run.state, why: run.state === 'COMPLETE' ? undefined : run.run_log?.system_logs }).toEqual({
      state: 'COMPLETE',
    })
    const outputs = run.outputs as { said: { location: string }[] }
    const said = await Promise.all(
      outputs.said.map(async (f) => (await suite.request('researcher', f.location)).text()),
    )
    expect(said).toEqual(names.map((name) => `said ${name}\n`))
    const all = await tasks()
    expect(all.map((t) => t.state)).toEqual(names.map(() => 'COMPLETE'))
  })

  it('loses no run that was accepted a moment before the cut', async () => {
    await submit(0)
    await suite.kill()
    await suite.start()
    const run = await ended()
    expect(run.state).toBe('COMPLETE')
    expect(await tasks()).toHaveLength(names.length)
  })

  it('cancels a run whose steps outlived a cut, down to the last container', async () => {
    await submit(600)
    await until('a step runs', 60, async () => ((await tasks()).some((t) => t.state === 'RUNNING') ? true : undefined))
    await suite.kill()
    await suite.start()
    await suite.json('researcher', 'wes', 'cancel', runId)
    await until('the run is cancelled', 90, async () => {
      const answer = await suite.request('researcher', `/ga4gh/wes/v1/runs/${runId}/status`)
      return ((await answer.json()) as { state: string }).state === 'CANCELED' ? true : undefined
    })
    const live = (await tasks()).filter(
      (t) => !['COMPLETE', 'CANCELED', 'EXECUTOR_ERROR', 'SYSTEM_ERROR'].includes(t.state),
    )
    expect(live).toEqual([])
  })
})

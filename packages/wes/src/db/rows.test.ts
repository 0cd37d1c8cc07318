import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDatabase, systemClock, type Knex } from '@biocloud/service-kit'
import { migrations } from './migrations.ts'
import { createRunRows, type RunRow, type RunRows } from './run-rows.ts'
import { createTaskRows } from './task-rows.ts'

const runOf = (run_id: string): RunRow => ({
  run_id,
  owner: 'o',
  state: 'QUEUED',
  created: '2026-01-01T00:00:00.000Z',
  updated: '2026-01-01T00:00:00.000Z',
  type: 'CWL',
  request: { workflow_type: 'CWL', workflow_type_version: '1.2', workflow_url: 'x' },
  tags: {},
  engine: 'cwltool',
  work: {
    type: 'CWL',
    install: { program: 'p', version: '1' },
    parameters: {},
    objects: [],
    attachments: [],
    engineParams: {},
    deadline: '2027-01-01T00:00:00.000Z',
  },
  attempt: 0,
  report_number: 0,
})

describe('rows on a real database', () => {
  let db: Knex
  let runs: RunRows
  beforeEach(async () => {
    db = await openDatabase({ client: 'sqlite', filename: ':memory:', migrations })
    runs = createRunRows(db, systemClock)
    for (const id of ['a', 'b', 'c', 'd']) await runs.insert(runOf(id), { message: 'Accepted' })
  })
  afterEach(() => db.destroy())

  it('of four claims for two heads, two get one; the end of a run makes room for the next', async () => {
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((id) => runs.claim(id, 2)))
    expect(claims.filter(Boolean)).toHaveLength(2)
    const [first] = ['a', 'b', 'c', 'd'].filter((_id, index) => claims[index])
    const [waiting] = ['a', 'b', 'c', 'd'].filter((_id, index) => claims[index] === false)
    await runs.move(first ?? '', 'INITIALIZING', 'SYSTEM_ERROR')
    expect(await runs.claim(waiting ?? '', 2)).toBe(true)
  })
  it('a run is claimed once', async () => {
    expect(await Promise.all([runs.claim('a', 9), runs.claim('a', 9)])).toEqual([true, false])
  })
  it('of very many messages the first and the last are shown, and that some are left out', async () => {
    for (let n = 1; n <= 2005; n++) await runs.say('a', `m${n}`)
    await runs.say('b', 'of another run')
    const texts = (await runs.messages('a')).map(({ text }) => text)
    expect([texts[0], texts[999], texts[1000], texts.at(-1), texts.length]).toEqual([
      'Accepted',
      'm999',
      '… messages left out …',
      'm2005',
      2001,
    ])
    expect((await runs.messages('b')).map(({ text }) => text)).toEqual(['Accepted', 'of another run'])
  })
  it('exactly as many messages as are shown are shown whole', async () => {
    for (let n = 1; n <= 1999; n++) await runs.say('a', `m${n}`)
    const texts = (await runs.messages('a')).map(({ text }) => text)
    expect([texts.length, texts.includes('… messages left out …')]).toEqual([2000, false])
  })
  it('a report that comes late does not bring an ended task back', async () => {
    const tasks = createTaskRows(db)
    const task = { run_id: 'a', task_id: 't', created: '2026-01-01T00:00:00.000Z' }
    await tasks.seen({ ...task, state: 'RUNNING' })
    await tasks.mirror([{ ...task, state: 'COMPLETE', log: {} }])
    await tasks.seen({ ...task, state: 'RUNNING' })
    expect(await tasks.states('a')).toEqual({ COMPLETE: 1 })
  })
  it("the engine's verdict outlives what TES lists", async () => {
    const tasks = createTaskRows(db)
    const task = { run_id: 'a', task_id: 't', created: '2026-01-01T00:00:00.000Z' }
    await tasks.stepOf({ ...task, step: 'align', verdict: 'done' })
    await tasks.mirror([{ ...task, state: 'COMPLETE', name: 'n', log: { exit_code: 2 } }])
    expect(await tasks.get('a', 't')).toMatchObject({ step: 'align', verdict: 'done', log: { exit_code: 2 } })
  })
})

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startFakeTes } from '../testing/fake-tes.ts'
import { startGateway, type Gateway, type SeenTask } from './gateway.ts'

const RUN = '01run'
const TOKEN = 'rt_gateway-token'

describe('the gateway beside an engine, before a fake TES', () => {
  let tes: Awaited<ReturnType<typeof startFakeTes>>
  let gateway: Gateway
  let seen: SeenTask[]
  let refused: number
  beforeEach(async () => {
    tes = await startFakeTes({ token: TOKEN })
    seen = []
    refused = 0
    gateway = await startGateway({
      runId: RUN,
      tes: tes.url,
      token: () => TOKEN,
      seen: (task) => void seen.push(task),
      tokenRefused: () => (refused += 1),
      retryMs: 3000,
    })
  })
  afterEach(async () => {
    await gateway.close()
    await tes.close()
  })
  const call = async (path: string, init?: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${gateway.url}${path}`, init)
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const create = (task: unknown, headers: Record<string, string> = {}) =>
    call('/v1/tasks', { method: 'POST', body: JSON.stringify(task), headers })
  const foreign = (): void => {
    tes.tasks.set('other', {
      id: 'other',
      state: 'RUNNING',
      tags: { wes_run_id: '01other' },
      creation_time: '2026-01-01T00:00:00Z',
    })
  }

  it('G1 answers on all three mounts without a token, and nothing without its key', async () => {
    await create({ executors: [] })
    for (const mount of ['/ga4gh/tes/v1', '/v1', '']) expect((await call(`${mount}/tasks/task-1`)).status).toBe(200)
    const wrong = gateway.url.replace(/\/[0-9a-f]+$/u, `/${'0'.repeat(48)}`)
    expect((await fetch(`${wrong}/v1/tasks`)).status).toBe(404)
    expect((await fetch(new URL('/v1/tasks', gateway.url))).status).toBe(404)
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{48}$/u)
  })
  it('G1 an engine that sends a token of its own does not replace the run token', async () => {
    expect((await create({ executors: [] }, { authorization: 'Bearer stolen' })).status).toBe(200)
    expect(tes.requests.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`)
  })
  it('G2 sets the tag over what the engine wrote, drops nulls at any depth and adds an Idempotency-Key', async () => {
    await create({
      name: 'a',
      description: null,
      tags: { wes_run_id: 'forged', step: 'x', none: null },
      executors: [{ image: 'i', env: null }],
    })
    const sent = tes.requests.at(-1)
    expect(sent?.body).toEqual({ name: 'a', tags: { wes_run_id: RUN, step: 'x' }, executors: [{ image: 'i' }] })
    expect(sent?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/u)
  })
  it('G2 keeps the key that the engine sent, so a repeated create is one task', async () => {
    const [one, two] = [
      await create({}, { 'idempotency-key': 'step-1' }),
      await create({}, { 'idempotency-key': 'step-1' }),
    ]
    expect(two.body).toEqual(one.body)
    expect(tes.tasks.size).toBe(1)
  })
  it('G2 a create whose answer was lost is repeated under the same key', async () => {
    tes.failNext('drop', 503)
    expect((await create({})).status).toBe(200)
    const keys = tes.requests.filter(({ method }) => method === 'POST').map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })
  it('G2 the task of another run reads and cancels as one that does not exist, and stays as it is', async () => {
    foreign()
    const missing = await call('/v1/tasks/nothing')
    expect(missing.status).toBe(404)
    expect(await call('/v1/tasks/other')).toEqual(missing)
    expect((await call('/v1/tasks/other:cancel', { method: 'POST' })).status).toBe(404)
    expect(tes.tasks.get('other')?.state).toBe('RUNNING')
  })
  it('G2 a list holds the run alone, whatever tag the engine asks for', async () => {
    foreign()
    await create({ tags: { step: 'x' } })
    const list = await call('/v1/tasks?tag_key=wes_run_id&tag_value=01other&tag_key=step&tag_value=x')
    expect((list.body['tasks'] as { id: string }[]).map(({ id }) => id)).toEqual(['task-1'])
  })
  it('G3 a read is repeated over 500, 429 and broken connections before the engine sees a failure', async () => {
    await create({})
    tes.failNext(500, 429, 'drop')
    expect((await call('/v1/tasks/task-1')).status).toBe(200)
  })
  it('G3 a refusal is passed on at once', async () => {
    tes.failNext(400)
    const before = tes.requests.length
    expect((await create({})).status).toBe(400)
    expect(tes.requests.length - before).toBe(1)
  })
  it('G4 shows the last attempt alone, and states that every engine knows', async () => {
    await create({})
    const task = tes.tasks.get('task-1')
    if (task === undefined) throw new Error('no task')
    task['logs'] = [{ logs: [{ exit_code: 1 }] }, { logs: [{ exit_code: 0 }] }]
    task.state = 'CANCELING'
    expect((await call('/v1/tasks/task-1?view=FULL')).body).toMatchObject({
      state: 'RUNNING',
      logs: [{ logs: [{ exit_code: 0 }] }],
    })
    task.state = 'PREEMPTED'
    expect((await call('/v1/tasks/task-1')).body['state']).toBe('SYSTEM_ERROR')
    expect(((await call('/v1/tasks')).body['tasks'] as { state: string }[])[0]?.state).toBe('SYSTEM_ERROR')
  })
  it('G6 tells every task created, and each change of state once', async () => {
    await create({ name: 'align' })
    await call('/v1/tasks/task-1')
    await call('/v1/tasks/task-1')
    const task = tes.tasks.get('task-1')
    if (task !== undefined) task.state = 'COMPLETE'
    await call('/v1/tasks')
    expect(seen.map(({ id, state }) => [id, state])).toEqual([
      ['task-1', 'QUEUED'],
      ['task-1', 'RUNNING'],
      ['task-1', 'COMPLETE'],
    ])
    expect(seen[0]?.name).toBe('align')
  })
  it('refuses creates once it is told to, and goes on with reads and cancels', async () => {
    await create({})
    gateway.refuseTasks()
    expect(await create({})).toMatchObject({ status: 503, body: { code: 'gateway_closed' } })
    expect((await call('/v1/tasks/task-1')).status).toBe(200)
    expect((await call('/v1/tasks/task-1%3Acancel', { method: 'POST' })).status).toBe(200)
    expect(tes.tasks.get('task-1')?.state).toBe('CANCELED')
  })
  it('a create under way is not repeated once tasks are refused', async () => {
    tes.failNext(503, 503, 503, 503, 503, 503)
    const created = create({})
    while (tes.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    gateway.refuseTasks()
    const posts = tes.requests.length
    expect((await created).status).toBe(503)
    expect(tes.requests.length).toBe(posts)
    expect(tes.tasks.size).toBe(0)
  })
  it('cancelAll takes the task of a create that is still under way, too', async () => {
    tes.slow(300)
    const created = create({})
    while (tes.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    gateway.refuseTasks()
    expect(await gateway.cancelAll(10_000)).toEqual([])
    expect((await created).status).toBe(200)
    expect([...tes.tasks.values()].map(({ state }) => state)).toEqual(['CANCELED'])
  })
  it('tells when TES does not take the run token any more', async () => {
    await create({})
    expect(refused).toBe(0)
    tes.failNext(401)
    expect((await create({})).status).toBe(401)
    expect(refused).toBe(1)
  })
  it('cancelAll leaves no live task of the run, and none of another', async () => {
    foreign()
    await Promise.all(Array.from({ length: 40 }, () => create({})))
    expect(await gateway.cancelAll(10_000)).toEqual([])
    expect([...tes.tasks.values()].filter(({ state }) => state === 'RUNNING').map(({ id }) => id)).toEqual(['other'])
  })
  it('a body that is no JSON object is 400, and nothing reaches TES', async () => {
    const before = tes.requests.length
    for (const body of ['{', '[]', '"x"']) expect((await call('/v1/tasks', { method: 'POST', body })).status).toBe(400)
    expect(tes.requests.length).toBe(before)
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { TesTask } from '@biocloud/ga4gh-api'
import { sh, startTes, type Answer, type Tes } from './server-fixture.ts'

let tes: Tes
let done: TesTask
beforeAll(async () => {
  tes = await startTes()
  done = await tes.run({
    name: 'first',
    description: 'for reading',
    tags: { project: 'p1', empty: '' },
    inputs: [{ path: '/d/in', content: 'secret text' }],
    resources: { cpu_cores: 1.2, ram_gb: 0.5, preemptible: true },
    executors: [sh('echo out; echo err >&2')],
  })
}, 40_000)
afterAll(() => tes.stop())

const bad = async (task: unknown): Promise<{ status: number; msg: string; code: string }> => {
  const { status, json } = await tes.call('POST', '/tasks', { body: task })
  const { msg, code } = json as { msg: string; code: string }
  return { status, msg, code }
}
const ok = { executors: [{ image: 'bb:1', command: ['true'] }] }

describe('views', () => {
  it('1.3.1 answers MINIMAL by default: id and state, nothing else', async () => {
    const { json } = await tes.call('GET', `/tasks/${done.id}`)
    expect(json).toEqual({ id: done.id, state: 'COMPLETE' })
  })
  it('1.3.2 BASIC leaves out streams, contents and system logs; FULL has them', async () => {
    const basic = await tes.get(done.id ?? '', 'BASIC')
    expect(basic.inputs).toEqual([{ path: '/d/in', type: 'FILE' }])
    expect(basic.logs?.[0]).not.toHaveProperty('system_logs')
    expect(Object.keys(basic.logs?.[0]?.logs[0] ?? {}).sort()).toEqual(['end_time', 'exit_code', 'start_time'])
    expect(done.inputs?.[0]?.content).toBe('secret text')
    expect(done.logs?.[0]?.logs[0]).toMatchObject({ stdout: 'out\n', stderr: 'err\n' })
    expect(done.logs?.[0]?.system_logs).toEqual([expect.stringContaining('preemptible')])
  })
  it('1.3.1 refuses another view with 400', async () => {
    expect((await tes.call('GET', `/tasks/${done.id}?view=ALL`)).status).toBe(400)
  })
  it('1.5.9 answers fractional cpu_cores as the ceiling', () => {
    expect(done.resources).toEqual({ cpu_cores: 2, ram_gb: 0.5, preemptible: true })
  })
  it('1.1.11 answers 304 to the ETag it gave', async () => {
    const first = await tes.call('GET', `/tasks/${done.id}`)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"minimal-\d+"$/)
    expect((await tes.call('GET', `/tasks/${done.id}`, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })
  it('1.1.6 takes a document got from GET again, null members too', async () => {
    const again = { ...done, description: null, tags: { ...done.tags, parent: null }, unknown: { x: 1 } }
    const id = await tes.post(again as unknown as TesTask)
    const task = await tes.get(id)
    expect(task).not.toHaveProperty('unknown')
    expect(task).not.toHaveProperty('description')
    expect(task.tags).toEqual(done.tags)
  })
  it('1.7.3 lists every attempt at /attempts', async () => {
    const { json } = await tes.call('GET', `/tasks/${done.id}/attempts`)
    expect(json.attempts).toEqual([expect.objectContaining({ attempt: 1, counted: true, outcome: 'complete' })])
  })
})

describe('who may', () => {
  it('1.3.3 answers the same 404 for a task of another user, a missing id and no id at all, on every operation', async () => {
    const strip = ({ status, text }: Answer): string => `${status} ${text}`
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '?view=FULL'],
      ['POST', ':cancel'],
      ['GET', '/attempts'],
      ['GET', '/logs/0/stdout'],
    ] as const) {
      const foreign = await tes.call(method, `/tasks/${done.id}${rest}`, { as: 'guest' })
      expect(foreign.status).toBe(404)
      for (const id of ['01m7ze4j6cwg239yhvp93p5cpz', 'x', 'a%20b']) {
        expect(strip(await tes.call(method, `/tasks/${id}${rest}`, { as: 'guest' }))).toBe(strip(foreign))
      }
    }
  })
  it('refuses anonymous callers with 401 everywhere but at service-info', async () => {
    for (const [method, path] of [
      ['GET', '/tasks'],
      ['POST', '/tasks'],
      ['GET', `/tasks/${done.id}`],
      ['POST', `/tasks/${done.id}:cancel`],
      ['GET', `/tasks/${done.id}/attempts`],
      ['GET', `/tasks/${done.id}/logs/0/stdout`],
    ] as const) {
      const answer = await tes.call(method, path, {
        as: 'nobody',
        ...(path === '/tasks' && method === 'POST' ? { body: ok } : {}),
      })
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    }
    expect((await tes.call('GET', '/service-info', { as: 'nobody' })).status).toBe(200)
  })
  it('refuses a bad token with 401 before any look-up', async () => {
    for (const id of [done.id, 'nothing'])
      expect((await tes.call('GET', `/tasks/${id}`, { bearer: 'a.b.c' })).status).toBe(401)
  })
  it('shows another user an empty list', async () => {
    expect((await tes.call('GET', '/tasks', { as: 'guest' })).json).toEqual({ tasks: [] })
  })
})

describe('where it is mounted', () => {
  it('1.1.1 serves the same at /ga4gh/tes/v1, /v1 and /, with both aliases of service-info', async () => {
    for (const base of ['/ga4gh/tes/v1', '/v1', '']) {
      expect((await tes.raw('GET', `${base}/tasks/${done.id}`)).json).toEqual({ id: done.id, state: 'COMPLETE' })
      expect((await tes.raw('POST', `${base}/tasks/${done.id}%3Acancel`)).json).toEqual({})
      expect(
        Object.keys((await tes.raw('GET', `${base}/tasks/service-info`, { as: 'nobody' })).json as object).sort(),
      ).toEqual(['doc', 'name', 'storage'])
    }
    expect((await tes.raw('GET', '/ga4gh/tes/service-info', { as: 'nobody' })).json.type.artifact).toBe('tes')
    expect((await tes.raw('GET', '/nothing/here')).status).toBe(404)
  })
  it('1.2.1 describes itself with exactly the members of the standard, and shows no storage to nobody', async () => {
    const { json } = await tes.call('GET', '/service-info', { as: 'nobody' })
    expect(json).toMatchObject({ type: { group: 'org.ga4gh', artifact: 'tes', version: '1.1.0' }, storage: [] })
    expect(json.tesResources_backend_parameters).toEqual([
      'max_retries',
      'max_runtime_seconds',
      'missing_outputs',
      'shm_gb',
    ])
    const mine = await tes.call('GET', '/service-info')
    expect(mine.json.storage).toEqual([`file://${tes.files}/`])
  })
})

describe('lists', () => {
  it('1.4.1 1.4.2 pages newest first; a task posted meanwhile makes no row skipped or repeated', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.push(await tes.post({ ...ok, name: `page_${i}`, tags: { list: 'yes' } }))
    const first = await tes.call('GET', '/tasks?tag_key=list&page_size=2')
    await tes.post({ ...ok, tags: { list: 'yes' } })
    const seen = first.json.tasks.map(({ id }: TesTask) => id) as string[]
    let token = first.json.next_page_token
    while (token !== undefined) {
      const { json } = await tes.call('GET', `/tasks?tag_key=list&page_size=2&page_token=${token}`)
      seen.push(...json.tasks.map(({ id }) => id ?? ''))
      token = json.next_page_token
    }
    expect(seen).toEqual(ids.reverse())
    const foreign = await tes.call('GET', `/tasks?page_token=${first.json.next_page_token as string}`)
    expect([foreign.status, foreign.json.code]).toEqual([400, 'page_token_invalid'])
    const other = await tes.call(
      'GET',
      `/tasks?tag_key=list&page_size=2&page_token=${first.json.next_page_token as string}`,
      { as: 'guest' },
    )
    expect(other.status).toBe(400)
  }, 20_000)
  it('1.4.2 ends a page of whole documents by their bytes; its token goes on, and none is skipped or repeated', async () => {
    const name = `large-${Date.now()}`
    const posted: string[] = []
    for (let i = 0; i < 5; i += 1) posted.unshift(await tes.post({ ...ok, name, description: 'x'.repeat(5 * 2 ** 20) }))
    const seen: string[] = []
    const sizes: number[] = []
    for (let token = ''; ;) {
      const { json } = await tes.call('GET', `/tasks?name_prefix=${name}&view=BASIC&page_size=2047${token}`)
      const page = json as { tasks: { id: string }[]; next_page_token?: string }
      sizes.push(page.tasks.length)
      seen.push(...page.tasks.map(({ id }) => id))
      if (page.next_page_token === undefined) break
      token = `&page_token=${page.next_page_token}`
    }
    expect(sizes).toEqual([3, 2])
    expect(seen).toEqual(posted)
  }, 30_000)
  it('1.4.2 takes page_size 1 to 2047', async () => {
    expect((await tes.call('GET', '/tasks?page_size=2047')).status).toBe(200)
    for (const size of ['0', '2048', '-1', 'x'])
      expect((await tes.call('GET', `/tasks?page_size=${size}`)).status).toBe(400)
  })
  it('1.4.3 treats _ % \\ in name_prefix as themselves, and case too', async () => {
    await tes.post({ ...ok, name: 'a%b' })
    const find = async (prefix: string) =>
      (await tes.call('GET', `/tasks?name_prefix=${encodeURIComponent(prefix)}`)).json.tasks.length
    expect([
      await find('a%'),
      await find('a_'),
      await find('page_1'),
      await find('PAGE'),
      await find('a\\'),
      (await find('')) > 3,
    ]).toEqual([1, 0, 1, 0, 0, true])
  })
  it("1.4.4 zips tag_key and tag_value; an empty value means that the key exists: the standard's table", async () => {
    const owner = { as: 'registered' as const }
    const make = (tags: Record<string, string>) => tes.post({ ...ok, tags }, owner)
    const [foobar, foobat, fooempty, both] = [
      await make({ foo: 'bar' }),
      await make({ foo: 'bat' }),
      await make({ foo: '' }),
      await make({ foo: 'bar', baz: 'bat' }),
    ]
    await make({})
    const find = async (query: string) =>
      (await tes.call('GET', `/tasks?${query}`, owner)).json.tasks.map(({ id }) => id).reverse()
    expect(await find('tag_key=foo&tag_value=bar')).toEqual([foobar, both])
    expect(await find('tag_key=foo')).toEqual([foobar, foobat, fooempty, both])
    expect(await find('tag_key=foo&tag_value=')).toEqual([foobar, foobat, fooempty, both])
    expect(await find('tag_key=foo&tag_value=bar&tag_key=baz&tag_value=bat')).toEqual([both])
    expect(await find('tag_key=foo&tag_key=baz&tag_value=&tag_value=bat')).toEqual([both])
    expect(await find('tag_key=foo&tag_value=ba')).toEqual([])
    for (const query of ['tag_value=x', 'tag_key=a&tag_value=b&tag_value=c', 'tag_key=a&tag_key=a']) {
      expect((await tes.call('GET', `/tasks?${query}`, owner)).status).toBe(400)
    }
  })
  it('1.4.3 filters by state; UNKNOWN and PREEMPTED give an empty page, another word 400', async () => {
    expect((await tes.call('GET', '/tasks?state=COMPLETE&view=BASIC')).json.tasks[0]).toHaveProperty('executors')
    for (const state of ['UNKNOWN', 'PREEMPTED'])
      expect((await tes.call('GET', `/tasks?state=${state}`)).json).toEqual({ tasks: [] })
    expect((await tes.call('GET', '/tasks?state=DONE')).status).toBe(400)
  })
  it('1.1.7 ignores unknown query parameters, and takes empty ones as absent', async () => {
    expect((await tes.call('GET', '/tasks?something=else&page_token=&name_prefix=&page_size=1')).status).toBe(200)
  })
})

describe('bad input', () => {
  it('1.5.1 answers 400 and names the field', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{}, 'executors'],
      [{ executors: [] }, 'executors'],
      [{ executors: [{ image: '', command: ['x'] }] }, 'executors[0].image'],
      [{ executors: [{ image: 'bb 1; rm', command: ['x'] }] }, 'executors[0].image'],
      [{ executors: [{ image: '--privileged', command: ['x'] }] }, 'executors[0].image'],
      [{ ...ok, inputs: [{ path: '/a', url: 'https://169.254.169.254/latest' }] }, 'inputs[0].url'],
      [{ ...ok, inputs: [{ path: '/a', url: 'https://[::1]/x' }] }, 'inputs[0].url'],
      [{ executors: [{ image: 'bb:1', command: [] }] }, 'executors[0].command'],
      [{ executors: [{ image: 'bb:1', command: [''] }] }, 'executors[0].command[0]'],
      [{ executors: [{ image: 'bb:1', command: ['x'], workdir: 'rel' }] }, 'executors[0].workdir'],
      [{ executors: [{ image: 'bb:1', command: ['x'], stdin: '/a/../b' }] }, 'executors[0].stdin'],
      [{ executors: [{ image: 'bb:1', command: ['x'], stdout: '/proc/x' }] }, 'executors[0].stdout'],
      [{ executors: [{ image: 'bb:1', command: ['x'], env: { 'A-B': 'x' } }] }, 'executors[0].env'],
      [{ ...ok, inputs: [{ path: 'rel', content: '' }] }, 'inputs[0].path'],
      [{ ...ok, inputs: [{ path: '/a\0b', content: '' }] }, 'inputs[0].path'],
      [{ ...ok, inputs: [{ path: '/.biocloud/control/x', content: '' }] }, 'inputs[0].path'],
      [{ ...ok, inputs: [{ path: '/a' }] }, 'inputs[0]'],
      [{ ...ok, inputs: [{ path: '/a', content: 'x', type: 'DIRECTORY' }] }, 'inputs[0].type'],
      [
        {
          ...ok,
          inputs: [
            { path: '/a', content: 'x' },
            { path: '/a/b', content: 'x' },
          ],
        },
        'inputs[1].path',
      ],
      [{ ...ok, inputs: [{ path: '/a', content: 'x' }], volumes: ['/a'] }, 'volumes[0]'],
      [{ ...ok, inputs: [{ path: '/a', url: 'ftp://x/y' }] }, 'inputs[0].url'],
      [{ ...ok, inputs: [{ path: '/a', url: 'https://u:p@x/y' }] }, 'inputs[0].url'],
      [{ ...ok, inputs: [{ path: '/a', url: 'https://x/y?X-Amz-Signature=1' }] }, 'inputs[0].url'],
      [{ ...ok, inputs: [{ path: '/a', url: 'http://x/y' }] }, 'inputs[0].url'],
      [{ ...ok, inputs: [{ path: '/a', url: 'drs://nowhere.example/x' }] }, 'inputs[0].url'],
      [{ ...ok, volumes: ['/usr/bin'] }, 'volumes[0]'],
      [{ ...ok, outputs: [{ path: '/a/*', url: 's3://b/c' }] }, 'outputs[0].path_prefix'],
      [{ ...ok, outputs: [{ path: '/a/*', url: 's3://b/c', path_prefix: '/b' }] }, 'outputs[0].path_prefix'],
      [
        {
          ...ok,
          outputs: [
            { path: '/a', url: 's3://b/c' },
            { path: '/b', url: 's3://b/c' },
          ],
        },
        'outputs[1].url',
      ],
      [{ ...ok, outputs: [{ path: '/a', url: 'https://x/y' }] }, 'outputs[0].url'],
      [{ ...ok, resources: { ram_gb: -1 } }, 'ram_gb'],
      [{ ...ok, resources: { backend_parameters: { VmSize: 'x' }, backend_parameters_strict: true } }, 'VmSize'],
      [
        { ...ok, resources: { backend_parameters: { missing_outputs: 'x' }, backend_parameters_strict: true } },
        'missing_outputs',
      ],
      [{ ...ok, tags: { [`k${'x'.repeat(300)}`]: '' } }, 'tags'],
      [{ ...ok, executors: [null] }, 'executors[0]'],
      [{ ...ok, inputs: [{ path: '/a', content: 'x'.repeat(1_048_577) }] }, 'inputs[0].content'],
    ]
    for (const [task, field] of cases) {
      const { status, msg } = await bad(task)
      expect([field, status]).toEqual([field, 400])
      expect(msg).toContain(field)
    }
  })
  it('§3.2 refuses file:// outside the roots, in a run folder, and writing to none, with 403 that says what is allowed', async () => {
    await mkdir(join(tes.runs, 'run-1'), { recursive: true })
    await writeFile(join(tes.runs, 'run-1/x'), '')
    for (const url of [
      'file:///etc/passwd',
      '/etc/passwd',
      `file://${tes.runs}/run-1/x`,
      `file://${tes.files}/../data/tes/tes.db`,
      `file://${tes.files}/%2e%2e/x`,
      `file://${tes.files}x/y`,
      'file://host/x',
    ]) {
      const { status, msg, code } = await bad({ ...ok, inputs: [{ path: '/a', url }] })
      expect([url, status, code]).toEqual([url, 403, 'file_forbidden'])
      expect(msg).toContain('inputs[0].url')
      expect(msg).toContain(`file://${tes.files}/`)
      expect((await bad({ ...ok, outputs: [{ path: '/a', url }] })).status).toBe(403)
    }
  })
  it('answers 400, 413 and 415 for what is no task at all', async () => {
    expect((await tes.call('POST', '/tasks', { body: '{"executors":' })).status).toBe(400)
    expect((await tes.call('POST', '/tasks', { body: '[]' })).status).toBe(400)
    expect((await tes.call('POST', '/tasks', { body: ok, headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    const big = await tes.call('POST', '/tasks', { body: { ...ok, description: 'x'.repeat(9 * 2 ** 20) } })
    expect(big.status).toBe(413)
    expect((await tes.call('DELETE', `/tasks/${done.id}`)).status).toBe(405)
  })
})

describe('Idempotency-Key', () => {
  it('1.1.11 the same key and body give the same task, also at the same time; another body is 409', async () => {
    const headers = { 'idempotency-key': 'k-1' }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => tes.call('POST', '/tasks', { headers, body: { ...ok, name: 'idem' } })),
    )
    expect(new Set(answers.map(({ json }) => (json as { id: string }).id)).size).toBe(1)
    expect((await tes.call('GET', '/tasks?name_prefix=idem')).json.tasks).toHaveLength(1)
    const other = await tes.call('POST', '/tasks', { headers, body: { ...ok, name: 'another' } })
    expect([other.status, other.json.code]).toEqual([409, 'idempotency_key_reused'])
    expect((await tes.call('POST', '/tasks', { as: 'guest', headers, body: ok })).status).toBe(200)
  })
})

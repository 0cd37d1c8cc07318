import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { ContentsObject, DrsObject } from '@biocloud/ga4gh-api'
import { bundleChecksums } from './checksums.ts'
import { someBytes, startDrs, type Drs, type Who } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
const open: DrsObject[] = []
let cohort: DrsObject
let embargoed: DrsObject

beforeAll(async () => {
  drs = await startDrs({ maxBulkRequestLength: 20, expandMaxDepth: 4, expandMaxNodes: 12 })
  for (let i = 0; i < 5; i++) {
    open.push(
      await drs.give('demo-public', someBytes(10 + i), {
        name: `f${i}`,
        x_tags: { colour: i % 2 === 0 ? 'red' : 'blue', n: String(i) },
      }),
    )
  }
  cohort = await drs.give('demo-cohort', someBytes(10), { name: 'c' })
  embargoed = await drs.give('demo-embargoed', someBytes(10), { name: 'e' })
})
afterAll(() => drs.stop())

const bundle = async (contents: ContentsObject[], more: object = {}): Promise<DrsObject> => {
  const answer = await drs.register([{ contents, x_dataset: 'demo-public', ...more }])
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json.objects[0]
}
const member = ({ id, name = 'x' }: DrsObject): ContentsObject => ({ name, id })

describe('bundles', () => {
  it('B1 B2 B3 show their direct members, their cumulative size and the checksum over sorted member checksums', async () => {
    const made = await bundle(open.slice(0, 3).map(member), { name: 'set' })
    const { json } = await drs.call('GET', `/objects/${made.id}`)
    expect(json.contents).toEqual(
      open.slice(0, 3).map(({ id, name }) => ({ name, id, drs_uri: [`drs://localhost/${id}`] })),
    )
    expect(json.size).toBe(33)
    expect(json).not.toHaveProperty('access_methods')
    expect(json.checksums).toEqual(
      expect.arrayContaining(bundleChecksums(open.slice(0, 3).map(({ checksums }) => checksums))),
    )
  })

  it('B1 expand=true gives the whole tree, false only direct members, and on a blob nothing', async () => {
    const inner = await bundle(open.slice(0, 2).map(member))
    const outer = await bundle([{ name: 'inner', id: inner.id }, ...open.slice(2, 3).map(member)])
    const flat = await drs.call('GET', `/objects/${outer.id}`)
    expect(flat.json.contents.map((one: ContentsObject) => one.contents)).toEqual([undefined, undefined])
    const tree = await drs.call('GET', `/objects/${outer.id}?expand=true`)
    expect(tree.json.contents[0].contents?.map(({ name }: ContentsObject) => name)).toEqual(['f0', 'f1'])
    expect((await drs.call('POST', `/objects/${outer.id}`, { body: { expand: true } })).json).toEqual(tree.json) // P2
    const blob = await drs.call('GET', `/objects/${open[0]?.id ?? ''}?expand=true`)
    expect(blob.json).not.toHaveProperty('contents')
  })

  it('B4 expand over the limits of depth and members is 400 naming the limit', async () => {
    let deep = await bundle(open.slice(0, 1).map(member))
    for (let i = 0; i < 4; i++) deep = await bundle([{ name: 'down', id: deep.id }])
    const levels = await drs.call('GET', `/objects/${deep.id}?expand=true`)
    expect([levels.status, levels.json.code]).toEqual([400, 'expand_limit_exceeded'])
    expect(levels.json.msg).toContain('4 levels')
    const five = await bundle(open.map(member))
    const wide = await bundle([1, 2, 3].map((n) => ({ name: `n${n}`, id: five.id })))
    const members = await drs.call('GET', `/objects/${wide.id}?expand=true`)
    expect([members.status, members.json.msg]).toEqual([400, expect.stringContaining('12 members')])
  })

  it('B5 a nested bundle is expanded for those who may read it, and is a leaf for others', async () => {
    const inner = await bundle([member(cohort)], { x_dataset: 'demo-cohort' })
    const outer = await bundle([{ name: 'inner', id: inner.id }])
    const seen = async (as: Who) =>
      (await drs.call('GET', `/objects/${outer.id}?expand=true`, { as })).json.contents[0].contents as unknown
    expect(await seen('researcher')).toHaveLength(1)
    for (const as of ['guest', 'nobody'] as const) expect(await seen(as)).toBeUndefined()
  })

  it('B5 members at another DRS are leaves with their URIs; size and checksums must then be declared', async () => {
    const there = { name: 'there', drs_uri: ['drs://drs.example.org/abc'] }
    expect((await drs.register([{ contents: [there], x_dataset: 'demo-public' }])).status).toBe(400)
    const checksums = [{ type: 'sha-256', checksum: 'a'.repeat(64) }]
    const made = await bundle([there], { size: 7, checksums })
    const { json } = await drs.call('GET', `/objects/${made.id}?expand=true`)
    expect(json).toMatchObject({ size: 7, checksums, contents: [there] })
    expect(json.contents[0]).not.toHaveProperty('id')
  })

  it.each([
    ['no members', []],
    [
      'a name twice',
      [
        { name: 'a', id: 'FIRST' },
        { name: 'a', id: 'FIRST' },
      ],
    ],
    ['a name with a slash', [{ name: 'a/b', id: 'FIRST' }]],
    ['an unknown member', [{ name: 'a', id: 'missing' }]],
    ['a member that the operator may not know of', [{ name: 'a', id: 'EMBARGOED' }]],
    ['a member without id and URI', [{ name: 'a' }]],
    ['nested contents', [{ name: 'a', id: 'FIRST', contents: [] }]],
    ['no drs URI', [{ name: 'a', drs_uri: ['https://example.org'] }]],
  ])('B1 refuses a bundle with %s', async (what, contents) => {
    const text = JSON.stringify(contents)
      .replaceAll('FIRST', open[0]?.id ?? '')
      .replaceAll('EMBARGOED', embargoed.id)
    const { status, json } = await drs.register([{ contents: JSON.parse(text) as unknown, x_dataset: 'demo-public' }])
    // The catalogue is an operator's to see; whether metadata is, the policy says.
    if (what.includes('may not know')) expect([201, 400]).toContain(status)
    else expect([status, json.status_code]).toEqual([400, 400])
  })
})

describe('bulk', () => {
  it('K1 K3 K4 gives what it can in the order asked for, collapses duplicates, and counts distinct ids', async () => {
    const ids = [open[1]?.id, 'missing', open[0]?.id, cohort.id, embargoed.id, open[1]?.id]
    const { status, json } = await drs.call('POST', '/objects', { as: 'guest', body: { bulk_object_ids: ids } })
    expect(status).toBe(200)
    expect(json.summary).toEqual({ requested: 5, resolved: 2, unresolved: 3 })
    expect(json.resolved_drs_object.map(({ id }: DrsObject) => id)).toEqual([open[1]?.id, open[0]?.id])
    expect(json.unresolved_drs_objects).toEqual([
      { error_code: 404, object_ids: ['missing', embargoed.id] },
      { error_code: 403, object_ids: [cohort.id] },
    ])
  })

  it('K3 an empty array is 200 with zeros, a missing one 400, and nothing found is still 200', async () => {
    for (const path of ['/objects', '/objects/access'] as const) {
      const key = path === '/objects' ? 'bulk_object_ids' : 'bulk_object_access_ids'
      const empty = await drs.call('POST', path, { body: { [key]: [] } })
      expect([empty.status, empty.json.summary]).toEqual([200, { requested: 0, resolved: 0, unresolved: 0 }])
      expect((await drs.call('POST', path, { body: {} })).status).toBe(400)
    }
    const none = await drs.call('POST', '/objects', { body: { bulk_object_ids: ['x'] } })
    expect([none.status, none.json.summary.unresolved]).toEqual([200, 1])
  })

  it('K2 over the advertised limit is 413; ids are counted as sent and pairs one by one', async () => {
    const limit = (await drs.call('GET', '/service-info')).json.maxBulkRequestLength
    const same = (n: number) => Array.from({ length: n }, () => open[0]?.id)
    expect((await drs.call('POST', '/objects', { body: { bulk_object_ids: same(limit) } })).status).toBe(200)
    const over = await drs.call('POST', '/objects', { body: { bulk_object_ids: same(limit + 1) } })
    expect([over.status, over.json.status_code]).toEqual([413, 413])
    expect((await drs.call('OPTIONS', '/objects', { body: { bulk_object_ids: same(limit + 1) } })).status).toBe(413)
    const pairs = [
      { bulk_object_id: open[0]?.id, bulk_access_ids: Array.from({ length: limit + 1 }, (_, i) => String(i)) },
    ]
    expect((await drs.call('POST', '/objects/access', { body: { bulk_object_access_ids: pairs } })).status).toBe(413)
  })

  it('K1 K4 access gives a link for each pair and the code of each refusal, with the access ids beside the ids', async () => {
    const pair = (id: string | undefined, ...bulk_access_ids: string[]) => ({ bulk_object_id: id, bulk_access_ids })
    const { status, json, headers } = await drs.call('POST', '/objects/access', {
      as: 'guest',
      body: {
        bulk_object_access_ids: [
          pair(open[0]?.id, 'objects-1', 'nope'),
          pair(cohort.id, 'objects-1'),
          pair(embargoed.id, 'objects-1'),
        ],
      },
    })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(json.summary).toEqual({ requested: 4, resolved: 1, unresolved: 3 })
    expect(json.resolved_drs_object_access_urls).toEqual([
      { drs_object_id: open[0]?.id, drs_access_id: 'objects-1', url: expect.stringContaining('/data/') },
    ])
    expect(json.unresolved_drs_objects).toEqual([
      { error_code: 404, object_ids: [open[0]?.id, embargoed.id], access_ids: ['nope', 'objects-1'] },
      { error_code: 403, object_ids: [cohort.id], access_ids: ['objects-1'] },
    ])
    expect((await fetch(json.resolved_drs_object_access_urls[0].url)).status).toBe(200)
  })

  it('T3 OPTIONS answers an Authorizations for each id that may be told of', async () => {
    const { status, json } = await drs.call('OPTIONS', '/objects', {
      body: { bulk_object_ids: [open[0]?.id, cohort.id, embargoed.id] },
    })
    expect(status).toBe(200)
    expect(json.resolved_drs_object.map((one: { drs_object_id: string }) => one.drs_object_id)).toEqual([
      open[0]?.id,
      cohort.id,
    ])
    expect(json.unresolved_drs_objects).toEqual([{ error_code: 404, object_ids: [embargoed.id] }])
  })
})

describe('ListObjects', () => {
  const list = async (query: string, as: Who = 'nobody') => drs.call('GET', `/objects${query}`, { as })
  const names = (json: { objects: DrsObject[] }) =>
    json.objects.filter(({ contents }) => contents === undefined).map(({ name }) => name)

  it('Y6 shows each caller the datasets that permit, and no count or page of the rest', async () => {
    expect(names((await list('')).json)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4'])
    expect(names((await list('', 'guest')).json)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4'])
    expect(names((await list('', 'researcher')).json)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'c', 'e'])
    for (const as of ['nobody', 'guest'] as const)
      expect((await list('?dataset=demo-cohort', as)).json).toEqual({ objects: [] })
  })

  it('pages are complete, without doubles, and the last has no token', async () => {
    const seen: string[] = []
    let token: string | undefined
    do {
      const { json } = await list(`?page_size=2${token === undefined ? '' : `&page_token=${token}`}`, 'researcher')
      expect(json.objects.length).toBeLessThanOrEqual(2)
      seen.push(...(json.objects as DrsObject[]).map(({ id }) => id))
      token = json.next_page_token
    } while (token !== undefined)
    expect(seen).toEqual((await list('?page_size=1000', 'researcher')).json.objects.map(({ id }: DrsObject) => id))
    expect(seen).toEqual([...seen].sort())
  })

  it('a page token is refused when it is edited, another caller sends it, or the filter changed', async () => {
    const { json } = await list('?page_size=1', 'researcher')
    const token = json.next_page_token as string
    for (const [query, as] of [
      [`?page_token=${token}x`, 'researcher'],
      [`?page_token=${token}`, 'guest'],
      [`?page_token=${token}&dataset=demo-public`, 'researcher'],
    ] as const) {
      const { status, json: refused } = await list(query, as)
      expect([status, refused.code]).toEqual([400, 'page_token_invalid'])
    }
  })

  it('filters by tags as TES does, by alias and by dataset', async () => {
    expect(names((await list('?tag_key=colour&tag_value=red')).json)).toEqual(['f0', 'f2', 'f4'])
    expect(names((await list('?tag_key=colour&tag_key=n&tag_value=red&tag_value=2')).json)).toEqual(['f2'])
    expect(names((await list('?tag_key=colour')).json)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4'])
    expect((await list('?tag_key=colour&tag_value=a&tag_value=b')).status).toBe(400)
    expect(names((await list('?alias=nothing')).json)).toEqual([])
  })

  it.each(['?page_size=0', '?page_size=1001', '?page_size=x'])('refuses %s', async (query) => {
    expect((await list(query)).status).toBe(400)
  })
})

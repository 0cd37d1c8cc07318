import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sha256, someBytes, startDrs, until, type Answer, type Drs } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
let root: string
let web: { url: string; files: Map<string, Buffer>; close(): void }

const startWeb = async () => {
  const files = new Map<string, Buffer>()
  const server = createServer((req, res) => {
    const bytes = files.get(req.url ?? '')
    if (bytes === undefined) res.writeHead(404).end()
    else
      res
        .writeHead(200, { 'content-length': bytes.length, etag: `"${sha256(bytes)}"` })
        .end(req.method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pub`,
    files,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'drs-store-'))
  web = await startWeb()
  await mkdir(join(root, 'archive'))
  drs = await startDrs({
    backends: [
      { kind: 'posix', name: 'archive', root: join(root, 'archive'), region: 'cellar' },
      { kind: 'https', name: 'web', prefix: web.url, public: true, addresses: ['127.0.0.0/8'], cloud: 'example' },
    ],
  })
})
afterAll(async () => {
  await drs.stop()
  web.close()
  await rm(root, { recursive: true })
})

const at = (url: string, more: object = {}) => ({
  x_dataset: 'demo-cohort',
  access_methods: [{ type: 'file', access_url: { url } }],
  ...more,
})
const file = (name: string, bytes: Buffer | string) => drs.write(join(root, 'archive', name), bytes)
const declared = (bytes: Buffer | string) => ({ checksums: [{ type: 'sha-256', checksum: sha256(bytes) }] })
const settled = (again: () => Promise<Answer>): Promise<Answer> => until(again, ({ status }) => status !== 202)

describe('RegisterObjects', () => {
  it('registers a file below a configured prefix, and it is readable at once with a declared checksum', async () => {
    const bytes = someBytes(5000)
    const url = await file('in/a b.bam', bytes)
    const { status, json } = await drs.register([at(url, { name: 'a.bam', ...declared(bytes) })])
    expect(status).toBe(201)
    expect(json.objects[0]).toMatchObject({ name: 'a.bam', size: 5000, access_methods: [{ region: 'cellar' }] })
    const link = await drs.link(json.objects[0].id, 'researcher')
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('without a checksum the object is pending, unreadable and unlisted until the job has computed three', async () => {
    const bytes = someBytes(300_000)
    const url = await file('plain', bytes)
    const first = await drs.register([at(url)])
    expect(first.status).toBe(202)
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThanOrEqual(1) // W1
    const done = await settled(() => drs.register([at(url)]))
    expect(done.status).toBe(201)
    expect(done.json.objects[0].id).toBe(first.json.objects[0].id)
    expect(done.json.objects[0].checksums.map(({ type }: { type: string }) => type)).toEqual([
      'sha-256',
      'crc32c',
      'md5',
    ])
    expect(done.json.objects[0].checksums[0].checksum).toBe(sha256(bytes))
  })

  it('I5 a declared checksum that the bytes contradict quarantines the object in the background', async () => {
    const url = await file('wrong', 'content')
    const { json } = await drs.register([at(url, declared('other content'))])
    const { id } = json.objects[0] as { id: string }
    const access = await until(
      () => drs.call('GET', `/objects/${id}/access/archive-1`, { as: 'researcher' }),
      ({ status }) => status === 404,
    )
    expect(access.json.code).toBe('access_not_found')
    expect(drs.lines.some((line) => line.includes('object quarantined') && line.includes('"reason":"checksum"'))).toBe(
      true,
    )
  })

  it('I5 the same place with the same bytes is the same object; with another sha-256, size or dataset it is 409', async () => {
    const url = await file('same', 'content')
    const first = await drs.register([at(url, declared('content'))])
    const again = await drs.register([at(url, declared('content'))])
    expect([again.status, again.json.objects[0].id]).toEqual([201, first.json.objects[0].id])
    for (const [more, code] of [
      [declared('else'), 'content_conflict'],
      [{ ...declared('content'), size: 8 }, 'content_conflict'],
      [{ ...declared('content'), x_dataset: 'demo-public' }, 'already_registered'],
    ] as const) {
      const other = await drs.register([at(url, more)])
      expect([other.status, other.json.code]).toEqual([409, code])
      expect(other.json.msg).toMatch(/^candidates\[0\]/)
    }
  })

  it('registering known bytes again with other metadata is 409 and says what would be dropped', async () => {
    const url = await file('again', 'again')
    const first = await drs.register([at(url, { name: 'again.txt', ...declared('again') })])
    expect(first.status).toBe(201)
    const other = await drs.register([at(url, { name: 'other.txt', description: 'new', aliases: ['x'] })])
    expect([other.status, other.json.code]).toEqual([409, 'already_registered'])
    expect(other.json.msg).toMatch(/^candidates\[0\].*name, description, aliases/)
    const same = await drs.register([at(url, { name: 'again.txt' })])
    expect(same.json.objects[0].id).toBe(first.json.objects[0].id)
  })

  it('R1 a refused place names its field and, to an operator, the prefixes that are open', async () => {
    const { status, json } = await drs.register([at('file:///etc/passwd')])
    expect([status, json.code]).toEqual([403, 'location_not_allowed'])
    expect(json.msg).toMatch(/^candidates\[0\]\.access_methods\[0\]\.access_url\.url: .*allowed here: file:\/\//)
  })

  it('O5 a checksum of a name that nobody knows is refused with the list of names', async () => {
    const { status, json } = await drs.register([
      at(await file('foo', 'foo'), { checksums: [{ type: 'foo', checksum: '00' }] }),
    ])
    expect([status, json.code]).toEqual([400, 'candidate_invalid'])
    expect(json.msg).toMatch(/candidates\[0\]\.checksums\[0\]\.type is "foo".*sha-256/)
  })

  it('is all or nothing', async () => {
    const good = await file('good', 'x')
    const both = await drs.register([at(good, declared('x')), at(pathToFileURL(join(root, 'archive', 'absent')).href)])
    expect([both.status, both.json.code]).toEqual([400, 'candidate_invalid'])
    expect(both.json.msg).toContain('candidates[1]')
    const after = await drs.register([at(good, { ...declared('x'), x_dataset: 'demo-public' })])
    expect(after.status).toBe(201) // nothing was left of it in the other dataset
  })

  it('the declared size must be that of the file', async () => {
    const url = await file('sized', '12345')
    const { status, json } = await drs.register([at(url, { size: 6, ...declared('12345') })])
    expect(status).toBe(400)
    expect(json.msg).toMatch(/size.*6.*5/)
  })

  it('R1 refuses every place that lies under no prefix, without looking at it', async () => {
    const outside = await drs.write(join(root, 'outside', 'secret'), 'secret')
    await symlink(join(root, 'outside'), join(root, 'archive', 'out'))
    await symlink(join(root, 'outside', 'secret'), join(root, 'archive', 'leaf'))
    const archive = pathToFileURL(join(root, 'archive')).href
    const refused = [
      outside,
      'file:///etc/passwd',
      `${archive}/../outside/secret`,
      `${archive}/%2e%2e/outside/secret`,
      `${archive}/..%2foutside%2fsecret`,
      `${archive}/a%00b`,
      `${archive}/`,
      `${archive}-other/x`,
      `file://localhost${join(root, 'archive', 'good')}`,
      `${archive}/good?x`,
      `${archive}/out/secret`,
      `${archive}/leaf`,
      'http://127.0.0.1:1/x',
      'http://169.254.169.254/latest/meta-data',
      'https://example.org/x',
      `${web.url}/../x`,
      `${web.url}x/y`,
      `${web.url}/a?token=1`,
      pathToFileURL(join(drs.dataDir, 'drs', 'drs.db')).href,
      pathToFileURL(join(drs.dataDir, 'issuer', 'key.json')).href,
      'x',
    ]
    for (const url of refused) {
      const { status, json } = await drs.register([at(url, declared('secret'))])
      expect([url, status]).toEqual([url, status === 403 ? 403 : 400])
      expect(['location_not_allowed', 'path_refused', 'candidate_invalid']).toContain(json.code)
    }
  })

  it('R1 refuses a candidate with no place, two places, a credential, or bytes and contents', async () => {
    const url = await file('one', 'x')
    const method = { type: 'https', access_url: { url } }
    for (const candidate of [
      {},
      { access_methods: [] },
      { access_methods: [method, method] },
      { access_methods: [{ type: 'https', access_id: 'x' }] },
      { access_methods: [{ type: 'https', access_url: { url, headers: ['Authorization: Bearer x'] } }] },
      { access_methods: [method], x_upload: 'x' },
      { access_methods: [method], contents: [{ name: 'a', id: 'b' }] },
      { access_methods: [method], name: 'a/b' },
      { access_methods: [method], mime_type: 'nonsense' },
    ]) {
      const { status } = await drs.register([{ x_dataset: 'demo-cohort', ...candidate }])
      expect([candidate, status]).toEqual([candidate, 400])
    }
  })

  it('people who are no operators are refused before the place is looked at', async () => {
    for (const as of ['researcher', 'guest', 'nobody'] as const) {
      for (const url of [await file('one', 'x'), 'file:///etc/passwd']) {
        const { status, json } = await drs.register([at(url)], { as })
        expect([status, json.code]).toEqual([403, 'registration_closed'])
      }
    }
  })

  it('A3 an object of a public dataset in a public store shows its address; of a controlled one only the access id', async () => {
    const bytes = someBytes(100)
    for (const name of ['open', 'closed']) web.files.set(`/pub/${name}`, bytes)
    const url = (name: string) => `${web.url}/${name}`
    const open = await drs.register([at(url('open'), { ...declared(bytes), x_dataset: 'demo-public' })])
    expect(open.json.objects[0].access_methods[0]).toMatchObject({ access_url: { url: url('open') }, cloud: 'example' })
    const closed = await drs.register([at(url('closed'), declared(bytes))])
    expect(closed.json.objects[0].access_methods[0]).not.toHaveProperty('access_url')
    const link = await drs.link(closed.json.objects[0].id, 'researcher')
    const part = await fetch(link, { headers: { range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true)
  })

  it('I5 a remote file that changes is quarantined at its next read', async () => {
    web.files.set('/pub/moving', Buffer.from('first'))
    const { json } = await drs.register([at(`${web.url}/moving`, declared('first'))])
    const link = await drs.link(json.objects[0].id, 'researcher')
    web.files.set('/pub/moving', Buffer.from('other'))
    expect((await fetch(link)).status).toBe(403)
  })

  it('over the limit is 413', async () => {
    const { status, json } = await drs.register(Array.from({ length: 1001 }, () => ({})))
    expect([status, json.code]).toEqual([413, 'bulk_limit_exceeded'])
  })

  it('a job that was under way when the server died is finished by the next one', async () => {
    const url = await file('late', someBytes(100))
    await rename(join(root, 'archive', 'late'), join(root, 'archive', 'late.2'))
    await rename(join(root, 'archive', 'late.2'), join(root, 'archive', 'late'))
    expect((await drs.register([at(url)])).status).toBe(202)
    await drs.restart()
    expect((await settled(() => drs.register([at(url)]))).status).toBe(201)
  })
})

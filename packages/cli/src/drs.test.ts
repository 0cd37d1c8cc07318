import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import { run } from './program.ts'
import { createFakeTerminal } from './testing/fake-terminal.ts'
import { bytesReply, createStandIn, json, type Reply, type StandIn } from './testing/stand-in-server.ts'

const bytes = Buffer.from('ACGT'.repeat(1000))
const digest = createHash('sha256').update(bytes).digest('hex')
const API = '/ga4gh/drs/v1'

/** Cases that a healthy server of ours does not produce; the ordinary ones run against the real suite in suite.test.ts. */
describe('drs commands', () => {
  let cwd: string
  let server: StandIn
  const start = async (replies: Record<string, Reply>): Promise<void> => {
    server = await createStandIn(replies)
  }
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'cli-drs-'))
  })
  afterEach(async () => {
    await server.close()
    await rm(cwd, { recursive: true })
  })
  const cli = async (...args: string[]) => {
    const terminal = createFakeTerminal({
      cwd,
      env: { BIOCLOUD_TOKEN: 'mine', BIOCLOUD_URL: server.url, BIOCLOUD_DATA: join(cwd, 'none') },
    })
    const code = await run(args, terminal)
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() }
  }
  const object = (more: Record<string, unknown> = {}) => ({
    id: 'x/1',
    self_uri: 'drs://localhost/x%2F1',
    name: 'reads.fq',
    size: bytes.length,
    created_time: '2026-01-01T00:00:00Z',
    checksums: [{ type: 'sha-256', checksum: digest }],
    access_methods: [{ type: 'https', access_id: 'a1' }],
    ...more,
  })
  const link: Reply = (seen, res) =>
    json(200, { url: `http://${seen.headers.host ?? ''}/data/secret-link`, headers: ['X-Extra: 1'] })(seen, res)

  it('waits for bytes that are on their way (202), sends the link its headers and never our token', async () => {
    let asked = 0
    await start({
      [`GET ${API}/objects/x%2F1`]: json(200, object()),
      [`GET ${API}/objects/x%2F1/access/a1`]: (seen, res) => {
        asked += 1
        if (asked > 1) return link(seen, res)
        res.writeHead(202, { 'retry-after': '1' }).end()
      },
      'GET /data/secret-link': bytesReply(bytes),
    })
    expect(await cli('drs', 'get', 'drs://localhost/x%2F1')).toMatchObject({ code: EXIT.ok, stderr: '' })
    expect(await readFile(join(cwd, 'reads.fq'))).toEqual(bytes)
    const data = server.seen.find(({ path }) => path === '/data/secret-link')
    expect([data?.headers['x-extra'], data?.headers.authorization]).toEqual(['1', undefined])
  })

  it('a wrong checksum fails, leaves no file and does not print the link', async () => {
    await start({
      [`GET ${API}/objects/x`]: json(200, object({ id: 'x' })),
      [`GET ${API}/objects/x/access/a1`]: link,
      'GET /data/secret-link': bytesReply(Buffer.alloc(bytes.length)),
    })
    const { code, stderr } = await cli('drs', 'get', 'x')
    expect(code).toBe(EXIT.failure)
    expect(stderr).toMatch(/its sha-256 is/)
    expect(stderr).not.toContain('secret-link')
    await expect(readFile(join(cwd, 'reads.fq'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..', 'x'],
    ['a\\b', 'b'],
    ['na me', 'na_me'],
  ])('an object named %j is stored as %j', async (name, file) => {
    await start({
      [`GET ${API}/objects/x`]: json(200, object({ id: 'x', name })),
      [`GET ${API}/objects/x/access/a1`]: link,
      'GET /data/secret-link': bytesReply(bytes),
    })
    const { stdout } = await cli('drs', 'get', 'x', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ file: join(cwd, file), verified: 'sha-256' })
  })

  it('a bundle is not downloaded as one file', async () => {
    await start({
      [`GET ${API}/objects/b`]: json(
        200,
        object({ id: 'b', access_methods: undefined, contents: [{ name: 'm', id: 'x' }] }),
      ),
    })
    const { code, stderr } = await cli('drs', 'get', 'b')
    expect(code).toBe(EXIT.failure)
    expect(stderr).toContain('biocloud drs get --info b')
  })

  it('an object that only Globus can fetch is told so', async () => {
    await start({
      [`GET ${API}/objects/g`]: json(
        200,
        object({ id: 'g', access_methods: [{ type: 'globus', access_url: { url: 'globus://e/x' } }] }),
      ),
    })
    expect((await cli('drs', 'get', 'g')).stderr).toContain('its access is globus')
  })

  it('a URL whose checksum is still computed is asked for again with --wait, and told without it', async () => {
    let calls = 0
    await start({
      [`POST ${API}/objects/register`]: (seen, res) => {
        calls += 1
        const answer = { objects: [object({ id: 'n', self_uri: 'drs://localhost/n', checksums: [] })] }
        return (
          calls === 2
            ? json(201, { objects: [object({ id: 'n', self_uri: 'drs://localhost/n' })] })
            : json(202, answer, { 'retry-after': '1' })
        )(seen, res)
      },
    })
    expect(await cli('drs', 'register', 'https://data.example.org/n.bam', '--dataset', 'd', '--wait')).toMatchObject({
      code: EXIT.ok,
      stdout: expect.stringContaining('drs://localhost/n'),
    })
    expect(calls).toBe(2)
    const body = JSON.parse(server.seen[0]?.body.toString() ?? '') as unknown
    expect(body).toEqual({
      candidates: [
        {
          name: 'n.bam',
          mime_type: 'application/vnd.ga4gh.bam',
          x_dataset: 'd',
          access_methods: [{ type: 'https', access_url: { url: 'https://data.example.org/n.bam' } }],
        },
      ],
    })
    expect((await cli('drs', 'register', 'https://data.example.org/n.bam', '--dataset', 'd')).stderr).toContain(
      '--wait',
    )
  })

  it('an upload that the server refuses registers nothing', async () => {
    await writeFile(join(cwd, 'r.fq'), bytes)
    await start({
      [`POST ${API}/upload-request`]: (seen, res) =>
        json(200, {
          responses: [
            {
              name: 'r.fq',
              size: 4,
              upload_methods: [
                {
                  type: 'https',
                  access_url: { url: `http://${seen.headers.host ?? ''}/data/up` },
                  upload_details: { upload_id: 'u1' },
                },
              ],
            },
          ],
        })(seen, res),
      'PUT /data/up': json(507, { msg: 'The store is full', status_code: 507 }),
    })
    const { code, stderr } = await cli('drs', 'register', 'r.fq', '--dataset', 'd')
    expect([code, stderr]).toEqual([EXIT.failure, 'biocloud: The store is full (HTTP 507)\n'])
    expect(server.seen.some(({ path }) => path.endsWith('/register'))).toBe(false)
    const put = server.seen.find(({ method }) => method === 'PUT')
    expect([put?.headers['content-length'], put?.headers['transfer-encoding'], put?.headers.authorization]).toEqual([
      String(bytes.length),
      undefined,
      undefined,
    ])
  })

  it('ls reads every page up to the limit', async () => {
    await start({
      [`GET ${API}/objects`]: (seen, res) => {
        const page = Number(seen.query.get('page_token') ?? '0')
        return json(200, {
          objects: [object({ id: `o${page}` })],
          ...(page < 9 ? { next_page_token: String(page + 1) } : {}),
        })(seen, res)
      },
    })
    expect((JSON.parse((await cli('drs', 'ls', '--json')).stdout) as { objects: unknown[] }).objects).toHaveLength(10)
    const some = await cli('drs', 'ls', '--limit', '3', '--dataset', 'd', '--tag', 'a=b')
    expect(some.stdout.trimEnd().split('\n')).toHaveLength(4)
    expect(some.stderr).toContain('--limit 6')
    expect(Object.fromEntries(server.seen.at(-1)?.query ?? [])).toEqual({
      tag_key: 'a',
      tag_value: 'b',
      dataset: 'd',
      page_size: '1',
      page_token: '2',
    })
  })

  it('a server that answers and hangs up in the middle of an upload ends it with a message, not with a crash', async () => {
    const large = Buffer.alloc(16 << 20)
    await writeFile(join(cwd, 'large.bin'), large)
    const full = createServer((_req, res) => {
      const body = JSON.stringify({ msg: 'The store is full', status_code: 507 })
      res.writeHead(507, { 'content-type': 'application/json', 'content-length': body.length, connection: 'close' })
      res.end(body)
    })
    await new Promise<void>((done) => full.listen(0, '127.0.0.1', done))
    const { port } = full.address() as AddressInfo
    await start({
      [`POST ${API}/upload-request`]: json(200, {
        responses: [
          {
            name: 'large.bin',
            size: large.length,
            upload_methods: [
              {
                type: 'https',
                access_url: { url: `http://127.0.0.1:${port}/data/up` },
                upload_details: { upload_id: 'u1' },
              },
            ],
          },
        ],
      }),
    })
    const { code, stderr } = await cli('drs', 'register', 'large.bin', '--dataset', 'd')
    expect(code).toBe(EXIT.failure)
    expect(stderr).toMatch(/^biocloud: (The store is full \(HTTP 507\)|The upload of .*large\.bin broke off: .*)\n/)
    expect(server.seen.some(({ path }) => path.endsWith('/register'))).toBe(false)
    full.closeAllConnections()
    await new Promise((done) => full.close(done))
  })

  it('--size and a local file that differs from it: refused before anything is asked', async () => {
    await writeFile(join(cwd, 'r.fq'), bytes)
    await start({})
    const { code, stderr } = await cli('drs', 'register', 'r.fq', '--dataset', 'd', '--size', '99')
    expect([code, stderr]).toEqual([
      EXIT.failure,
      `biocloud: ${join(cwd, 'r.fq')} has 4000 bytes, not the 99 given with --size\n`,
    ])
    expect(server.seen).toHaveLength(0)
  })

  it('a local file that is not there is told in words', async () => {
    await start({})
    const { stderr } = await cli('drs', 'register', 'absent.fq', '--dataset', 'd')
    expect(stderr).toBe(`biocloud: ${join(cwd, 'absent.fq')} cannot be read: it does not exist\n`)
  })

  it.each([
    ['register', 'absent.fq', '--dataset', 'd'],
    ['register', '.', '--dataset', 'd'],
    ['register', 'x'],
    ['get', 'a b'],
    ['get', 'drs://localhost:4500/x'],
    ['get', 'drs:///x'],
    ['ls', '--limit', '0'],
  ])('drs %s %s … asks no server', async (...args) => {
    await start({})
    const { code } = await cli('drs', ...args)
    expect([EXIT.usage, EXIT.failure]).toContain(code)
    expect(server.seen).toHaveLength(0)
  })
})

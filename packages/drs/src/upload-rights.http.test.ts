import { execFileSync } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sha256, someBytes, startDrs, type Drs, type Who } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
beforeAll(async () => {
  drs = await startDrs()
})
afterAll(() => drs.stop())

const files = async (server: Drs): Promise<number> => {
  const found = await readdir(join(server.dataDir, 'drs', 'objects'), { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).length
}
const announce = async (server: Drs, size: number, o: { as?: Who; bearer?: string; dataset?: string }) => {
  const answer = await server.call('POST', '/upload-request', {
    ...(o.bearer === undefined ? { as: o.as ?? 'operator' } : { bearer: o.bearer }),
    body: { requests: [{ name: 'a', size, x_dataset: o.dataset ?? 'demo-public' }] },
  })
  if (answer.status !== 200) throw new Error(answer.text)
  const [{ access_url, upload_details }] = answer.json.responses[0].upload_methods
  return { url: access_url.url, ...(upload_details as { upload_id: string; expires_at: string }) }
}
const put = (url: string, body: Buffer) => fetch(url, { method: 'PUT', body })

const startRun = async (runId: string, as: Who = 'researcher') =>
  drs.sts('wes', 'grants', {
    subject_token: await drs.token(as),
    purpose: 'run',
    run_id: runId,
    operation: 'wes:run',
    objects: [],
  })
const writeTicket = async (grantId: string, runId: string): Promise<string> => {
  const prefix = `file://${drs.runs}/${runId}/outputs/`
  const answer = await drs.sts('wes', 'tickets', { grant_id: grantId, action: 'write', run_id: runId, prefix })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.json.ticket
}

describe('links of uploads', () => {
  it('L3 end with the grant behind them, and leave nothing', async () => {
    const grantId = (await startRun('up1')).json.grant_id
    const { url } = await announce(drs, 10, { bearer: await writeTicket(grantId, 'up1'), dataset: 'run:up1' })
    expect((await put(url, someBytes(10))).status).toBe(201)
    const before = await files(drs)
    await drs.sts('wes', 'revocations', { grant_id: grantId })
    const refused = await put(url, someBytes(10))
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'link_refused'])
    expect(await files(drs)).toBe(before)
  })
})

describe('two at once', () => {
  let other: Drs
  beforeAll(async () => {
    other = await startDrs()
  })
  afterAll(() => other.stop())

  it('of PUTs of one link at once the last stays, and the bytes of the others are gone', async () => {
    const { url, upload_id } = await announce(other, 5000, {})
    const before = await files(other)
    const bodies = Array.from({ length: 8 }, () => someBytes(5000))
    const answers = await Promise.all(bodies.map((body) => put(url, body)))
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true)
    expect(await files(other)).toBe(before + 1)
    const made = await other.register([{ x_upload: upload_id, x_dataset: 'demo-public' }])
    expect(bodies.map(sha256)).toContain(made.json.objects[0].checksums[0].checksum)
  })

  it('a registration beside PUTs of the same link gives an object whose bytes are there, or none', async () => {
    for (let round = 0; round < 10; round++) {
      const { url, upload_id } = await announce(other, 100, {})
      await put(url, someBytes(100))
      const [made] = await Promise.all([
        other.register([{ x_upload: upload_id, x_dataset: 'demo-public' }]),
        put(url, someBytes(100)),
        put(url, someBytes(100)),
      ])
      if (made.status !== 201) {
        expect([409, 503]).toContain(made.status)
        continue
      }
      const [object] = made.json.objects
      const got = await fetch(await other.link(object.id, 'nobody'))
      expect(got.status).toBe(200)
      expect(sha256(Buffer.from(await got.arrayBuffer()))).toBe(object.checksums[0].checksum)
    }
  })

  it('O9 live no longer than the decision they rest on, an hour at most, though the upload may be registered later', async () => {
    const { url, upload_id, expires_at } = await announce(other, 10, {})
    const left = Date.parse(expires_at) - other.clock.now().getTime()
    expect(left).toBeLessThanOrEqual(3_600_000)
    expect(left).toBeGreaterThan(3_000_000)
    expect((await put(url, someBytes(10))).status).toBe(201)
    other.clock.advance(3601)
    expect((await put(url, someBytes(10))).status).toBe(403)
    const answer = await other.raw('POST', '/token', {
      body: {
        grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
        username: 'operator',
        secret: await other.secret(),
      },
    })
    const made = await other.register([{ x_upload: upload_id, x_dataset: 'demo-public' }], {
      bearer: answer.json.access_token,
    })
    expect(made.status).toBe(201)
  })
})

describe('outputs of a run', () => {
  it('belong to the person of its first grant: another person with the same run id is refused', async () => {
    const candidate = async (name: string) => ({
      name,
      checksums: [{ type: 'sha-256', checksum: sha256(name) }],
      access_methods: [
        { type: 'https', access_url: { url: await drs.write(join(drs.runs, 'shared', 'outputs', name), name) } },
      ],
    })
    const register = async (as: Who, name: string) => {
      const { grant_id } = (await startRun('shared', as)).json
      return drs.register([await candidate(name)], { bearer: await writeTicket(grant_id, 'shared') })
    }
    expect((await register('researcher', 'a')).status).toBe(201)
    const second = await register('guest', 'b')
    expect([second.status, second.json.code]).toEqual([409, 'run_owner_conflict'])
    expect((await register('researcher', 'c')).status).toBe(201)
    const seen = async (as: Who) =>
      (await drs.call('GET', '/objects?dataset=run:shared', { as })).json.objects.map(({ name }) => name)
    expect(await seen('guest')).toEqual([])
    expect((await seen('researcher')).sort()).toEqual(['a', 'c'])
  })
})

describe('draft16', () => {
  it.each([
    ['off', 403, false],
    ['admin', 200, true],
    ['all', 200, true],
  ] as const)(
    '%s: an operator gets %i for an upload, tickets of runs stay, service-info tells',
    async (draft16, status, told) => {
      const server = await startDrs({ draft16 })
      try {
        const body = { requests: [{ name: 'a', size: 1, x_dataset: 'demo-public' }] }
        const asked = await server.call('POST', '/upload-request', { as: 'operator', body })
        expect(asked.status).toBe(status)
        if (status === 403) expect(asked.json.code).toBe('registration_closed')
        // `all` lets the policy decide: nobody but operators has drs:write in the demo.
        const person = await server.call('POST', '/upload-request', { as: 'researcher', body })
        expect([person.status, person.json.code]).toEqual([
          403,
          draft16 === 'all' ? 'operator_required' : 'registration_closed',
        ])
        const info = (await server.call('GET', '/service-info')).json.drs
        expect(Object.hasOwn(info ?? {}, 'objectRegistrationSupported')).toBe(told)
        const { grant_id } = (
          await server.sts('wes', 'grants', {
            subject_token: await server.token('researcher'),
            purpose: 'run',
            run_id: 'd',
            operation: 'wes:run',
            objects: [],
          })
        ).json
        const prefix = `file://${server.runs}/d/outputs/`
        const { json } = await server.sts('wes', 'tickets', { grant_id, action: 'write', run_id: 'd', prefix })
        const url = await server.write(join(server.runs, 'd', 'outputs', 'x'), 'x')
        const made = await server.register(
          [
            {
              checksums: [{ type: 'sha-256', checksum: sha256('x') }],
              access_methods: [{ type: 'https', access_url: { url } }],
            },
          ],
          { bearer: json.ticket },
        )
        expect(made.status).toBe(201)
      } finally {
        await server.stop()
      }
    },
  )
})

const asRoot = process.getuid?.() === 0 ? describe : describe.skip
asRoot('a full disk', () => {
  it('507 for the PUT that does not fit, nothing of it stays, and the next one that fits is taken', async () => {
    const server = await startDrs()
    const objects = join(server.dataDir, 'drs', 'objects')
    await mkdir(objects, { recursive: true })
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', objects])
    try {
      const large = await announce(server, 3_000_000, {})
      const refused = await put(large.url, someBytes(3_000_000))
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([507, '60'])
      expect(await refused.json()).toMatchObject({
        status_code: 507,
        code: 'storage_full',
        msg: expect.stringContaining('space'),
      })
      expect(await files(server)).toBe(0)
      const early = await server.register([{ x_upload: large.upload_id, x_dataset: 'demo-public' }])
      expect([early.status, early.json.code]).toEqual([409, 'upload_incomplete'])
      const small = await announce(server, 1000, {})
      expect((await put(small.url, someBytes(1000))).status).toBe(201)
      expect((await server.register([{ x_upload: small.upload_id, x_dataset: 'demo-public' }])).status).toBe(201)
    } finally {
      execFileSync('/bin/umount', ['-l', objects])
      await server.stop()
    }
  })
})

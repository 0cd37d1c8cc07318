import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sha256, someBytes, startDrs, type Answer, type Drs } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
beforeAll(async () => {
  drs = await startDrs({ maxUploadBytes: 1_000_000 })
})
afterAll(() => drs.stop())

const ask = (requests: unknown[], as: 'operator' | 'researcher' | 'nobody' = 'operator'): Promise<Answer> =>
  drs.call('POST', '/upload-request', { as, body: { requests } })
const announce = async (size: number, more: object = {}): Promise<{ url: string; id: string }> => {
  const { json } = await ask([{ name: 'a.txt', size, x_dataset: 'demo-public', ...more }])
  const [method] = json.responses[0].upload_methods
  return { url: method.access_url.url, id: method.upload_details.upload_id }
}
const put = (url: string, body: Buffer) => fetch(url, { method: 'PUT', body })
const files = async (): Promise<number> => {
  const found = await readdir(join(drs.dataDir, 'drs', 'objects'), { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).length
}

describe('uploads', () => {
  it('R2 an upload becomes an object by its registration, named by its link', async () => {
    const bytes = someBytes(1000)
    const { url } = await announce(1000)
    expect((await put(url, bytes)).status).toBe(201)
    const made = await drs.register([
      { name: 'a.txt', x_dataset: 'demo-public', access_methods: [{ type: 'https', access_url: { url } }] },
    ])
    expect(made.status).toBe(201)
    expect(made.json.objects[0]).toMatchObject({ size: 1000, name: 'a.txt' })
    expect(made.json.objects[0].checksums[0]).toEqual({ type: 'sha-256', checksum: sha256(bytes) })
  })

  it('refuses people who are no operators, before anything is looked at', async () => {
    for (const as of ['researcher', 'nobody'] as const) {
      expect((await ask([{ name: 'a', size: 1, x_dataset: 'demo-public' }], as)).status).toBe(403)
      expect((await drs.register([{ x_upload: 'x' }], { as })).status).toBe(403)
    }
  })

  it('takes exactly the bytes that were announced, and keeps nothing of others', async () => {
    const before = await files()
    const { url } = await announce(100, { checksums: [{ type: 'md5', checksum: '0'.repeat(32) }] })
    for (const body of [someBytes(99), someBytes(101), someBytes(100)]) {
      const answer = await put(url, body)
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'upload_mismatch'])
    }
    expect(await files()).toBe(before)
  })

  it('a body without a length is cut at what was announced', async () => {
    const { url } = await announce(10)
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(someBytes(11))
        controller.close()
      },
    })
    const answer = await fetch(url, { method: 'PUT', body, duplex: 'half' })
    expect(answer.status).toBe(400)
  })

  it('a repeated PUT replaces the first, and none is taken after registration', async () => {
    const before = await files()
    const { url, id } = await announce(10)
    const last = Buffer.from('0123456789')
    expect((await put(url, someBytes(10))).status).toBe(201)
    expect((await put(url, last)).status).toBe(200)
    expect(await files()).toBe(before + 1)
    const made = await drs.register([{ x_upload: id, x_dataset: 'demo-public' }])
    expect(made.json.objects[0].checksums[0].checksum).toBe(sha256(last))
    const late = await put(url, someBytes(10))
    expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([409, 'upload_registered'])
    expect(await files()).toBe(before + 1)
  })

  it('R2 an incomplete upload and one that nobody asked for are not registered', async () => {
    const { id } = await announce(10)
    expect((await drs.register([{ x_upload: id, x_dataset: 'demo-public' }])).json.code).toBe('upload_incomplete')
    expect((await drs.register([{ x_upload: 'nothing', x_dataset: 'demo-public' }])).json.code).toBe('upload_not_found')
  })

  it('an upload is registered once: its second registration is the same object', async () => {
    const { url, id } = await announce(10)
    await put(url, someBytes(10))
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => drs.register([{ x_upload: id, x_dataset: 'demo-public' }])),
    )
    expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(tries.map(({ json }) => json.objects[0].id)).size).toBe(1)
  })

  it.each([
    [{ name: 'a/b', size: 1 }, 'name'],
    [{ name: '..', size: 1 }, 'name'],
    [{ name: '', size: 1 }, 'name'],
    [{ name: 'a', size: 1_000_001 }, 'size'],
    [{ name: 'a', size: -1 }, 'size'],
    [{ name: 'a', size: 1, mime_type: 'text' }, 'mime_type'],
    [{ name: 'a', size: 1, checksums: [{ type: 'sha-256', checksum: 'zz' }] }, 'checksum'],
    [{ name: 'a', size: 1, checksums: [{ type: 'md5', checksum: 'ab' }] }, 'checksum'],
  ])('refuses the request %j and names the member %s', async (request, member) => {
    const { status, json } = await ask([{ x_dataset: 'demo-public', ...request }])
    expect(status).toBe(400)
    expect(json.msg).toContain(member)
  })

  it('O5 accepts every spelling of a checksum name', async () => {
    const bytes = someBytes(10)
    const { url } = await announce(10, { checksums: [{ type: 'SHA256', checksum: sha256(bytes).toUpperCase() }] })
    expect((await put(url, bytes)).status).toBe(201)
  })

  it('Y1 asks for the dataset where it is not the only one, and knows no other', async () => {
    expect((await ask([{ name: 'a', size: 1 }])).json.code).toBe('dataset_required')
    expect((await ask([{ name: 'a', size: 1, x_dataset: 'nowhere' }])).json.code).toBe('dataset_unknown')
    expect((await ask([{ name: 'a', size: 1, x_dataset: 'run:x' }])).json.code).toBe('location_not_allowed')
  })

  it('an upload that is not registered in time is swept with its bytes, and its link ends', async () => {
    const { url, id } = await announce(10)
    await put(url, someBytes(10))
    const registered = (await drs.call('GET', '/objects')).json.objects.length
    expect(await files()).toBeGreaterThan(registered)
    drs.clock.advance(86_500)
    expect((await put(url, someBytes(10))).status).toBe(403)
    await drs.restart() // sweeps at start
    expect(await files()).toBe(registered)
    expect(
      (await drs.register([{ x_upload: id, x_dataset: 'demo-public' }], { bearer: await fresh() })).json.code,
    ).toBe('upload_not_found')
  })
})

/** The operator's token of before has expired with the clock. */
const fresh = async (): Promise<string> => {
  const answer = await drs.raw('POST', '/token', {
    body: {
      grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
      username: 'operator',
      secret: await drs.secret(),
    },
  })
  return answer.json.access_token
}

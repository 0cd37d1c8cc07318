import { once } from 'node:events'
import { request } from 'node:http'
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { DrsObject } from '@biocloud/ga4gh-api'
import { sha256, someBytes, startDrs, until, type Drs } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
let cohort: DrsObject
const bytes = someBytes(200_000)

beforeAll(async () => {
  drs = await startDrs()
  cohort = await drs.give('demo-cohort', bytes, { name: 'reads.bam' })
})
afterAll(() => drs.stop())

const get = async (url: string, headers: Record<string, string> = {}, method = 'GET') => {
  const answer = await fetch(url, { method, headers })
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) }
}

/** The file that holds an uploaded object. */
const stored = async (content: Buffer): Promise<string> => {
  const root = join(drs.dataDir, 'drs', 'objects')
  for (const name of await readdir(root, { recursive: true })) {
    const path = join(root, name)
    const found = await readFile(path).catch(() => undefined)
    if (found?.equals(content) === true) return path
  }
  throw new Error('no such file')
}

describe('signed links', () => {
  it('A4 give the bytes to a plain GET without any header, with a strong ETag', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    const answer = await get(url)
    expect(answer.status).toBe(200)
    expect(answer.body.equals(bytes)).toBe(true)
    expect(answer.headers.get('etag')).toBe(`"${sha256(bytes)}"`)
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="reads.bam"')
  })

  it('are not disturbed by a bearer that a client sends along', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    expect((await get(url, { authorization: 'Bearer rubbish' })).status).toBe(200)
  })

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=100-', 100, 199_999],
    ['bytes=-7', 199_993, 199_999],
    ['bytes=199990-999999', 199_990, 199_999],
    ['bytes=5-9,7-20,21-22', 5, 22],
  ])('L1 %s is one part with Content-Range', async (range, start, end) => {
    const answer = await get(await drs.link(cohort.id, 'researcher'), { range })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/200000`)
    expect(answer.body.equals(bytes.subarray(start, end + 1))).toBe(true)
  })

  it('L1 several ranges are multipart/byteranges with exact parts and length', async () => {
    const answer = await get(await drs.link(cohort.id, 'researcher'), { range: 'bytes=10-19, 150000-150009, -5' })
    expect(answer.status).toBe(206)
    const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(answer.headers.get('content-type') ?? '')?.[1]
    const parts = answer.body.toString('latin1').split(`--${boundary}`).slice(1, -1)
    const read = parts.map((part) => {
      const [head = '', body = ''] = part.split('\r\n\r\n')
      return [/content-range: (.*)/i.exec(head)?.[1], body.slice(0, -2)]
    })
    expect(read).toEqual([
      ['bytes 10-19/200000', bytes.subarray(10, 20).toString('latin1')],
      ['bytes 150000-150009/200000', bytes.subarray(150_000, 150_010).toString('latin1')],
      ['bytes 199995-199999/200000', bytes.subarray(199_995).toString('latin1')],
    ])
    expect(Number(answer.headers.get('content-length'))).toBe(answer.body.length)
  })

  it('L1 a range past the end and more than 16 ranges are 416 with the size; a malformed one is ignored', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    for (const range of [
      'bytes=200000-',
      'bytes=-0',
      `bytes=${Array.from({ length: 17 }, (_, i) => `${i * 10}-${i * 10}`).join()}`,
    ]) {
      const answer = await get(url, { range })
      expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */200000'])
    }
    for (const range of ['bytes=a-b', 'lines=1-2', 'bytes=9-3']) expect((await get(url, { range })).status).toBe(200)
  })

  it('L1 HEAD equals GET without the body', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    for (const headers of [{}, { range: 'bytes=5-9' }]) {
      const [head, full] = [await get(url, headers, 'HEAD'), await get(url, headers)]
      const plain = (found: Headers) =>
        [...found].filter(([name]) => !['date', 'x-request-id', 'connection', 'keep-alive'].includes(name))
      expect([head.status, plain(head.headers)]).toEqual([full.status, plain(full.headers)])
      expect(head.body.length).toBe(0)
    }
  })

  it('L2 If-Range, If-None-Match and If-Match hold for the strong tag only', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    const etag = `"${sha256(bytes)}"`
    const range = 'bytes=0-3'
    expect((await get(url, { range, 'if-range': etag })).status).toBe(206)
    expect((await get(url, { range, 'if-range': '"other"' })).status).toBe(200)
    expect((await get(url, { range, 'if-range': `W/${etag}` })).status).toBe(200)
    expect((await get(url, { 'if-none-match': etag })).status).toBe(304)
    expect((await get(url, { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await get(url, { 'if-match': etag })).status).toBe(200)
    expect((await get(url, { 'if-match': '"other"' })).status).toBe(412)
    expect((await get(url, { 'if-match': `W/${etag}` })).status).toBe(412)
  })

  it('C6 edited, expired, foreign and other-method links are the same 403', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    const [, token = ''] = url.split('/data/')
    const [kid = '', payload = '', mac = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[]
    const forged = Buffer.from(JSON.stringify([...claims.slice(0, 6), 9e9, 9e9])).toString('base64url')
    const edited = [
      `${kid}.${payload}.${mac.slice(0, -2)}AA`,
      `${kid}.${forged}.${mac}`,
      `${kid}.${payload}`,
      `${kid}.${payload}.${mac}.x`,
      `00000000.${payload}.${mac}`,
      'x',
      '%2e%2e%2f',
    ]
    const answers = await Promise.all(edited.map((one) => drs.raw('GET', `/data/${one}`)))
    answers.push(await drs.raw('PUT', `/data/${token}`))
    for (const { status, json } of answers) {
      expect([status, json]).toEqual([403, { ...answers[0]?.json }])
      expect(json.code).toBe('link_refused')
    }
  })

  it('A6 end after their life, and not before', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    drs.clock.advance(890)
    expect((await get(url)).status).toBe(200)
    drs.clock.advance(20)
    expect((await get(url)).status).toBe(403)
  })

  it('A6 A restart does not break a link, and a rotated key only after a second rotation', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    await drs.restart()
    expect((await get(url)).status).toBe(200)
  })

  it('the token is in no log line', async () => {
    const url = await drs.link(cohort.id, 'researcher')
    await get(url)
    const [, token = ''] = url.split('/data/')
    expect(drs.lines.join('')).not.toContain(token.split('.')[2])
    expect(drs.lines.join('')).toContain('bytes served')
  })

  it('L3 a dropped client stops the read of the store', async () => {
    const large = someBytes(8 << 20)
    const object = await drs.give('demo-cohort', large)
    const url = await drs.link(object.id, 'researcher')
    const asked = request(url)
    asked.end()
    const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream]
    await once(answer, 'readable')
    asked.destroy()
    const line = await until(
      async () => drs.lines.find((one) => one.includes('bytes served') && one.includes(object.id)),
      (found) => found !== undefined,
    )
    expect(JSON.parse(line ?? '{}')).toMatchObject({ complete: false })
  })

  it('an empty object is served as zero bytes', async () => {
    const object = await drs.give('demo-cohort', Buffer.alloc(0))
    const answer = await get(await drs.link(object.id, 'researcher'))
    expect([answer.status, answer.body.length, answer.headers.get('content-length')]).toEqual([200, 0, '0'])
  })

  it.each([
    ['overwritten', (path: string) => writeFile(path, someBytes(5000))],
    ['touched', (path: string) => utimes(path, new Date(0), new Date(0))],
    ['removed', (path: string) => rm(path)],
  ])('I5 bytes that were %s on disk are not given out: the object is quarantined', async (_what, damage) => {
    const content = someBytes(5000)
    const object = await drs.give('demo-cohort', content)
    const url = await drs.link(object.id, 'researcher')
    await damage(await stored(content))
    expect((await get(url)).status).toBe(403)
    const access = await drs.call('GET', `/objects/${object.id}/access/objects-1`, { as: 'researcher' })
    expect([access.status, access.json.code]).toEqual([404, 'access_not_found'])
    expect((await drs.call('GET', `/objects/${object.id}`, { as: 'researcher' })).status).toBe(200)
    expect(drs.lines.some((line) => line.includes('object quarantined') && line.includes(object.id))).toBe(true)
  })
})

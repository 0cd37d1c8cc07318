import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from '@jest/globals'
import { create } from './https.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const against = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return create({ prefix: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, fetch, attempts: 1 })
}

describe('https', () => {
  it('follows no redirect', async () => {
    const asked: (string | undefined)[] = []
    const backend = await against((req, res) => {
      asked.push(req.url)
      res.writeHead(302, { location: '/elsewhere' }).end()
    })
    await expect(backend.stat('file')).rejects.toMatchObject({ code: 'storage_redirects', status: 503 })
    await expect(backend.read('file')).rejects.toMatchObject({ code: 'storage_redirects' })
    expect(new Set(asked)).toEqual(new Set(['/file']))
  })

  it('learns the size from a Range where HEAD is not allowed', async () => {
    const backend = await against((req, res) => {
      if (req.method === 'HEAD') res.writeHead(405).end()
      else res.writeHead(206, { 'content-range': 'bytes 0-0/1234' }).end('x')
    })
    expect((await backend.stat('file')).size).toBe(1234)
  })

  it('cuts the range itself where the store ignores Range', async () => {
    const backend = await against((_req, res) => res.writeHead(200, { 'content-length': 10 }).end('0123456789'))
    const middle = await backend.read('file', { range: { start: 2, end: 4 } })
    expect(String(await buffer(middle.body))).toBe('234')
    const last = await backend.read('file', { range: { suffix: 2 } })
    expect(String(await buffer(last.body))).toBe('89')
  })

  it('refuses another range than it asked for', async () => {
    const backend = await against((_req, res) => res.writeHead(206, { 'content-range': 'bytes 0-2/10' }).end('012'))
    await expect(backend.read('file', { range: { start: 2, end: 4 } })).rejects.toMatchObject({ status: 503 })
  })

  it('takes a weak entity tag for none', async () => {
    const backend = await against((_req, res) => res.writeHead(200, { 'content-length': 1, etag: 'W/"1"' }).end('x'))
    expect(await backend.stat('file')).not.toHaveProperty('etag')
  })

  it('refuses a body whose size is not told', async () => {
    const backend = await against((req, res) => {
      res.writeHead(200, { 'transfer-encoding': 'chunked' })
      res.end(req.method === 'HEAD' ? undefined : 'x')
    })
    await expect(backend.read('file')).rejects.toMatchObject({ code: 'storage_size_unknown' })
  })

  it('tells refusals and failures of the store apart', async () => {
    for (const [answer, status] of [
      [401, 403],
      [403, 403],
      [410, 404],
      [500, 503],
      [503, 503],
    ] as const) {
      const backend = await against((_req, res) => res.writeHead(answer).end())
      await expect(backend.stat('file')).rejects.toMatchObject({ status })
    }
  })

  it('is Unavailable when nobody listens', async () => {
    const backend = await create({ prefix: 'http://127.0.0.1:1/', fetch })
    await expect(backend.stat('file')).rejects.toMatchObject({ code: 'storage_unavailable', status: 503 })
  })
})

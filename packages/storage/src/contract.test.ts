import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, mkdtemp, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { storageContract, type Fixture } from './contract.ts'
import { backendKinds, openBackend } from './index.ts'

const openFilesBelow = async (root: string): Promise<number> => {
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(root)).length
}

const posix = async (): Promise<Fixture> => {
  const root = await mkdtemp(join(tmpdir(), 'storage-posix-'))
  return {
    backend: await openBackend('posix', { root }),
    async hold(key, bytes) {
      const path = join(root, key)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(`${path}.new`, bytes)
      await rename(`${path}.new`, path)
    },
    open: () => openFilesBelow(root),
    close: () => rm(root, { recursive: true }),
  }
}

interface Held {
  bytes: Buffer
  etag: string
}

/** A real HTTP server with HEAD, Range, If-Match and 429, as a plain file server has them. */
const serve = (files: Map<string, Held>, req: IncomingMessage, res: ServerResponse): void => {
  const file = files.get(req.url ?? '')
  if (file === undefined) {
    res.writeHead(404).end()
    return
  }
  const { bytes, etag } = file
  const size = bytes.length
  if (req.headers['if-match'] !== undefined && req.headers['if-match'] !== etag) {
    res.writeHead(412).end()
    return
  }
  const range = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? '')
  const common = { etag, 'last-modified': new Date(0).toUTCString() }
  if (range === null) {
    res.writeHead(200, { ...common, 'content-length': size })
    res.end(req.method === 'HEAD' ? undefined : bytes)
    return
  }
  const start = range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1])
  const end = range[1] === '' || range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1)
  if (start >= size) {
    res.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    return
  }
  res.writeHead(206, { ...common, 'content-range': `bytes ${start}-${end}/${size}`, 'content-length': end - start + 1 })
  res.end(bytes.subarray(start, end + 1))
}

const https = async (): Promise<Fixture> => {
  const files = new Map<string, Held>()
  let throttled = 0
  let streaming = 0
  const server = createServer((req, res) => {
    if (throttled > 0) {
      throttled--
      res.writeHead(429, { 'retry-after': '0' }).end()
      return
    }
    streaming++
    res.once('close', () => streaming--)
    serve(files, req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    backend: await openBackend('https', { prefix: `http://127.0.0.1:${port}/store/`, fetch, backoffMs: 2 }),
    hold(key, bytes) {
      const path = `/store/${key.split('/').map(encodeURIComponent).join('/')}`
      // A URL parser writes a quotation mark as encodeURIComponent leaves it.
      files.set(new URL(path, 'http://x').pathname, { bytes, etag: `"${randomUUID()}"` })
      return Promise.resolve()
    },
    open: () => Promise.resolve(streaming),
    throttle: (times) => {
      throttled = times
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

const fixtures = { posix, https }
for (const kind of backendKinds) storageContract(kind, fixtures[kind])

describe('the map of back ends', () => {
  it('a root that does not exist stops the back end at boot', async () => {
    await expect(openBackend('posix', { root: '/nowhere/at/all' })).rejects.toMatchObject({ code: 'storage_not_found' })
  })
})

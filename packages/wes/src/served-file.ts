import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseRange } from '@biocloud/service-kit'

const CHUNK = 256 * 1024

/** Answers with a file, or with one range of it (W21). The size is that of now: a growing log is served as far as it goes. Closes the handle. */
export const serveFile = async (
  req: IncomingMessage,
  res: ServerResponse,
  handle: FileHandle | undefined,
  headers: Record<string, string>,
): Promise<void> => {
  try {
    const size = handle === undefined ? 0 : (await handle.stat()).size
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    res.setHeader('X-Content-Type-Options', 'nosniff')
    res.setHeader('Accept-Ranges', 'bytes')
    const etag = headers['ETag']
    if (etag !== undefined && req.headers['if-none-match'] === etag) {
      res.statusCode = 304
      res.end()
      return
    }
    const ifRange = req.headers['if-range']
    const range = parseRange(ifRange !== undefined && ifRange !== etag ? undefined : req.headers.range, size)
    const start = range?.start ?? 0
    const length = range === undefined ? size : range.end - range.start + 1
    if (range !== undefined) {
      res.statusCode = 206
      res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`)
    }
    res.setHeader('Content-Length', length)
    if (req.method === 'HEAD' || handle === undefined) {
      res.end()
      return
    }
    await copy(handle, res, start, length)
    res.end()
  } finally {
    await handle?.close()
  }
}

const copy = async (handle: FileHandle, res: ServerResponse, start: number, length: number): Promise<void> => {
  const buffer = Buffer.alloc(Math.min(CHUNK, Math.max(1, length)))
  for (let sent = 0; sent < length;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, length - sent), start + sent)
    if (bytesRead === 0) {
      res.destroy() // the file became shorter: a short answer must not look like a whole one
      return
    }
    sent += bytesRead
    if (!res.write(Buffer.from(buffer.subarray(0, bytesRead)))) {
      await new Promise<void>((resolve) => {
        res.once('drain', resolve)
        res.once('close', resolve)
      })
    }
    if (res.destroyed) return // the client went away
  }
}

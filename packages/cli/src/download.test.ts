import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { chooseChecksum, download, type Wanted } from './download.ts'
import { downloadTo } from './download-stream.ts'
import { EXIT } from './errors.ts'
import { bytesReply, createStandIn, json, type Reply, type StandIn } from './testing/stand-in-server.ts'

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 251))
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

describe('download', () => {
  let folder: string
  let target: string
  let server: StandIn | undefined
  const never = new AbortController().signal
  let waiting: { position: number; done: () => void }[] = []
  const reached = async (position: number): Promise<void> => {
    await new Promise<void>((done) => waiting.push({ position, done }))
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-download-'))
    target = join(folder, 'reads.fq.gz')
  })
  afterEach(async () => {
    await server?.close()
    server = undefined
    waiting = []
    await rm(folder, { recursive: true })
  })

  const wanted = (o: Partial<Wanted> = {}): Wanted => ({
    label: 'reads.fq.gz',
    target,
    size: bytes.length,
    checksums: [{ type: 'sha-256', checksum: sha256(bytes) }],
    ...o,
  })
  const get = async (reply: Reply, o: Partial<Wanted> = {}, stop: AbortSignal = never) => {
    await server?.close()
    server = await createStandIn({ 'GET /bytes': reply })
    const { url } = server
    return await download(wanted(o), async (headers) => await fetch(`${url}/bytes`, { headers, signal: stop }), {
      stop,
      retryDelayMs: 1,
      onProgress: (position) => {
        for (const one of waiting) if (position >= one.position) one.done()
      },
    })
  }

  it('gives the file its name only once size and sha-256 are right, and leaves nothing else', async () => {
    expect(await get(bytesReply(bytes))).toEqual({
      file: target,
      size: bytes.length,
      verified: 'sha-256',
      existed: false,
      resumedAt: 0,
    })
    expect((await readFile(target)).equals(bytes)).toBe(true)
    expect(await readdir(folder)).toEqual(['reads.fq.gz'])
  })

  it('goes on with Range and If-Range where the connection broke, without being told', async () => {
    const cuts = [30_000, 30_000]
    await get(bytesReply(bytes, { reached, cut: () => cuts.shift() }))
    expect((await readFile(target)).equals(bytes)).toBe(true)
    expect(server?.seen.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
      [undefined, undefined],
      ['bytes=30000-', '"v1"'],
      ['bytes=60000-', '"v1"'],
    ])
  })

  it('a later command goes on from the part that an earlier one left', async () => {
    await expect(get(bytesReply(bytes, { reached, cut: () => 5000 }))).rejects.toMatchObject({
      message: expect.stringContaining('broke off'),
    })
    const kept = (await readFile(`${target}.part`)).length
    expect(kept).toBe(6 * 5000)
    expect(await get(bytesReply(bytes))).toMatchObject({ resumedAt: kept, verified: 'sha-256' })
    expect((await readFile(target)).equals(bytes)).toBe(true)
  })

  it('starts anew when the file changed on the server meanwhile (If-Range gives the whole)', async () => {
    await expect(
      get(bytesReply(Buffer.alloc(bytes.length), { etag: '"old"', reached, cut: () => 5000 })),
    ).rejects.toThrow()
    expect(await get(bytesReply(bytes, { etag: '"new"' }))).toMatchObject({ resumedAt: 0 })
    expect((await readFile(target)).equals(bytes)).toBe(true)
  })

  it('starts anew when the server does not know ranges', async () => {
    const cuts = [30_000]
    await get(bytesReply(bytes, { ignoreRange: true, reached, cut: () => cuts.shift() }))
    expect((await readFile(target)).equals(bytes)).toBe(true)
  })

  it('a damaged part is found out by the checksum, and the whole is fetched again once', async () => {
    await expect(get(bytesReply(bytes, { reached, cut: () => 5000 }))).rejects.toThrow()
    const part = await readFile(`${target}.part`)
    part[10] = (part[10] ?? 0) ^ 1
    await writeFile(`${target}.part`, part)
    expect(await get(bytesReply(bytes))).toMatchObject({ verified: 'sha-256', resumedAt: 0 })
    expect((await readFile(target)).equals(bytes)).toBe(true)
  })

  it('bytes with another checksum are thrown away and nothing gets the name', async () => {
    const corrupted = Buffer.from(bytes)
    corrupted[500] = 255
    await expect(get(bytesReply(corrupted))).rejects.toMatchObject({
      exitCode: EXIT.failure,
      message: expect.stringContaining('sha-256'),
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('a file that is truncated on the server never verifies', async () => {
    await expect(get(bytesReply(bytes.subarray(0, 60_000)))).rejects.toThrow(/broke off|fewer bytes/)
    expect(await readdir(folder)).not.toContain('reads.fq.gz')
  })

  it('stops at the declared size when the server sends more', async () => {
    await expect(get(bytesReply(Buffer.concat([bytes, bytes])))).rejects.toThrow(/more than the 100000 bytes/)
    expect(await readdir(folder)).not.toContain('reads.fq.gz')
  })

  it('asks for a fresh link when one has run out', async () => {
    let calls = 0
    const reply: Reply = async (seen, res) => {
      calls += 1
      await (calls === 1 ? json(403, { msg: 'expired', status_code: 403 }) : bytesReply(bytes))(seen, res)
    }
    expect(await get(reply)).toMatchObject({ verified: 'sha-256' })
  })

  it('a missing file is told at once, not tried again', async () => {
    await expect(get(json(404, { msg: 'gone', status_code: 404 }))).rejects.toMatchObject({ status: 404 })
    expect(server?.seen).toHaveLength(1)
  })

  it('an identical file that is there already is verified and not fetched', async () => {
    await writeFile(target, bytes)
    expect(await get(bytesReply(bytes))).toMatchObject({ existed: true, verified: 'sha-256' })
    expect(server?.seen).toHaveLength(0)
  })

  it('another file of that name is never overwritten', async () => {
    await writeFile(target, 'mine')
    await expect(get(bytesReply(bytes))).rejects.toMatchObject({ exitCode: EXIT.refused })
    expect(await readFile(target, 'utf8')).toBe('mine')
  })

  it('a dangling link in the way is not written through', async () => {
    await symlink(join(folder, 'elsewhere'), target)
    await expect(get(bytesReply(bytes))).rejects.toMatchObject({ exitCode: EXIT.refused })
    expect(await readdir(folder)).toEqual(['reads.fq.gz'])
  })

  it('Ctrl-C keeps what has come and says how to go on', async () => {
    const stop = new AbortController()
    const reply: Reply = (_seen, res) => {
      res.writeHead(200, { etag: '"v1"', 'content-length': bytes.length })
      res.write(bytes.subarray(0, 40_000), () => {
        stop.abort()
      })
    }
    await expect(get(reply, {}, stop.signal)).rejects.toMatchObject({ exitCode: EXIT.interrupted })
    expect(await get(bytesReply(bytes))).toMatchObject({ verified: 'sha-256' })
  })

  it('an empty file is downloaded and verified', async () => {
    const empty = Buffer.alloc(0)
    expect(
      await get(bytesReply(empty), { size: 0, checksums: [{ type: 'sha-256', checksum: sha256(empty) }] }),
    ).toMatchObject({ size: 0, verified: 'sha-256' })
  })
})

describe('downloadTo (drs get -o -)', () => {
  const never = new AbortController().signal
  const pipe = async (reply: Reply, checksum = sha256(bytes)) => {
    const server = await createStandIn({ 'GET /bytes': reply })
    const chunks: Buffer[] = []
    const to = new Writable({
      highWaterMark: 1000,
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk)
        setImmediate(done) // a reader that is slower than the server
      },
    })
    try {
      const wanted = { label: 'reads', size: bytes.length, checksums: [{ type: 'sha-256', checksum }] }
      const result = await downloadTo(to, wanted, async (headers) => await fetch(`${server.url}/bytes`, { headers }), {
        stop: never,
        retryDelayMs: 1,
      })
      return { result, got: Buffer.concat(chunks), seen: server.seen }
    } finally {
      await server.close()
    }
  }

  it('writes every byte once, in order, also when the connection breaks', async () => {
    const cuts = [30_000]
    const { result, got, seen } = await pipe(
      bytesReply(bytes, {
        cut: () => cuts.shift(),
        reached: async () => {
          await new Promise((done) => setTimeout(done, 100))
        },
      }),
    )
    expect(result).toEqual({ size: bytes.length, verified: 'sha-256' })
    expect(got.equals(bytes)).toBe(true)
    expect(seen).toHaveLength(2)
  })

  it('says at the end that the bytes are not to be trusted', async () => {
    await expect(pipe(bytesReply(bytes), sha256(Buffer.from('other')))).rejects.toThrow(/not to be trusted/)
  })

  it('never mixes two versions of a file', async () => {
    let calls = 0
    const reply: Reply = async (seen, res) => {
      calls += 1
      const version =
        calls === 1
          ? {
              etag: '"old"',
              cut: () => 30_000,
              reached: async () => {
                await new Promise<void>((done) => setTimeout(done, 100))
              },
            }
          : { etag: '"new"' }
      await bytesReply(bytes, version)(seen, res)
    }
    await expect(pipe(reply)).rejects.toThrow(/changed on the server/)
  })
})

describe('chooseChecksum', () => {
  it('takes the strongest that can be computed, under every spelling of its name', () => {
    expect(
      chooseChecksum([
        { type: 'md5', checksum: 'AA' },
        { type: 'sha256', checksum: 'BB' },
      ]),
    ).toEqual({ type: 'sha-256', algorithm: 'sha256', hex: 'bb' })
    expect(chooseChecksum([{ type: 'SHA-1', checksum: 'CC' }])).toMatchObject({ type: 'sha1' })
  })
  it('an etag is no checksum', () => {
    expect(chooseChecksum([{ type: 'etag', checksum: 'x' }])).toBeUndefined()
  })
})

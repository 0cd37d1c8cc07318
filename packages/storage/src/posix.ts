import { createHash, type Hash } from 'node:crypto'
import { stat as statPath } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Transform, type Readable } from 'node:stream'
import type { Backend, ByteRange, Checksum, Entry, PutOptions, Stat } from './backend.ts'
import { confinedList, confinedRemove } from './confined-tree.ts'
import { confinedCreate, confinedOpen, writeAll } from './confinement.ts'
import { fromErrno, NotFound, NotSupported, PreconditionFailed } from './errors.ts'
import { segmentsOf } from './key.ts'
import { resolveRange } from './byte-range.ts'

export interface PosixOptions {
  /** An absolute folder that exists. Nothing outside it is ever opened; symbolic links below it are not followed. */
  root: string
}

// Inode, size and modification time in nanoseconds: a replaced file has another inode, an edited one another time.
const etagOf = (stat: BigIntStats): string =>
  `"${stat.ino.toString(36)}-${stat.size.toString(36)}-${stat.mtimeNs.toString(36)}"`

const describe = (stat: BigIntStats): Stat => ({
  size: Number(stat.size),
  etag: etagOf(stat),
  modified: new Date(Number(stat.mtimeMs)),
  checksums: [],
  tier: 'online',
})

const HASHES: Record<string, string> = { 'sha-256': 'sha256', md5: 'md5', sha1: 'sha1', 'sha-512': 'sha512' }

/** Counts and hashes what passes; throws PreconditionFailed at the end if it is not what was declared. */
const verifier = (o: PutOptions): Transform => {
  const hashes: { declared: Checksum; hash: Hash }[] = []
  for (const declared of o.checksums ?? []) {
    const algorithm = HASHES[declared.type]
    if (algorithm !== undefined) hashes.push({ declared, hash: createHash(algorithm) })
  }
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (o.size !== undefined && size > o.size) {
        done(new PreconditionFailed(`more than the ${o.size} bytes that were declared`, { code: 'size_mismatch' }))
        return
      }
      for (const { hash } of hashes) hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      if (o.size !== undefined && size !== o.size) {
        done(new PreconditionFailed(`${size} bytes came, ${o.size} were declared`, { code: 'size_mismatch' }))
        return
      }
      const wrong = hashes.find(({ declared, hash }) => hash.digest('hex') !== declared.checksum.toLowerCase())
      if (wrong === undefined) done()
      else
        done(
          new PreconditionFailed(`the bytes do not have the declared ${wrong.declared.type}`, {
            code: 'checksum_mismatch',
          }),
        )
    },
  })
}

const bodyOf = (handle: FileHandle, size: number, range: ByteRange | undefined, signal?: AbortSignal): Readable => {
  const aborting = signal === undefined ? {} : { signal }
  // Bounded by the size that was told, so that a file growing meanwhile does not overrun its Content-Length.
  if (range === undefined) return handle.createReadStream({ start: 0, end: Math.max(0, size - 1), ...aborting })
  return handle.createReadStream({ ...resolveRange(range, size), ...aborting })
}

const unsupported = (call: string) => (): Promise<never> =>
  Promise.reject(new NotSupported(`posix has no ${call}: a file is written in one piece by put`))

/** Files below a folder. Its links are made by the server in front of it. Throws NotFound if the root is no folder. */
export const create = async ({ root }: PosixOptions): Promise<Backend> => {
  try {
    if (!(await statPath(root)).isDirectory()) throw new NotFound(`the root ${root} is not a folder`)
  } catch (error) {
    throw fromErrno(error, `the root ${root}`)
  }
  const stat = async (key: string): Promise<Stat> => {
    const handle = await confinedOpen(root, segmentsOf(key))
    try {
      return describe(await handle.stat({ bigint: true }))
    } finally {
      await handle.close()
    }
  }
  const match = (found: Stat, ifMatch: string | undefined): void => {
    if (ifMatch !== undefined && ifMatch !== found.etag) throw new PreconditionFailed('the file has changed')
  }
  return {
    kind: 'posix',
    capabilities: {
      signedGet: false,
      signedPut: false,
      range: 'single',
      serverCopy: [],
      multipart: false,
      checksumTypes: [],
      thaw: false,
      list: true,
      write: true,
    },
    stat,
    async read(key, o = {}) {
      const handle = await confinedOpen(root, segmentsOf(key))
      try {
        const found = describe(await handle.stat({ bigint: true }))
        match(found, o.ifMatch)
        return { stat: found, body: bodyOf(handle, found.size, o.range, o.signal) }
      } catch (error) {
        await handle.close()
        throw error
      }
    },
    link: () => Promise.reject(new NotSupported('posix makes no links: the server signs its own')),
    async put(key, body, o = {}) {
      const file = await confinedCreate(root, segmentsOf(key), { exclusive: o.ifAbsent === true })
      let failure: unknown
      try {
        const sink = (source: AsyncIterable<Uint8Array>): Promise<void> =>
          writeAll(file.handle, source).catch((error: unknown) => {
            // The pipeline tells of the body it breaks off (AbortError), not of the write that failed, as on a full disk.
            failure ??= error
            throw error
          })
        await pipeline(body, verifier(o), sink, o.signal === undefined ? {} : { signal: o.signal })
        const written = await file.handle.stat({ bigint: true })
        await file.commit()
        return describe(written)
      } catch (error) {
        await file.abort()
        // A body that broke off, or was wrong, failed first and is what `error` says.
        throw fromErrno(failure ?? error, key)
      }
    },
    multipart: {
      create: unsupported('multipart upload'),
      linkPart: unsupported('multipart upload'),
      putPart: unsupported('multipart upload'),
      listParts: unsupported('multipart upload'),
      complete: unsupported('multipart upload'),
      abort: unsupported('multipart upload'),
    },
    copyFrom: (source) =>
      Promise.reject(new NotSupported(`posix copies from ${source.kind} only through this server: read, then put`)),
    async delete(key, o = {}) {
      const segments = segmentsOf(key)
      if (o.ifMatch !== undefined) {
        const found = await stat(key).catch((error: unknown) => {
          if (error instanceof NotFound) return undefined
          throw error
        })
        if (found === undefined) return
        match(found, o.ifMatch)
      }
      await confinedRemove(root, segments)
    },
    list: (prefix, o) => listKeys(root, prefix, o),
    async stage(key) {
      await stat(key)
      return { state: 'online' }
    },
    close: () => Promise.resolve(),
  }
}

const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Names of unfinished writes are not keys. */
const isPart = (name: string | undefined): boolean => name !== undefined && /^\.[0-9a-f]{24}\.part$/.test(name)

async function* listKeys(root: string, prefix: string, o: { after?: string; limit: number }): AsyncGenerator<Entry> {
  const { after, limit } = o
  if (prefix !== '') segmentsOf(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)
  // A folder is worth entering if it can hold a key with the prefix, and one after `after`.
  const enter = (segments: readonly string[]): boolean => {
    const folder = `${segments.join('/')}/`
    const relevant = folder.startsWith(prefix) || prefix.startsWith(folder)
    return relevant && (after === undefined || after.startsWith(folder) || order(folder, after) > 0)
  }
  let given = 0
  if (limit <= 0) return
  for await (const entry of confinedList(root, [], { enter })) {
    const key = entry.segments.join('/')
    if (entry.kind !== 'file' || isPart(entry.segments.at(-1)) || !key.startsWith(prefix)) continue
    if (after !== undefined && order(key, after) <= 0) continue
    yield { key, size: entry.size, modified: entry.modified }
    if (++given >= limit) return
  }
}

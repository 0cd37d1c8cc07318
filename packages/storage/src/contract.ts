import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Backend, Entry } from './backend.ts'

export interface Fixture {
  backend: Backend
  /** Places bytes into the real store behind the back end, by whatever way it has. */
  hold(key: string, bytes: Buffer): Promise<void>
  /** How many files or connections the back end holds open now. */
  open(): Promise<number>
  /** Makes the store refuse the next requests as too many; absent where a store cannot. */
  throttle?(times: number): void
  close(): Promise<void>
}

const text = (words: string): Buffer => Buffer.from(words)

/** Resolves once it holds; the test's own time limit ends the wait. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(5)
}

/** What every back end must do (drs.md 4.1). `setUp` opens a real one on an empty store. */
export const storageContract = (kind: string, setUp: () => Promise<Fixture>): void => {
  describe(`storage contract: ${kind}`, () => {
    let fixture: Fixture
    let backend: Backend
    beforeEach(async () => {
      fixture = await setUp()
      backend = fixture.backend
    })
    afterEach(async () => {
      await backend.close()
      await fixture.close()
    })
    const bytesOf = async (key: string, o?: Parameters<Backend['read']>[1]): Promise<Buffer> =>
      buffer((await backend.read(key, o)).body)

    it('C1 stat and read give equal bytes and size', async () => {
      const bytes = randomBytes(300_001)
      await fixture.hold('folder/file.bin', bytes)
      expect((await backend.stat('folder/file.bin')).size).toBe(bytes.length)
      const answer = await backend.read('folder/file.bin')
      expect(answer.stat.size).toBe(bytes.length)
      expect((await buffer(answer.body)).equals(bytes)).toBe(true)
      await expect(backend.stat('folder/missing')).rejects.toMatchObject({ code: 'storage_not_found', status: 404 })
      await expect(backend.read('folder/missing')).rejects.toMatchObject({ code: 'storage_not_found', status: 404 })
    })

    it('C1 put gives the same bytes back, or NotSupported where the store is read-only', async () => {
      const bytes = randomBytes(70_000)
      const put = backend.put('a/b/c.bin', Readable.from([bytes]), { size: bytes.length })
      if (!backend.capabilities.write) {
        await expect(put).rejects.toMatchObject({ code: 'storage_not_supported' })
        return
      }
      const stat = await put
      expect(stat).toEqual(await backend.stat('a/b/c.bin'))
      expect((await bytesOf('a/b/c.bin')).equals(bytes)).toBe(true)
      const again = backend.put('a/b/c.bin', Readable.from([bytes]), { ifAbsent: true })
      await expect(again).rejects.toMatchObject({ status: 412 })
    })

    it('C1 a put of another size or checksum than declared leaves nothing', async () => {
      if (!backend.capabilities.write) {
        expect(backend.capabilities.signedPut).toBe(false)
        return
      }
      const put = (o: Parameters<Backend['put']>[2]) => backend.put('new', Readable.from([text('hello')]), o)
      await expect(put({ size: 4 })).rejects.toMatchObject({ code: 'size_mismatch' })
      await expect(put({ size: 6 })).rejects.toMatchObject({ code: 'size_mismatch' })
      const checksums = [{ type: 'sha-256', checksum: '0'.repeat(64) }]
      await expect(put({ size: 5, checksums })).rejects.toMatchObject({ code: 'checksum_mismatch' })
      await expect(backend.stat('new')).rejects.toMatchObject({ status: 404 })
      expect(await fixture.open()).toBe(0)
    })

    it('C2 first, middle, last and suffix ranges are exact; past the end is refused', async () => {
      const bytes = randomBytes(100_000)
      await fixture.hold('file', bytes)
      const ranges: [Parameters<Backend['read']>[1], Buffer][] = [
        [{ range: { start: 0, end: 0 } }, bytes.subarray(0, 1)],
        [{ range: { start: 65_530, end: 65_540 } }, bytes.subarray(65_530, 65_541)],
        [{ range: { start: 99_999 } }, bytes.subarray(99_999)],
        [{ range: { start: 99_990, end: 200_000 } }, bytes.subarray(99_990)],
        [{ range: { suffix: 7 } }, bytes.subarray(99_993)],
        [{ range: { suffix: 1_000_000 } }, bytes],
      ]
      for (const [range, expected] of ranges) expect((await bytesOf('file', range)).equals(expected)).toBe(true)
      for (const range of [{ start: 100_000 }, { start: 200_000, end: 200_001 }]) {
        await expect(backend.read('file', { range })).rejects.toMatchObject({ status: 416, size: 100_000 })
      }
    })

    it('C3 ifMatch holds for the same bytes and fails after an overwrite', async () => {
      await fixture.hold('file', text('first'))
      const { etag } = await backend.stat('file')
      expect(etag).toMatch(/^"[^"]+"$/)
      const ifMatch = String(etag)
      expect(String(await bytesOf('file', { ifMatch }))).toBe('first')
      await fixture.hold('file', text('other'))
      expect((await backend.stat('file')).etag).not.toBe(etag)
      await expect(backend.read('file', { ifMatch })).rejects.toMatchObject({ status: 412 })
      await expect(backend.read('file', { ifMatch, range: { start: 0, end: 1 } })).rejects.toMatchObject({
        status: 412,
      })
    })

    it.each(['a b', 'a%20b', '%2e%2e', 'a+b', 'a#b', 'a?b=c', 'ä ö/日本', '..a', 'a..', 'q\'"&;'])(
      'C4 the key %j is kept as it is',
      async (key) => {
        await fixture.hold(key, text(key))
        expect(String(await bytesOf(key))).toBe(key)
      },
    )

    it.each(['..', '../x', 'a/../../x', 'a/../b', '/etc/passwd', './a', 'a//b', 'a/', '', 'a\0b', 'x'.repeat(300)])(
      'C4 the key %j is refused',
      async (key) => {
        await fixture.hold('b', text('b'))
        await expect(backend.stat(key)).rejects.toMatchObject({ code: 'path_refused', status: 403 })
        await expect(backend.read(key)).rejects.toMatchObject({ code: 'path_refused' })
        if (!backend.capabilities.write) return
        await expect(backend.put(key, Readable.from([text('x')]))).rejects.toMatchObject({ code: 'path_refused' })
        await expect(backend.delete(key)).rejects.toMatchObject({ code: 'path_refused' })
      },
    )

    it('C5 a link works without headers, C7 with a Range, C6 and not when edited, or is NotSupported', async () => {
      await fixture.hold('file', text('0123456789'))
      const link = backend.link('file', { op: 'get', ttlSeconds: 60 })
      if (!backend.capabilities.signedGet) {
        await expect(link).rejects.toMatchObject({ code: 'storage_not_supported', status: 501 })
        return
      }
      const { url } = await link
      expect(await (await fetch(url)).text()).toBe('0123456789')
      const ranged = await fetch(url, { headers: { range: 'bytes=2-5' } })
      expect([ranged.status, ranged.headers.get('content-range'), await ranged.text()]).toEqual([
        206,
        'bytes 2-5/10',
        '2345',
      ])
      expect((await fetch(url, { method: 'PUT', body: 'x' })).ok).toBe(false)
      expect((await fetch(`${url}0`)).ok).toBe(false)
      expect((await fetch(url.replace('file', 'fil0'))).ok).toBe(false)
    })

    it('C8 a multipart upload continues from its parts, and abort leaves nothing, or is NotSupported', async () => {
      const created = backend.multipart.create('big')
      if (!backend.capabilities.multipart) {
        await expect(created).rejects.toMatchObject({ code: 'storage_not_supported' })
        return
      }
      const { uploadId } = await created
      await backend.multipart.putPart('big', uploadId, 1, Readable.from([randomBytes(5 << 20)]))
      expect((await backend.multipart.listParts('big', uploadId)).map(({ part }) => part)).toEqual([1])
      await backend.multipart.abort('big', uploadId)
      await expect(backend.multipart.listParts('big', uploadId)).rejects.toMatchObject({ status: 404 })
    })

    it('C9 deleting twice succeeds, or delete is NotSupported', async () => {
      await fixture.hold('file', text('x'))
      if (!backend.capabilities.write) {
        await expect(backend.delete('file')).rejects.toMatchObject({ code: 'storage_not_supported' })
        return
      }
      await expect(backend.delete('file', { ifMatch: '"other"' })).rejects.toMatchObject({ status: 412 })
      await backend.delete('file')
      await backend.delete('file')
      await backend.delete('never/was')
      await expect(backend.stat('file')).rejects.toMatchObject({ status: 404 })
    })

    it('C10 a list is complete and in byte order over several pages, or is NotSupported', async () => {
      const page = async (prefix: string, after?: string): Promise<string[]> => {
        const keys: Entry[] = []
        for await (const entry of backend.list(prefix, { limit: 3, ...(after === undefined ? {} : { after }) }))
          keys.push(entry)
        return keys.map(({ key }) => key)
      }
      if (!backend.capabilities.list) {
        await expect(page('')).rejects.toMatchObject({ code: 'storage_not_supported' })
        return
      }
      const keys = ['a', 'a.txt', 'a0', 'b/1', 'b/2/x', 'b/2.', 'b-', 'c/d/e', 'ä'].sort((x, y) =>
        Buffer.compare(Buffer.from(x), Buffer.from(y)),
      )
      // `b` cannot be both a file and a folder on a disk, so no key here is the folder of another.
      for (const key of keys) await fixture.hold(key, text(key))
      const all: string[] = []
      for (;;) {
        const found = await page('', all.at(-1))
        all.push(...found)
        if (found.length < 3) break
      }
      expect(all).toEqual(keys)
      expect(await page('b/2')).toEqual(['b/2.', 'b/2/x'])
      expect(await page('nothing')).toEqual([])
    })

    it('C11 a slow consumer does not make the back end read ahead without bound', async () => {
      const bytes = Buffer.alloc(32 << 20, 7)
      await fixture.hold('big', bytes)
      const { body } = await backend.read('big')
      await new Promise((resolve) => body.once('readable', resolve))
      await sleep(50) // time in which an unbounded reader would have read it all
      expect(body.readableLength).toBeLessThan(2 << 20)
      body.destroy()
      await until(async () => (await fixture.open()) === 0)
    })

    it('C11 an abort ends the read and closes what it held', async () => {
      await fixture.hold('big', Buffer.alloc(32 << 20, 7))
      const stopper = new AbortController()
      const { body } = await backend.read('big', { signal: stopper.signal })
      body.once('readable', () => {
        stopper.abort()
      })
      await expect(buffer(body)).rejects.toMatchObject({ name: 'AbortError' })
      await until(async () => (await fixture.open()) === 0)
    })

    it('C12 a throttled request is tried again, and given up as Throttled with a time', async () => {
      await fixture.hold('file', text('x'))
      if (fixture.throttle === undefined) {
        expect(backend.kind).toBe('posix') // a disk does not throttle
        return
      }
      fixture.throttle(2)
      expect((await backend.stat('file')).size).toBe(1)
      fixture.throttle(1000)
      const refused = backend.stat('file')
      await expect(refused).rejects.toMatchObject({ code: 'storage_throttled', status: 503 })
      await expect(refused).rejects.toHaveProperty('retryAfter')
    })

    it('C13 an empty file has size 0, no bytes and no range', async () => {
      await fixture.hold('empty', Buffer.alloc(0))
      expect((await backend.stat('empty')).size).toBe(0)
      expect((await bytesOf('empty')).length).toBe(0)
      for (const range of [{ start: 0 }, { suffix: 1 }]) {
        await expect(backend.read('empty', { range })).rejects.toMatchObject({ status: 416, size: 0 })
      }
    })

    it('C14 a copy it cannot make itself is NotSupported with the reason', async () => {
      const copied = backend.copyFrom({ kind: 'elsewhere', key: 'x' }, 'y')
      expect(backend.capabilities.serverCopy).not.toContain('elsewhere')
      await expect(copied).rejects.toMatchObject({ code: 'storage_not_supported', status: 501, expose: true })
    })

    it('stage tells that the bytes are online', async () => {
      await fixture.hold('file', text('x'))
      expect(await backend.stage('file')).toEqual({ state: 'online' })
      await expect(backend.stage('missing')).rejects.toMatchObject({ status: 404 })
    })
  })
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { writeLog } from './log-writer.ts'

describe('the log of an engine', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'wes-log-'))
  })
  afterEach(() => {
    rmSync(dir, { recursive: true })
  })
  const write = async (chunks: (string | Buffer)[], maxBytes = 1e9): Promise<string> => {
    const stream = new PassThrough()
    const log = writeLog(stream, join(dir, 'log'), maxBytes)
    for (const chunk of chunks) stream.write(chunk)
    stream.end()
    await log.done
    return readFileSync(join(dir, 'log'), 'utf8')
  }

  it('W21 credentials are blacked out when a line is written, also when they come in pieces', async () => {
    expect(
      await write(['token eyJhbGciOiJFUzI1NiJ9.eyJz', 'dWIiOiJ4In0.c2ln end\nhttps://u:secret@h/x?a=1\n', 'plain']),
    ).toBe('token [redacted] end\n[redacted]h/x?a=1\nplain')
  })
  it('characters that are cut by a chunk stay whole', async () => {
    const bytes = Buffer.from('ä日\n')
    expect(await write([bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)])).toBe('ä日\n')
  })
  it('an attempt after the first goes on in the same file', async () => {
    await write(['one\n'])
    expect(await write(['two\n'])).toBe('one\ntwo\n')
  })
  it('past its limit a log keeps head and tail, and says how much is missing', async () => {
    const text = await write(
      Array.from({ length: 40_000 }, (_, n) => `line ${String(n).padStart(6, '0')} ${'x'.repeat(88)}\n`),
      2 * 1024 * 1024,
    )
    expect(text.startsWith('line 000000 ')).toBe(true)
    expect(text).toMatch(/\[… \d+ bytes left out/u)
    expect(text.trimEnd().split('\n').at(-1)).toContain('line 039999')
    expect(text.length).toBeLessThan(2.1 * 1024 * 1024)
  })
  it('a line without an end does not fill the memory', async () => {
    expect((await write(Array.from({ length: 100 }, () => 'y'.repeat(10_000)))).length).toBe(1_000_000)
  })
})

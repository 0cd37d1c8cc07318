import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'
import { redact } from '../secrets.ts'

const TAIL_BYTES = 1024 * 1024
const MAX_LINE = 64 * 1024

export type LogWriter = {
  /** Resolves when the stream has ended and all is written; to why the rest could not be written (a full disk). */
  done: Promise<string | undefined>
  /** The last text written, for messages. */
  tail(): string
}

/**
 * Copies a stream to a file, line by line, credentials blacked out as each line is written, so that byte ranges of a
 * growing log stay stable (W21). Past `maxBytes` only the last MiB is kept and written at the end, after a mark.
 */
export const writeLog = (stream: Readable, file: string, maxBytes: number): LogWriter => {
  const handle = openSync(file, 'a', 0o644)
  let written = fstatSync(handle).size
  let dropped = 0
  let rest = ''
  let kept: string[] = []
  let keptBytes = 0
  let lastText = ''
  const decoder = new StringDecoder('utf8')
  const headBytes = Math.max(0, maxBytes - TAIL_BYTES)

  let failure: string | undefined

  const writeText = (text: string): void => {
    if (failure !== undefined) return
    const bytes = Buffer.from(text)
    try {
      for (let offset = 0; offset < bytes.length;) offset += writeSync(handle, bytes, offset)
    } catch (error) {
      failure = error instanceof Error ? error.message : 'the write failed' // the engine must still be read, or it hangs
    }
    written += bytes.length
  }
  const put = (line: string): void => {
    const clean = redact(line)
    lastText = (lastText + clean).slice(-16_384)
    const size = Buffer.byteLength(clean)
    if (keptBytes === 0 && dropped === 0 && written + size <= headBytes) {
      writeText(clean)
      return
    }
    kept.push(clean)
    keptBytes += size
    while (keptBytes > TAIL_BYTES && kept.length > 1) {
      const first = Buffer.byteLength(kept.shift() ?? '')
      keptBytes -= first
      dropped += first
    }
  }
  const take = (text: string): void => {
    rest += text
    let end: number
    while ((end = rest.indexOf('\n')) >= 0 || rest.length > MAX_LINE) {
      const cut = end >= 0 ? end + 1 : MAX_LINE
      put(rest.slice(0, cut))
      rest = rest.slice(cut)
    }
  }
  const done = (async (): Promise<string | undefined> => {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) take(decoder.write(chunk))
      take(decoder.end())
      if (rest !== '') put(rest)
      if (dropped > 0) writeText(`\n[… ${dropped} bytes left out: the log is larger than ${maxBytes} bytes …]\n`)
      for (const line of kept) writeText(line)
      kept = []
      return failure
    } finally {
      closeSync(handle)
    }
  })()
  return { done, tail: () => lastText }
}

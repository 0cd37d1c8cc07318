import { mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** How long one line may wait for a reader of a full pipe: longer would stop the server for the sake of its log. */
const PATIENCE_MS = 100
const NOTE_EVERY_MS = 60_000

const pause = new Int32Array(new SharedArrayBuffer(4))

const writeAll = (fd: number, line: string): void => {
  const bytes = Buffer.from(line)
  const deadline = Date.now() + PATIENCE_MS
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(fd, bytes, offset)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() > deadline) throw error
      Atomics.wait(pause, 0, 0, 1)
    }
  }
}

export type LogSink = { write(line: string): void }

/**
 * Writes each line at once, to the file (appended; made with mode 0600, its folder too) or to stdout. A line that cannot be written (a full disk, a
 * closed pipe) is lost, and the server goes on: stderr is told at most once a minute, and the first line that can be written again is preceded by the
 * number of those lost. Not a buffered stream: one that is full at exit, on a full disk, would be tried again for ever.
 */
export const createLogSink = (o: { file?: string | undefined; note?: (text: string) => void }): LogSink => {
  const { file, note = (text: string) => process.stderr.write(text) } = o
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true })
  const fd = file === undefined ? 1 : openSync(file, 'a', 0o600)
  let lost = 0
  let noted = -Infinity
  return {
    write(line) {
      try {
        if (lost > 0) {
          const time = new Date().toISOString()
          writeAll(fd, `${JSON.stringify({ level: 'error', time, lines: lost, msg: 'log lines were lost' })}\n`)
          lost = 0
        }
        writeAll(fd, line)
      } catch (error) {
        lost += 1
        if (Date.now() - noted < NOTE_EVERY_MS) return
        noted = Date.now()
        try {
          note(`The log ${file ?? 'on stdout'} cannot be written: ${String(error)}. Lines are lost until it can.\n`)
        } catch {
          // stderr is as closed as the log: there is nobody left to tell
        }
      }
    },
  }
}

import { Writable } from 'node:stream'
import type { Terminal } from '../terminal.ts'

export type FakeTerminal = Terminal & {
  /** All that was written so far. */
  stdout(): string
  stderr(): string
  /** The first and the second Ctrl-C. */
  interrupt(): void
  forceStop(): void
  /** Resolves once stdout and stderr together hold this text. */
  shown(text: string): Promise<void>
}

/** A terminal that only remembers: nothing of the real process is read or written. */
export const createFakeTerminal = (
  o: { env?: Record<string, string>; cwd?: string; tty?: boolean; columns?: number } = {},
): FakeTerminal => {
  const written = { out: [] as Buffer[], err: [] as Buffer[] }
  const waiting: { text: string; done: () => void }[] = []
  const text = (name: 'out' | 'err'): string => Buffer.concat(written[name]).toString('utf8')
  const stream = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, callback) {
        written[name].push(chunk)
        for (const one of waiting) if ((text('out') + text('err')).includes(one.text)) one.done()
        callback()
      },
    })
  const stop = new AbortController()
  const force = new AbortController()
  return {
    out: stream('out'),
    err: stream('err'),
    outIsTty: o.tty ?? false,
    errIsTty: o.tty ?? false,
    columns: o.columns ?? 80,
    env: o.env ?? {},
    cwd: o.cwd ?? '/',
    stop: stop.signal,
    force: force.signal,
    stdout: () => text('out'),
    stderr: () => text('err'),
    interrupt: () => {
      stop.abort()
    },
    forceStop: () => {
      force.abort()
    },
    shown: async (wanted) => {
      if ((text('out') + text('err')).includes(wanted)) return
      await new Promise<void>((done) => waiting.push({ text: wanted, done }))
    },
  }
}

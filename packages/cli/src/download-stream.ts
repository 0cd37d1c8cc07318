import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  chooseChecksum,
  contentRange,
  Interruption,
  MAX_ATTEMPTS,
  openSource,
  type DownloadOptions,
  type Source,
  type Wanted,
} from './download.ts'
import { CliError, EXIT, interrupted } from './errors.ts'

export type Streamed = { size: number; verified?: string }

/**
 * Copies the bytes to a stream, going on with Range where the connection breaks. What has been written cannot be taken
 * back, so a wrong checksum is told at the end: the exit code says whether the reader may use what it got.
 */
export const downloadTo = async (
  to: Writable,
  wanted: Omit<Wanted, 'target'>,
  source: Source,
  o: DownloadOptions,
): Promise<Streamed> => {
  const chosen = chooseChecksum(wanted.checksums)
  const hash = chosen === undefined ? undefined : createHash(chosen.algorithm)
  let position = 0
  let etag: string | undefined
  const copy = async (): Promise<void> => {
    const headers = {
      'accept-encoding': 'identity',
      ...(position === 0 ? {} : { range: `bytes=${position}-`, ...(etag === undefined ? {} : { 'if-range': etag }) }),
    }
    const answer = await openSource(source, headers, wanted, o.stop)
    if (position > 0 && (answer.status !== 206 || contentRange(answer)?.start !== position)) {
      await answer.body?.cancel()
      throw new CliError(`${wanted.label}: the file changed on the server while it was read`, {
        hint: 'Read it again from the start.',
      })
    }
    const told = answer.headers.get('etag')
    etag = told === null || told.startsWith('W/') ? undefined : told
    const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader()
    for (;;) {
      const step = await reader?.read().catch((error: unknown) => {
        throw new Interruption('the connection broke', { cause: error })
      })
      if (step === undefined || step.done) break
      hash?.update(step.value)
      position += step.value.length
      o.onProgress?.(position)
      if (!to.write(step.value)) await once(to, 'drain', { signal: o.stop })
    }
    if (wanted.size !== undefined && position < wanted.size) throw new Interruption('the connection ended early')
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      await copy()
      break
    } catch (error) {
      if (o.stop.aborted) throw interrupted()
      if (!(error instanceof Interruption)) throw error
      if (attempt >= MAX_ATTEMPTS)
        throw new CliError(`${wanted.label}: the download broke off ${MAX_ATTEMPTS} times (${error.message})`, {
          exitCode: EXIT.failure,
          cause: error,
        })
      await sleep((o.retryDelayMs ?? 500) * 2 ** (attempt - 1), undefined, { signal: o.stop })
    }
  }
  const damaged = (what: string): CliError =>
    new CliError(`${wanted.label}: ${what}; what was written is not to be trusted`, {
      hint: 'If it happens again, the stored file is damaged: tell whoever runs the server.',
    })
  if (wanted.size !== undefined && position !== wanted.size)
    throw damaged(`${position} bytes came instead of ${wanted.size}`)
  const got = hash?.digest('hex')
  if (chosen !== undefined && got !== chosen.hex)
    throw damaged(`its ${chosen.type} is ${got ?? ''} instead of ${chosen.hex}`)
  return { size: position, ...(chosen === undefined ? {} : { verified: chosen.type }) }
}

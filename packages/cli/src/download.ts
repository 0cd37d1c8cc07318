import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  copyFile,
  constants,
  link,
  lstat,
  mkdir,
  open,
  readFile,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, EXIT } from './errors.ts'
import { answerError, retryAfterSeconds } from './http.ts'

export type Checksum = { type: string; checksum: string }

export type Wanted = {
  /** What it is for the person: a DRS id, an output's name. */
  label: string
  target: string
  size?: number
  checksums: readonly Checksum[]
}

export type Fetched = { file: string; size: number; verified?: string; existed: boolean; resumedAt: number }

/** Opens the bytes with these extra headers (Range, If-Range); called again for a fresh link after a failure. */
export type Source = (headers: Record<string, string>) => Promise<Response>

export type DownloadOptions = { stop: AbortSignal; onProgress?: (bytes: number) => void; retryDelayMs?: number }

/** The strongest first; a checksum that none of these can compute is not counted as verified. */
const ALGORITHMS: readonly [type: string, algorithm: string][] = [
  ['sha-512', 'sha512'],
  ['sha-256', 'sha256'],
  ['sha1', 'sha1'],
  ['md5', 'md5'],
]

const canonical = (type: string): string =>
  type
    .toLowerCase()
    .replace(/^sha-?1$/, 'sha1')
    .replace(/^sha-?(256|512)$/, 'sha-$1')

/** The strongest checksum that can be computed here. */
export const chooseChecksum = (
  checksums: readonly Checksum[],
): { type: string; algorithm: string; hex: string } | undefined => {
  for (const [type, algorithm] of ALGORITHMS) {
    const found = checksums.find((one) => canonical(one.type) === type)
    if (found !== undefined) return { type, algorithm, hex: found.checksum.toLowerCase() }
  }
  return undefined
}

const exists = async (path: string): Promise<boolean> => {
  try {
    await lstat(path) // a dangling link is something that must not be overwritten either
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

const hashFile = async (hash: Hash, path: string, stop: AbortSignal): Promise<void> => {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal: stop }))
    hash.update(chunk as Buffer)
}

/** The file that is already there is what was asked for: same size, same checksum. Else it is in the way. */
const acceptExisting = async (wanted: Wanted, stop: AbortSignal): Promise<Fetched> => {
  const inTheWay = (why: string): CliError =>
    new CliError(`${wanted.target} already exists and ${why}; it is not overwritten`, {
      exitCode: EXIT.refused,
      hint: 'Move it away or choose another place.',
    })
  const chosen = chooseChecksum(wanted.checksums)
  const info = await stat(wanted.target).catch(() => undefined)
  if (info?.isFile() !== true) throw inTheWay('is no file')
  if (wanted.size !== undefined && info.size !== wanted.size) throw inTheWay('has another size')
  if (chosen === undefined) throw inTheWay('there is no checksum to compare it with')
  const hash = createHash(chosen.algorithm)
  await hashFile(hash, wanted.target, stop)
  if (hash.digest('hex') !== chosen.hex) throw inTheWay(`has another ${chosen.type}`)
  return { file: wanted.target, size: info.size, verified: chosen.type, existed: true, resumedAt: 0 }
}

/** What a `.part` file belongs to. Without it, or with another one, the part is thrown away. */
type PartNote = { etag?: string; size?: number; checksum?: string }

const readNote = async (path: string): Promise<PartNote | undefined> => {
  try {
    const note: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof note === 'object' && note !== null ? note : undefined
  } catch {
    return undefined // none, or cut off: the part cannot be trusted
  }
}

export const MAX_ATTEMPTS = 6
const IDLE_MS = 60_000

/** Failures of the way, not of the file: the next attempt goes on where this one ended. */
export class Interruption extends Error {}

export const contentRange = (answer: Response): { start: number; total: number | undefined } | undefined => {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '')
  if (match === null) return undefined
  return { start: Number(match[1]), total: match[2] === '*' ? undefined : Number(match[2]) }
}

/**
 * Downloads to `<target>.part`, goes on from there after an interruption (Range with If-Range), verifies size and
 * checksum and only then gives the file its name. Never overwrites. Bytes that do not verify are removed.
 */
export const download = async (wanted: Wanted, source: Source, o: DownloadOptions): Promise<Fetched> => {
  if (await exists(wanted.target)) return await acceptExisting(wanted, o.stop)
  await mkdir(dirname(wanted.target), { recursive: true })
  const part = `${wanted.target}.part`
  const first = await fetchAndVerify(wanted, part, source, o)
  if (first.ok) return await finish(wanted, part, first)
  // A part of other bytes (or a damaged one) spoils the whole: one more time from the start, then it is the server's fault.
  const second = first.resumedAt > 0 ? await fetchAndVerify(wanted, part, source, o) : first
  if (second.ok) return await finish(wanted, part, second)
  throw new CliError(`${wanted.label}: ${second.reason}; the bytes were thrown away`, {
    hint: 'Try again; if it happens again, the stored file is damaged: tell whoever runs the server.',
  })
}

type Outcome =
  { ok: true; size: number; verified?: string; resumedAt: number } | { ok: false; reason: string; resumedAt: number }

const fetchAndVerify = async (wanted: Wanted, part: string, source: Source, o: DownloadOptions): Promise<Outcome> => {
  const chosen = chooseChecksum(wanted.checksums)
  const notePath = `${part}.json`
  let resumedAt: number | undefined
  for (let attempt = 1; ; attempt += 1) {
    try {
      const begun = await openPart(part, notePath, wanted)
      resumedAt ??= begun.offset
      if (wanted.size === undefined || begun.offset < wanted.size || begun.offset === 0) {
        const restarted = await transfer(wanted, part, notePath, begun, source, o)
        if (restarted) resumedAt = 0
      }
      break
    } catch (error) {
      if (!(error instanceof Interruption) || attempt >= MAX_ATTEMPTS || o.stop.aborted)
        throw asFailure(error, wanted, o.stop)
      await sleep((o.retryDelayMs ?? 500) * 2 ** (attempt - 1), undefined, { signal: o.stop })
    }
  }
  const { size } = await stat(part)
  const refuse = async (reason: string): Promise<Outcome> => {
    await rm(part, { force: true })
    await rm(notePath, { force: true })
    return { ok: false, reason, resumedAt }
  }
  if (wanted.size !== undefined && size !== wanted.size)
    return await refuse(`${size} bytes came instead of ${wanted.size}`)
  if (chosen !== undefined) {
    const hash = createHash(chosen.algorithm)
    await hashFile(hash, part, o.stop)
    const got = hash.digest('hex')
    if (got !== chosen.hex) return await refuse(`its ${chosen.type} is ${got} instead of ${chosen.hex}`)
  }
  return { ok: true, size, resumedAt, ...(chosen === undefined ? {} : { verified: chosen.type }) }
}

const asFailure = (error: unknown, wanted: Wanted, stop: AbortSignal): unknown => {
  if (stop.aborted) {
    return new CliError('Interrupted', {
      exitCode: EXIT.interrupted,
      hint: `What has come is kept in ${wanted.target}.part: the same command goes on from there.`,
    })
  }
  if (!(error instanceof Interruption)) return error
  return new CliError(`${wanted.label}: the download broke off ${MAX_ATTEMPTS} times (${error.message})`, {
    hint: `What has come is kept in ${wanted.target}.part: the same command goes on from there.`,
    cause: error,
  })
}

type Begun = { offset: number; note: PartNote }

const openPart = async (part: string, notePath: string, wanted: Wanted): Promise<Begun> => {
  const fresh: PartNote = {
    ...(wanted.size === undefined ? {} : { size: wanted.size }),
    ...((chosen) => (chosen === undefined ? {} : { checksum: `${chosen.type}:${chosen.hex}` }))(
      chooseChecksum(wanted.checksums),
    ),
  }
  const info = await lstat(part).catch(() => undefined)
  if (info !== undefined && !info.isFile())
    throw new CliError(`${part} is in the way and is no file`, { exitCode: EXIT.refused })
  const note = await readNote(notePath)
  const same = note !== undefined && note.size === fresh.size && note.checksum === fresh.checksum
  if (info === undefined || !same || (wanted.size !== undefined && info.size > wanted.size)) {
    await rm(part, { force: true })
    return { offset: 0, note: fresh }
  }
  // Without an ETag nothing tells a changed file from the old one, except the checksum at the end.
  return { offset: note.etag === undefined && note.checksum === undefined ? 0 : info.size, note }
}

/** True if the server sent the whole from the start although a range was asked for. */
const transfer = async (
  wanted: Wanted,
  part: string,
  notePath: string,
  begun: Begun,
  source: Source,
  o: DownloadOptions,
): Promise<boolean> => {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (begun.offset > 0) {
    headers['range'] = `bytes=${begun.offset}-`
    if (begun.note.etag !== undefined) headers['if-range'] = begun.note.etag
  }
  const answer = await openSource(source, headers, wanted, o.stop)
  if (answer.status === 416) {
    await answer.body?.cancel()
    await rm(part, { force: true })
    throw new Interruption('the server holds fewer bytes than had come')
  }
  const range = answer.status === 206 ? contentRange(answer) : undefined
  if (answer.status === 206 && range?.start !== begun.offset) {
    await answer.body?.cancel()
    await rm(part, { force: true })
    throw new Interruption('the server sent another range than was asked for')
  }
  const offset = answer.status === 206 ? begun.offset : 0
  const etag = answer.headers.get('etag') ?? undefined
  const { etag: _old, ...rest } = begun.note
  const note: PartNote = { ...rest, ...(etag === undefined || etag.startsWith('W/') ? {} : { etag }) } // If-Range takes strong ETags only
  await writeFile(notePath, JSON.stringify(note), { mode: 0o600 })
  const file = await open(part, offset > 0 ? 'r+' : 'w')
  try {
    await writeBody(answer, file, offset, wanted, o)
    await file.sync()
  } finally {
    await file.close()
  }
  return offset === 0
}

export const openSource = async (
  source: Source,
  headers: Record<string, string>,
  wanted: Pick<Wanted, 'label'>,
  stop: AbortSignal,
): Promise<Response> => {
  let answer: Response
  try {
    answer = await source(headers)
  } catch (error) {
    if (error instanceof CliError || stop.aborted || (error instanceof Error && 'status' in error)) throw error
    throw new Interruption('the connection failed', { cause: error })
  }
  if (answer.ok || answer.status === 416) return answer
  if (answer.status === 403 || answer.status === 429 || answer.status >= 500) {
    // 403: a link that ran out; the next attempt asks for a fresh one, and the server says no there if it means no.
    const wait = retryAfterSeconds(answer)
    await answer.body?.cancel()
    if (wait !== undefined) await sleep(Math.min(wait, 30) * 1000, undefined, { signal: stop })
    throw new Interruption(`HTTP ${answer.status}`)
  }
  const refused = await answerError(answer)
  refused.message = `${wanted.label}: ${refused.message}`
  throw refused
}

const writeBody = async (
  answer: Response,
  file: FileHandle,
  offset: number,
  wanted: Wanted,
  o: DownloadOptions,
): Promise<void> => {
  let position = offset
  o.onProgress?.(position)
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader()
  if (reader === undefined) return
  const idle = new AbortController()
  const cancel = (): void => {
    reader.cancel().catch(() => undefined) // the read below ends, which is what was wanted
  }
  const timer = setTimeout(() => {
    idle.abort()
    cancel()
  }, IDLE_MS)
  o.stop.addEventListener('abort', cancel)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      timer.refresh()
      if (wanted.size !== undefined && position + value.length > wanted.size) {
        throw new CliError(`${wanted.label}: the server sends more than the ${wanted.size} bytes that it declared`)
      }
      await file.write(value, 0, value.length, position)
      position += value.length
      o.onProgress?.(position)
    }
  } catch (error) {
    if (error instanceof CliError || isDiskError(error)) throw error
    throw new Interruption('the connection broke', { cause: error })
  } finally {
    clearTimeout(timer)
    o.stop.removeEventListener('abort', cancel)
    cancel()
    await file.truncate(position)
  }
  if (o.stop.aborted || idle.signal.aborted) throw new Interruption(`nothing came for ${IDLE_MS / 1000} s`)
  if (wanted.size !== undefined && position < wanted.size) throw new Interruption('the connection ended early')
}

const isDiskError = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  ['write', 'fsync', 'open'].includes(String(error.syscall)) &&
  'code' in error &&
  error.code !== 'ECONNRESET' &&
  error.code !== 'EPIPE'

/** link fails where the name exists, so a file made meanwhile is never overwritten. */
const finish = async (wanted: Wanted, part: string, outcome: Extract<Outcome, { ok: true }>): Promise<Fetched> => {
  try {
    await link(part, wanted.target)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST')
      throw new CliError(`${wanted.target} was made by somebody else meanwhile; the download is ${part}`, {
        exitCode: EXIT.refused,
      })
    await copyFile(part, wanted.target, constants.COPYFILE_EXCL) // file systems without hard links
  }
  await rm(part, { force: true })
  await rm(`${part}.json`, { force: true })
  const { ok: _ok, ...rest } = outcome
  return { file: wanted.target, existed: false, ...rest }
}

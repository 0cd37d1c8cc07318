import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { Checksum, TesInput } from '@biocloud/ga4gh-api'
import { scrub, type GuardedFetch } from '@biocloud/service-kit'
import { confinedList, confinedOpen, confinedStat } from '@biocloud/storage'
import { AttemptFault, FileForbidden } from './errors.ts'
import type { AttemptSpec } from './executors/executor.ts'
import type { RootedPath, Roots } from './roots.ts'

/** What a source gets besides the input. */
export type SourceContext = {
  attempt: AttemptSpec
  /** How messages name the input: `inputs[2].url`. */
  field: string
  signal: AbortSignal
  /** One line of system_logs. */
  note(line: string): void
  /** Bytes that were written; `isMoved` if they came over a network. Throws AttemptFault disk_full. */
  count(bytes: number, isMoved: boolean): void
}

/** A file under a temporary name: `commit` gives it its own, `abort` leaves nothing and does nothing after a commit. */
export type StagedFile = { handle: FileHandle; commit(): Promise<void>; abort(): Promise<void> }

/** Where the bytes go. `below` is the path under the input's own, '' for the input itself. */
export type StagingPlace = {
  file(below: string, isExecutable: boolean): Promise<StagedFile>
  directory(below: string): Promise<void>
  /** Of a file of this machine. */
  copy(below: string, from: string, isExecutable: boolean): Promise<void>
}

/** A place that inputs come from. Throws AttemptFault; `transient` ones are tried again. */
export type InputSource = {
  look(input: TesInput, context: SourceContext): Promise<'FILE' | 'DIRECTORY'>
  fetch(input: TesInput, type: 'FILE' | 'DIRECTORY', place: StagingPlace, context: SourceContext): Promise<void>
}

/** Errors of node:fs and storage, in words about the input. */
export const asFault = (error: unknown, what: string): AttemptFault => {
  if (error instanceof AttemptFault) return error
  const code = (error as { code?: unknown }).code
  // Of whatever a store or a client said no signature may get into a row.
  const message = scrub(error instanceof Error ? error.message : String(error))
  if (code === 'storage_not_found' || code === 'ENOENT')
    return new AttemptFault('input_missing', `${what} does not exist`, { cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'storage_full')
    return new AttemptFault('disk_full', `the disk of this server is full while ${what} was copied`, { cause: error })
  if (error instanceof FileForbidden || (error as { status?: unknown }).status === 403) {
    return new AttemptFault(
      'input_forbidden',
      error instanceof FileForbidden ? message : `${what} may not be read: ${message}`,
      { cause: error },
    )
  }
  return new AttemptFault('input_unavailable', `${what} could not be read: ${message}`, {
    cause: error,
    transient: true,
  })
}

/** `file://` and bare paths: below the roots, component by component, links never followed. */
export const createFileSource = (roots: Roots): InputSource => {
  const find = (input: TesInput, { attempt, field }: SourceContext): RootedPath =>
    roots.find(input.url ?? '', { owner: attempt.owner, runId: attempt.runId }, 'read', field)

  /** Through the handle: what was checked is what is copied. */
  const copyFrom = async (
    at: RootedPath,
    segments: readonly string[],
    below: string,
    place: StagingPlace,
    context: SourceContext,
  ): Promise<void> => {
    const handle = await confinedOpen(at.root, [...at.segments, ...segments])
    try {
      const { size, mode } = await handle.stat()
      context.count(size, false)
      await place.copy(below, `/proc/self/fd/${handle.fd}`, (mode & 0o111) !== 0)
    } finally {
      await handle.close()
    }
  }

  return {
    async look(input, context) {
      const what = `${context.field} (${input.url ?? ''})`
      try {
        const at = find(input, context)
        const found = await confinedStat(at.root, at.segments)
        if (found.isDirectory()) return 'DIRECTORY'
        if (found.isFile()) return 'FILE'
      } catch (error) {
        throw asFault(error, what)
      }
      throw new AttemptFault(
        'input_forbidden',
        `${what} is a link or a special file; only regular files and directories can be inputs`,
      )
    },
    async fetch(input, type, place, context) {
      const what = `${context.field} (${input.url ?? ''})`
      try {
        const at = find(input, context)
        if (type === 'FILE') {
          await copyFrom(at, [], '', place, context)
          return
        }
        for await (const entry of confinedList(at.root, at.segments, { recursive: true })) {
          context.signal.throwIfAborted()
          const below = entry.segments.join('/')
          if (entry.kind === 'directory') await place.directory(below)
          else if (entry.kind === 'file') await copyFrom(at, entry.segments, below, place, context)
          else
            context.note(
              `${context.field}: ${below} is a ${entry.kind === 'link' ? 'link' : 'special file'} and was left out`,
            )
        }
      } catch (error) {
        context.signal.throwIfAborted()
        throw asFault(error, what)
      }
    },
  }
}

const HASHES: Readonly<Record<string, string>> = {
  'sha-512': 'sha512',
  sha512: 'sha512',
  'sha-256': 'sha256',
  sha256: 'sha256',
  'sha-1': 'sha1',
  sha1: 'sha1',
  md5: 'md5',
}

/** The strongest checksum that can be verified here. */
const strongest = (checksums: readonly Checksum[]): { hash: Hash; expected: string; type: string } | undefined => {
  for (const wanted of ['sha512', 'sha256', 'sha1', 'md5']) {
    const found = checksums.find(({ type }) => HASHES[type.toLowerCase()] === wanted)
    if (found !== undefined)
      return { hash: createHash(wanted), expected: found.checksum.toLowerCase(), type: found.type }
  }
  return undefined
}

/** Streams an answer into its place; nothing has the input's name before size and checksum are right. */
export const download = async (
  answer: Response,
  place: StagingPlace,
  context: SourceContext,
  expected: { size?: number | undefined; checksums?: readonly Checksum[] | undefined },
  what: string,
): Promise<void> => {
  const file = await place.file('', false)
  const check = strongest(expected.checksums ?? [])
  let size = 0
  try {
    if (answer.body !== null) {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        size += chunk.byteLength
        context.count(chunk.byteLength, true)
        check?.hash.update(chunk)
        await file.handle.writeFile(chunk)
      }
    }
    if (expected.size !== undefined && size !== expected.size) {
      throw new AttemptFault('input_checksum', `${what} has ${size} bytes, where ${expected.size} were promised`, {
        transient: size < expected.size,
      })
    }
    if (check !== undefined && check.hash.digest('hex') !== check.expected) {
      throw new AttemptFault(
        'input_checksum',
        `${what} does not have its ${check.type} checksum: the bytes were changed on their way or in their store`,
      )
    }
    await file.commit()
  } finally {
    await file.abort()
  }
}

/** `https://`, through the guard: public hosts, or those that the operator listed. */
export const createHttpsSource = (fetch: GuardedFetch): InputSource => ({
  look: (input, { field }) =>
    input.type === 'DIRECTORY'
      ? Promise.reject(
          new AttemptFault('input_invalid', `${field} (${input.url ?? ''}): a directory cannot be read over https`),
        )
      : Promise.resolve('FILE'),
  async fetch(input, _type, place, context) {
    const what = `${context.field} (${input.url ?? ''})`
    try {
      const answer = await fetch('inputs', input.url ?? '', { signal: context.signal })
      if (!answer.ok) {
        await answer.body?.cancel()
        throw statusFault(answer.status, what)
      }
      const length = answer.headers.get('content-encoding') === null ? answer.headers.get('content-length') : null
      await download(answer, place, context, { size: length === null ? undefined : Number(length) }, what)
    } catch (error) {
      context.signal.throwIfAborted()
      if ((error as { code?: unknown }).code === 'outbound_refused') {
        throw new AttemptFault('input_forbidden', `${what}: ${error instanceof Error ? error.message : 'refused'}`, {
          cause: error,
        })
      }
      throw asFault(error, what)
    }
  },
})

/** What an HTTP status of a store means for the attempt. */
export const statusFault = (status: number, what: string): AttemptFault => {
  if (status === 404 || status === 410)
    return new AttemptFault('input_missing', `${what} does not exist (HTTP ${status})`)
  if (status === 401 || status === 403)
    return new AttemptFault('input_forbidden', `${what} may not be read (HTTP ${status})`)
  return new AttemptFault('input_unavailable', `${what} could not be read (HTTP ${status})`, {
    transient: status === 408 || status === 429 || status >= 500,
  })
}

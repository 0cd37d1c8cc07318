import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { confinedCreate } from '@biocloud/storage'
import { InvalidAttachment, RequestTooLarge } from './errors.ts'
import type { Limits } from './limits.ts'

/** One file of a run's tree, attached or fetched. `name` is relative, with `/` between folders. */
export type StoredFile = { name: string; size: number; sha256: string }

const MAX_SEGMENT_BYTES = 255
const MAX_NAME_BYTES = 4096
const RESERVED = ['.nextflow', '.snakemake', 'work']

// C0, DEL and C1: none of them belongs in a file name, and terminals and logs obey some of them.

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u
const LONE_SURROGATE = /\p{Surrogate}/u
const ENCODED_SEPARATOR = /%(?:2f|5c|2e|00)/iu

/** Why a name is refused, or undefined. Names are refused, never repaired (W13). */
export const nameProblem = (name: string): string | undefined => {
  if (name === '') return 'is empty'
  if (LONE_SURROGATE.test(name) || name.includes('\ufffd')) return 'is not valid Unicode'
  if (CONTROL.test(name)) return 'holds a control character'
  if (name.includes('\\')) return 'holds a backslash'
  if (name.startsWith('/')) return 'is absolute'
  if (/^[A-Za-z]:/u.test(name)) return 'starts with a drive letter'
  if (ENCODED_SEPARATOR.test(name)) return 'holds a percent-encoded dot, slash, backslash or NUL'
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`
  const segments = name.split('/')
  for (const segment of segments) {
    if (segment === '') return 'has an empty path segment'
    if (segment === '.' || segment === '..') return `has the path segment "${segment}"`
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      return `has a path segment of more than ${MAX_SEGMENT_BYTES} bytes`
  }
  const root = fold(segments[0] ?? '')
  if (RESERVED.includes(root) || root.startsWith('.command.')) return `lies under the reserved name "${segments[0]}"`
  return undefined
}

/** Names that a case-insensitive or normalising file system takes for one are one. */
const fold = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')

/** Remembers the names of one tree and refuses what cannot stand beside them. */
export const createNameRegister = (refuse: (name: string, problem: string) => Error) => {
  const files = new Map<string, string>()
  const folders = new Map<string, string>()
  return {
    /** Throws what `refuse` makes of the problem. */
    add(name: string): void {
      const problem = nameProblem(name)
      if (problem !== undefined) throw refuse(name, problem)
      const folded = fold(name)
      const same = files.get(folded)
      if (same !== undefined)
        throw refuse(name, same === name ? 'comes twice' : `differs from "${same}" only in case or Unicode form`)
      const folder = folders.get(folded)
      if (folder !== undefined) throw refuse(name, `is a file, and "${folder}" needs a folder of that name`)
      const segments = folded.split('/')
      for (let depth = 1; depth < segments.length; depth++) {
        const parent = segments.slice(0, depth).join('/')
        const file = files.get(parent)
        if (file !== undefined) throw refuse(name, `needs a folder where "${file}" is a file`)
        folders.set(parent, name)
      }
      files.set(folded, name)
    },
  }
}

const shown = (name: string): string => JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)

/** Streams the attachments of one request into a folder: exclusive create, links never followed (W14). */
export const createAttachmentWriter = (o: { folder: string; limits: Limits }) => {
  const names = createNameRegister(
    (name, problem) =>
      new InvalidAttachment(
        `workflow_attachment ${shown(name)}: the name ${problem}. Names are kept as sent: give a relative path below the workflow's folder.`,
      ),
  )
  const stored: StoredFile[] = []
  let total = 0
  return {
    stored: stored as readonly StoredFile[],
    /** For the body reader only. Throws InvalidAttachment, RequestTooLarge; then the caller removes the folder. */
    async write(name: string, content: Readable & { truncated?: boolean }): Promise<void> {
      names.add(name)
      const file = await confinedCreate(o.folder, name.split('/'), {
        exclusive: true,
        mode: 0o644,
        directoryMode: 0o755,
      })
      const hash = createHash('sha256')
      let size = 0
      try {
        for await (const chunk of content as AsyncIterable<Buffer>) {
          size += chunk.length
          total += chunk.length
          if (total > o.limits.attachmentsBytes) {
            throw new RequestTooLarge(
              `The attachments are larger than ${o.limits.attachmentsBytes} bytes together. Register large files in DRS and name them by their drs:// URI.`,
            )
          }
          hash.update(chunk)
          await file.handle.writeFile(chunk)
        }
        if (content.truncated === true || size > o.limits.attachmentBytes) {
          throw new RequestTooLarge(
            `workflow_attachment ${shown(name)} is larger than ${o.limits.attachmentBytes} bytes. Register it in DRS and name it by its drs:// URI.`,
          )
        }
        await file.commit()
      } catch (error) {
        await file.abort()
        throw error
      }
      stored.push({ name, size, sha256: hash.digest('hex') })
    },
  }
}

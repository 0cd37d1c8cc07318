import { copyFile, type FileHandle } from 'node:fs/promises'
import type { TesOutput, TesOutputFileLog } from '@biocloud/ga4gh-api'
import { confinedCreate, confinedList, confinedMkdir, confinedOpen, type Owner } from '@biocloud/storage'
import { normalise } from './container-path.ts'
import { AttemptFault, FileForbidden } from './errors.ts'
import type { AttemptSpec } from './executors/executor.ts'
import { isPattern } from './path-pattern.ts'
import type { RootedPath, Roots } from './roots.ts'
import { schemeOf } from './storage-urls.ts'
import type { TaskFile, TaskFiles } from './task-files.ts'

export type Uploaded = {
  outputs: TesOutputFileLog[]
  /** What turned out to be a directory, by declared path. */
  types: Record<string, 'FILE' | 'DIRECTORY'>
  notes: string[]
  /** Literal outputs that are not there (tes.md 1.6.4). */
  missing: string[]
  /** The upload that failed, if one did; those before it are listed. */
  fault?: AttemptFault
}

export type Upload = (attempt: AttemptSpec, files: TaskFiles, signal: AbortSignal) => Promise<Uploaded>

/** A store that outputs go to. Throws AttemptFault. */
type Sink = {
  put(url: string, field: string, source: FileHandle, isExecutable: boolean, attempt: AttemptSpec): Promise<void>
  directory(url: string, field: string, attempt: AttemptSpec): Promise<void>
}

/** The url of something below a url. `file://` URLs are percent-encoded, bare paths are not. */
export const urlBelow = (url: string, relative: string): string => {
  const rest = relative.split('/').filter((part) => part !== '')
  if (rest.length === 0) return url
  const encoded = url.startsWith('/')
    ? rest
    : rest.map((part) => encodeURIComponent(part).replaceAll('%2B', '+').replaceAll('%40', '@').replaceAll('%3A', ':'))
  return `${url.replace(/\/+$/, '')}/${encoded.join('/')}`
}

const asFault = (error: unknown, what: string): AttemptFault => {
  if (error instanceof AttemptFault) return error
  const message = error instanceof Error ? error.message : String(error)
  const { code, status } = error as { code?: unknown; status?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'storage_full')
    return new AttemptFault('disk_full', `${what}: the disk is full`, { cause: error })
  if (error instanceof FileForbidden || status === 403)
    return new AttemptFault('output_forbidden', error instanceof FileForbidden ? message : `${what}: ${message}`, {
      cause: error,
    })
  return new AttemptFault('upload_failed', `${what} could not be written: ${message}`, { cause: error })
}

/** `file://`: below the roots, under a temporary name until complete, owned by the owner of the run's folder or root. */
const createFileSink = (roots: Roots): Sink => {
  const find = (url: string, field: string, attempt: AttemptSpec): RootedPath =>
    roots.find(url, { owner: attempt.owner, runId: attempt.runId }, 'write', field)
  const ownership = async (at: RootedPath): Promise<{ owner?: Owner }> => {
    const owner = await roots.owner(at)
    return owner === undefined ? {} : { owner }
  }
  return {
    async put(url, field, source, isExecutable, attempt) {
      const at = find(url, field, attempt)
      const mode = isExecutable ? 0o755 : 0o644
      const file = await confinedCreate(at.root, at.segments, { mode, directoryMode: 0o755, ...(await ownership(at)) })
      try {
        // By handle on both sides: the kernel copies between what was checked, whatever happens to the names.
        await copyFile(`/proc/self/fd/${source.fd}`, `/proc/self/fd/${file.handle.fd}`)
        await file.handle.chmod(mode)
        await file.commit()
      } catch (error) {
        await file.abort()
        throw error
      }
    },
    async directory(url, field, attempt) {
      const at = find(url, field, attempt)
      await confinedMkdir(at.root, at.segments, { directoryMode: 0o755, ...(await ownership(at)) })
    },
  }
}

/** Writes the outputs of attempts (tes.md 1.5.6, 1.5.7, 1.6.3–1.6.5). `maxFiles` per output. */
export const createUploads = ({ roots, maxFiles }: { roots: Roots; maxFiles: number }): Upload => {
  const sinks: Readonly<Record<string, Sink>> = { file: createFileSink(roots) }

  return async (attempt, files, signal) => {
    const result: Uploaded = { outputs: [], types: {}, notes: [], missing: [] }

    const sinkOf = (output: TesOutput, field: string): Sink => {
      const scheme = schemeOf(output.url)
      const sink = Object.hasOwn(sinks, scheme) ? sinks[scheme] : undefined
      if (sink !== undefined) return sink
      throw new AttemptFault(
        'storage_not_configured',
        `${field}: this server has no storage configured for ${scheme}://`,
      )
    }

    const one = async (sink: Sink, source: TaskFile, path: string, url: string, field: string): Promise<void> => {
      signal.throwIfAborted()
      const handle = await confinedOpen(source.root, source.segments)
      try {
        const { size, mode } = await handle.stat()
        await sink.put(url, field, handle, (mode & 0o100) !== 0, attempt)
        result.outputs.push({ url, path, size_bytes: String(size) })
      } finally {
        await handle.close()
      }
    }

    const skipped = (path: string, why: string): void =>
      void result.notes.push(`the output ${path} was left out: ${why}`)

    /** All below a directory, flattened; links are followed only inside the task's mounts, and not in circles. */
    const tree = async (
      sink: Sink,
      directory: TaskFile,
      path: string,
      url: string,
      field: string,
      above: readonly string[],
      left: { entries: number },
    ): Promise<void> => {
      await sink.directory(url, field, attempt)
      const trail = [...above, directory.real]
      for await (const entry of confinedList(directory.root, directory.segments, { recursive: true })) {
        const below = entry.segments.join('/')
        const at = { path: `${path}/${below}`, url: urlBelow(url, below) }
        signal.throwIfAborted()
        // Folders and links count too: links to folders that hold links multiply, without a file among them.
        left.entries -= 1
        if (left.entries < 0)
          throw new AttemptFault(
            'too_many_files',
            `${field}: more than ${maxFiles} files, folders and links; pack them into an archive`,
          )
        if (entry.kind === 'directory') await sink.directory(at.url, field, attempt)
        else if (entry.kind === 'other') skipped(at.path, 'it is neither a file nor a directory')
        else if (entry.kind === 'file') {
          const source = { ...directory, segments: [...directory.segments, ...entry.segments] }
          await one(sink, source, at.path, at.url, field)
        } else {
          const target = await files.look(`${directory.real}/${below}`)
          if (typeof target === 'string')
            skipped(
              at.path,
              target === 'outside'
                ? 'it is a link that leads out of the mounts of the task'
                : 'it is a link to nothing',
            )
          else if (target.stat.isFile()) await one(sink, target, at.path, at.url, field)
          else if (!target.stat.isDirectory()) skipped(at.path, 'it is neither a file nor a directory')
          else if (
            trail.some((real) => real === target.real || real.startsWith(`${target.real}/`)) ||
            `${directory.real}/${below}`.startsWith(`${target.real}/`)
          )
            skipped(at.path, 'it is a link that leads back to a directory above it')
          else await tree(sink, target, at.path, at.url, field, trail, left)
        }
      }
    }

    const put = async (output: TesOutput, sink: Sink, path: string, url: string, field: string): Promise<void> => {
      const found = await files.look(path)
      if (found === 'missing') {
        result.missing.push(path)
        return
      }
      if (found === 'outside') skipped(path, 'it is a link that leads out of the mounts of the task')
      else if (found.stat.isFile()) await one(sink, found, path, url, field)
      else if (found.stat.isDirectory()) {
        // tes.md 1.5.7: an output typed FILE that is a directory is uploaded as a tree.
        result.types[output.path] = 'DIRECTORY'
        await tree(sink, found, path, url, field, [], { entries: maxFiles })
      } else skipped(path, 'it is neither a file nor a directory')
    }

    for (const [i, output] of attempt.outputs.entries()) {
      const field = `outputs[${i}].url`
      const path = normalise(output.path)
      try {
        const sink = sinkOf(output, field)
        if (!isPattern(output.path, output.path_prefix)) {
          result.types[output.path] ??= output.type ?? 'FILE'
          await put(output, sink, path, output.url, field)
          continue
        }
        const prefix = normalise(output.path_prefix ?? '')
        const matches = await files.glob(path, maxFiles)
        if (matches.length > maxFiles)
          throw new AttemptFault(
            'too_many_files',
            `outputs[${i}].path matches more than ${maxFiles} files; pack them into an archive`,
          )
        const before = result.missing.length
        for (const match of matches)
          await put(output, sink, match, urlBelow(output.url, match.slice(prefix === '/' ? 1 : prefix.length)), field)
        result.missing.length = before // a pattern that matches a dangling link misses nothing that was promised
        // spec#245: a wildcard that matches nothing never fails a task.
        if (matches.length === 0) result.notes.push(`outputs[${i}].path (${output.path}) matched nothing`)
      } catch (error) {
        signal.throwIfAborted()
        return { ...result, fault: asFault(error, `outputs[${i}] (${output.path})`) }
      }
    }
    return result
  }
}

import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { chown, link, lstat, mkdir, open, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import { errnoOf, Forbidden, fromErrno, NotFound, NotSupported } from './errors.ts'
import { checkName, segmentsOf } from './key.ts'

// Node has no openat(2). On Linux `/proc/self/fd/<n>/<name>` is the same thing: the kernel resolves <name> from the
// folder that is already open, so a part of the path that is swapped for a link after its check changes nothing.
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants
const O_PATH = 0o10000000 // not in node:fs; needs search permission only, so folders of mode 0711 can be passed

export interface Owner {
  uid: number
  gid: number
}

export interface CreateOptions {
  /** Fail with PreconditionFailed if the file exists; otherwise it is replaced. */
  exclusive?: boolean
  /** Default 0o600. */
  mode?: number
  /** For the parents that are made. Default 0o700. */
  directoryMode?: number
  /** Given to the file and the parents that are made; needs root. */
  owner?: Owner
}

/**
 * A file being written under a temporary name beside its place. Exactly one of `commit` and `abort` ends it. Write with
 * `writeAll` or `handle.writeFile`: a stream made from the handle keeps it open, and `commit` would wait for it for ever.
 */
export interface ConfinedFile {
  handle: FileHandle
  /** Flushes to the disk, gives the file its name and closes it. */
  commit(): Promise<Stats>
  /** Leaves nothing. */
  abort(): Promise<void>
}

export interface ConfinedEntry {
  /** From the folder that was listed. */
  segments: string[]
  kind: 'file' | 'directory' | 'link' | 'other'
  size: number
  modified: Date
  mode: number
  uid: number
  gid: number
}

const at = (folder: FileHandle, name: string): string => `/proc/self/fd/${folder.fd}/${name}`
const shown = (segments: readonly string[]): string => (segments.length === 0 ? 'the root' : segments.join('/'))

const openRoot = async (root: string): Promise<FileHandle> => {
  if (process.platform !== 'linux') {
    throw new NotSupported('confined file access needs Linux: it resolves paths through /proc/self/fd')
  }
  return open(root, O_PATH | O_DIRECTORY)
}

/** Opens one folder below another; a symbolic link is Forbidden whatever it points to. */
const step = async (folder: FileHandle, name: string): Promise<FileHandle> => {
  try {
    return await open(at(folder, name), O_PATH | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR') throw error
    const found = await lstat(at(folder, name))
    if (!found.isSymbolicLink()) throw error
    throw new Forbidden(`${name} is a symbolic link, which is never followed`, { cause: error })
  }
}

const makeStep = async (folder: FileHandle, name: string, o: CreateOptions): Promise<FileHandle> => {
  try {
    return await step(folder, name)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
  let made = false
  try {
    await mkdir(at(folder, name), { mode: o.directoryMode ?? 0o700 })
    made = true
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error // another writer was first: as good
  }
  const next = await step(folder, name)
  // Through the open folder, so that a link put in its place meanwhile is not what changes hands.
  if (made && o.owner !== undefined) await chown(`/proc/self/fd/${next.fd}`, o.owner.uid, o.owner.gid)
  return next
}

/** Runs `work` in the folder at `segments`, walking there one component at a time. */
const inFolder = async <T>(
  root: string,
  segments: readonly string[],
  work: (folder: FileHandle) => Promise<T>,
  make?: CreateOptions,
): Promise<T> => {
  segments.forEach(checkName)
  let folder: FileHandle | undefined
  try {
    folder = await openRoot(root)
    for (const name of segments) {
      const next: FileHandle = make === undefined ? await step(folder, name) : await makeStep(folder, name, make)
      await folder.close()
      folder = next
    }
    return await work(folder)
  } catch (error) {
    throw fromErrno(error, shown(segments))
  } finally {
    await folder?.close()
  }
}

const split = (segments: readonly string[]): { parents: readonly string[]; name: string } => {
  const name = segments.at(-1)
  if (name === undefined) throw new Forbidden('the path names the root itself', { code: 'path_refused' })
  checkName(name)
  return { parents: segments.slice(0, -1), name }
}

/** Throws the error of `work` as one of ours, named by the whole path. */
const named = async <T>(segments: readonly string[], work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw fromErrno(error, shown(segments))
  }
}

/** Opens a regular file for reading. Throws NotFound, Forbidden (links, folders, devices, pipes). The caller closes it. */
export const confinedOpen = async (root: string, segments: readonly string[]): Promise<FileHandle> => {
  const { parents, name } = split(segments)
  return inFolder(root, parents, (folder) =>
    named(segments, async () => {
      // O_NONBLOCK: opening a pipe would wait for its writer for ever.
      const handle = await open(at(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      const found = await handle.stat()
      if (found.isFile()) return handle
      await handle.close()
      throw new Forbidden(`${shown(segments)} is not a regular file`)
    }),
  )
}

/** What is at the path itself: a link is described, not followed. Throws NotFound, Forbidden. */
export const confinedStat = async (root: string, segments: readonly string[]): Promise<Stats> => {
  if (segments.length === 0) return inFolder(root, [], (folder) => lstat(at(folder, '.')))
  const { parents, name } = split(segments)
  return inFolder(root, parents, (folder) => named(segments, () => lstat(at(folder, name))))
}

/** Makes the folder and its parents; one that exists is success. Throws Forbidden where a link or a file is in the way. */
export const confinedMkdir = async (
  root: string,
  segments: readonly string[],
  o: Pick<CreateOptions, 'directoryMode' | 'owner'> = {},
): Promise<void> => inFolder(root, segments, () => Promise.resolve(), o)

/**
 * Begins a file below a root, making its parents. It has its name only after `commit`: readers see the old bytes or the
 * new ones, and a crash leaves at most a file named `.<random>.part`. Throws PreconditionFailed, Forbidden, Unavailable.
 */
export const confinedCreate = async (
  root: string,
  segments: readonly string[],
  o: CreateOptions = {},
): Promise<ConfinedFile> => {
  const { parents, name } = split(segments)
  const part = `.${randomBytes(12).toString('hex')}.part`
  return inFolder(
    root,
    parents,
    (folder) =>
      named(segments, async () => {
        // The folder stays open until the end: moving or linking its path elsewhere does not redirect the rename.
        const kept = await open(at(folder, '.'), O_RDONLY | O_DIRECTORY)
        try {
          const handle = await open(at(kept, part), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, o.mode ?? 0o600)
          try {
            if (o.owner !== undefined) await handle.chown(o.owner.uid, o.owner.gid)
          } catch (error) {
            await handle.close()
            await unlink(at(kept, part))
            throw error
          }
          return pending(kept, handle, { part, name, segments, exclusive: o.exclusive === true })
        } catch (error) {
          await kept.close()
          throw error
        }
      }),
    o,
  )
}

const pending = (
  folder: FileHandle,
  handle: FileHandle,
  file: { part: string; name: string; segments: readonly string[]; exclusive: boolean },
): ConfinedFile => {
  let ended = false
  const abort = async (): Promise<void> => {
    if (ended) return
    ended = true
    await handle.close().catch(() => undefined) // the writer may have closed it
    await unlink(at(folder, file.part)).catch(() => undefined) // renamed or already gone
    await folder.close()
  }
  return {
    handle,
    abort,
    async commit() {
      try {
        await handle.sync()
        const stat = await handle.stat()
        if (file.exclusive) {
          await link(at(folder, file.part), at(folder, file.name)) // fails with EEXIST, where rename would replace
          await unlink(at(folder, file.part))
        } else {
          await rename(at(folder, file.part), at(folder, file.name))
        }
        await folder.sync()
        ended = true
        await handle.close()
        await folder.close()
        return stat
      } catch (error) {
        await abort()
        throw fromErrno(error, shown(file.segments))
      }
    },
  }
}

/** Appends every chunk, each on the disk's way before the next is taken (back-pressure). */
export const writeAll = async (handle: FileHandle, body: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const chunk of body) await handle.writeFile(chunk) // at the current position, to the last byte
}

/** `confinedCreate`, all of `body`, `commit`; on any failure nothing is left. */
export const confinedWrite = async (
  root: string,
  segments: readonly string[],
  body: AsyncIterable<Uint8Array> | Uint8Array | string,
  o: CreateOptions = {},
): Promise<Stats> => {
  const file = await confinedCreate(root, segments, o)
  try {
    if (typeof body === 'string' || body instanceof Uint8Array) await file.handle.writeFile(body)
    else await writeAll(file.handle, body)
    return await file.commit()
  } catch (error) {
    await file.abort()
    throw fromErrno(error, shown(segments))
  }
}

const kindOf = (stat: Stats): ConfinedEntry['kind'] => {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'link' : 'other'
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/**
 * The tree below a folder, in byte order of its paths, a folder before what is in it; links are told and not followed.
 * `enter` may refuse a folder (by its segments from the listed one). Throws NotFound, Forbidden.
 */
export async function* confinedList(
  root: string,
  segments: readonly string[],
  o: { recursive?: boolean; enter?: (segments: readonly string[]) => boolean } = {},
): AsyncGenerator<ConfinedEntry> {
  const here: ConfinedEntry[] = await inFolder(root, segments, async (folder) => {
    const names = await readdir(at(folder, '.'))
    const found: ConfinedEntry[] = []
    for (const name of names) {
      try {
        const stat = await lstat(at(folder, name))
        const { size, mtime: modified, mode, uid, gid } = stat
        found.push({ segments: [name], kind: kindOf(stat), size, modified, mode, uid, gid })
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error // removed since it was listed
      }
    }
    return found
  })
  // `a/b` sorts after `a.txt`: a folder stands where its contents do.
  const sortName = (entry: ConfinedEntry): string =>
    entry.kind === 'directory' ? `${entry.segments[0]}/` : `${entry.segments[0]}`
  here.sort((a, b) => byteOrder(sortName(a), sortName(b)))
  for (const entry of here) {
    yield entry
    if (entry.kind !== 'directory' || o.recursive === false || o.enter?.(entry.segments) === false) continue
    const nested = {
      ...(o.enter === undefined
        ? {}
        : { enter: (below: readonly string[]) => o.enter?.([...entry.segments, ...below]) ?? true }),
    }
    try {
      for await (const below of confinedList(root, [...segments, ...entry.segments], nested)) {
        yield { ...below, segments: [...entry.segments, ...below.segments] }
      }
    } catch (error) {
      if (!(error instanceof NotFound)) throw error // removed, or swapped for something else, since it was listed
    }
  }
}

/** Removes a file, a link (not what it points to) or a whole tree. Absent = success. */
export const confinedRemove = async (root: string, segments: readonly string[]): Promise<void> => {
  const { parents, name } = split(segments)
  try {
    await inFolder(root, parents, (folder) => named(segments, () => removeIn(folder, name)))
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
  }
}

const removeIn = async (folder: FileHandle, name: string): Promise<void> => {
  let inner: FileHandle
  try {
    inner = await open(at(folder, name), O_PATH | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') return
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error
    await unlinkIfThere(folder, name)
    return
  }
  try {
    for (const below of await readdir(at(inner, '.'))) await removeIn(inner, below)
  } finally {
    await inner.close()
  }
  await rmdir(at(folder, name)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error
  })
}

const unlinkIfThere = async (folder: FileHandle, name: string): Promise<void> => {
  await unlink(at(folder, name)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error
  })
}

export { segmentsOf }

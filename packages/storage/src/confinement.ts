import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { link, lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises'
import { at, inFolder, named, shown, split, type CreateOptions } from './confined-folder.ts'
import { removeTree } from './confined-tree.ts'
import { Forbidden, fromErrno } from './errors.ts'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants

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

/**
 * Gives a regular file another place on the same file system, replacing a file that is there. Both folders are walked and
 * kept open, so nothing outside the two roots can be moved or replaced. Throws NotFound, Forbidden.
 */
export const confinedMove = async (
  from: { root: string; segments: readonly string[] },
  to: { root: string; segments: readonly string[] },
  o: Pick<CreateOptions, 'directoryMode' | 'owner'> = {},
): Promise<void> => {
  const source = split(from.segments)
  const target = split(to.segments)
  await inFolder(from.root, source.parents, (here) =>
    named(from.segments, async () => {
      const before = await lstat(at(here, source.name))
      if (!before.isFile()) throw new Forbidden(`${shown(from.segments)} is not a regular file`)
      await inFolder(
        to.root,
        target.parents,
        async (there) => {
          await rename(at(here, source.name), at(there, target.name))
          const after = await lstat(at(there, target.name))
          if (after.ino === before.ino && after.dev === before.dev) return
          await removeTree(there, target.name)
          throw new Forbidden(`${shown(from.segments)} was changed while it was moved`)
        },
        o,
      )
    }),
  )
}

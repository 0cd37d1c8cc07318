import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, open, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import { at, inFolder, named, O_PATH, shown, split, step } from './confined-folder.ts'
import { errnoOf, Forbidden, fromErrno, NotFound } from './errors.ts'

const { O_DIRECTORY, O_NOFOLLOW } = constants

/** Deeper trees are refused when listed: whoever stages or uploads one pays for every level of every path. */
const MAX_LEVELS = 256
/** PATH_MAX of Linux: no program can name a longer one. */
const MAX_PATH = 4096
/** A folder is kept open at every so many levels: between two of them a listing walks again, so descriptors stay few. */
const KEEP_EVERY = 16
/** A deeper tree is removed piece by piece: so many descriptors at most are open for one removal. */
const REMOVE_LEVELS = 64

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

const kindOf = (stat: Stats): ConfinedEntry['kind'] => {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'link' : 'other'
}

const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const entriesOf = async (folder: FileHandle, above: readonly string[]): Promise<ConfinedEntry[]> => {
  const found: ConfinedEntry[] = []
  for (const name of await readdir(at(folder, '.'))) {
    try {
      const stat = await lstat(at(folder, name))
      const { size, mtime: modified, mode, uid, gid } = stat
      found.push({ segments: [...above, name], kind: kindOf(stat), size, modified, mode, uid, gid })
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error // removed since it was listed
    }
  }
  // `a/b` sorts after `a.txt`: a folder stands where its contents do.
  const sortName = ({ kind, segments }: ConfinedEntry): string =>
    kind === 'directory' ? `${segments.at(-1)}/` : `${segments.at(-1)}`
  return found.sort((a, b) => byteOrder(sortName(a), sortName(b)))
}

/** Walks down from an open folder without following links; the caller closes what it gets. */
const descend = async (from: FileHandle, names: readonly string[]): Promise<FileHandle> => {
  let folder: FileHandle | undefined
  for (const name of names) {
    const next: FileHandle = await step(folder ?? from, name).finally(() => folder?.close())
    folder = next
  }
  return folder ?? open(at(from, '.'), O_PATH | O_DIRECTORY)
}

const checkDepth = (segments: readonly string[]): void => {
  if (segments.length > MAX_LEVELS || Buffer.byteLength(segments.join('/')) > MAX_PATH) {
    throw new Forbidden(
      `a folder lies ${segments.length} levels deep; at most ${MAX_LEVELS} levels and ${MAX_PATH} bytes of path are read`,
      { code: 'path_refused' },
    )
  }
}

/**
 * The tree below a folder, in byte order of its paths, a folder before what is in it; links are told and not followed.
 * `enter` may refuse a folder (by its segments from the listed one). Throws NotFound, Forbidden (also for a tree of more
 * than 256 levels). Costs time in proportion to the tree, and one descriptor for every 16 levels.
 */
export async function* confinedList(
  root: string,
  segments: readonly string[],
  o: { recursive?: boolean; enter?: (segments: readonly string[]) => boolean } = {},
): AsyncGenerator<ConfinedEntry> {
  const top = await inFolder(root, segments, (folder) => open(at(folder, '.'), O_PATH | O_DIRECTORY))
  const kept: { folder: FileHandle; level: number }[] = [{ folder: top, level: 0 }]
  const levels: { entries: ConfinedEntry[]; next: number }[] = []
  try {
    levels.push({ entries: await entriesOf(top, []), next: 0 })
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const entry = level.entries[level.next++]
      if (entry === undefined) {
        levels.pop()
        // What is kept below the level that goes on is of no use any more.
        while (kept.length > 1 && (kept.at(-1)?.level ?? 0) >= levels.length) await kept.pop()?.folder.close()
        continue
      }
      yield entry
      if (entry.kind !== 'directory' || o.recursive === false || o.enter?.(entry.segments) === false) continue
      checkDepth(entry.segments)
      const base = kept.at(-1) ?? { folder: top, level: 0 }
      let folder: FileHandle | undefined
      try {
        folder = await descend(base.folder, entry.segments.slice(base.level))
        levels.push({ entries: await entriesOf(folder, entry.segments), next: 0 })
        if (entry.segments.length - base.level >= KEEP_EVERY) {
          kept.push({ folder, level: entry.segments.length })
          folder = undefined
        }
      } catch (error) {
        const told = fromErrno(error, shown([...segments, ...entry.segments]))
        if (!(told instanceof NotFound)) throw told // removed, or swapped for a file, since it was listed
      } finally {
        await folder?.close()
      }
    }
  } catch (error) {
    throw fromErrno(error, shown(segments))
  } finally {
    for (const { folder } of kept) await folder.close()
  }
}

/** Removes a file, a link (not what it points to) or a whole tree of any depth. Absent = success. */
export const confinedRemove = async (root: string, segments: readonly string[]): Promise<void> => {
  const { parents, name } = split(segments)
  try {
    await inFolder(root, parents, (folder) => named(segments, () => removeTree(folder, name)))
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
  }
}

const absentIsSuccess = async (work: Promise<void>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error
  })
}

/** A folder, or undefined where something else (now removed) or nothing is. */
const openFolder = async (folder: FileHandle, name: string): Promise<FileHandle | undefined> => {
  try {
    return await open(at(folder, name), O_PATH | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') return undefined
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error
    await absentIsSuccess(unlink(at(folder, name)))
    return undefined
  }
}

/** Of any depth, in an open folder. Absent = success. */
export const removeTree = async (parent: FileHandle, name: string): Promise<void> => {
  const top = await openFolder(parent, name)
  if (top === undefined) return
  try {
    // What lies too deep is moved up into the top folder, and goes in the next round.
    const moved: string[] = []
    const tooDeep = async (folder: FileHandle, below: string): Promise<void> => {
      const raised = `.${randomBytes(12).toString('hex')}.gone`
      await rename(at(folder, below), at(top, raised))
      moved.push(raised)
    }
    const names = await readdir(at(top, '.'))
    for (let below = names.pop(); below !== undefined; below = names.pop() ?? moved.pop()) {
      await removeBelow(top, below, 1, tooDeep)
    }
  } finally {
    await top.close()
  }
  await absentIsSuccess(rmdir(at(parent, name)))
}

const removeBelow = async (
  folder: FileHandle,
  name: string,
  level: number,
  tooDeep: (folder: FileHandle, name: string) => Promise<void>,
): Promise<void> => {
  const inner = await openFolder(folder, name)
  if (inner === undefined) return
  try {
    if (level >= REMOVE_LEVELS) {
      await tooDeep(folder, name)
      return
    }
    for (const below of await readdir(at(inner, '.'))) await removeBelow(inner, below, level + 1, tooDeep)
  } finally {
    await inner.close()
  }
  await absentIsSuccess(rmdir(at(folder, name)))
}

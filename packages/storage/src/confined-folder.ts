import { constants } from 'node:fs'
import { chown, lstat, mkdir, open, type FileHandle } from 'node:fs/promises'
import { errnoOf, Forbidden, fromErrno, NotSupported } from './errors.ts'
import { checkName } from './key.ts'

// Node has no openat(2). On Linux `/proc/self/fd/<n>/<name>` is the same thing: the kernel resolves <name> from the
// folder that is already open, so a part of the path that is swapped for a link after its check changes nothing.
const { O_DIRECTORY, O_NOFOLLOW } = constants
export const O_PATH = 0o10000000 // not in node:fs; needs search permission only, so folders of mode 0711 can be passed

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

export const at = (folder: FileHandle, name: string): string => `/proc/self/fd/${folder.fd}/${name}`
export const shown = (segments: readonly string[]): string => (segments.length === 0 ? 'the root' : segments.join('/'))

const openRoot = async (root: string): Promise<FileHandle> => {
  if (process.platform !== 'linux') {
    throw new NotSupported('confined file access needs Linux: it resolves paths through /proc/self/fd')
  }
  return open(root, O_PATH | O_DIRECTORY)
}

/** Opens one folder below another; a symbolic link is Forbidden whatever it points to. */
export const step = async (folder: FileHandle, name: string): Promise<FileHandle> => {
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
export const inFolder = async <T>(
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

export const split = (segments: readonly string[]): { parents: readonly string[]; name: string } => {
  const name = segments.at(-1)
  if (name === undefined) throw new Forbidden('the path names the root itself', { code: 'path_refused' })
  checkName(name)
  return { parents: segments.slice(0, -1), name }
}

/** Throws the error of `work` as one of ours, named by the whole path. */
export const named = async <T>(segments: readonly string[], work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw fromErrno(error, shown(segments))
  }
}

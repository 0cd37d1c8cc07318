import { mkdir, realpath } from 'node:fs/promises'
import { confinedStat, NotFound, segmentsOf, type Owner } from '@biocloud/storage'
import { FileForbidden } from './errors.ts'

/** A folder that `file://` inputs and outputs of tasks may use (tes.md §3). `/` is never one. */
export type RootSetting = {
  path: string
  mode: 'ro' | 'rw'
  /** `run`: the first component below it must be the caller's run id; a person's own token never matches. */
  kind: 'plain' | 'run'
  /** Identity keys that may use it; absent: everybody who may create tasks. */
  owners?: readonly string[] | undefined
}

/** Who a task belongs to, as far as files are concerned. */
export type FileUser = { owner: string; runId?: string | undefined }
export type RootedPath = { root: string; segments: string[]; kind: 'plain' | 'run' }

type Root = RootSetting & { real: string }

/** The absolute path that a `file://` URL or a bare path names. Throws FileForbidden. */
export const filePath = (url: string): string => {
  if (url.startsWith('/')) return url // Nextflow sends bare paths: not percent-encoded
  const found = /^file:\/\/(localhost)?(\/.*)$/i.exec(url)
  if (found === null)
    throw new FileForbidden('a file:// URL has three slashes and an absolute path: file:///folder/name')
  try {
    return decodeURIComponent(found[2] ?? '')
  } catch {
    throw new FileForbidden('the file:// URL holds a percent sign that encodes nothing (write %25 for the sign itself)')
  }
}

const below = (folder: string, path: string): string | undefined =>
  path === folder ? '' : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined

/** Opens every root. Throws if one is missing, so that the boot fails and not the first task. */
export const createRoots = async (settings: readonly RootSetting[], o: { dataDir?: string } = {}) => {
  const roots: Root[] = []
  const data = o.dataDir === undefined ? undefined : await realpath(o.dataDir)
  for (const setting of settings) {
    // The folder of runs belongs to WES: where there is none yet, it is made as WES makes it.
    if (setting.kind === 'run') await mkdir(setting.path, { recursive: true, mode: 0o711 })
    const real = await realpath(setting.path)
    if (real === '/') throw new Error('roots: / can never be a root for the files of tasks')
    if (
      setting.kind === 'plain' &&
      data !== undefined &&
      (below(data, real) !== undefined || below(real, data) !== undefined)
    ) {
      throw new Error(
        `roots: ${setting.path} overlaps the data folder ${data}: tasks could read protected objects past their visas`,
      )
    }
    roots.push({ ...setting, path: setting.path.replace(/\/+$/, ''), real })
  }
  // The deepest first: a root inside another has rules of its own.
  roots.sort((a, b) => b.path.length - a.path.length)

  const isOpenTo = (root: Root, user: FileUser): boolean =>
    (root.owners === undefined || root.owners.includes(user.owner)) &&
    (root.kind === 'plain' || user.runId !== undefined)

  const prefixes = (user: FileUser, need: 'read' | 'write'): string[] =>
    roots
      .filter((root) => isOpenTo(root, user) && (need === 'read' || root.mode === 'rw'))
      .map((root) => `file://${root.path}/${root.kind === 'run' ? `${user.runId ?? ''}/` : ''}`)

  return {
    /** URL prefixes that really work for this caller (tes.md 1.2.2). */
    prefixes: (user: FileUser): string[] => prefixes(user, 'read'),

    /** Where a URL lies below a root of the caller's. Text only: nothing on the disk is looked at. Throws FileForbidden. */
    find(url: string, user: FileUser, need: 'read' | 'write', field: string): RootedPath {
      const refuse = (why: string): FileForbidden => {
        const allowed = prefixes(user, need)
        return new FileForbidden(
          `${field}: ${why}. Tasks of yours may ${need} below ${allowed.length === 0 ? 'no folder: this server has no root for you' : allowed.join(', ')}`,
        )
      }
      let path: string
      try {
        path = filePath(url)
      } catch (error) {
        throw refuse(error instanceof Error ? error.message : 'it is not a file:// URL')
      }
      if (path.includes('\0')) throw refuse('the path holds a NUL character')
      if (path.split('/').includes('..')) throw refuse('the path holds ".."')
      const plain = `/${path
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')}`
      for (const root of roots) {
        const relative = below(root.path, plain) ?? below(root.real, plain)
        if (relative === undefined) continue
        if (!isOpenTo(root, user)) break
        if (need === 'write' && root.mode !== 'rw') throw refuse(`${root.path} is read-only for tasks`)
        const segments = relative === '' ? [] : segmentsOf(relative)
        if (root.kind === 'run' && segments[0] !== user.runId) throw refuse('it lies in the folder of another run')
        return { root: root.real, segments, kind: root.kind }
      }
      throw refuse('it lies outside the folders of this server that tasks may use')
    },

    /** Who shall own what is written there: the owner of the run's part that it lies in (`work/`), or of the root. Only root can give files away. */
    async owner(at: RootedPath): Promise<Owner | undefined> {
      if (process.getuid?.() !== 0) return undefined
      // The run's folder itself is the server's: who owned it could put a link in place of a part.
      const part = await confinedStat(at.root, at.kind === 'run' ? at.segments.slice(0, 2) : []).catch(
        (error: unknown) => {
          if (error instanceof NotFound) return confinedStat(at.root, at.segments.slice(0, 1))
          throw error
        },
      )
      return { uid: part.uid, gid: part.gid }
    },
  }
}

export type Roots = Awaited<ReturnType<typeof createRoots>>

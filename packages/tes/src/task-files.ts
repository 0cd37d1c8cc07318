import type { Stats } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { confinedList, confinedStat, Forbidden, NotFound } from '@biocloud/storage'
import { isWithin, normalise, parentOf } from './container-path.ts'
import type { AttemptFolder } from './executors/attempt-folder.ts'
import { locate, type MountPlan } from './mount-plan.ts'
import { hasWildcard, literalParent, matchComponent, unescape } from './path-pattern.ts'

/**
 * What a task left behind, seen by the paths of its containers. Read only when none of its containers runs. Links are
 * resolved here, by hand, inside the task's own mounts: nothing is read by following a link out (tes.md 1.6.5).
 */
export type TaskFile = {
  /** Where it really is, in the container's terms, after links. */
  real: string
  /** A folder on this machine and the path below it, for confined reading. */
  root: string
  segments: string[]
  stat: Stats
}
export type Looked = TaskFile | 'missing' | 'outside'

const MAX_LINKS = 40

export const createTaskFiles = (
  folder: AttemptFolder,
  plan: MountPlan,
  streams: ReadonlyMap<string, { root: string; segments: string[] }>,
  copied: readonly string[],
) => {
  const place = (path: string): { root: string; segments: string[] } | undefined => {
    const held = locate(plan.directories, path)
    if (held !== undefined)
      return { root: folder.data(held.index), segments: held.relative === '' ? [] : held.relative.split('/') }
    return streams.get(path)
  }
  /** Copied out by the launcher: only what was declared, and only where no mount holds it. */
  const placesOf = (path: string): { root: string; segments: string[] }[] => {
    const found = place(path)
    if (found !== undefined) return [found]
    const isDeclared = plan.copyOut.some((entry) =>
      isWithin(entry.pattern ? literalParent(entry.path) : entry.path, path),
    )
    return isDeclared ? copied.map((root) => ({ root, segments: path.split('/').filter((part) => part !== '') })) : []
  }

  /** No link on the way is followed: a part of the path that is one reads as missing here, and is resolved by `look`. */
  const statAt = async (at: { root: string; segments: string[] }): Promise<Stats | undefined> => {
    try {
      return await confinedStat(at.root, at.segments)
    } catch (error) {
      if (error instanceof NotFound || error instanceof Forbidden) return undefined
      throw error
    }
  }

  /** Where `path` leads, each link on its way resolved inside the mounts. */
  const look = async (path: string): Promise<Looked> => {
    let left = normalise(path)
      .split('/')
      .filter((part) => part !== '')
    let at = '/'
    let links = 0
    let last: TaskFile | undefined
    while (left.length > 0) {
      const name = left[0] ?? ''
      left = left.slice(1)
      if (name === '..') {
        at = parentOf(at)
        last = undefined
        continue
      }
      if (name === '.') continue
      const next = at === '/' ? `/${name}` : `${at}/${name}`
      const places = placesOf(next)
      if (places.length === 0) {
        // Above a mount: a directory of the image, which only leads to mounts.
        const leads = [...plan.directories, ...plan.copyOut.map((entry) => entry.path), ...streams.keys()].some(
          (directory) => isWithin(next, directory),
        )
        if (!leads) return links > 0 ? 'outside' : 'missing'
        at = next
        last = undefined
        continue
      }
      let found: TaskFile | undefined
      for (const candidate of places) {
        const stat = await statAt(candidate)
        if (stat !== undefined) {
          found = { real: next, ...candidate, stat }
          break
        }
      }
      if (found === undefined) return 'missing'
      if (found.stat.isSymbolicLink()) {
        links += 1
        if (links > MAX_LINKS) return 'missing'
        const target = await readlink(join(found.root, ...found.segments))
        left = [...target.split('/').filter((part) => part !== ''), ...left]
        if (target.startsWith('/')) at = '/'
        last = undefined
        continue
      }
      at = next
      last = found
    }
    if (last !== undefined) return last
    const [only] = placesOf(at)
    const stat = only === undefined ? undefined : await statAt(only)
    if (only !== undefined && stat !== undefined) return { real: at, ...only, stat }
    return links > 0 ? 'outside' : 'missing'
  }

  const names = async (directory: string): Promise<string[]> => {
    const found = await look(directory)
    if (typeof found === 'string' || !found.stat.isDirectory()) return []
    const listed: string[] = []
    for await (const entry of confinedList(found.root, found.segments, { recursive: false }))
      listed.push(entry.segments[0] ?? '')
    return listed
  }

  /** Paths that match a pattern, in byte order. Patterns never cross a slash. */
  const glob = async (pattern: string, limit: number): Promise<string[]> => {
    const base = literalParent(pattern)
    const rest = pattern.split('/').slice(base === '/' ? 1 : base.split('/').length)
    let matches = [base]
    for (const component of rest) {
      const next: string[] = []
      for (const directory of matches) {
        const child = (name: string): string => (directory === '/' ? `/${name}` : `${directory}/${name}`)
        if (!hasWildcard(component)) {
          if ((await look(child(unescape(component)))) !== 'missing') next.push(child(unescape(component)))
          continue
        }
        for (const name of await names(directory)) {
          if (matchComponent(component, name)) next.push(child(name))
          if (next.length > limit) return next
        }
      }
      matches = next
    }
    return matches
  }

  return { look, names, glob }
}
export type TaskFiles = ReturnType<typeof createTaskFiles>

import { isWithin, normalise, parentOf, relativeTo } from './container-path.ts'
import { literalParent } from './path-pattern.ts'

/** Where the launcher lives in every container; its ancestors are never mounted over. */
export const LAUNCHER_HOME = '/.biocloud'

/** What a task wants to see at which path (tes.md 4.3). Types are known: staging has looked. */
export type Wishes = {
  inputs: readonly { path: string; type: 'FILE' | 'DIRECTORY' }[]
  /** `pattern`: the path holds wildcards. A directory output, or a literal one whose type is not yet known. */
  outputs: readonly { path: string; type?: 'FILE' | 'DIRECTORY' | undefined; pattern: boolean }[]
  volumes: readonly string[]
  executors: readonly {
    stdin?: string | undefined
    stdout?: string | undefined
    stderr?: string | undefined
    workdir?: string | undefined
  }[]
}

export type MountPlan = {
  /** Fresh writable directories, each mounted at its path; none lies below another. Sorted. */
  directories: string[]
  /** Input files whose directory may not be mounted: each is mounted alone, read-only. */
  loneFiles: string[]
  /** Output paths that no mount can hold: the launcher copies them out when an executor has ended. */
  copyOut: { path: string; pattern: boolean }[]
  /** Directories to create below the mounted ones, so that a command finds the parents of what it shall write. */
  make: string[]
}

const SYSTEM_DIRECTORIES = ['/bin', '/sbin', '/usr', '/etc', '/proc', '/sys', '/dev']
const PROGRAM_DIRECTORIES = ['/usr/bin', '/usr/sbin', '/usr/libexec', '/usr/local', '/usr/local/bin', '/usr/local/sbin']
const LIBRARIES = /^(\/usr|\/usr\/local)?\/lib(32|64|x32|exec)?$/

/** A mount at one of these would hide the image's programs, or the launcher (tes.md 4.3.2). */
export const mayMount = (directory: string): boolean =>
  directory !== '/' &&
  !SYSTEM_DIRECTORIES.includes(directory) &&
  !PROGRAM_DIRECTORIES.includes(directory) &&
  !LIBRARIES.test(directory) &&
  !isWithin(directory, LAUNCHER_HOME) &&
  !isWithin(LAUNCHER_HOME, directory)

/** The fewest directories that hold all wanted ones: one that has an ancestor in the set is dropped. */
const minimal = (wanted: Iterable<string>): string[] => {
  const kept: string[] = []
  for (const directory of [...new Set(wanted)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    if (!kept.some((above) => isWithin(above, directory))) kept.push(directory)
  }
  return kept.sort()
}

/** The mounted directory that holds `path`, and the path below it. */
export const locate = (
  directories: readonly string[],
  path: string,
): { directory: string; index: number; relative: string } | undefined => {
  const index = directories.findIndex((directory) => isWithin(directory, path))
  const directory = directories[index]
  return directory === undefined ? undefined : { directory, index, relative: relativeTo(directory, path) }
}

/** Pure: the same wishes give the same plan, in whatever order they come. */
export const planMounts = (wishes: Wishes): MountPlan => {
  const wanted: string[] = []
  const make: string[] = []
  const want = (directory: string): void => {
    if (mayMount(directory)) wanted.push(directory)
    make.push(directory)
  }
  for (const input of wishes.inputs) {
    const path = normalise(input.path)
    want(input.type === 'DIRECTORY' ? path : parentOf(path))
  }
  for (const output of wishes.outputs) {
    if (output.pattern) want(literalParent(normalise(output.path)))
    else if (output.type === 'DIRECTORY') want(normalise(output.path))
    else want(parentOf(normalise(output.path)))
  }
  for (const volume of wishes.volumes) want(normalise(volume))
  for (const executor of wishes.executors) {
    for (const stream of [executor.stdin, executor.stdout, executor.stderr]) {
      if (stream !== undefined) want(parentOf(normalise(stream)))
    }
  }
  const directories = minimal(wanted)
  const isHeld = (path: string): boolean => directories.some((directory) => isWithin(directory, path))

  const loneFiles = wishes.inputs
    .filter((input) => input.type === 'FILE' && !isHeld(normalise(input.path)))
    .map((input) => normalise(input.path))
  const copyOut = wishes.outputs
    .map((output) => ({ path: normalise(output.path), pattern: output.pattern }))
    .filter(({ path, pattern }) => !isHeld(pattern ? literalParent(path) : path))

  // workdir, only if it is equal to or below a mounted directory: the engine would create it as root.
  for (const { workdir } of wishes.executors) if (workdir !== undefined) make.push(normalise(workdir))
  return {
    directories,
    loneFiles: [...new Set(loneFiles)].sort(),
    copyOut: [...new Map(copyOut.map((entry) => [entry.path, entry])).values()].sort((a, b) =>
      a.path < b.path ? -1 : 1,
    ),
    make: [...new Set(make.filter(isHeld))].sort(),
  }
}

import { chmod, chown, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { confinedRemove } from '@biocloud/storage'
import type { MountPlan } from '../mount-plan.ts'

/** What staging found out and did, on disk: its presence means that the inputs are complete. */
export type StagedPlan = {
  plan: MountPlan
  types: Record<string, 'FILE' | 'DIRECTORY'>
  bytesLocal: number
  bytesMoved: number
  notes: string[]
  /** Where the launcher of each executor writes its streams: segments below this folder. */
  streams: { stdout: string[]; stderr: string[] }[]
}

/**
 * The folder of one attempt below the data root: `plan.json`, `data/<i>` (mounted directories), `files/<i>` (lone inputs),
 * `control/<n>` (the launcher's), `logs/<n>.<stream>` (kept after the rest).
 */
export type AttemptFolder = ReturnType<typeof createAttemptFolder>
export type FileOwner = { uid: number; gid: number } | undefined

export const createAttemptFolder = (root: string, name: string, owner: FileOwner) => {
  const path = join(root, name)
  const give = async (target: string): Promise<void> => {
    if (owner !== undefined) await chown(target, owner.uid, owner.gid)
  }
  /** A task may nest folders deeper than any path can say: then by descriptors. */
  const removeDeep = async (part: string): Promise<void> => {
    try {
      await rm(join(path, part), { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw error
      await confinedRemove(root, [name, part])
    }
  }
  const removeParts = async (): Promise<void> => {
    for (const part of await readdir(path).catch(() => [])) await removeDeep(part)
    await rm(path, { recursive: true, force: true })
  }
  return {
    name,
    path,
    owner,
    data: (i: number): string => join(path, 'data', String(i)),
    loneFile: (i: number): string => join(path, 'files', String(i)),
    control: (n: number): string => join(path, 'control', String(n)),
    logFile: (n: number, stream: 'stdout' | 'stderr'): string => join(path, 'logs', `${n}.${stream}`),
    logs: join(path, 'logs'),
    give,

    /** Nothing of an earlier, unfinished staging stays. */
    async clear(): Promise<void> {
      await removeParts()
      await mkdir(path, { recursive: true, mode: 0o711 })
    },

    /** A directory of the task's user, and its missing parents below `base`. */
    async make(base: string, relative: string): Promise<void> {
      let at = base
      for (const part of ['', ...relative.split('/').filter((p) => p !== '')]) {
        at = part === '' ? at : join(at, part)
        try {
          await mkdir(at, { mode: 0o755 })
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || part !== '') throw error
          await mkdir(at, { recursive: true, mode: 0o755 })
        }
        await chmod(at, 0o755)
        await give(at)
      }
    },

    /**
     * Only while executor `n` has no container: from its start on the task writes here, and a server that is root would
     * write through its links. Whatever an earlier container left is gone first, as are its links.
     */
    async prepareControl(n: number): Promise<void> {
      const control = join(path, 'control', String(n))
      await rm(control, { recursive: true, force: true })
      await mkdir(join(control, 'home'), { recursive: true, mode: 0o755 })
      await writeFile(join(control, 'go'), '', { flag: 'wx' })
      await give(control)
      await give(join(control, 'home'))
    },

    async readPlan(): Promise<StagedPlan | undefined> {
      try {
        return JSON.parse(await readFile(join(path, 'plan.json'), 'utf8')) as StagedPlan
      } catch (error) {
        // Cut off by a power failure: as if it had never been, the inputs are staged again.
        if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },

    async writePlan(plan: StagedPlan): Promise<void> {
      await writeFile(join(path, 'plan.part'), JSON.stringify(plan))
      await rename(join(path, 'plan.part'), join(path, 'plan.json'))
    },

    /** When the launcher of executor `n` began its command. */
    async startedAt(n: number): Promise<Date | undefined> {
      // The task may have put a link there: it is not followed.
      return lstat(join(path, 'control', String(n), 'started')).then(
        (found) => found.mtime,
        () => undefined,
      )
    },

    /** Work files; the logs stay. */
    async removeWork(): Promise<void> {
      for (const part of ['data', 'files', 'control', 'plan.json']) await removeDeep(part)
      for (const entry of await readdir(path).catch(() => [])) if (entry.startsWith('part-')) await removeDeep(entry)
    },

    async removeAll(): Promise<void> {
      await removeParts()
    },
  }
}

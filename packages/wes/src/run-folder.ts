import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lchownTree, type Owner } from './ownership.ts'

/** Where the files of one run lie. Paths are absolute. */
export type RunFolder = {
  root: string
  workflow: string
  job: string
  work: string
  logs: string
  outputs: string
  url(part: 'workflow' | 'work' | 'outputs'): string
}

export type RunFolders = ReturnType<typeof createRunFolders>

export const createRunFolders = (runs: string) => {
  const of = (runId: string): RunFolder => {
    const root = join(runs, runId)
    return {
      root,
      workflow: join(root, 'workflow'),
      job: join(root, 'job'),
      work: join(root, 'work'),
      logs: join(root, 'logs'),
      outputs: join(root, 'outputs'),
      url: (part) => pathToFileURL(join(root, part)).href,
    }
  }
  return {
    of,
    /** Makes the folder of a new run; the id is ours and new, so an existing one is an error. */
    async make(runId: string): Promise<RunFolder> {
      const folder = of(runId)
      await mkdir(runs, { recursive: true, mode: 0o711 })
      await mkdir(folder.root, { mode: 0o700 })
      for (const part of [folder.workflow, folder.job, folder.work, folder.logs, folder.outputs])
        await mkdir(part, { mode: 0o700 })
      return folder
    },
    async remove(runId: string): Promise<void> {
      await rm(of(runId).root, { recursive: true, force: true, maxRetries: 3 })
    },
    /**
     * Gives all parts but `outputs/` to the user that runs the head, before its first one starts. The folder of the run
     * stays this server's: its owner could put a link in place of a part, and this server would follow it.
     */
    async handOver(runId: string, owner: Owner): Promise<void> {
      const folder = of(runId)
      // A part that is that user's already may hold links by now: it is not walked again.
      for (const part of [folder.workflow, folder.job, folder.work, folder.logs])
        if ((await stat(part)).uid !== owner.uid) await lchownTree(part, owner)
      await chmod(folder.root, 0o711)
    },
    /** Every run id that has a folder. */
    async list(): Promise<string[]> {
      try {
        return await readdir(runs)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw error
      }
    },
  }
}

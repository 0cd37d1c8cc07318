import { confinedCreate, confinedOpen, NotFound } from '@biocloud/storage'
import { headFiles, type HeadConfig, type HeadReport } from './head/head-files.ts'
import type { RunFolder } from './run-folder.ts'

// What WES and a head leave for one another in the run's folder. It belongs to the head's user, so links are refused.

const MAX_BYTES = 256 * 1024 * 1024

/** Reports that a head left on disk: what was not acknowledged before it ended. The run's folder belongs to its head, so links are refused. */
export const readReportsFile = async (root: string): Promise<HeadReport[]> => {
  let handle
  try {
    handle = await confinedOpen(root, ['job', 'reports.jsonl'])
  } catch (error) {
    if (error instanceof NotFound) return []
    throw error
  }
  try {
    const { size } = await handle.stat()
    const buffer = Buffer.alloc(Math.min(size, MAX_BYTES))
    await handle.read(buffer, 0, buffer.length, 0)
    return buffer
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          const report = JSON.parse(line) as HeadReport
          return Number.isInteger(report.n) && typeof report.type === 'string' ? [report] : []
        } catch {
          return [] // an empty line, or the last one cut off by a crash
        }
      })
  } finally {
    await handle.close()
  }
}

/** Writes `job/run.json`. */
export const writeConfig = async (folder: RunFolder, config: HeadConfig): Promise<void> => {
  const name = headFiles(folder.job).config.split('/').at(-1) ?? 'run.json'
  const file = await confinedCreate(folder.root, ['job', name], { mode: 0o600 })
  try {
    await file.handle.writeFile(JSON.stringify(config))
    await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/** The last `limit` bytes of a file in the run's folder; undefined when it is not there or no regular file. */
export const readConfined = async (
  root: string,
  segments: readonly string[],
  limit: number,
): Promise<string | undefined> => {
  let handle
  try {
    handle = await confinedOpen(root, segments)
  } catch {
    return undefined
  }
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, limit)
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await handle.read(buffer, 0, length, size - length)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

import { basename } from 'node:path'
import { confinedOpen, confinedWrite, StorageError } from '@biocloud/storage'
import { headFiles, type HeadConfig, type HeadReport } from './head/head-files.ts'
import type { Owner } from './ownership.ts'
import type { RunFolder } from './run-folder.ts'

// What WES and a head leave for one another in the parts of the run's folder that belong to the head's user: what lies
// there may be anything, so links, pipes and devices are refused and sizes are bounded.

const CHUNK = 256 * 1024
const MAX_REPORT = 64 * 1024
const REPORTS_AT_ONCE = 1000

const parseReport = (line: string): HeadReport | undefined => {
  try {
    const report = JSON.parse(line) as Partial<HeadReport> | null
    return Number.isInteger(report?.n) && typeof report?.type === 'string' ? (report as HeadReport) : undefined
  } catch {
    return undefined // an empty line, or the last one cut off by a crash
  }
}

/** The reports after number `after` that a head left on disk, some at a time: what was not acknowledged before it ended. */
export async function* readReportsFile(root: string, after: number): AsyncGenerator<HeadReport[]> {
  let handle
  try {
    handle = await confinedOpen(root, ['job', 'reports.jsonl'])
  } catch (error) {
    if (error instanceof StorageError) return // none, or none that a head of ours wrote
    throw error
  }
  try {
    const buffer = Buffer.alloc(CHUNK)
    let found: HeadReport[] = []
    let rest = Buffer.alloc(0)
    for (let offset = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) break
      offset += bytesRead
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const report = end > MAX_REPORT ? undefined : parseReport(rest.toString('utf8', 0, end))
        rest = rest.subarray(end + 1)
        if (report !== undefined && report.n > after) found.push(report)
      }
      if (rest.length > MAX_REPORT) rest = rest.subarray(-MAX_REPORT)
      if (found.length >= REPORTS_AT_ONCE) {
        yield found
        found = []
      }
    }
    if (found.length > 0) yield found
  } finally {
    await handle.close()
  }
}

/** Writes `job/run.json`, for the head's user where it has one. */
export const writeConfig = async (folder: RunFolder, config: HeadConfig, owner: Owner | undefined): Promise<void> => {
  await confinedWrite(folder.root, ['job', basename(headFiles(folder.job).config)], JSON.stringify(config), {
    mode: 0o600,
    ...(owner === undefined ? {} : { owner }),
  })
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
  } catch (error) {
    if (error instanceof StorageError) return undefined
    throw error
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

import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes that a tree really takes on the disk (sparse files count what they hold). Stops early once over `limit`. */
export const diskUse = async (folder: string, limit = Infinity): Promise<number> => {
  let sum = 0
  const open = [folder]
  for (let at = open.pop(); at !== undefined && sum <= limit; at = open.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []) // it may go while we look
    for (const entry of entries) {
      const path = join(at, entry.name)
      const found = await lstat(path).catch(() => undefined)
      if (found === undefined) continue
      sum += found.blocks * 512
      if (entry.isDirectory()) open.push(path)
      if (sum > limit) break
    }
  }
  return sum
}

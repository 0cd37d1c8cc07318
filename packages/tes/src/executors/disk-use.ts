import { constants } from 'node:fs'
import { lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** The kernel takes paths of up to 4,096 bytes; deeper down a folder is walked from its own descriptor. */
const LONGEST = 3500
/** Nested so often a tree is no work of anybody: each holds one descriptor. */
const MAX_NESTED = 64
/** An empty file takes an inode and its name: it counts as one block, so that files without bytes have a bound too. */
const LEAST = 4096

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants

/** Everything below `folder`; stops once `left` is spent, and then returns more than that. Links are never followed. */
const walk = async (folder: string, left: number, nested: number): Promise<number> => {
  let sum = 0
  const waiting = [folder]
  for (let at = waiting.pop(); at !== undefined && sum <= left; at = waiting.pop()) {
    if (Buffer.byteLength(at) > LONGEST) {
      if (nested >= MAX_NESTED) return Infinity
      const handle = await open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch(() => undefined) // it may go while we look
      if (handle === undefined) continue
      try {
        sum += await walk(`/proc/self/fd/${handle.fd}`, left - sum, nested + 1)
      } finally {
        await handle.close()
      }
      continue
    }
    const entries = await opendir(at).catch(() => undefined)
    if (entries === undefined) continue
    // Name by name: a folder of millions is never held in memory at once.
    for await (const entry of entries) {
      const path = join(at, entry.name)
      const found = await lstat(path).catch(() => undefined)
      if (found === undefined) continue
      sum += Math.max(found.blocks * 512, LEAST)
      if (entry.isDirectory()) waiting.push(path)
      if (sum > left) break
    }
  }
  return sum
}

/** Bytes that a tree really takes on the disk (sparse files count what they hold). Stops early once over `limit`. */
export const diskUse = (folder: string, limit = Infinity): Promise<number> => walk(folder, limit, 0)

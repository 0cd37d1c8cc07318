import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, EXIT } from './errors.ts'

/** `<data>/up.json`: who serves this folder and where. A process is its id, its start and the boot it belongs to. */
export type UpState = { pid: number; started: string; url?: string; since: string }

export const statePath = (dataDir: string): string => join(dataDir, 'up.json')

/** Tells a process from a later one that got the same id. Undefined: there is none (a zombie is none). */
export const processStart = (pid: number): string | undefined => {
  if (process.platform === 'linux') {
    try {
      const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = line.slice(line.lastIndexOf(')') + 2).split(' ') // the name in brackets may hold spaces
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19] ?? ''}`
    } catch {
      return undefined // no such process
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined // ps ends with 1 when there is no such process
  }
}

const parseState = (text: string): UpState | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { pid, started, url, since } = value as Record<string, unknown>
    if (typeof pid !== 'number' || typeof started !== 'string' || typeof since !== 'string') return undefined
    return { pid, started, since, ...(typeof url === 'string' ? { url } : {}) }
  } catch {
    return undefined // cut off by a crash: nobody can be found by it
  }
}

const isAlive = (state: UpState): boolean => processStart(state.pid) === state.started

const readState = async (path: string): Promise<UpState | undefined> => {
  try {
    return parseState(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The suite that serves this data folder now, if there is one. For clients: a folder closed to them has none. */
export const liveState = async (dataDir: string): Promise<UpState | undefined> => {
  try {
    const state = await readState(statePath(dataDir))
    return state !== undefined && isAlive(state) ? state : undefined
  } catch {
    return undefined // not readable by this user, so not this user's suite
  }
}

const alreadyServed = (dataDir: string, state: UpState): CliError =>
  new CliError(
    `biocloud already runs on the data folder ${dataDir} (process ${state.pid}${state.url === undefined ? ', still starting' : `, ${state.url}`})`,
    {
      exitCode: EXIT.refused,
      hint: `Use it as it is, stop it with: kill ${state.pid}, or give this one its own --data DIR.`,
    },
  )

export type Claim = { publish(url: string): Promise<void>; release(): void }

/** Makes this process the only one on the folder. A file left by a killed suite is taken over. */
export const claimDataFolder = async (dataDir: string): Promise<Claim> => {
  const path = statePath(dataDir)
  const own: UpState = { pid: process.pid, started: processStart(process.pid) ?? '', since: new Date().toISOString() }
  const scratch = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const write = async (state: UpState): Promise<void> => {
    await writeFile(scratch, `${JSON.stringify(state)}\n`, { mode: 0o600 })
  }
  await write(own)
  try {
    for (;;) {
      try {
        await link(scratch, path) // of two that start at once, link lets exactly one through
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      await clearStale(dataDir, path)
    }
  } finally {
    await rm(scratch, { force: true })
  }
  return {
    async publish(url) {
      await write({ ...own, url })
      await rename(scratch, path)
    },
    release() {
      if (parseState(readFileSync(path, 'utf8'))?.pid === process.pid) rmSync(path)
    },
  }
}

/** A taker that died inside the few calls below leaves its folder behind; after this long nobody can still be inside. */
const TAKEOVER_LIMIT_MS = 10_000

/**
 * Removes the file of a dead suite. Looking and removing are two calls, so only the holder of a lock folder does them:
 * else one starter could remove the file that another one has just put there.
 */
const clearStale = async (dataDir: string, path: string): Promise<void> => {
  const refuseIfAlive = async (): Promise<void> => {
    const found = await readState(path)
    if (found !== undefined && isAlive(found)) throw alreadyServed(dataDir, found)
  }
  await refuseIfAlive()
  const lock = `${path}.takeover`
  try {
    await mkdir(lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const since = (await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (Date.now() - since > TAKEOVER_LIMIT_MS) await rm(lock, { recursive: true, force: true })
    else await sleep(20)
    return
  }
  try {
    await refuseIfAlive()
    await rm(path, { force: true })
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

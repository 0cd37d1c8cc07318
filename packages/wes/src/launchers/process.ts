import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { headFiles, HEAD_EXIT, type HeadExit, type ProcessRecord } from '../head/head-files.ts'
import { readConfined } from '../head-disk.ts'
import { HeadNotStarted, type HeadHandle, type HeadStart, type HeadState, type Launcher } from './launcher.ts'
import {
  bootId,
  identifyProcess,
  isAlive,
  isProcessId,
  killGroup,
  signalGroup,
  userOf,
  type ProcessId,
} from './process-id.ts'

const START_TIMEOUT_MS = 30_000
const POLL_MS = 50
const WATCH_MS = 1000
const MAX_RECORD = 64 * 1024

export type ProcessLauncherOptions = {
  /** Program and arguments before the name of run.json: `[node, …, head/main.js]`. */
  command: readonly string[]
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A small JSON file of the run's `job/` folder, which the head's user can write: undefined for whatever is no such file. */
const readJson = async (file: string): Promise<unknown> => {
  const job = dirname(file)
  const text = await readConfined(dirname(job), [basename(job), basename(file)], MAX_RECORD)
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined // cut off by a crash: it was never written
  }
}

const readRecord = async (file: string): Promise<ProcessRecord | undefined> => {
  const record = await readJson(file)
  return isProcessId(record) ? (record as ProcessRecord) : undefined
}

const readExit = async (job: string, attempt: number): Promise<HeadExit | undefined> => {
  const exit = (await readJson(headFiles(job).exit)) as Partial<HeadExit> | undefined
  return exit?.version === 1 && exit.attempt === attempt ? (exit as HeadExit) : undefined
}

/** Alive, and of the user to whom the `job/` folder belongs: a forged record must not make this server end something else. */
const isOurs = async (id: ProcessId, job: string): Promise<boolean> =>
  (await isAlive(id)) && (await userOf(id.pid)) === (await lstat(job)).uid

/** Heads as detached children of the worker: they live on when it ends, and are found again by pid, start time and boot id. */
export const create = (o: ProcessLauncherOptions): Launcher => {
  const find = async (job: string, attempt: number): Promise<HeadHandle | undefined> => {
    const record = await readRecord(headFiles(job).head(attempt))
    if (record === undefined) return undefined
    const { pid, start, boot } = record
    if ((await isAlive(record)) && !(await isOurs(record, job))) return undefined
    return { launcher: 'process', attempt, pid, start, boot }
  }

  const spawnHead = (head: HeadStart): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const [program = '', ...args] = o.command
      // The folder is the head's: a link or a pipe in this place must not be what this server opens.
      const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants
      const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
      const log = openSync(join(head.logs, 'head.log'), flags, 0o600)
      try {
        const child = spawn(program, [...args, headFiles(head.job).config], {
          cwd: head.job,
          detached: true, // its own session: a signal to the worker's group, and its end, do not reach it
          stdio: ['ignore', log, log, 'pipe'],
          env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' }, // nothing of the worker's environment
          ...(head.owner === undefined ? {} : { uid: head.owner.uid, gid: head.owner.gid }),
        })
        child.once('error', reject)
        child.once('spawn', () => {
          resolve(child)
        })
      } finally {
        closeSync(log)
      }
    })

  const start = async (head: HeadStart, signal?: AbortSignal): Promise<HeadHandle> => {
    const existing = await find(head.job, head.attempt)
    if (existing !== undefined) return existing
    let child: ChildProcess
    try {
      child = await spawnHead(head)
    } catch (error) {
      throw new HeadNotStarted('The head process could not be started', { cause: error })
    }
    let exitCode: number | null | undefined
    child.once('exit', (code) => {
      exitCode = code
    })
    const pipe = child.stdio[3] as Socket
    pipe.on('error', () => undefined) // a head that is gone: seen by its exit
    pipe.end(`${JSON.stringify({ runToken: head.runToken })}\n`)
    child.unref()
    pipe.unref() // it stays open as long as the head lives, which must not keep this server from its end
    const end = Date.now() + START_TIMEOUT_MS
    while (Date.now() < end) {
      const handle = await find(head.job, head.attempt)
      // "already exists" is success: another head of this attempt was first, and ours goes away.
      if (handle !== undefined) return handle
      if (exitCode !== undefined && exitCode !== HEAD_EXIT.alreadyRunning) {
        throw new HeadNotStarted(
          `The head ended at once with exit code ${exitCode ?? 'none'} (logs/head.log of the run)`,
        )
      }
      signal?.throwIfAborted()
      await pause(POLL_MS)
    }
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    throw new HeadNotStarted(`The head did not report within ${START_TIMEOUT_MS / 1000} s`)
  }

  const sweep = async (handle: HeadHandle, job: string): Promise<void> => {
    const engine = await readRecord(headFiles(job).engine(handle.attempt))
    // Of another boot nothing is left. A group's number is not used again while anybody is in the group.
    if (engine?.boot !== (await bootId())) return
    if ((await isAlive(engine)) || (await identifyProcess(engine.pid)) === undefined)
      await killGroup(engine.pid, (await lstat(job)).uid)
    while (await isOurs(engine, job)) await pause(POLL_MS)
  }

  return {
    kind: 'process',
    start,
    find,
    sweep,
    async look(handle, job): Promise<HeadState> {
      // The exit is read after the look at the process: a head writes it before it ends.
      const alive = await isAlive(handle)
      const exit = await readExit(job, handle.attempt)
      if (exit !== undefined) return { state: 'ended', exit }
      return alive ? { state: 'running' } : { state: 'lost' }
    },
    watch(handle, gone) {
      const stopped = new AbortController()
      const check = async (): Promise<void> => {
        while (!stopped.signal.aborted && (await isAlive(handle))) {
          await new Promise((resolve) => setTimeout(resolve, WATCH_MS).unref())
        }
        if (!stopped.signal.aborted) gone()
      }
      void check()
      return () => {
        stopped.abort()
      }
    },
    async stop(handle, job, graceSeconds, signal) {
      if (await isOurs(handle, job)) {
        try {
          process.kill(handle.pid, 'SIGTERM')
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
        }
      }
      const end = Date.now() + graceSeconds * 1000
      while ((await isOurs(handle, job)) && Date.now() < end) {
        signal?.throwIfAborted()
        await pause(POLL_MS)
      }
      if (await isOurs(handle, job)) signalGroup(handle.pid, 'SIGKILL')
      while (await isOurs(handle, job)) await pause(POLL_MS)
      await sweep(handle, job)
    },
  }
}

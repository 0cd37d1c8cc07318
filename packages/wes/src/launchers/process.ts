import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { headFiles, HEAD_EXIT, type HeadExit, type ProcessRecord } from '../head/head-files.ts'
import { HeadNotStarted, type HeadHandle, type HeadStart, type HeadState, type Launcher } from './launcher.ts'
import { identifyProcess, isAlive, isProcessId, signalGroup } from './process-id.ts'

const START_TIMEOUT_MS = 30_000
const POLL_MS = 50
const WATCH_MS = 1000

export type ProcessLauncherOptions = {
  /** Program and arguments before the name of run.json: `[node, …, head/main.js]`. */
  command: readonly string[]
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch {
    return undefined // not there, or cut off by a crash: both mean that it was never written
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

/** Heads as detached children of the worker: they live on when it ends, and are found again by pid, start time and boot id. */
export const create = (o: ProcessLauncherOptions): Launcher => {
  const find = async (job: string, attempt: number): Promise<HeadHandle | undefined> => {
    const record = await readRecord(headFiles(job).head(attempt))
    return record === undefined
      ? undefined
      : { launcher: 'process', attempt, pid: record.pid, start: record.start, boot: record.boot }
  }

  const spawnHead = (head: HeadStart): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const [program = '', ...args] = o.command
      const log = openSync(join(head.logs, 'head.log'), 'a', 0o600)
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

  const start = async (head: HeadStart): Promise<HeadHandle> => {
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
    const pipe = child.stdio[3] as NodeJS.WritableStream
    pipe.on('error', () => undefined) // a head that is gone: seen by its exit
    pipe.end(`${JSON.stringify({ runToken: head.runToken })}\n`)
    child.unref()
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
      await pause(POLL_MS)
    }
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    throw new HeadNotStarted(`The head did not report within ${START_TIMEOUT_MS / 1000} s`)
  }

  const sweep = async (handle: HeadHandle, job: string): Promise<void> => {
    const engine = await readRecord(headFiles(job).engine(handle.attempt))
    if (engine === undefined) return
    if (!(await isAlive(engine))) {
      // The leader is gone; its group's number may only be reused when nobody is left in the group. Same boot: signal what is left.
      if ((await identifyProcess(engine.pid)) === undefined && (await bootOf()) === engine.boot)
        signalGroup(engine.pid, 'SIGKILL')
      return
    }
    signalGroup(engine.pid, 'SIGKILL')
    while (await isAlive(engine)) await pause(POLL_MS)
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
    async stop(handle, job, graceSeconds) {
      if (await isAlive(handle)) {
        try {
          process.kill(handle.pid, 'SIGTERM')
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
        }
      }
      const end = Date.now() + graceSeconds * 1000
      while ((await isAlive(handle)) && Date.now() < end) await pause(POLL_MS)
      if (await isAlive(handle)) signalGroup(handle.pid, 'SIGKILL')
      while (await isAlive(handle)) await pause(POLL_MS)
      await sweep(handle, job)
    },
  }
}

const bootOf = async (): Promise<string> => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()

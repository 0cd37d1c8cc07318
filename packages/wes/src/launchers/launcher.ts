import type { HeadExit } from '../head/head-files.ts'

/** Identifies one attempt of a run's head, and is kept in the run's row. JSON. */
export type HeadHandle = { launcher: 'process'; attempt: number; pid: number; start: string; boot: string }

export type HeadStart = {
  runId: string
  attempt: number
  /** The run's `job/` and `logs/` folders; `job/run.json` is written already. */
  job: string
  logs: string
  runToken: string
  /** Runs the head as this user (process launcher as root). */
  owner?: { uid: number; gid: number }
}

export type HeadState = { state: 'running' } | { state: 'ended'; exit: HeadExit } | { state: 'lost' }

/** Starts, finds and stops heads. For the worker only. */
export type Launcher = {
  kind: 'process'
  /** Starts the attempt, or finds the one started under its name: "already exists" is success. `signal` ends the wait, not the head. Throws HeadNotStarted. */
  start(head: HeadStart, signal?: AbortSignal): Promise<HeadHandle>
  /** What was started for this attempt, also when the handle never reached the row. */
  find(job: string, attempt: number): Promise<HeadHandle | undefined>
  /** Lost: the head is gone and wrote no exit. */
  look(handle: HeadHandle, job: string): Promise<HeadState>
  /** Calls back once when the head is gone; the result stops the watch. */
  watch(handle: HeadHandle, gone: () => void): () => void
  /** TERM, and KILL of head and engine when they are there after the grace. Resolves when both are gone; `signal` ends the wait. */
  stop(handle: HeadHandle, job: string, graceSeconds: number, signal?: AbortSignal): Promise<void>
  /** Ends what a lost head left running. */
  sweep(handle: HeadHandle, job: string): Promise<void>
}

/** The head could not be started; the run ends as SYSTEM_ERROR or is tried again. */
export class HeadNotStarted extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'HeadNotStarted'
  }
}

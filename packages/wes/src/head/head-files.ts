import { join } from 'node:path'
import type { Plan } from '../engines/engine.ts'
import type { ProcessId } from '../launchers/process-id.ts'

// What WES and a head say to one another through the run's `job/` folder. Loaded by the head: Node built-ins only.

/** `job/run.json`: everything a head needs but the run token, which comes on a pipe. */
export type HeadConfig = {
  version: 1
  runId: string
  attempt: number
  engine: string
  plan: Plan
  /** Base URL of TES, with its API path, without a slash at the end. */
  tes: string
  /** Where reports go; POST. */
  reports: string
  folders: { job: string; logs: string }
  limits: { logBytes: number; graceSeconds: number; reportSeconds: number }
  /** ISO 8601; then the engine is stopped. */
  deadline: string
}

/** What the launcher writes on the head's pipe before it closes it. */
export type HeadSecrets = { runToken: string }

/** `job/exit.json`: written once per attempt, by rename. */
export type HeadExit = {
  version: 1
  attempt: number
  /** `access-ended`: TES no longer takes the run token. */
  cause: 'exited' | 'stopped' | 'deadline' | 'access-ended' | 'not-started'
  exitCode: number | null
  signal?: string
  message?: string
  started?: string
  ended: string
}

/** `job/head-<attempt>.json` and `job/engine-<attempt>.json`. */
export type ProcessRecord = ProcessId & { attempt: number }

/** `events_read`: bytes of the engine's events file that are reported up to this one. */
export type HeadReport = { n: number; time: string; events_read?: number } & ReportBody
export type ReportBody =
  | { type: 'started'; attempt: number }
  | { type: 'step'; step: string; status: string; task_id?: string; message?: string }
  | { type: 'task'; task_id: string; state: string; name?: string }
  | { type: 'message'; level: 'info' | 'warning' | 'error'; text: string }
  | { type: 'exit'; attempt: number; exit: HeadExit }

export const headFiles = (job: string) => ({
  config: join(job, 'run.json'),
  exit: join(job, 'exit.json'),
  reports: join(job, 'reports.jsonl'),
  head: (attempt: number) => join(job, `head-${attempt}.json`),
  engine: (attempt: number) => join(job, `engine-${attempt}.json`),
})

/** Exit codes of the head itself. */
export const HEAD_EXIT = { done: 0, failed: 1, alreadyRunning: 75, noToken: 76 } as const

/** The file descriptor on which a head reads its secrets. */
export const SECRETS_FD = 3

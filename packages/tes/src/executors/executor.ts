import { createHash } from 'node:crypto'
import type { TesExecutor, TesInput, TesOutput, TesOutputFileLog, TesResources } from '@biocloud/ga4gh-api'
import type { GrantedObject } from '../sts-client.ts'
import type { ExecutorReason, FaultReason } from '../errors.ts'

/** What a back end says of itself; shown in service-info and used by the checks of POST. */
export type Capabilities = {
  /** Keys of `resources.backend_parameters` that it honours. */
  backendParameters: readonly string[]
  /** Largest value that one task can get, where the back end knows it. */
  maxCpuCores?: number
  maxRamGb?: number
  /** What an operator should know: limits that this engine ignores, and the like. */
  warnings: readonly string[]
}

/** The checked document, with defaults applied. It holds no secret. */
export type AttemptSpec = {
  /** `tes-<id>-<attempt>`: deterministic, so that a crash between commit and create is repaired by creating again. */
  name: string
  taskId: string
  attempt: number
  owner: string
  runId?: string
  /** The STS grant for the `drs://` inputs: an id, not a credential. */
  grantId?: string
  /** What the grant covers: sizes and checksums to verify. */
  drs: readonly GrantedObject[]
  inputs: readonly TesInput[]
  outputs: readonly TesOutput[]
  volumes: readonly string[]
  executors: readonly TesExecutor[]
  resources: TesResources
  /** Honoured keys only, in their own spelling. */
  backendParameters: Readonly<Record<string, string>>
}

export type Outcome = 'complete' | 'executor-error' | 'system-error' | 'canceled' | 'preempted' | 'lost'

/** What happened to an attempt. `seq` is the same when the same thing is told again: events are idempotent by (name, seq). */
export type AttemptEvent = { name: string; seq: number; at: string } & (
  | { kind: 'placed'; node: string }
  | { kind: 'staged'; bytesLocal: number; bytesMoved: number; types: Readonly<Record<string, 'FILE' | 'DIRECTORY'>> }
  | { kind: 'executor-started'; n: number; image?: string }
  | ({ kind: 'executor-ended' } & ExecutorEnd)
  | { kind: 'uploaded'; outputs: TesOutputFileLog[]; types: Readonly<Record<string, 'FILE' | 'DIRECTORY'>> }
  /** `reason`: why the attempt waits, until its first executor starts. */
  | { kind: 'note'; line: string; reason?: FaultReason }
  | { kind: 'ended'; outcome: Outcome; reason?: FaultReason | ExecutorReason; line?: string }
)

export type ExecutorEnd = {
  n: number
  exitCode: number
  oom: boolean
  startTime: string
  endTime: string
  /** Head and tail, cut to the bound of task logs. */
  stdout: string
  stderr: string
  /** The image's id, where the engine told it. */
  image?: string
}

/** Sequence numbers of the events of one attempt. A note is numbered by its text: told twice, it is one row. */
export const SEQ = {
  placed: 1,
  staged: 2,
  started: (n: number): number => 10 + 2 * n,
  ended: (n: number): number => 11 + 2 * n,
  note: (line: string): number => 1000 + (createHash('sha256').update(line).digest().readUInt32LE(0) % 1_000_000_000),
  uploaded: 2_000_000_000,
  end: 2_000_000_001,
}

/** Something that carries our labels. */
export type Observed = { name: string; taskId: string; attempt: number; running: boolean }

/** A back end that runs attempts. Called by attempts.ts and reconcile.ts alone. */
export interface Executor {
  readonly name: string
  capabilities(): Promise<Capabilities>
  /**
   * Runs the attempt to its end, telling each step to the watchers; resolves when it has ended or `signal` aborted (then
   * everything stays as it is, to be taken up by the next start). Idempotent by name: what has been done is not done again.
   */
  start(attempt: AttemptSpec, signal: AbortSignal): Promise<void>
  /** Ends the attempt: TERM, after the grace KILL. Resolves when nothing of it runs. Unknown is success. */
  cancel(name: string, graceSeconds: number): Promise<void>
  /** Everything that carries our labels, for reconcile. */
  list(): AsyncIterable<Observed>
  /**
   * Tells the events of each attempt in their order, those that wait together, until `signal` aborts. Where the watcher
   * fails they are told again.
   */
  watch(on: (events: readonly AttemptEvent[]) => Promise<void>, signal: AbortSignal): void
  /** The bytes of one stream from `offset` on, up to `length`; null if this executor has none (yet). */
  log(name: string, n: number, stream: 'stdout' | 'stderr'): Promise<LogFile | null>
  /** After the result is committed: containers, work files. The log files stay until `forget`. */
  remove(name: string): Promise<void>
  /** Log files too. */
  forget(name: string): Promise<void>
  /** Rejects, with the reason, while the engine cannot be used. */
  ready(): Promise<void>
  close(): Promise<void>
}

export type LogFile = {
  size: number
  read(start: number, end: number): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

export const attemptName = (taskId: string, attempt: number): string => `tes-${taskId}-${attempt}`

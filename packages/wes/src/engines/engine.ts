// This folder is loaded by the head too, which runs beside the engine without any dependency: no imports but types and Node built-ins.
import type { TesTask } from '@biocloud/ga4gh-api'

/** Workflow languages by their TRS descriptor types. */
export type EngineType = 'CWL' | 'WDL' | 'NFL' | 'SMK'
export type InputScheme = 'attachment' | 'drs' | 'https' | 's3'

/** Stands in plans for the gateway's base URL, which is known only when the head runs (G1). Ends without a slash. */
export const TES_PLACEHOLDER = '{{TES_BASE_URL}}'

/** One engine parameter a client may set. What is not on the list is refused. */
export type EngineParameter = {
  type: 'string' | 'int' | 'float' | 'boolean'
  default?: string
  /** Allowed values of a string. */
  oneOf?: readonly string[]
  min?: number
  max?: number
  /** For service-info and messages. */
  description: string
}

/** Runs a program to its end. For `probe` only. */
export type Exec = (
  file: string,
  args: readonly string[],
  o: { timeoutMs: number; env?: Record<string, string> },
) => Promise<{ code: number | null; stdout: string; stderr: string }>

/** Where an engine is installed: what `probe` looks at and `plan` starts. */
export type EngineInstall = { program: string; version: string }

export type DrsInput = { uri: string; size?: number; name?: string; checksums?: { type: string; checksum: string }[] }

/** All that a plan depends on. Paths are absolute. */
export type PlannedRun = {
  runId: string
  type: EngineType
  /** Absolute path of the primary file. */
  workflow: string
  /** `#main`, percent-decoded, without the hash. */
  fragment?: string
  folders: { workflow: string; job: string; work: string }
  /** Storage URLs of the same folders: what TES is given. */
  urls: { workflow: string; work: string }
  /** The engine's copy. */
  params: Record<string, unknown>
  objects: readonly DrsInput[]
  parameters: Record<string, string | number | boolean>
  install: EngineInstall
  /** The folder of this package's Python code, and folders for PATH. */
  pythonPath: string
  path: readonly string[]
}

export type PlannedFile = { path: string; content: string; mode: number }

export type Plan = {
  argv: readonly string[]
  /** The whole environment of the engine: nothing is inherited. */
  env: Record<string, string>
  files: readonly PlannedFile[]
  folders: readonly string[]
  cwd: string
  /** Lines of this file go through `parse`. */
  events: string
  /** Read after the exit for `result`. */
  result: string
  resources: { cpuCores: number; ramGb: number }
  /** True when a restarted head goes on where the lost one stopped. */
  resume: boolean
}

export type EngineEvent =
  | {
      kind: 'step'
      step: string
      status: 'submitted' | 'adopted' | 'cached' | 'done' | 'failed'
      taskId?: string
      message?: string
    }
  | { kind: 'message'; level: 'info' | 'warning' | 'error'; text: string }

/** Kept by the caller between lines. */
export type ParserState = { lines: number }

export type ResultFiles = { exitCode: number | null; signal?: string; result?: string; stderrTail: string }

export type EngineResult =
  | { ok: true; outputs: Record<string, unknown> }
  | { ok: false; fault: 'workflow' | 'cancelled' | 'lost'; message: string }

export type SourceFile = { name: string; content: string }

export type Engine = {
  name: string
  types: readonly EngineType[]
  typeVersions: Partial<Record<EngineType, readonly string[]>>
  inputSchemes: readonly InputScheme[]
  launchers: readonly ('process' | 'tes')[]
  parameters: Record<string, EngineParameter>
  /** What it needs and the settings that name it, for "was not found". */
  requirement: string
  /** The only I/O of an adapter. `program` is a candidate: its absolute path, or a name on PATH. */
  probe(run: Exec, program: string, env: Record<string, string>): Promise<{ version: string } | { absent: string }>
  /** Candidates below an engines folder and on PATH, in order. */
  candidates: { local: readonly string[]; path: readonly string[] }
  /** Relative references of one file to others of its tree (pure). */
  references(file: SourceFile): string[]
  plan(run: PlannedRun): Plan
  parse(line: string, state: ParserState): EngineEvent[]
  /** The engine's TES task → a name for people. */
  stepName(task: Pick<TesTask, 'name' | 'tags'>): string
  result(files: ResultFiles): EngineResult
}

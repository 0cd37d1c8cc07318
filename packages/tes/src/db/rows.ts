import type { TesState, TesTask } from '@biocloud/ga4gh-api'
import type { GrantedObject } from '../sts-client.ts'

/** A task as its row holds it: `request` is the document as sent, without the contents of inputs. */
export type TaskRow = {
  id: string
  owner: string
  runId: string | undefined
  clientId: string | undefined
  grantId: string | undefined
  state: TesState
  seq: number
  attempt: number
  retries: number
  createdAt: string
  cancelAt: string | undefined
  leaseOwner: string | undefined
  request: StoredRequest
}

/** What is stored of the document, and what the server found out about it at POST. */
export type StoredRequest = {
  task: TesTask
  /** Inputs whose `content` is in its own table, by index. */
  contents: number[]
  /** system_logs lines that each attempt shows first: ignored wishes. */
  warnings: string[]
  /** What the STS told of the `drs://` inputs. */
  drs: GrantedObject[]
}

export type AttemptRow = {
  taskId: string
  attempt: number
  name: string
  createdAt: string
  startTime: string | undefined
  endTime: string | undefined
  outcome: string | undefined
  counted: boolean
  metadata: Record<string, string>
  types: Record<string, 'FILE' | 'DIRECTORY'>
  systemLogs: string[]
}

export type ExecutorLogRow = {
  n: number
  startTime: string
  endTime: string
  exitCode: number
  stdout: string
  stderr: string
}
export type OutputRow = { url: string; path: string; sizeBytes: string }

/** Who may see a row (tes.md 1.3.3): its owner; a run token, that run alone. Part of every query. */
export type Reader = { owner: string; runId?: string | undefined }

type Raw = Record<string, unknown>
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const required = (raw: Raw, column: string): string => {
  const value = raw[column]
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`)
  return value
}

export const taskRow = (raw: Raw): TaskRow => ({
  id: required(raw, 'id'),
  owner: required(raw, 'owner'),
  runId: text(raw['run_id']),
  clientId: text(raw['client_id']),
  grantId: text(raw['grant_id']),
  state: required(raw, 'state') as TesState,
  seq: Number(raw['seq']),
  attempt: Number(raw['attempt']),
  retries: Number(raw['retries']),
  createdAt: required(raw, 'created_at'),
  cancelAt: text(raw['cancel_at']),
  leaseOwner: text(raw['lease_owner']),
  request: JSON.parse(required(raw, 'request')) as StoredRequest,
})

export const attemptRow = (raw: Raw): AttemptRow => ({
  taskId: required(raw, 'task_id'),
  attempt: Number(raw['attempt']),
  name: required(raw, 'name'),
  createdAt: required(raw, 'created_at'),
  startTime: text(raw['start_time']),
  endTime: text(raw['end_time']),
  outcome: text(raw['outcome']),
  counted: Number(raw['counted']) === 1,
  metadata: JSON.parse(required(raw, 'metadata')) as Record<string, string>,
  types: JSON.parse(required(raw, 'types')) as Record<string, 'FILE' | 'DIRECTORY'>,
  systemLogs: JSON.parse(required(raw, 'system_logs')) as string[],
})

import { BadRequest, Conflict, Forbidden, NotFound, ServiceError, Unavailable } from '@biocloud/service-kit'

/** 400 at POST: names the path of every field that breaks a rule, the first twenty of them. */
export class InvalidTask extends BadRequest {
  override readonly code = 'task_invalid'
  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, 20)
    const more = problems.length > shown.length ? ` (and ${problems.length - shown.length} more)` : ''
    super(`${shown.join('; ')}${more}`)
  }
}

/** Also given for another user's task: its existence is not told (tes.md 1.1.5). */
export class TaskNotFound extends NotFound {
  override readonly code = 'task_not_found'
  constructor() {
    super('There is no task of yours with this id')
  }
}

export class LogNotFound extends NotFound {
  override readonly code = 'log_not_found'
}

/** 403, at POST only: the caller may not read or write what the task names. */
export class FileForbidden extends Forbidden {
  override readonly code = 'file_forbidden'
}

/** 400: one Idempotency-Key with two bodies. */
export class KeyReused extends Conflict {
  override readonly code = 'idempotency_key_reused'
  constructor() {
    super('This Idempotency-Key was used for another task document in the last 24 hours; use a new key for a new task')
  }
}

/** A refusal of the STS, told on as it came: status, code, message and the visas that are missing. */
export class AccessRefused extends ServiceError {
  override readonly code: string
  override readonly status: number
  constructor(o: { status: number; code: string; message: string; required?: unknown[]; cause?: unknown }) {
    super(o.message, { cause: o.cause, ...(o.required === undefined ? {} : { required: o.required }) })
    this.code = o.code
    this.status = o.status
  }
}

export class PeerUnavailable extends Unavailable {
  override readonly code: string = 'peer_unavailable'
}

/**
 * Why an attempt ended with SYSTEM_ERROR, for the user: `reason` is stable and goes to `logs[].metadata.reason`, the
 * message is one clear line of `system_logs`. `transient`: worth another try inside the attempt.
 */
export class AttemptFault extends Error {
  readonly reason: FaultReason
  readonly transient: boolean
  constructor(reason: FaultReason, message: string, o: { cause?: unknown; transient?: boolean } = {}) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause })
    this.name = 'AttemptFault'
    this.reason = reason
    this.transient = o.transient ?? false
  }
}

/** Every value that `metadata.reason` can have. */
export type FaultReason =
  | 'input_missing'
  | 'input_forbidden'
  | 'input_invalid'
  | 'input_checksum'
  | 'input_unavailable'
  | 'access_denied'
  | 'storage_not_configured'
  | 'output_forbidden'
  | 'upload_failed'
  | 'too_many_files'
  | 'image_invalid'
  | 'image_missing'
  | 'image_unavailable'
  | 'engine_refused'
  | 'engine_unavailable'
  | 'disk_full'
  | 'lost'
  | 'preempted'
  | 'internal'

/** Why an executor failed, where its exit code alone does not say so. */
export type ExecutorReason = 'exit_code' | 'out_of_memory' | 'time_limit' | 'output_missing' | 'killed'

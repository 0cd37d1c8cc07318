import {
  BadRequest,
  Conflict,
  Forbidden,
  NotFound,
  PayloadTooLarge,
  ServiceError,
  TooManyRequests,
  Unavailable,
  UnsupportedMediaType,
} from '@biocloud/service-kit'

/** 400: a field of the run request is wrong. The message names the field, what was wrong and what is allowed. */
export class InvalidRunRequest extends BadRequest {
  override readonly code = 'run_request_invalid'
}
/** 400: an attachment's name or shape is refused; names are never repaired. */
export class InvalidAttachment extends BadRequest {
  override readonly code = 'attachment_invalid'
}
/** 400: the request holds something that looks like a credential. The message names the path and never the value. */
export class SecretInRequest extends BadRequest {
  override readonly code = 'secret_in_request'
}
/** 400: no installed engine runs what was asked for. */
export class NoEngine extends BadRequest {
  override readonly code = 'engine_not_available'
}
/** 413: bytes or multipart counts over a limit. */
export class RequestTooLarge extends PayloadTooLarge {
  override readonly code = 'request_too_large'
}
/** 415 */
export class WrongContentType extends UnsupportedMediaType {
  override readonly code = 'content_type_not_supported'
}
/** 403: the STS refused an input of the run, or a URL's host is not allowed. */
export class AccessRefused extends Forbidden {
  override readonly code = 'access_refused'
}
/** 404: an input that does not exist, or that the caller may not know of. */
export class InputNotFound extends NotFound {
  override readonly code = 'input_not_found'
}
/** 503: DRS or its STS cannot be asked now; nothing is accepted that may fail hours later. */
export class AccessUnchecked extends Unavailable {
  override readonly code = 'access_unchecked'
}
/** Also given for another person's run: its existence is not told. */
export class RunNotFound extends NotFound {
  override readonly code = 'run_not_found'
  constructor(runId: string) {
    super(`There is no run ${JSON.stringify(runId.slice(0, 64))}`)
  }
}
/** 404 */
export class TaskNotFound extends NotFound {
  override readonly code = 'task_not_found'
  constructor(taskId: string) {
    super(`There is no task ${JSON.stringify(taskId.slice(0, 64))} in this run`)
  }
}
/** 404 */
export class OutputNotFound extends NotFound {
  override readonly code = 'output_not_found'
  constructor(name: string) {
    super(`The run has no output ${JSON.stringify(name.slice(0, 256))}`)
  }
}
/** 409: the Idempotency-Key came before with another body. */
export class IdempotencyConflict extends Conflict {
  override readonly code = 'idempotency_key_reused'
}
/** 429: too many runs of this person wait. */
export class TooManyRuns extends TooManyRequests {
  override readonly code = 'too_many_runs'
}
/** Ends a run as EXECUTOR_ERROR: the author's workflow, its parameters or its sources are at fault. */
export class RunFault extends ServiceError {
  override readonly code: string = 'run_fault'
  override readonly status: number = 500
}
/** Ends a run as SYSTEM_ERROR: this installation is at fault and the run is worth a retry. */
export class SystemFault extends ServiceError {
  override readonly code: string = 'system_fault'
  override readonly status: number = 500
}
/** 409: reports of a run that has ended; the head stops sending. */
export class RunEnded extends Conflict {
  override readonly code = 'run_ended'
  constructor() {
    super('The run has ended; no reports are taken any more')
  }
}

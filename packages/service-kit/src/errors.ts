/**
 * The base of every error that a server answers with. `message` is public when `expose` is true; the cause never is.
 * The formatter (app.ts) knows an error by its shape `{ code, status, expose, message }`, so packages that cannot
 * import the kit give their errors the same members.
 */
export abstract class ServiceError extends Error {
  abstract readonly code: string
  abstract readonly status: number
  /** Whether the message may be shown to the client. Never for 5xx, but for 501 and 503, which explain themselves. */
  readonly expose: boolean = true
  /** Whole seconds, sent as Retry-After. */
  retryAfter?: number
  /** What the caller would need, for example visas; shown as `required` where the standard's error has room for it. */
  required?: unknown[]
  /** Response headers, for example WWW-Authenticate or Allow. */
  headers?: Record<string, string>

  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
    if (options.required !== undefined) this.required = options.required
    if (options.headers !== undefined) this.headers = options.headers
  }
}

export type ServiceErrorOptions = {
  cause?: unknown
  /** Replaces the class's stable code where one class serves several situations. */
  code?: string
  retryAfter?: number
  required?: unknown[]
  headers?: Record<string, string>
}

export class BadRequest extends ServiceError {
  readonly code: string
  readonly status = 400
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'bad_request'
  }
}

export class Unauthorized extends ServiceError {
  readonly code: string
  readonly status = 401
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'unauthorized'
  }
}

export class Forbidden extends ServiceError {
  readonly code: string
  readonly status = 403
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'forbidden'
  }
}

export class NotFound extends ServiceError {
  readonly code: string
  readonly status = 404
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'not_found'
  }
}

export class MethodNotAllowed extends ServiceError {
  readonly code: string
  readonly status = 405
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'method_not_allowed'
  }
}

export class Conflict extends ServiceError {
  readonly code: string
  readonly status = 409
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'conflict'
  }
}

export class Gone extends ServiceError {
  readonly code: string
  readonly status = 410
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'gone'
  }
}

export class PreconditionFailed extends ServiceError {
  readonly code: string
  readonly status = 412
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'precondition_failed'
  }
}

export class PayloadTooLarge extends ServiceError {
  readonly code: string
  readonly status = 413
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'payload_too_large'
  }
}

export class UnsupportedMediaType extends ServiceError {
  readonly code: string
  readonly status = 415
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'unsupported_media_type'
  }
}

export class RangeNotSatisfiable extends ServiceError {
  readonly code: string
  readonly status = 416
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'range_not_satisfiable'
  }
}

export class TooManyRequests extends ServiceError {
  readonly code: string
  readonly status = 429
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'too_many_requests'
  }
}

/** 500: the client sees the code and the request id, the log sees message and cause. */
export class Internal extends ServiceError {
  readonly code: string
  readonly status = 500
  override readonly expose = false
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'internal_error'
  }
}

export class NotImplemented extends ServiceError {
  readonly code: string
  readonly status = 501
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'not_implemented'
  }
}

export class BadGateway extends ServiceError {
  readonly code: string
  readonly status = 502
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'bad_gateway'
  }
}

export class Unavailable extends ServiceError {
  readonly code: string
  readonly status = 503
  constructor(message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.code = options.code ?? 'unavailable'
  }
}

// Errors are known by shape ({ code, status, expose }): this package imports no other of ours.
interface StorageErrorOptions {
  cause?: unknown
  code?: string
  retryAfter?: number
}

/** What a back end may throw: a stable code, the HTTP status it stands for, a message fit for the caller, a private cause. */
export abstract class StorageError extends Error {
  readonly code: string
  readonly expose: boolean = true
  abstract readonly status: number
  /** Whole seconds. */
  readonly retryAfter?: number

  constructor(message: string, code: string, options: StorageErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = new.target.name
    this.code = options.code ?? code
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
  }
}

export class NotFound extends StorageError {
  override readonly status = 404
  constructor(message: string, options?: StorageErrorOptions) {
    super(message, 'storage_not_found', options)
  }
}

/** The path leaves its root, passes a symbolic link, or the store refuses this server. */
export class Forbidden extends StorageError {
  override readonly status = 403
  constructor(message: string, options?: StorageErrorOptions) {
    super(message, 'storage_forbidden', options)
  }
}

/** `ifMatch` or `ifAbsent` did not hold, or the bytes differ from the size or checksum that was declared. */
export class PreconditionFailed extends StorageError {
  override readonly status = 412
  constructor(message: string, options?: StorageErrorOptions) {
    super(message, 'storage_precondition_failed', options)
  }
}

export class RangeNotSatisfiable extends StorageError {
  override readonly status = 416
  /** Bytes in the whole file. */
  readonly size: number
  constructor(size: number, options?: StorageErrorOptions) {
    super(`the range lies outside the ${size} bytes of the file`, 'storage_range_not_satisfiable', options)
    this.size = size
  }
}

/** The store asks for fewer requests, still after the retries of the back end. */
export class Throttled extends StorageError {
  override readonly status = 503
  constructor(message: string, retryAfter: number, options: StorageErrorOptions = {}) {
    super(message, 'storage_throttled', { ...options, retryAfter })
  }
}

export class Unavailable extends StorageError {
  override readonly status = 503
  constructor(message: string, options?: StorageErrorOptions) {
    super(message, 'storage_unavailable', options)
  }
}

/** What this back end cannot do, with the reason. */
export class NotSupported extends StorageError {
  override readonly status = 501
  constructor(message: string, options?: StorageErrorOptions) {
    super(message, 'storage_not_supported', options)
  }
}

/** By shape: an error of node:fs may come from another realm, where `instanceof Error` is false. */
export const errnoOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** An error of node:fs as one of ours; `what` names the file in the caller's words, never by its place on the disk. */
export const fromErrno = (error: unknown, what: string): unknown => {
  if (error instanceof StorageError) return error
  switch (errnoOf(error)) {
    case 'ENOENT':
      return new NotFound(`${what} does not exist`, { cause: error })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Forbidden(`${what} is not accessible to this server`, { cause: error })
    case 'ELOOP':
      return new Forbidden(`${what} passes a symbolic link, which is never followed`, { cause: error })
    case 'ENOTDIR':
      return new NotFound(`${what} does not exist: a part of its path is not a folder`, { cause: error })
    case 'EISDIR':
      return new Forbidden(`${what} is a folder`, { cause: error })
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new PreconditionFailed(`${what} exists already`, { cause: error })
    case 'ENAMETOOLONG':
      return new Forbidden(`${what} has a name that is too long for this file system`, { cause: error })
    case 'ENOSPC':
    case 'EDQUOT':
      return new Unavailable(`there is no space left to write ${what}`, { cause: error, code: 'storage_full' })
    case 'EMFILE':
    case 'ENFILE':
    case 'EIO':
    case 'ENXIO':
      return new Unavailable(`${what} cannot be read or written now`, { cause: error })
    case undefined:
    default:
      return error
  }
}

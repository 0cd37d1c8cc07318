import {
  BadRequest,
  Conflict,
  Forbidden,
  NotFound,
  PayloadTooLarge,
  PreconditionFailed,
  RangeNotSatisfiable,
  ServiceError,
  Unavailable,
} from '@biocloud/service-kit'

/** What a caller sent, shortened: ids are at most 255 bytes (I1). */
const quoted = (id: string): string => JSON.stringify(id.length > 255 ? `${id.slice(0, 64)}…` : id)

/** Also given for an object whose existence may not be told: one body for both (E2). */
export class ObjectNotFound extends NotFound {
  override readonly code = 'object_not_found'
  constructor(id: string) {
    super(`There is no object ${quoted(id)} here that you may know of`)
  }
}

/** The object is there; the access id is not, or its bytes are quarantined. */
export class AccessNotFound extends NotFound {
  override readonly code = 'access_not_found'
  constructor(id: string, accessId: string) {
    super(`The object ${quoted(id)} has no access method ${quoted(accessId)} that gives its bytes`)
  }
}

export class InvalidCandidate extends BadRequest {
  override readonly code = 'candidate_invalid'
}

/** I5: one id, the same bytes for ever. */
export class ContentConflict extends Conflict {
  override readonly code = 'content_conflict'
  constructor(what: string) {
    super(`${what} is registered with other bytes: new content needs a new id`)
  }
}

/** The bytes are known, under something that this candidate would change. */
export class AlreadyRegistered extends Conflict {
  override readonly code = 'already_registered'
}

/** The outputs of a run belong to the person of its first grant; another's grant of the same run id is a mistake or worse. */
export class RunOwnerConflict extends Conflict {
  override readonly code = 'run_owner_conflict'
  constructor(runId: string) {
    super(`Outputs of the run ${runId} belong to another person: a run id is used once`)
  }
}

export class LocationNotAllowed extends Forbidden {
  override readonly code = 'location_not_allowed'
}

export class DatasetUndecided extends BadRequest {
  override readonly code = 'dataset_required'
  constructor(writable: readonly string[]) {
    super(
      writable.length === 0
        ? 'x_dataset: there is no dataset that you may write to'
        : `x_dataset: name the dataset; you may write to ${writable.join(', ')}`,
    )
  }
}

export class DatasetUnknown extends BadRequest {
  override readonly code = 'dataset_unknown'
  constructor(dataset: string) {
    super(`x_dataset: there is no dataset ${JSON.stringify(dataset)} that you may write to`)
  }
}

export class RegistrationClosed extends Forbidden {
  override readonly code = 'registration_closed'
  constructor() {
    super('Objects are registered here by operators, and by runs for their outputs')
  }
}

export class TooManyItems extends PayloadTooLarge {
  override readonly code = 'bulk_limit_exceeded'
  constructor(field: string, count: number, limit: number) {
    super(`${field} holds ${count} items; this server takes at most ${limit} in one request (maxBulkRequestLength)`)
  }
}

export class TooLargeToExpand extends BadRequest {
  override readonly code = 'expand_limit_exceeded'
  constructor(what: string, limit: number) {
    super(`expand=true: the answer would have more than ${limit} ${what}; ask for nested bundles one by one`)
  }
}

/** Edited, expired, revoked, another method, bytes no longer the same: nothing tells them apart. */
export class LinkRefused extends Forbidden {
  override readonly code = 'link_refused'
  constructor() {
    super('This link is not valid: ask the access endpoint of the object for a new one')
  }
}

export class BytesNotSatisfiable extends RangeNotSatisfiable {
  override readonly code = 'range_not_satisfiable'
  constructor(size: number) {
    super(`The Range lies outside the ${size} bytes, or asks for more than 16 ranges`, {
      headers: { 'Content-Range': `bytes */${size}` },
    })
  }
}

export class EtagMismatch extends PreconditionFailed {
  override readonly code = 'if_match_failed'
  constructor() {
    super('If-Match: the bytes have another ETag')
  }
}

/** Also for another caller's upload. */
export class UploadNotFound extends BadRequest {
  override readonly code = 'upload_not_found'
  constructor(field: string) {
    super(`${field}: there is no such upload of yours`)
  }
}

/** What the store said stays here: its message names the place of the bytes (A3). */
export class StoreUnavailable extends Unavailable {
  override readonly code = 'store_unavailable'
  constructor(cause: unknown, retryAfter = 5) {
    super('The store of this object does not answer: try again', { cause, retryAfter })
  }
}

/** Others registered the same places in the same moment, several times over. */
export class TryAgain extends Unavailable {
  override readonly code = 'try_again'
  constructor() {
    super('Others register the same files at this moment: try again', { retryAfter: 1 })
  }
}

export class UploadIncomplete extends Conflict {
  override readonly code = 'upload_incomplete'
  constructor(field: string) {
    super(`${field}: the upload is not complete: PUT the bytes to its link first`)
  }
}

export class UploadRegistered extends Conflict {
  override readonly code = 'upload_registered'
  constructor() {
    super('This upload has been registered or has ended: its bytes do not change any more')
  }
}

export class UploadMismatch extends BadRequest {
  override readonly code = 'upload_mismatch'
}

/** 507: the disk behind the objects folder is full; nothing of the upload is kept. */
export class StorageFull extends ServiceError {
  override readonly code = 'storage_full'
  override readonly status = 507
  constructor(cause: unknown) {
    super('There is no space left for this file', { cause, retryAfter: 60 })
  }
}

export class NoLocalIssuer extends NotFound {
  override readonly code = 'no_local_issuer'
  constructor() {
    super('This server has no local issuer: get a token from an issuer that it trusts')
  }
}

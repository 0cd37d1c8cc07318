import { ServiceError } from './errors.ts'
import type { ServiceErrorOptions } from './errors.ts'

/** The URL, its host or an address of its host is not allowed for the purpose. Nothing was sent. */
export class OutboundRefused extends ServiceError {
  readonly code = 'outbound_refused'
  readonly status = 400
}

/** The other side could not be reached, broke off, was too slow or sent too much. `reason` is stable. */
export class OutboundFailed extends ServiceError {
  readonly code: string
  readonly status = 502
  readonly reason: 'unreachable' | 'timeout' | 'too_large'
  constructor(reason: OutboundFailed['reason'], message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.reason = reason
    this.code = `outbound_${reason}`
  }
}

/**
 * An answer that is not the one asked for. `status` is the server's. It has no `expose` on purpose: a server of ours
 * that calls another one must not pass its answer on as its own error by accident.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** The server's own words, or ours where it gave none. */
  readonly msg: string
  /** The parsed JSON body, or the text of any other. */
  readonly body: unknown
  /** The stable code of a biocloud server; others give none. */
  readonly code: string | undefined
  /** Whole seconds to wait, where the server said so. */
  readonly retryAfter: number | undefined
  /** The operation of the standard that was called. */
  readonly operationId: string

  constructor(o: {
    operationId: string
    status: number
    msg: string
    body: unknown
    retryAfter?: number | undefined
    cause?: unknown
  }) {
    super(`${o.operationId}: ${String(o.status)} ${o.msg}`, o.cause === undefined ? undefined : { cause: o.cause })
    this.status = o.status
    this.msg = o.msg
    this.body = o.body
    this.code = textMember(o.body, 'code')
    this.retryAfter = o.retryAfter
    this.operationId = o.operationId
  }
}

/** The text member `name` of a JSON object, if it is one and has it. */
export const textMember = (body: unknown, name: string): string | undefined => {
  if (typeof body !== 'object' || body === null) return undefined
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

import type { Denial, DenyCode, Requirement } from './denial.ts'

/** Codes of misuse, configuration and the STS; never of a decision. */
export type AuthErrorCode =
  | DenyCode
  | 'policy_invalid'
  | 'issuer_invalid'
  | 'key_file_invalid'
  | 'issuer_not_ready'
  | 'client_assertion_invalid' // 401: a server did not prove its service identity
  | 'request_invalid' // 400
  | 'grant_not_found' // 404
  | 'grant_ended' // 403: expired or revoked

/** For misuse, configuration and the HTTP edge; the kit formats it by its shape. A jose error is never its cause: that would carry all claims. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: AuthErrorCode
  readonly status: number
  readonly expose: boolean
  readonly required?: readonly Requirement[]
  readonly headers?: Readonly<Record<string, string>>
  readonly retryAfter?: number

  constructor(
    code: AuthErrorCode,
    message: string,
    o: {
      status: number
      required?: readonly Requirement[]
      headers?: Readonly<Record<string, string>>
      retryAfter?: number
      cause?: unknown
    },
  ) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause })
    this.code = code
    this.status = o.status
    this.expose = o.status < 500 || o.status === 503
    if (o.required) this.required = o.required
    if (o.headers) this.headers = o.headers
    if (o.retryAfter !== undefined) this.retryAfter = o.retryAfter
  }
}

/** The HTTP form of a denial: 401 gets its WWW-Authenticate challenge (RFC 6750), 503 its Retry-After. */
export const toAuthError = (denial: Denial, realm: string): AuthError => {
  const { code, status, message, required, retryAfter } = denial
  const error = code === 'credential_missing' ? '' : ', error="invalid_token"'
  return new AuthError(code, message, {
    status,
    ...(required ? { required } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === 401
      ? { headers: { 'WWW-Authenticate': `Bearer realm="${realm.replace(/["\\]/g, '')}"${error}` } }
      : {}),
  })
}

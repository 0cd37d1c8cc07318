/** A visa that would help: its type and the `iss` values of the issuers that may give it. Nothing about other people. */
export type RequiredVisa = { readonly type: string; readonly issuers: readonly string[] }
/** What is missing for one dataset; only ever told of discoverable ones (D9). */
export type Requirement = {
  readonly object?: string
  readonly dataset?: string
  readonly visas: readonly RequiredVisa[]
}

/** Every code that a denial can carry. A closed union, so a `switch` over it is exhaustive. */
export type DenyCode =
  | 'credentials_malformed' // 400: not of the schema (passports.md D7)
  | 'bearer_and_passports' // 400: D6
  | 'token_in_url' // 400: V18
  | 'credential_missing' // 401: nothing was sent and something is needed
  | 'token_invalid' // 401
  | 'token_expired' // 401
  | 'passport_invalid' // 401
  | 'access_denied' // 403: valid, but not enough; the dataset is discoverable
  | 'operator_required' // 403
  | 'ticket_spent' // 401: a task ticket is good for one call
  | 'ticket_exceeded' // 403: the call asks for more than the ticket names
  | 'not_found' // 404: missing, or not discoverable (D9)
  | 'passport_too_large' // 413
  | 'too_many_passports' // 413
  | 'too_many_visas' // 413
  | 'too_many_key_sets' // 413
  | 'keys_unavailable' // 503: D8
  | 'userinfo_unavailable' // 503
  | 'introspection_unavailable' // 503
  | 'audit_unavailable' // 503: no audit row, no bytes

export type DenyStatus = 400 | 401 | 403 | 404 | 413 | 503

/** A refusal as a value. `reason` is for logs and tests: it names claim and reason, never a token or a claim's content. */
export type Denial = {
  readonly permit: false
  readonly status: DenyStatus
  readonly code: DenyCode
  readonly message: string
  readonly reason?: string
  /** Whole seconds. */
  readonly retryAfter?: number
  readonly required?: readonly Requirement[]
}

const STATUS: Record<DenyCode, DenyStatus> = {
  credentials_malformed: 400,
  bearer_and_passports: 400,
  token_in_url: 400,
  credential_missing: 401,
  token_invalid: 401,
  token_expired: 401,
  passport_invalid: 401,
  access_denied: 403,
  operator_required: 403,
  ticket_spent: 401,
  ticket_exceeded: 403,
  not_found: 404,
  passport_too_large: 413,
  too_many_passports: 413,
  too_many_visas: 413,
  too_many_key_sets: 413,
  keys_unavailable: 503,
  userinfo_unavailable: 503,
  introspection_unavailable: 503,
  audit_unavailable: 503,
}

const MESSAGE: Record<DenyCode, string> = {
  credentials_malformed: 'The credentials are malformed: send one Bearer token, or `passports` as an array of strings',
  bearer_and_passports: 'Send either a Bearer token or passports, not both in one request',
  token_in_url: 'A token does not belong in a URL: send it in the Authorization header',
  credential_missing: 'This needs a credential: send an access token as `Authorization: Bearer …`',
  token_invalid: 'The access token is not valid here: get a new one from an issuer that this server trusts',
  token_expired: 'The access token has expired: get a new one',
  passport_invalid:
    'A passport is not valid here: every passport of a request must come, in force, from a broker that this server trusts',
  access_denied: 'The credential is valid, but does not allow this: `required` lists the visas that would',
  operator_required: 'Only an operator of this server may do this',
  ticket_spent: 'This task ticket has been used or replaced: ask for another',
  ticket_exceeded: 'The task ticket does not cover what was asked for',
  not_found: 'There is no such object',
  passport_too_large: 'A passport is too large: at most 256 KiB each',
  too_many_passports: 'Too many passports: at most 8 in one request',
  too_many_visas: 'Too many visas: at most 1,000 in one request, and at most 200 that this server has to verify',
  too_many_key_sets: 'The visas come from too many issuers: at most 10 in one request',
  keys_unavailable: 'The keys of the issuer cannot be fetched now: try again',
  userinfo_unavailable: 'The userinfo endpoint of the broker does not answer: try again',
  introspection_unavailable: 'The token service does not answer: try again',
  audit_unavailable: 'The decision could not be recorded, so nothing is given out: try again',
}

export const deny = (
  code: DenyCode,
  more: { reason?: string; retryAfter?: number; required?: readonly Requirement[] } = {},
): Denial => ({ permit: false, status: STATUS[code], code, message: MESSAGE[code], ...more })

export const isDenial = (value: object): value is Denial => 'permit' in value && value.permit === false

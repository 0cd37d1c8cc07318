/** A visa that passed every check, reduced to what a decision reads and what a grant may keep. No token. Times in seconds. */
export type VisaFacts = {
  /** Its issuer's name in the policy. */
  readonly issuer: string
  readonly iss: string
  readonly sub: string
  /** The identity group it belongs to. */
  readonly key: string
  readonly jti?: string
  readonly type: string
  readonly value: string
  readonly source: string
  readonly by?: string
  readonly asserted: number
  readonly iat: number
  readonly exp: number
}
export type Undecided = { readonly types: ReadonlySet<string>; readonly retryAfter: number }
export type VisaSet = {
  readonly visas: readonly VisaFacts[]
  /** Set where visas that could matter could not be judged for want of keys (D8). */
  readonly undecided?: Undecided
}

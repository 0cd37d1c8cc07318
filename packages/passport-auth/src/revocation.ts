/** What identifies a token or visa for revocation (D5): `(iss, jti)`, and for a visa without `jti` its claims. Times in seconds. */
export type RevocationSubject = {
  readonly iss: string
  readonly sub: string
  readonly jti?: string
  readonly iat?: number
  readonly type?: string
  readonly value?: string
  readonly source?: string
}
/** Asked at every use, after every cache. Synchronous: the server keeps a snapshot of its rows, at most 5 s old. */
export type Revocation = { isRevoked(subject: RevocationSubject): boolean }

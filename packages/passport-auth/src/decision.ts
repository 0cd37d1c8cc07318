import type { Denial } from './denial.ts'

export type Operation =
  'drs:metadata' | 'drs:access' | 'drs:write' | 'drs:delete' | 'drs:sync' | 'wes:run' | 'tes:compute'

/** A visa that a decision rests on. `exp` in seconds since the epoch. */
export type VisaRef = { readonly iss: string; readonly jti?: string; readonly type: string; readonly exp: number }

/** What the caller of `authorize` must do with a permit. */
export type Obligation = 'url-ttl' | 'audit-before-bytes'
/** Who acts for the person, nearest first: `['tes/task/…/attempt/1', 'wes/run/…']`; empty for the person alone. */
export type ActorChain = readonly string[]

export type Permit = {
  readonly permit: true
  /** No byte is served after this (O9). */
  readonly notAfter: Date
  readonly via: readonly VisaRef[]
  /** Which rule permitted: `public`, `owner`, `operator`, `ticket`, or the dataset's name. */
  readonly rule: string
  readonly obligations: readonly Obligation[]
  readonly actor: ActorChain
  readonly policyVersion: string
}

/** Deny by default; a denial is a value. */
export type Decision = Permit | Denial

import type { TicketClaims } from './ticket.ts'
import type { Secret } from './secret.ts'
import type { Denial } from './denial.ts'
import type { VisaSet } from './visa-facts.ts'

export type ServiceName = 'drs' | 'wes' | 'tes'
export type IdentityKind = 'anonymous' | 'person' | 'service' | 'run' | 'ticket'

/** One verified {iss, sub} with its owner key. */
export type Subject = { readonly iss: string; readonly sub: string; readonly key: string }

/** What `verify` proved. Facts, not rights: `authorize` decides. */
export type Verified = {
  readonly kind: IdentityKind
  readonly credential: 'none' | 'bearer' | 'passports'
  /** One for a bearer; one per passport, in the order sent; none for anonymous. Visas count only within one of them. */
  readonly subjects: readonly Subject[]
  readonly operator: boolean
  readonly name?: string
  readonly clientId?: string
  readonly runId?: string
  readonly grantId?: string
  readonly ticket?: TicketClaims
  /** The earliest end of the envelopes (token or passports). */
  readonly expiresAt?: Date
  /** The visas that count for these subjects; read at the first decision that needs them, then kept. */
  readonly visas: () => Promise<VisaSet | Denial>
}

/** Who is calling, as `req.identity`. Rows keep `key` and nothing else of it. */
export type Identity = {
  readonly kind: IdentityKind
  /** The owner key of rows: canonical JSON of `["ns", namespace, sub]` or `["iss", iss, sub]`; '' for anonymous. Kinds `run` and `ticket` carry the key of the person they act for. */
  readonly key: string
  readonly iss?: string
  readonly sub?: string
  readonly name?: string
  /** Named under `operators` in the policy. Always false for runs and tickets. */
  readonly operator: boolean
  readonly clientId?: string
  /** Kind `run`: the only run whose tasks this caller may create, read and cancel. */
  readonly runId?: string
  /** Kinds `run` and `ticket`. */
  readonly grantId?: string
  readonly service?: ServiceName
  readonly ticket?: TicketClaims
  /** The credential itself, in memory only, to be exchanged at the STS. */
  readonly bearer?: Secret
  readonly verified: Verified
  /** When the credential ends. */
  readonly expiresAt?: Date
}

/** Identity is the pair {iss, sub}: `sub` alone never counts, for two issuers may give the same one (passports.md §4). */
export const identityKey = (iss: string, sub: string, namespace?: string): string =>
  JSON.stringify(namespace === undefined ? ['iss', iss, sub] : ['ns', namespace, sub])

/** The HTTP view of verified facts. */
export const identityOf = (verified: Verified, bearer?: Secret): Identity => {
  const first = verified.subjects[0]
  return {
    kind: verified.kind,
    key: first?.key ?? '',
    ...(first ? { iss: first.iss, sub: first.sub } : {}),
    ...(verified.name === undefined ? {} : { name: verified.name }),
    operator: verified.operator,
    ...(verified.clientId === undefined ? {} : { clientId: verified.clientId }),
    ...(verified.runId === undefined ? {} : { runId: verified.runId }),
    ...(verified.grantId === undefined ? {} : { grantId: verified.grantId }),
    ...(verified.ticket === undefined ? {} : { ticket: verified.ticket }),
    ...(bearer === undefined ? {} : { bearer }),
    verified,
    ...(verified.expiresAt === undefined ? {} : { expiresAt: verified.expiresAt }),
  }
}

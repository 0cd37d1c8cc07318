import type { AuditEvent } from './audit.ts'
import type { VisaRef } from './decision.ts'
import type { ServiceName } from './identities.ts'
import type { VisaFacts } from './visa-facts.ts'

/** An object as DRS knows it. `owner` and `allOf` where its dataset is `run:<id>`. */
export type ResolvedObject = {
  readonly id: string
  readonly uri: string
  readonly dataset: string
  readonly owner?: string
  readonly allOf?: readonly string[]
  readonly name?: string
  readonly size: number
  readonly mime_type?: string
  readonly checksums: readonly { readonly type: string; readonly checksum: string }[]
  /** The preferred access method, told to the server that will stage it. */
  readonly access_id?: string
}

/** A right once proved, kept without any token. A row of the STS's database; JSON-serialisable. Times are ISO 8601, UTC. */
export type Grant = {
  readonly id: string
  /** The person's owner key and pair. */
  readonly owner: string
  readonly iss: string
  readonly sub: string
  readonly name?: string
  readonly purpose: 'run' | 'task'
  readonly service: ServiceName
  readonly operation: 'tes:compute' | 'wes:run' | 'drs:access'
  readonly runId?: string
  readonly taskId?: string
  /** The run grant that a task grant was made under; it lives no longer than that one. */
  readonly parentId?: string
  readonly objects: readonly Pick<ResolvedObject, 'id' | 'uri' | 'dataset' | 'owner' | 'allOf'>[]
  /** Every dataset that the objects need, those of run outputs' inputs among them; never a `run:` one. */
  readonly datasets: readonly string[]
  /** The facts of the visas used, to be judged again at every ticket. */
  readonly facts: readonly VisaFacts[]
  readonly via: readonly VisaRef[]
  readonly policyVersion: string
  readonly createdAt: string
  readonly notAfter: string
  readonly revokedAt?: string
}

export type TicketRow = {
  readonly jti: string
  readonly grantId: string
  readonly actor: string
  /** sha-256 of action and object set: one live ticket per (grant, actor, this). */
  readonly scopeHash: string
  readonly expiresAt: string
}

/** Implemented by the server that mounts the STS (DRS, in `db/`). Only hashes and facts rest here, never a token. */
export type StsStores = {
  readonly grants: {
    /** One transaction: the grant, its run token's sha-256 (hex) if it has one, and the audit row. */
    insert(grant: Grant, runTokenHash: string | undefined, event: AuditEvent): Promise<void>
    get(id: string): Promise<Grant | undefined>
    byRunTokenHash(hash: string): Promise<Grant | undefined>
    /** One more run token of a live run grant, with the audit row; earlier ones stay valid. False if the grant is gone or revoked. */
    addRunToken(grantId: string, hash: string, event: AuditEvent): Promise<boolean>
    /** Marks the grant and every grant with this parentId, and kills their live tickets. Idempotent. One transaction with the audit row. */
    revoke(id: string, at: string, event: AuditEvent): Promise<void>
  }
  readonly tickets: {
    /** One transaction: kills a live ticket of the same (grantId, actor, scopeHash), inserts this one and the audit row. */
    issue(ticket: TicketRow, event: AuditEvent): Promise<void>
    /** One transaction: false unless the ticket is live, unexpired at `now`, and its grant and that grant's parent are neither revoked nor past notAfter; then marks it burned and inserts the audit rows. Of parallel calls exactly one gets true. */
    burn(jti: string, now: string, events: readonly AuditEvent[]): Promise<boolean>
  }
  readonly assertions: {
    /** Inserts the unique key; false if it was there. Keys past `expiresAt` may be swept. */
    use(key: string, expiresAt: string): Promise<boolean>
  }
}

/** What introspection tells of a live run token. */
export type RunTokenFacts = {
  readonly run_id: string
  readonly grant_id: string
  readonly owner: string
  readonly iss: string
  readonly sub: string
  readonly name?: string
  /** ISO 8601, UTC. */
  readonly not_after: string
}

import { inTransaction, type Knex } from '@biocloud/service-kit'
import type { Grant, StsStores } from '@biocloud/passport-auth'
import { insertAudit } from './audit.ts'

interface GrantRow {
  id: string
  parent_id: string | null
  not_after: string
  revoked_at: string | null
  grant: string
}

const toGrant = (row: GrantRow): Grant => ({
  ...(JSON.parse(row.grant) as Grant),
  ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
})

const live = async (db: Knex, id: string, now: string): Promise<boolean> => {
  const row = await db<GrantRow>('sts_grants').where({ id }).first()
  if (row === undefined || row.revoked_at !== null || row.not_after <= now) return false
  return row.parent_id === null || live(db, row.parent_id, now)
}

/** What the STS keeps. Only hashes and facts: no token ever rests here. */
export const createStsStores = (db: Knex): StsStores & { alive(grantId: string, now: string): Promise<boolean> } => ({
  /** Whether a grant and its parent are neither revoked nor over; asked at every use of a signed link (L3). */
  alive: (grantId, now) => live(db, grantId, now),

  grants: {
    insert: (grant, runTokenHash, event) =>
      inTransaction(db, async (trx) => {
        await trx('sts_grants').insert({
          id: grant.id,
          parent_id: grant.parentId ?? null,
          not_after: grant.notAfter,
          revoked_at: null,
          grant: JSON.stringify(grant),
        })
        if (runTokenHash !== undefined) await trx('sts_run_tokens').insert({ hash: runTokenHash, grant_id: grant.id })
        await insertAudit(trx, [event])
      }),
    async get(id) {
      const row = await db<GrantRow>('sts_grants').where({ id }).first()
      return row === undefined ? undefined : toGrant(row)
    },
    async byRunTokenHash(hash) {
      const [row] = await db<GrantRow>('sts_grants')
        .whereIn('id', db('sts_run_tokens').select('grant_id').where({ hash }))
        .limit(1)
      return row === undefined ? undefined : toGrant(row)
    },
    addRunToken: (grantId, hash, event) =>
      inTransaction(db, async (trx) => {
        if (!(await live(trx, grantId, event.time))) return false
        await trx('sts_run_tokens').insert({ hash, grant_id: grantId })
        await insertAudit(trx, [event])
        return true
      }),
    revoke: (id, at, event) =>
      inTransaction(db, async (trx) => {
        const family = trx('sts_grants').select('id').where({ id }).orWhere({ parent_id: id })
        await trx('sts_tickets').whereIn('grant_id', family).where({ state: 'live' }).update({ state: 'revoked' })
        await trx('sts_grants')
          .where((either) => void either.where({ id }).orWhere({ parent_id: id }))
          .whereNull('revoked_at')
          .update({ revoked_at: at })
        await insertAudit(trx, [event])
      }),
  },

  tickets: {
    issue: ({ jti, grantId, actor, scopeHash, expiresAt }, event) =>
      inTransaction(db, async (trx) => {
        await trx('sts_tickets')
          .where({ grant_id: grantId, actor, scope_hash: scopeHash, state: 'live' })
          .update({ state: 'replaced' })
        await trx('sts_tickets').insert({
          jti,
          grant_id: grantId,
          actor,
          scope_hash: scopeHash,
          expires_at: expiresAt,
          state: 'live',
        })
        await insertAudit(trx, [event])
      }),
    burn: (jti, now, events) =>
      inTransaction(db, async (trx) => {
        const ticket = (await trx('sts_tickets').where({ jti }).first()) as { grant_id: string } | undefined
        if (ticket === undefined || !(await live(trx, ticket.grant_id, now))) return false
        const burned = await trx('sts_tickets')
          .where({ jti, state: 'live' })
          .where('expires_at', '>', now)
          .update({ state: 'burned' })
        if (burned !== 1) return false
        await insertAudit(trx, events)
        return true
      }),
  },

  assertions: {
    async use(key, expiresAt) {
      const rows = (await db('sts_assertions')
        .insert({ key, expires_at: expiresAt })
        .onConflict('key')
        .ignore()
        .returning('key')) as unknown[]
      return rows.length === 1
    },
  },
})

/** Removes what has ended and proves nothing any more; the audit rows stay. */
export const sweepSts = async (db: Knex, now: string): Promise<void> => {
  await db('sts_assertions').where('expires_at', '<', now).delete()
  await db('sts_tickets').where('expires_at', '<', now).delete()
}

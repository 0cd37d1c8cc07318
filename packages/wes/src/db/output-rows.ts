import type { AuditEvent, AuditSink } from '@biocloud/passport-auth'
import { inTransaction, type Knex } from '@biocloud/service-kit'

export type OutputRow = { run_id: string; name: string; size: number; sha256: string; drs_uri?: string }
type Raw = { run_id: string; name: string; size: number | string; sha256: string; drs_uri: string | null }

const fromRaw = ({ size, drs_uri, ...raw }: Raw): OutputRow => ({
  ...raw,
  size: Number(size),
  ...(drs_uri === null ? {} : { drs_uri }),
})

export type OutputRows = ReturnType<typeof createOutputRows>

export const createOutputRows = (db: Knex) => ({
  async add(rows: readonly OutputRow[]): Promise<void> {
    await inTransaction(db, async (trx) => {
      for (const row of rows) {
        await trx('run_outputs')
          .insert({ ...row, drs_uri: row.drs_uri ?? null })
          .onConflict(['run_id', 'name'])
          .merge({ size: row.size, sha256: row.sha256 })
      }
    })
  },
  async registered(runId: string, uris: ReadonlyMap<string, string>): Promise<void> {
    await inTransaction(db, async (trx) => {
      for (const [name, drs_uri] of uris) await trx('run_outputs').where({ run_id: runId, name }).update({ drs_uri })
    })
  },
  async list(runId: string, page: { after?: string; limit: number }): Promise<OutputRow[]> {
    const query = db('run_outputs').where({ run_id: runId })
    if (page.after !== undefined) void query.where('name', '>', page.after)
    return ((await query.orderBy('name').limit(page.limit)) as Raw[]).map(fromRaw)
  },
  async get(runId: string, name: string): Promise<OutputRow | undefined> {
    const raw = (await db('run_outputs').where({ run_id: runId, name }).first()) as Raw | undefined
    return raw === undefined ? undefined : fromRaw(raw)
  },
})

/** `append` resolves once the row is committed. */
export const createAuditRows = (db: Knex): AuditSink => ({
  async append(event: AuditEvent): Promise<void> {
    await db('audit').insert({ id: event.id, time: event.time, event: JSON.stringify(event) })
  },
})

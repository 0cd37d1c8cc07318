import type { Knex } from '@biocloud/service-kit'

/** The rows of decisions (passports.md §8). Triggers refuse to change or delete one. */
export const createAuditSink = (db: Knex) => ({
  async append(event: { id: string; time: string }): Promise<void> {
    await db('audit').insert({ id: event.id, time: event.time, event: JSON.stringify(event) })
  },
})

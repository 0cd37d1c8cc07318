import type { Knex } from '@biocloud/service-kit'
import type { JobRow } from './rows.ts'

export const createJobStore = (db: Knex) => ({
  async get(jobId: string): Promise<JobRow | undefined> {
    return db<JobRow>('jobs').where({ job_id: jobId }).first()
  },

  async due(now: string, limit: number): Promise<string[]> {
    const rows = await db<JobRow>('jobs').select('job_id').where('due_at', '<=', now).orderBy('due_at').limit(limit)
    return rows.map(({ job_id }) => job_id)
  },

  /** Claims a job until `until` (its lease: if this process dies, it is due again then). False if another has it. */
  async claim(job: JobRow, until: string): Promise<boolean> {
    const claimed = await db('jobs')
      .where({ job_id: job.job_id, attempts: job.attempts, due_at: job.due_at })
      .update({ attempts: job.attempts + 1, due_at: until })
    return claimed === 1
  },

  /** `due_at` null: done, or given up with its error. */
  async settle(jobId: string, o: { due_at: string | null; error: string | null }): Promise<void> {
    await db('jobs').where({ job_id: jobId }).update(o)
  },
})

export type JobStore = ReturnType<typeof createJobStore>

import { inTransaction, type Knex } from '@biocloud/service-kit'
import type { Cursor } from './run-rows.ts'

export const TERMINAL_TASK_STATES: readonly string[] = [
  'COMPLETE',
  'EXECUTOR_ERROR',
  'SYSTEM_ERROR',
  'CANCELED',
  'PREEMPTED',
]

/** The members of TaskLog that come from TES; JSON in the row. */
export type TaskFacts = {
  cmd?: string[]
  start_time?: string
  end_time?: string
  exit_code?: number
  system_logs?: string[]
}
export type TaskRow = {
  run_id: string
  task_id: string
  created: string
  state: string
  name?: string
  step?: string
  verdict?: 'done' | 'failed'
  log: TaskFacts
}

type Raw = {
  run_id: string
  task_id: string
  created: string
  state: string
  name: string | null
  step: string | null
  verdict: 'done' | 'failed' | null
  log: string
}

const fromRaw = ({ name, step, verdict, log, ...raw }: Raw): TaskRow => ({
  ...raw,
  ...(name === null ? {} : { name }),
  ...(step === null ? {} : { step }),
  ...(verdict === null ? {} : { verdict }),
  log: JSON.parse(log) as TaskFacts,
})

export type TaskRows = ReturnType<typeof createTaskRows>

/** The mirror of a run's TES tasks. It outlives what TES keeps. */
export const createTaskRows = (db: Knex) => ({
  /** What a head reports: a task exists, in this state. A report that comes late does not bring an ended task back. */
  async seen(task: { run_id: string; task_id: string; created: string; state: string; name?: string }): Promise<void> {
    await db('run_tasks')
      .insert({ ...task, log: '{}' })
      .onConflict(['run_id', 'task_id'])
      .merge(task.name === undefined ? { state: task.state } : { state: task.state, name: task.name })
      .whereNotIn('run_tasks.state', TERMINAL_TASK_STATES)
  },
  /** What the engine says of the step that a task is: its name, and at the end whether it went well. */
  async stepOf(
    task: Pick<TaskRow, 'run_id' | 'task_id' | 'created'> & { step: string; verdict?: 'done' | 'failed' },
  ): Promise<void> {
    const { run_id, task_id, created, ...told } = task
    await db('run_tasks')
      .insert({ run_id, task_id, created, state: 'QUEUED', ...told, log: '{}' })
      .onConflict(['run_id', 'task_id'])
      .merge(told)
  },
  /** What TES lists is the truth: one transaction per page. */
  async mirror(rows: readonly TaskRow[]): Promise<void> {
    if (rows.length === 0) return
    await inTransaction(db, async (trx) => {
      for (const row of rows) {
        const { run_id, task_id, created, state, name, log } = row
        await trx('run_tasks')
          .insert({ run_id, task_id, created, state, name: name ?? null, log: JSON.stringify(log) })
          .onConflict(['run_id', 'task_id'])
          .merge({ created, state, name: name ?? null, log: JSON.stringify(log) })
      }
    })
  },
  async list(runId: string, page: { after?: Cursor; limit: number }): Promise<TaskRow[]> {
    const query = db('run_tasks').where({ run_id: runId })
    if (page.after !== undefined)
      void query.whereRaw('(created, task_id) > (?, ?)', [page.after.created, page.after.id])
    const rows = (await query.orderBy([{ column: 'created' }, { column: 'task_id' }]).limit(page.limit)) as Raw[]
    return rows.map(fromRaw)
  },
  async get(runId: string, taskId: string): Promise<TaskRow | undefined> {
    const raw = (await db('run_tasks').where({ run_id: runId, task_id: taskId }).first()) as Raw | undefined
    return raw === undefined ? undefined : fromRaw(raw)
  },
  async states(runId: string): Promise<Record<string, number>> {
    const rows = await db('run_tasks')
      .where({ run_id: runId })
      .groupBy('state')
      .select('state')
      .count<{ state: string; count: number | string }[]>({ count: '*' })
    return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
  },
})

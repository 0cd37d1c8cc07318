import { inTransaction, type Knex } from '@biocloud/service-kit'
import type { TesState } from '@biocloud/ga4gh-api'
import type { AttemptEvent } from '../executors/executor.ts'
import { attemptName } from '../executors/executor.ts'
import { LIVE_STATES } from '../task-state.ts'
import { attemptRow, taskRow, type AttemptRow, type ExecutorLogRow, type OutputRow, type TaskRow } from './rows.ts'

/** What one batch of events changes: computed by attempts.ts, written here in one transaction. */
export type AttemptChange = {
  startTime?: string
  endTime?: string
  outcome?: string
  counted?: boolean
  /** Merged with what is there; an undefined member is taken out. */
  metadata?: Record<string, string | undefined>
  types?: Record<string, 'FILE' | 'DIRECTORY'>
  lines?: string[]
  logs?: ExecutorLogRow[]
  outputs?: OutputRow[]
  /** The moves of the task's state, in order; each only from its expected state. */
  moves?: { from: readonly TesState[]; to: TesState }[]
  /** The task waits for its next attempt from this time on. */
  again?: { dueAt: string }
}

export const createAttemptQueries = (db: Knex) => ({
  /**
   * Takes a queued task for this worker: the next attempt and its row, or undefined if it is not due, not QUEUED, or
   * taken. Two workers that claim one task run it once.
   */
  claim: (id: string, worker: string, now: string): Promise<TaskRow | undefined> =>
    inTransaction(db, async (trx) => {
      const taken = await trx('task')
        .where({ id, state: 'QUEUED' satisfies TesState })
        .whereNull('lease_owner')
        .where('due_at', '<=', now)
        .update({ lease_owner: worker, attempt: trx.raw('attempt + 1'), seq: trx.raw('seq + 1') })
      if (taken !== 1) return undefined
      const row = taskRow((await trx('task').where({ id }).first()) as Record<string, unknown>)
      await trx('task_attempt').insert({
        task_id: id,
        attempt: row.attempt,
        name: attemptName(id, row.attempt),
        created_at: now,
        metadata: '{}',
        types: '{}',
        system_logs: JSON.stringify(row.request.warnings),
      })
      return row
    }),

  /** The ids of tasks that wait for a worker, longest first. */
  async due(now: string, limit: number): Promise<string[]> {
    const rows = await db('task')
      .where({ state: 'QUEUED' satisfies TesState })
      .whereNull('lease_owner')
      .where('due_at', '<=', now)
      .orderBy([{ column: 'due_at' }, { column: 'id' }])
      .limit(limit)
      .select<{ id: string }[]>('id')
    return rows.map(({ id }) => id)
  },

  /** Tasks that a worker has taken and not ended: what a restart takes up again. */
  async taken(worker: string): Promise<TaskRow[]> {
    const rows = (await db('task')
      .where({ lease_owner: worker })
      .whereIn('state', [...LIVE_STATES])
      .orderBy('id')
      .select()) as Record<string, unknown>[]
    return rows.map(taskRow)
  },

  async canceling(): Promise<TaskRow[]> {
    const rows = (await db('task')
      .where({ state: 'CANCELING' satisfies TesState })
      .select()) as Record<string, unknown>[]
    return rows.map(taskRow)
  },

  /**
   * Writes the events of one attempt and what they change, in one transaction. Events told before are left out by
   * `known`; those of an older attempt change nothing but their own rows. Resolves to the task's row afterwards.
   */
  record: (
    at: { taskId: string; attempt: number },
    events: readonly AttemptEvent[],
    change: (fresh: readonly AttemptEvent[], row: TaskRow, attempt: AttemptRow) => AttemptChange,
  ): Promise<{ row: TaskRow; fresh: readonly AttemptEvent[] } | undefined> =>
    inTransaction(db, async (trx) => {
      const key = { task_id: at.taskId, attempt: at.attempt }
      const known = new Set(
        (
          await trx('task_event')
            .where(key)
            .whereIn(
              'seq',
              events.map((event) => event.seq),
            )
            .select<{ seq: number }[]>('seq')
        ).map(({ seq }) => seq),
      )
      const fresh = events.filter((event) => !known.has(event.seq))
      const raw: unknown = await trx('task').where({ id: at.taskId }).first()
      const rawAttempt: unknown = await trx('task_attempt').where(key).first()
      if (raw === undefined || rawAttempt === undefined) return undefined // deleted by retention
      const row = taskRow(raw as Record<string, unknown>)
      if (fresh.length === 0) return { row, fresh }
      const attempt = attemptRow(rawAttempt as Record<string, unknown>)
      await trx('task_event').insert(fresh.map(({ seq, at: time, kind }) => ({ ...key, seq, at: time, kind })))
      await apply(trx, row, attempt, change(fresh, row, attempt))
      return { row: taskRow((await trx('task').where({ id: at.taskId }).first()) as Record<string, unknown>), fresh }
    }),

  async attempts(taskId: string): Promise<AttemptRow[]> {
    const rows = (await db('task_attempt').where({ task_id: taskId }).orderBy('attempt').select()) as Record<
      string,
      unknown
    >[]
    return rows.map(attemptRow)
  },

  /** The latest counted attempt of each task (tes.md 1.7.3), with its logs and outputs. */
  async latest(ids: readonly string[]): Promise<Map<string, AttemptRow>> {
    const found = new Map<string, AttemptRow>()
    if (ids.length === 0) return found
    const rows = (await db('task_attempt')
      .whereIn('task_id', [...ids])
      .where({ counted: 1 })
      .orderBy('attempt')
      .select()) as Record<string, unknown>[]
    for (const row of rows.map(attemptRow)) found.set(row.taskId, row)
    return found
  },

  async logsOf(taskIds: readonly string[]): Promise<Map<string, ExecutorLogRow[]>> {
    const found = new Map<string, ExecutorLogRow[]>()
    if (taskIds.length === 0) return found
    const rows = (await db('executor_log')
      .whereIn('task_id', [...taskIds])
      .orderBy('n')
      .select()) as Record<string, unknown>[]
    for (const raw of rows) {
      const key = `${String(raw['task_id'])}/${String(raw['attempt'])}`
      const list = found.get(key) ?? []
      list.push({
        n: Number(raw['n']),
        startTime: String(raw['start_time']),
        endTime: String(raw['end_time']),
        exitCode: Number(raw['exit_code']),
        stdout: String(raw['stdout']),
        stderr: String(raw['stderr']),
      })
      found.set(key, list)
    }
    return found
  },

  async outputsOf(taskIds: readonly string[]): Promise<Map<string, OutputRow[]>> {
    const found = new Map<string, OutputRow[]>()
    if (taskIds.length === 0) return found
    const rows = (await db('output_log')
      .whereIn('task_id', [...taskIds])
      .orderBy('n')
      .select()) as Record<string, unknown>[]
    for (const raw of rows) {
      const key = `${String(raw['task_id'])}/${String(raw['attempt'])}`
      const list = found.get(key) ?? []
      list.push({ url: String(raw['url']), path: String(raw['path']), sizeBytes: String(raw['size_bytes']) })
      found.set(key, list)
    }
    return found
  },

  /** Ended attempts whose containers and work files may still be there. */
  async unremoved(limit: number): Promise<{ name: string; taskId: string; attempt: number; endTime: string }[]> {
    const rows = await db('task_attempt')
      .whereNull('removed_at')
      .whereNotNull('end_time')
      .orderBy('end_time')
      .limit(limit)
      .select<Record<string, unknown>[]>('name', 'task_id', 'attempt', 'end_time')
    return rows.map((raw) => ({
      name: String(raw['name']),
      taskId: String(raw['task_id']),
      attempt: Number(raw['attempt']),
      endTime: String(raw['end_time']),
    }))
  },

  /** Attempts whose full logs were kept long enough. */
  async unforgotten(endedBefore: string, limit: number): Promise<string[]> {
    const rows = await db('task_attempt')
      .whereNotNull('removed_at')
      .whereNull('forgotten_at')
      .where('end_time', '<', endedBefore)
      .limit(limit)
      .select<{ name: string }[]>('name')
    return rows.map(({ name }) => name)
  },

  async forgotten(name: string, now: string): Promise<void> {
    await db('task_attempt').where({ name }).update({ forgotten_at: now })
  },

  async removed(names: readonly string[], now: string): Promise<void> {
    await db('task_attempt')
      .whereIn('name', [...names])
      .update({ removed_at: now })
  },
})

const apply = async (
  trx: Knex.Transaction,
  row: TaskRow,
  attempt: AttemptRow,
  change: AttemptChange,
): Promise<void> => {
  const key = { task_id: attempt.taskId, attempt: attempt.attempt }
  const update: Record<string, unknown> = {}
  if (change.startTime !== undefined && attempt.startTime === undefined) update['start_time'] = change.startTime
  if (change.endTime !== undefined) update['end_time'] = change.endTime
  if (change.outcome !== undefined) update['outcome'] = change.outcome
  if (change.counted !== undefined) update['counted'] = change.counted ? 1 : 0
  if (change.metadata !== undefined) update['metadata'] = JSON.stringify({ ...attempt.metadata, ...change.metadata })
  if (change.types !== undefined) update['types'] = JSON.stringify({ ...attempt.types, ...change.types })
  if (change.lines !== undefined)
    update['system_logs'] = JSON.stringify([...attempt.systemLogs, ...change.lines].slice(0, 1000))
  if (Object.keys(update).length > 0) await trx('task_attempt').where(key).update(update)
  for (const log of change.logs ?? []) {
    await trx('executor_log').insert({
      ...key,
      n: log.n,
      start_time: log.startTime,
      end_time: log.endTime,
      exit_code: log.exitCode,
      stdout: log.stdout,
      stderr: log.stderr,
    })
  }
  const outputs = (change.outputs ?? []).map((output, n) => ({
    ...key,
    n,
    url: output.url,
    path: output.path,
    size_bytes: output.sizeBytes,
  }))
  for (let i = 0; i < outputs.length; i += 100) await trx('output_log').insert(outputs.slice(i, i + 100))

  let state = row.state
  for (const move of change.moves ?? []) {
    if (!move.from.includes(state)) continue
    state = move.to
  }
  const isOver = !LIVE_STATES.includes(state)
  const fields: Record<string, unknown> = {}
  if (state !== row.state) fields['state'] = state
  if (change.again !== undefined && state === 'QUEUED') {
    Object.assign(fields, { lease_owner: null, due_at: change.again.dueAt, retries: row.retries + 1 })
  }
  if (isOver) Object.assign(fields, { lease_owner: null, due_at: null })
  // Every batch counts up seq: the ETag of the task changes with its logs too.
  const moved = await trx('task')
    .where({ id: row.id, seq: row.seq })
    .update({ ...fields, seq: row.seq + 1 })
  // The batch is rolled back and told again: somebody canceled meanwhile. (On SQLite writers wait for each other.)
  if (moved !== 1) throw new Error(`task ${row.id} changed while its events were written`)
}

import type { RunRequest } from '@biocloud/ga4gh-api'
import { inTransaction, type Knex } from '@biocloud/service-kit'
import type { DrsInput, EngineInstall } from '../engines/engine.ts'
import type { HeadHandle } from '../launchers/launcher.ts'
import { canMove, isTerminal, LIVE_STATES, type RunState } from '../run-state.ts'

/** The workflow's files as they lie in `workflow/`: the primary one, relative, and what is chosen in it. */
export type RunTree = { primary: string; fragment?: string }

/** What the worker needs of a run and no client sees. Holds no secret. */
export type RunWork = {
  type: string
  install: EngineInstall
  parameters: Record<string, string | number | boolean>
  /** Objects of the run's grant. */
  objects: DrsInput[]
  /** Attached files. */
  attachments: { name: string; size: number; sha256: string }[]
  /** Params with our own output URLs and relative paths resolved: the engine's copy. */
  engineParams: Record<string, unknown>
  deadline: string
  /** Absent until the workflow has been fetched. */
  tree?: RunTree
}

export type RunRow = {
  run_id: string
  owner: string
  state: RunState
  created: string
  updated: string
  start_time?: string
  end_time?: string
  type: string
  request: RunRequest
  tags: Record<string, string>
  engine: string
  work: RunWork
  grant_id?: string
  attempt: number
  head?: HeadHandle
  report_number: number
  cmd?: string[]
  exit_code?: number
  outputs?: Record<string, unknown>
  /** The DRS bundle of the run's outputs. */
  bundle_uri?: string
}
export type RunSummaryRow = Pick<RunRow, 'run_id' | 'state' | 'created' | 'start_time' | 'end_time' | 'tags'>
export type ListFilter = {
  state?: RunState
  type?: string
  tags?: readonly (readonly [string, string])[]
  since?: string
  until?: string
}
export type Cursor = { created: string; id: string }
export type RunChange = Partial<
  Pick<
    RunRow,
    | 'start_time'
    | 'end_time'
    | 'work'
    | 'attempt'
    | 'head'
    | 'cmd'
    | 'exit_code'
    | 'outputs'
    | 'bundle_uri'
    | 'report_number'
  >
>

type MessageRow = { id: number; time: string; text: string }
type KeyRow = { owner: string; key: string; request_hash: string; run_id: string; created: string }
type Raw = Record<string, string | number | null>
/** States in which a run has a head, or is about to. */
const HEAD_STATES: readonly RunState[] = ['INITIALIZING', 'RUNNING', 'PAUSED', 'CANCELING']
/** Messages shown of a run that has more: its first and its last. */
const MESSAGES_SHOWN = 1000
const JSON_COLUMNS = ['request', 'tags', 'work', 'head', 'cmd', 'outputs'] as const

const fromRaw = (raw: Raw): RunRow => {
  const row: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(raw)) {
    if (value === null) continue // absent, as in every answer of the standard
    row[column] = (JSON_COLUMNS as readonly string[]).includes(column) ? (JSON.parse(String(value)) as unknown) : value
  }
  return row as RunRow
}

const toRaw = (change: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(change).map(([column, value]) => [
      column,
      (JSON_COLUMNS as readonly string[]).includes(column) ? JSON.stringify(value) : value,
    ]),
  )

/** Same key with another request. */
export type InsertResult = { inserted: true } | { inserted: false; runId: string; same: boolean }

export type RunRows = ReturnType<typeof createRunRows>

/** Every query on runs. Those for clients take the owner: a foreign run and a missing one are one answer. */
export const createRunRows = (db: Knex, clock: { now(): Date }) => {
  const now = (): string => clock.now().toISOString()
  return {
    /** One transaction: the row, its first message and the idempotency key. */
    async insert(
      row: RunRow,
      o: { message: string; idempotency?: { key: string; requestHash: string } },
    ): Promise<InsertResult> {
      return inTransaction(db, async (trx) => {
        if (o.idempotency !== undefined) {
          const { key, requestHash } = o.idempotency
          const known = await trx<KeyRow>('idempotency_keys')
            .where({ owner: row.owner, key })
            .first('request_hash', 'run_id')
          if (known !== undefined)
            return { inserted: false as const, runId: known.run_id, same: known.request_hash === requestHash }
          await trx('idempotency_keys').insert({
            owner: row.owner,
            key,
            request_hash: requestHash,
            run_id: row.run_id,
            created: now(),
          })
        }
        await trx('runs').insert(toRaw(row))
        await trx('run_messages').insert({ run_id: row.run_id, time: now(), text: o.message })
        return { inserted: true as const }
      })
    },
    async idempotent(owner: string, key: string): Promise<{ requestHash: string; runId: string } | undefined> {
      const known = await db<KeyRow>('idempotency_keys').where({ owner, key }).first('request_hash', 'run_id')
      return known === undefined ? undefined : { requestHash: known.request_hash, runId: known.run_id }
    },
    async forgetKeys(before: string): Promise<void> {
      await db('idempotency_keys').where('created', '<', before).delete()
    },
    async get(runId: string, owner?: string): Promise<RunRow | undefined> {
      const raw = (await db('runs')
        .where({ run_id: runId, ...(owner === undefined ? {} : { owner }) })
        .first()) as Raw | undefined
      return raw === undefined ? undefined : fromRaw(raw)
    },
    async state(runId: string, owner: string): Promise<RunState | undefined> {
      const raw = await db<{ run_id: string; owner: string; state: RunState }>('runs')
        .where({ run_id: runId, owner })
        .first('state')
      return raw?.state
    },
    async list(
      owner: string,
      filter: ListFilter,
      page: { before?: Cursor; snapshot: string; limit: number },
    ): Promise<RunSummaryRow[]> {
      const query = db('runs').where({ owner }).where('created', '<=', page.snapshot)
      if (filter.state !== undefined) void query.where('state', filter.state)
      if (filter.type !== undefined) void query.where('type', filter.type)
      if (filter.since !== undefined) void query.where('created', '>=', filter.since)
      if (filter.until !== undefined) void query.where('created', '<', filter.until)
      for (const [key, value] of filter.tags ?? []) {
        void query.whereRaw('EXISTS (SELECT 1 FROM json_each(runs.tags) AS tag WHERE tag.key = ? AND tag.value = ?)', [
          key,
          value,
        ])
      }
      const before = page.before
      if (before !== undefined) void query.whereRaw('(created, run_id) < (?, ?)', [before.created, before.id])
      const rows = await query
        .orderBy([
          { column: 'created', order: 'desc' },
          { column: 'run_id', order: 'desc' },
        ])
        .limit(page.limit)
        .select<Raw[]>('run_id', 'state', 'created', 'start_time', 'end_time', 'tags')
      return rows.map((raw) => fromRaw(raw))
    },
    async counts(owner: string): Promise<Partial<Record<RunState, number>>> {
      const rows = await db('runs')
        .where({ owner })
        .groupBy('state')
        .select('state')
        .count<{ state: RunState; count: number | string }[]>({ count: '*' })
      return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
    },
    async countState(states: readonly RunState[], owner?: string): Promise<number> {
      const query = db('runs').whereIn('state', [...states])
      if (owner !== undefined) void query.where({ owner })
      const row = (await query.count({ count: '*' }).first()) as { count: number | string } | undefined
      return Number(row?.count ?? 0)
    },
    /** Compare-and-set through the state table, with its message. False if the run is in another state by now. */
    async move(
      runId: string,
      from: RunState,
      to: RunState,
      change: RunChange & { message?: string } = {},
    ): Promise<boolean> {
      if (!canMove(from, to)) throw new Error(`a run cannot go from ${from} to ${to}`)
      const { message, ...columns } = change
      const end = isTerminal(to) && columns.end_time === undefined ? { end_time: now() } : {}
      return inTransaction(db, async (trx) => {
        const moved = await trx('runs')
          .where({ run_id: runId, state: from })
          .update({ ...toRaw(columns), ...end, state: to, updated: now() })
        if (moved === 1 && message !== undefined)
          await trx('run_messages').insert({ run_id: runId, time: now(), text: message })
        return moved === 1
      })
    },
    /** QUEUED → INITIALIZING where fewer than `heads` runs have one; one statement, so that two claims cannot both take the last place. */
    async claim(runId: string, heads: number): Promise<boolean> {
      const busy = db('runs')
        .whereIn('state', [...HEAD_STATES])
        .count('*')
      const claimed = await db('runs')
        .where({ run_id: runId, state: 'QUEUED' })
        .whereRaw('(?) < ?', [busy, heads])
        .update({ state: 'INITIALIZING', updated: now() })
      return claimed === 1
    },
    async change(runId: string, change: RunChange): Promise<void> {
      await db('runs')
        .where({ run_id: runId })
        .update({ ...toRaw(change), updated: now() })
    },
    async grantRevoked(runId: string): Promise<void> {
      await db('runs').where({ run_id: runId }).update({ grant_id: null })
    },
    async say(runId: string, text: string): Promise<void> {
      await db('run_messages').insert({ run_id: runId, time: now(), text })
    },
    /** In their order; of very many the first and the last, which say how the run began and why it ended. */
    async messages(runId: string): Promise<{ time: string; text: string }[]> {
      const some = (order: 'asc' | 'desc', limit: number): Promise<MessageRow[]> =>
        db('run_messages')
          .where({ run_id: runId })
          .orderBy('id', order)
          .limit(limit)
          .select<MessageRow[]>('id', 'time', 'text')
      const first = await some('asc', MESSAGES_SHOWN + 1)
      const [next] = first.splice(MESSAGES_SHOWN)
      if (next === undefined) return first
      const last = (await some('desc', MESSAGES_SHOWN)).filter(({ id }) => id >= next.id).reverse()
      const left = (last[0]?.id ?? next.id) > next.id
      return [...first, ...(left ? [{ time: next.time, text: '… messages left out …' }] : []), ...last]
    },
    /** Runs that a worker has something to do for: live ones, and ended ones whose grant lives on. */
    async due(): Promise<{ run_id: string; state: RunState }[]> {
      return db('runs')
        .whereIn('state', [...LIVE_STATES])
        .orWhereNotNull('grant_id')
        .orderBy('created')
        .select<{ run_id: string; state: RunState }[]>('run_id', 'state')
    },
    /** The next runs to be started, oldest first. */
    async queued(limit: number): Promise<string[]> {
      const rows = await db('runs')
        .where({ state: 'QUEUED' })
        .orderBy([{ column: 'created' }, { column: 'run_id' }])
        .limit(limit)
        .select<{ run_id: string }[]>('run_id')
      return rows.map((row) => row.run_id)
    },
    async exists(runIds: readonly string[]): Promise<Set<string>> {
      const rows = await db('runs')
        .whereIn('run_id', [...runIds])
        .select<{ run_id: string }[]>('run_id')
      return new Set(rows.map((row) => row.run_id))
    },
    async firstCreated(): Promise<string | undefined> {
      const row = (await db('runs').min({ created: 'created' }).first()) as { created: string | null } | undefined
      return row?.created ?? undefined
    },
  }
}

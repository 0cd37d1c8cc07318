import type { FileHandle } from 'node:fs/promises'
import {
  createTesClient,
  type RunListResponse,
  type RunLog,
  type RunOutputList,
  type RunStatus,
  type WesTaskListResponse,
  type WesTaskLog,
} from '@biocloud/ga4gh-api'
import type { Identity } from '@biocloud/passport-auth'
import type { Clock, GuardedFetch, PageTokens, Queue } from '@biocloud/service-kit'
import { confinedOpen, NotFound as StorageNotFound, segmentsOf } from '@biocloud/storage'
import type { OutputRow, OutputRows } from './db/output-rows.ts'
import type { Cursor, ListFilter, RunRow, RunRows } from './db/run-rows.ts'
import type { TaskRows } from './db/task-rows.ts'
import { AccessRefused, InvalidRunRequest, OutputNotFound, RunNotFound, TaskNotFound } from './errors.ts'
import type { Limits } from './limits.ts'
import type { ReaderAccess } from './reader-access.ts'
import type { RunFolders } from './run-folder.ts'
import { runLogOf, summaryOf } from './run-log.ts'
import { engineTypeOf, KNOWN_TYPES } from './run-request.ts'
import { isRunState, isTerminal } from './run-state.ts'
import type { RunUrls } from './run-urls.ts'
import type { Tasks } from './tasks.ts'

const SHORT_TASK_LIST = 100

export type ListQuery = {
  page_size?: unknown
  page_token?: unknown
  state?: unknown
  tag?: unknown
  type?: unknown
  since?: unknown
  until?: unknown
}

export type Runs = ReturnType<typeof createRuns>

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const readTime = (name: string, value: unknown): string | undefined => {
  const given = text(value)
  if (given === undefined) return undefined
  const ms = Date.parse(given)
  if (Number.isNaN(ms)) throw new InvalidRunRequest(`${name} must be a time such as 2026-01-31T12:00:00Z`)
  return new Date(ms).toISOString()
}

const readFilter = (query: ListQuery): ListFilter => {
  const state = text(query.state)
  if (state !== undefined && !isRunState(state)) {
    if (state === 'UNKNOWN' || state === 'PREEMPTED') return { state: state as never } // never produced: an empty list
    throw new InvalidRunRequest(`state ${JSON.stringify(state.slice(0, 64))} is no state of a run`)
  }
  const list = (Array.isArray(query.tag) ? query.tag : query.tag === undefined ? [] : [query.tag]) as unknown[]
  const tags = list.map((item) => {
    const pair = text(item)
    const colon = pair?.indexOf(':') ?? -1
    if (pair === undefined || colon < 1) throw new InvalidRunRequest('tag must be key:value')
    return [pair.slice(0, colon), pair.slice(colon + 1)] as const
  })
  const named = text(query.type)
  const type = named === undefined ? undefined : engineTypeOf(named)
  if (named !== undefined && type === undefined)
    throw new InvalidRunRequest(`type ${JSON.stringify(named.slice(0, 64))} is not known; known: ${KNOWN_TYPES}`)
  const since = readTime('since', query.since)
  const until = readTime('until', query.until)
  return {
    ...(state === undefined ? {} : { state }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  }
}

/** The reading side and cancel. Every look-up takes the caller's owner key: a foreign run and a missing one are one answer (W25). */
export const createRuns = (d: {
  rows: RunRows
  taskRows: TaskRows
  outputRows: OutputRows
  folders: RunFolders
  tasks: Tasks
  access: ReaderAccess
  pageTokens: PageTokens
  queue: Queue
  urls: RunUrls
  limits: Limits
  fetch: GuardedFetch
  tes: string
  clock: Clock
}) => {
  const personOf = (identity: Identity): string => {
    if (identity.kind !== 'person')
      throw new AccessRefused('Runs are shown to persons: this token is for the tasks of a run')
    return identity.key
  }
  const own = async (identity: Identity, runId: string): Promise<RunRow> => {
    const row = await d.rows.get(runId, personOf(identity))
    if (row === undefined) throw new RunNotFound(runId)
    return row
  }
  /** W23: below 1 or no integer is 400, above the maximum is served as the maximum. */
  const pageSize = (value: unknown): number => {
    if (value === undefined || value === '') return d.limits.pageDefault
    const size = Number(value)
    if (!Number.isInteger(size) || size < 1)
      throw new InvalidRunRequest(`page_size must be an integer of at least 1; at most ${d.limits.pageMax} are served`)
    return Math.min(size, d.limits.pageMax)
  }
  const open = (token: unknown, boundTo: unknown): unknown =>
    text(token) === undefined ? undefined : d.pageTokens.open(String(token), boundTo)

  const listOutputs = async (identity: Identity, runId: string, query: ListQuery): Promise<RunOutputList> => {
    const row = await own(identity, runId)
    const limit = pageSize(query.page_size)
    const boundTo = ['outputs', row.owner, runId]
    const after = open(query.page_token, boundTo) as string | undefined
    const found = await d.outputRows.list(runId, { limit: limit + 1, ...(after === undefined ? {} : { after }) })
    const page = found.slice(0, limit)
    return {
      outputs: page.map((output) => ({
        name: output.name,
        size: output.size,
        checksums: [{ type: 'sha-256', checksum: output.sha256 }],
        ...(output.drs_uri === undefined ? {} : { drs_uri: output.drs_uri }),
        location: d.urls.output(runId, output.name),
      })),
      next_page_token: found.length > limit ? d.pageTokens.sign(page.at(-1)?.name, boundTo) : '',
    }
  }

  return {
    async list(identity: Identity, query: ListQuery): Promise<RunListResponse> {
      const owner = personOf(identity)
      const limit = pageSize(query.page_size)
      const filter = readFilter(query)
      const boundTo = ['runs', owner, filter]
      const token = open(query.page_token, boundTo) as { before: Cursor; snapshot: string } | undefined
      const snapshot = token?.snapshot ?? d.clock.now().toISOString()
      const found = await d.rows.list(owner, filter, {
        snapshot,
        limit: limit + 1,
        ...(token === undefined ? {} : { before: token.before }),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        runs: page.map(summaryOf),
        next_page_token:
          found.length > limit && last !== undefined
            ? d.pageTokens.sign({ before: { created: last.created, id: last.run_id }, snapshot }, boundTo)
            : '',
      }
    },

    async get(identity: Identity, runId: string): Promise<RunLog> {
      const row = await own(identity, runId)
      const [messages, tasks] = await Promise.all([
        d.rows.messages(runId),
        d.taskRows.list(runId, { limit: SHORT_TASK_LIST + 1 }),
      ])
      return runLogOf(row, {
        urls: d.urls,
        messages,
        tasks: tasks.length > SHORT_TASK_LIST ? [] : tasks.map((task) => d.tasks.render(row, task)),
      })
    },

    async status(identity: Identity, runId: string): Promise<RunStatus> {
      const state = await d.rows.state(runId, personOf(identity))
      if (state === undefined) throw new RunNotFound(runId)
      return { run_id: runId, state }
    },

    async listTasks(identity: Identity, runId: string, query: ListQuery): Promise<WesTaskListResponse> {
      const row = await own(identity, runId)
      const limit = pageSize(query.page_size)
      const boundTo = ['tasks', row.owner, runId]
      const after = open(query.page_token, boundTo) as Cursor | undefined
      const found = await d.taskRows.list(runId, { limit: limit + 1, ...(after === undefined ? {} : { after }) })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      if (!isTerminal(row.state) && row.attempt > 0) d.tasks.touch(row)
      return {
        task_logs: page.map((task) => d.tasks.render(row, task)),
        next_page_token:
          found.length > limit && last !== undefined
            ? d.pageTokens.sign({ created: last.created, id: last.task_id }, boundTo)
            : '',
      }
    },

    async getTask(identity: Identity, runId: string, taskId: string): Promise<WesTaskLog> {
      const row = await own(identity, runId)
      const task = await d.taskRows.get(runId, taskId)
      if (task === undefined) throw new TaskNotFound(taskId)
      return d.tasks.render(row, task)
    },

    /** Idempotent: on a run that has ended, or is being cancelled, nothing changes. */
    async cancel(identity: Identity, runId: string): Promise<void> {
      for (;;) {
        const row = await own(identity, runId)
        if (isTerminal(row.state) || row.state === 'CANCELING') return
        const to = row.state === 'QUEUED' ? 'CANCELED' : 'CANCELING'
        const moved = await d.rows.move(runId, row.state, to, { message: 'Cancel asked for' })
        if (!moved) continue // it moved on meanwhile: look again
        d.queue.wake(runId)
        return
      }
    },

    /** The engine's own log. Undefined: nothing has been written yet. */
    async logFile(identity: Identity, runId: string, stream: 'stdout' | 'stderr'): Promise<FileHandle | undefined> {
      await own(identity, runId)
      return openIfThere(d.folders.of(runId).root, ['logs', stream])
    },

    /** The log of a task's first executor, from TES; Range is passed on (W22). */
    async taskLog(
      identity: Identity,
      runId: string,
      taskId: string,
      stream: 'stdout' | 'stderr',
      range: string | undefined,
    ): Promise<Response> {
      await own(identity, runId)
      if ((await d.taskRows.get(runId, taskId)) === undefined) throw new TaskNotFound(taskId)
      const token = await d.access.tesToken(identity, runId)
      const tes = createTesClient({
        baseUrl: d.tes,
        token: () => token,
        fetch: (url, init) => d.fetch('peer', url, init),
      })
      return tes.getExecutorLog(taskId, 0, stream, range === undefined ? {} : { range })
    },

    listOutputs,

    async output(identity: Identity, runId: string, name: string): Promise<{ handle: FileHandle; row: OutputRow }> {
      await own(identity, runId)
      const row = await d.outputRows.get(runId, name)
      if (row?.drs_uri === undefined) throw new OutputNotFound(name)
      await d.access.mayRead(identity, runId, row.drs_uri)
      const handle = await openIfThere(d.folders.of(runId).root, ['outputs', ...segmentsOf(name)])
      if (handle === undefined) throw new OutputNotFound(name)
      return { handle, row }
    },
  }
}

const openIfThere = async (root: string, segments: readonly string[]): Promise<FileHandle | undefined> => {
  try {
    return await confinedOpen(root, segments)
  } catch (error) {
    if (error instanceof StorageNotFound) return undefined
    throw error
  }
}

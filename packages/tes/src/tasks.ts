import { createHash } from 'node:crypto'
import type { TesAttempt, TesListTasksResponse, TesState, TesTask } from '@biocloud/ga4gh-api'
import type { Identity } from '@biocloud/passport-auth'
import { canonicalJson, type Clock, type Queue } from '@biocloud/service-kit'
import { backendWarnings, checkBackendParameters } from './backend-parameters.ts'
import type { Reader, StoredRequest, TaskDatabase, TaskRow } from './db/index.ts'
import { KeyReused, LogNotFound, TaskNotFound } from './errors.ts'
import type { Events } from './events.ts'
import { attemptName, type Executor, type LogFile } from './executors/executor.ts'
import type { Listing, ListQuery } from './listing.ts'
import type { StateCache } from './state-cache.ts'
import { checkUrl, schemeOf, type UrlRules } from './storage-urls.ts'
import type { StsClient } from './sts-client.ts'
import { checkTask, splitBackendParameters, type TaskLimits } from './task-documents.ts'
import { isFinal } from './task-state.ts'
import { attemptsView, taskView, type TaskParts, type View } from './views.ts'

export type TasksDeps = {
  db: TaskDatabase
  queue: Queue
  executor: Executor
  cache: StateCache
  events: Events
  listing: Listing
  sts: StsClient | undefined
  clock: Clock
  newId: () => string
  limits: TaskLimits
  urls: UrlRules
  backendParameters: readonly string[]
  /** Placement zones of this machine; others are a warning. */
  zone: string | undefined
  idempotencyHours: number
}

export const readerOf = (identity: Identity): Reader => ({
  owner: identity.key,
  // A run token sees the tasks of its run and no others (tes.md 1.3.3).
  ...(identity.kind === 'run' ? { runId: identity.runId ?? '' } : {}),
})

/** Input contents go beside the row, as bytes; everything else stays as it was sent. */
const split = (task: TesTask): { task: TesTask; contents: { input: number; bytes: Buffer }[] } => {
  const contents: { input: number; bytes: Buffer }[] = []
  const inputs = task.inputs?.map((input, i) => {
    const { content, ...rest } = input
    if (content !== undefined) contents.push({ input: i, bytes: Buffer.from(content) })
    return rest
  })
  return { task: inputs === undefined ? task : { ...task, inputs }, contents }
}

const usesUrl = (input: { content?: string; url?: string }): boolean =>
  input.url !== undefined && input.url !== '' && (input.content === undefined || input.content === '')

/** The domain of tasks: accepts, reads, lists and cancels them. Knows no HTTP. */
export const createTasks = (o: TasksDeps) => {
  const { db, queue, cache, clock } = o

  const warningsOf = (task: TesTask, unknown: readonly string[]): string[] => {
    const { zones, preemptible } = task.resources ?? {}
    return [
      ...backendWarnings(unknown),
      ...(zones !== undefined && zones.length > 0 && (o.zone === undefined || !zones.includes(o.zone))
        ? [
            `resources.zones (${zones.join(', ').slice(0, 200)}) was ignored: this server runs tasks on one machine${o.zone === undefined ? '' : ` in ${o.zone}`}`,
          ]
        : []),
      ...(preemptible === true ? ['resources.preemptible was ignored: this server has no preemptible capacity'] : []),
    ]
  }

  /** Roots, schemes and hosts of every URL. Throws InvalidTask, FileForbidden. */
  const checkUrls = (task: TesTask, user: { owner: string; runId?: string | undefined }): void => {
    for (const [i, input] of (task.inputs ?? []).entries())
      if (usesUrl(input)) checkUrl(o.urls, input.url ?? '', 'input', `inputs[${i}].url`, user)
    for (const [i, output] of (task.outputs ?? []).entries())
      checkUrl(o.urls, output.url, 'output', `outputs[${i}].url`, user)
  }

  const prepare = (
    identity: Identity,
    body: TesTask,
  ): { stored: TesTask; contents: { input: number; bytes: Buffer }[]; warnings: string[]; drs: string[] } => {
    checkTask(body, o.limits)
    const { known, unknown } = splitBackendParameters(body.resources?.backend_parameters, o.backendParameters)
    const valid = checkBackendParameters(known, unknown, body.resources?.backend_parameters_strict === true)
    checkUrls(body, { owner: identity.key, runId: identity.runId })
    const { task, contents } = split(body)
    // TES 1.1, tesResources: "shall not store or return unsupported keys".
    const resources =
      task.resources === undefined
        ? undefined
        : {
            ...task.resources,
            ...(task.resources.backend_parameters === undefined ? {} : { backend_parameters: valid.parameters }),
          }
    const tags = identity.runId === undefined ? task.tags : { ...task.tags, wes_run_id: identity.runId }
    return {
      stored: { ...task, ...(resources === undefined ? {} : { resources }), ...(tags === undefined ? {} : { tags }) },
      contents,
      warnings: [...valid.warnings, ...warningsOf(body, unknown)],
      drs: [
        ...new Set(
          (body.inputs ?? [])
            .filter((input) => usesUrl(input) && schemeOf(input.url ?? '') === 'drs')
            .map(({ url }) => url ?? ''),
        ),
      ],
    }
  }

  const earlier = async (owner: string, key: string, bodyHash: string): Promise<string | undefined> => {
    const known = await db.tasks.idempotent(owner, key, clock.now().toISOString())
    if (known === undefined) return undefined
    if (known.bodyHash !== bodyHash) throw new KeyReused()
    o.events.idempotentRepeat(known.taskId)
    return known.taskId
  }

  const partsOf = async (rows: readonly TaskRow[], view: View, all: boolean): Promise<TaskParts[]> => {
    const ids = rows.map(({ id }) => id)
    const latest = all ? undefined : await db.attempts.latest(ids)
    const [logs, outputs] = [await db.attempts.logsOf(ids), await db.attempts.outputsOf(ids)]
    const contents =
      view === 'FULL'
        ? await db.tasks.contents(rows.filter(({ request }) => request.contents.length > 0).map(({ id }) => id))
        : undefined
    const parts: TaskParts[] = []
    for (const row of rows) {
      const one = latest?.get(row.id)
      const attempts = all ? await db.attempts.attempts(row.id) : one === undefined ? [] : [one]
      parts.push({ row, attempts, logs, outputs, contents: contents?.get(row.id) })
    }
    return parts
  }

  const own = async (identity: Identity, id: string): Promise<TaskRow> => {
    const row = await db.tasks.get(id, readerOf(identity))
    if (row === undefined) throw new TaskNotFound()
    return row
  }

  /** Cancel and completion revoke (tes.md §3.4); if that fails, the grant ends by itself. */
  const endGrant = (grantId: string | undefined): void => {
    if (grantId === undefined || o.sts === undefined) return
    o.sts.revoke(grantId).catch((error: unknown) => {
      o.events.grantNotRevoked(error)
    })
  }

  return {
    /** Accepts a task; resolves to its id once the row is committed. Throws InvalidTask, FileForbidden, AccessRefused, KeyReused, PeerUnavailable. */
    async create(identity: Identity, body: TesTask, idempotencyKey?: string): Promise<string> {
      const bodyHash =
        idempotencyKey === undefined ? '' : createHash('sha256').update(canonicalJson(body)).digest('hex')
      const { stored, contents, warnings, drs } = prepare(identity, body)
      const reader = readerOf(identity)
      // A key belongs to one owner, and within it to one run.
      const key = idempotencyKey === undefined ? undefined : `${reader.runId ?? ''}:${idempotencyKey}`
      if (key !== undefined) {
        const known = await earlier(identity.key, key, bodyHash)
        if (known !== undefined) return known
      }
      const id = o.newId()
      const grant =
        drs.length === 0 || o.sts === undefined ? undefined : await o.sts.grant(identity, { taskId: id, objects: drs })
      const now = clock.now()
      const request: StoredRequest = {
        task: stored,
        contents: contents.map(({ input }) => input),
        warnings,
        drs: grant?.objects ?? [],
      }
      try {
        await db.tasks.insert({
          id,
          owner: identity.key,
          runId: identity.runId,
          clientId: identity.clientId,
          grantId: grant?.grantId,
          createdAt: now.toISOString(),
          request,
          contents,
          tags: stored.tags ?? {},
          idempotency:
            key === undefined
              ? undefined
              : { key, bodyHash, expiresAt: new Date(now.getTime() + o.idempotencyHours * 3_600_000).toISOString() },
        })
      } catch (error) {
        // Two posts with one key at the same time: the other one was first.
        endGrant(grant?.grantId) // of a task that never was
        const known = key === undefined ? undefined : await earlier(identity.key, key, bodyHash)
        if (known !== undefined) return known
        throw error
      }
      o.events.taskCreated(id)
      queue.wake(id) // a lost ring only delays: reconcile.ts looks for every row that is due
      return id
    },

    /** MINIMAL: one read by primary key. `age` in seconds where the database fails and the last known state is told. */
    async minimal(identity: Identity, id: string): Promise<{ id: string; state: TesState; seq: number; age?: number }> {
      const reader = readerOf(identity)
      const kept = cache.get(id, reader)
      if (kept !== undefined) return { id, state: kept.state, seq: kept.seq }
      const epoch = cache.epoch()
      let found: { state: TesState; seq: number } | undefined
      try {
        found = await db.tasks.state(id, reader)
      } catch (error) {
        const stale = cache.stale(id, reader)
        if (stale !== undefined) return { id, ...stale }
        throw error
      }
      if (found === undefined) throw new TaskNotFound()
      cache.put(id, reader, found, epoch)
      return { id, state: found.state, seq: found.seq }
    },

    async get(identity: Identity, id: string, view: 'BASIC' | 'FULL'): Promise<{ task: TesTask; seq: number }> {
      const row = await own(identity, id)
      const [parts] = await partsOf([row], view, false)
      if (parts === undefined) throw new TaskNotFound()
      return { task: taskView(parts, view), seq: row.seq }
    },

    async list(identity: Identity, query: ListQuery, view: View): Promise<TesListTasksResponse> {
      const reader = readerOf(identity)
      const { rows, next } = await o.listing(reader, query, view)
      const ids = rows.map(({ id }) => id)
      const tasks =
        view === 'MINIMAL'
          ? rows.map(({ id, state }) => ({ id, state }))
          : (await partsOf(await db.tasks.rows(ids, reader), view, false)).map((parts) => taskView(parts, view))
      return { tasks, ...(next === undefined ? {} : { next_page_token: next }) }
    },

    /** 200 also for a task that is over or canceling already (tes.md 1.1.4). */
    async cancel(identity: Identity, id: string): Promise<void> {
      const now = clock.now()
      const found = await db.tasks.cancel(id, readerOf(identity), now.toISOString())
      if (found === undefined) throw new TaskNotFound()
      cache.drop(id)
      if (found.done === 'unchanged') return
      const { row } = found
      o.events.taskMoved({ ...row, now, isFinal: isFinal(row.state) })
      if (found.done === 'canceling') queue.wake(id)
      else endGrant(row.grantId)
    },

    async attempts(identity: Identity, id: string): Promise<TesAttempt[]> {
      const [parts] = await partsOf([await own(identity, id)], 'FULL', true)
      return parts === undefined ? [] : attemptsView(parts)
    },

    /** The full text of one stream. `over`: whether it can still grow. Throws TaskNotFound, LogNotFound. */
    async log(
      identity: Identity,
      id: string,
      at: { n: number; stream: 'stdout' | 'stderr'; attempt?: number | undefined },
    ): Promise<{ file: LogFile; over: () => Promise<boolean> }> {
      const row = await own(identity, id)
      const attempt = at.attempt ?? row.attempt
      if (at.n >= row.request.task.executors.length)
        throw new LogNotFound(
          `The task has ${row.request.task.executors.length} executors, counted from 0; there is no executor ${at.n}`,
        )
      if (attempt < 1 || attempt > row.attempt)
        throw new LogNotFound(
          row.attempt === 0 ? 'The task has not begun yet' : `The task has attempts 1 to ${row.attempt}`,
        )
      const file = await o.executor.log(attemptName(id, attempt), at.n, at.stream)
      if (file === null)
        throw new LogNotFound('This command has written no log yet, or its log was removed when its time was over')
      return {
        file,
        over: async () => {
          const now = await db.tasks.row(id)
          if (now === undefined || isFinal(now.state) || now.attempt !== attempt) return true
          const logs = (await db.attempts.logsOf([id])).get(`${id}/${attempt}`) ?? []
          return logs.some(({ n }) => n === at.n)
        },
      }
    },
  }
}
export type Tasks = ReturnType<typeof createTasks>

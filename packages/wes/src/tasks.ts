import { ApiError, createTesClient, type TesTask, type WesTaskLog } from '@biocloud/ga4gh-api'
import type { GuardedFetch } from '@biocloud/service-kit'
import type { RunRow } from './db/run-rows.ts'
import { TERMINAL_TASK_STATES, type TaskFacts, type TaskRow, type TaskRows } from './db/task-rows.ts'
import type { Engine } from './engines/engine.ts'
import type { Events } from './events.ts'
import type { RunUrls } from './run-urls.ts'
import { redact } from './secrets.ts'
import { wesTime } from './times.ts'

const TAG = 'wes_run_id'
const PAGE = 500
const CANCELS_AT_ONCE = 16
const REASONS_PER_REFRESH = 50
const REFRESH_AFTER_MS = 1000
const FAILED = ['EXECUTOR_ERROR', 'SYSTEM_ERROR']

/** The token that this server shows to TES for one run. */
export type RunTokens = {
  /** Throws PeerRefused when the run's grant is dead, PeerUnreachable. */
  get(run: Pick<RunRow, 'run_id' | 'grant_id'>): Promise<string>
  /** The token was refused: the next call gets another one. */
  drop(runId: string): void
}

export type Tasks = ReturnType<typeof createTasks>

const isUnauthorized = (error: unknown): boolean => error instanceof ApiError && error.status === 401

/** A run's TES tasks: mirrored by tag, named, cancelled. */
export const createTasks = (d: {
  rows: TaskRows
  tes: string
  fetch: GuardedFetch
  tokens: RunTokens
  urls: RunUrls
  events: Events
  engineOf(name: string): Promise<Engine>
  pause?: (ms: number) => Promise<void>
}) => {
  const pause = d.pause ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)))
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Map<string, Promise<void>>()

  const clientFor = async (run: Pick<RunRow, 'run_id' | 'grant_id'>) => {
    const token = await d.tokens.get(run)
    return createTesClient({
      baseUrl: d.tes,
      token: () => token,
      fetch: (url, init) => d.fetch('peer', url, init),
      timeoutMs: 30_000,
    })
  }
  /** With a fresh token when TES does not take the old one. */
  const withClient = async <T>(
    run: RunRow,
    work: (client: ReturnType<typeof createTesClient>) => Promise<T>,
  ): Promise<T> => {
    try {
      return await work(await clientFor(run))
    } catch (error) {
      if (!isUnauthorized(error)) throw error
      d.tokens.drop(run.run_id)
      return work(await clientFor(run))
    }
  }

  const pages = async function* (run: RunRow, view: 'MINIMAL' | 'BASIC'): AsyncGenerator<TesTask[]> {
    let token: string | undefined
    do {
      const page = await withClient(run, (client) =>
        client.listTasks({
          tag_key: [TAG],
          tag_value: [run.run_id],
          view,
          page_size: PAGE,
          ...(token === undefined ? {} : { page_token: token }),
        }),
      )
      yield page.tasks as TesTask[]
      token = page.next_page_token === undefined || page.next_page_token === '' ? undefined : page.next_page_token
    } while (token !== undefined)
  }

  const factsOf = (task: TesTask): TaskFacts => {
    const log = task.logs?.at(-1) // our TES shows the latest attempt alone; of another one the last counts
    const ended = log?.logs ?? []
    const code = ended.find(({ exit_code }) => exit_code !== 0)?.exit_code ?? ended.at(-1)?.exit_code
    const cmd = task.executors[0]?.command
    const start = wesTime(log?.start_time)
    const end = wesTime(log?.end_time)
    return {
      ...(cmd === undefined ? {} : { cmd: cmd.map(redact) }),
      ...(start === undefined ? {} : { start_time: start }),
      ...(end === undefined ? {} : { end_time: end }),
      ...(code === undefined || !TERMINAL_TASK_STATES.includes(task.state ?? '') ? {} : { exit_code: code }),
      ...(log?.system_logs === undefined ? {} : { system_logs: log.system_logs.map(redact) }),
    }
  }

  const refresh = async (run: RunRow): Promise<void> => {
    const engine = await d.engineOf(run.engine)
    let reasons = 0
    for await (const page of pages(run, 'BASIC')) {
      const mirrored: TaskRow[] = []
      for (const listed of page) {
        if (listed.id === undefined || listed.tags?.['wes_role'] === 'head') continue // the head is no step
        const state = listed.state ?? 'UNKNOWN'
        let facts = factsOf(listed)
        if (FAILED.includes(state)) {
          // Why it failed stands only in the FULL view; read once and kept.
          const known = await d.rows.get(run.run_id, listed.id)
          if (known?.state === state && known.log.system_logs !== undefined)
            facts = { ...facts, system_logs: known.log.system_logs }
          else if (reasons < REASONS_PER_REFRESH) {
            reasons += 1
            const { id } = listed
            facts = factsOf(await withClient(run, (client) => client.getTask(id, { view: 'FULL' })))
          }
        }
        mirrored.push({
          run_id: run.run_id,
          task_id: listed.id,
          created: listed.creation_time ?? run.created,
          state,
          name: engine.stepName(listed),
          log: facts,
        })
      }
      await d.rows.mirror(mirrored)
    }
  }

  /** One refresh per run at a time; callers share the one that runs, whenever it began. */
  const refreshOnce = (run: RunRow): Promise<void> => {
    const known = running.get(run.run_id)
    if (known !== undefined) return known
    const work = refresh(run).finally(() => running.delete(run.run_id))
    running.set(run.run_id, work)
    return work
  }

  const render = (run: Pick<RunRow, 'run_id'>, row: TaskRow): WesTaskLog => ({
    id: row.task_id,
    name: row.step ?? row.name ?? row.task_id,
    ...(row.log.cmd === undefined ? {} : { cmd: row.log.cmd }),
    ...(row.log.start_time === undefined ? {} : { start_time: row.log.start_time }),
    ...(row.log.end_time === undefined ? {} : { end_time: row.log.end_time }),
    stdout: d.urls.taskLog(run.run_id, row.task_id, 'stdout'),
    stderr: d.urls.taskLog(run.run_id, row.task_id, 'stderr'),
    ...(row.log.exit_code === undefined ? {} : { exit_code: row.log.exit_code }),
    // What a tool calls success need not be exit code 0: the engine's word on the step stands beside the state of its task.
    system_logs: [
      `TES state: ${row.state}`,
      ...(row.verdict === undefined ? [] : [`Step: ${row.verdict}`]),
      ...(row.log.system_logs ?? []),
    ],
    tes_uri: d.urls.tesTask(row.task_id),
  })

  return {
    render,
    /** Reads the whole list from TES, beginning now. Throws ApiError, PeerRefused, PeerUnreachable, or the fetch's error. */
    async refresh(run: RunRow): Promise<void> {
      await running.get(run.run_id)?.catch(() => undefined) // it began before what is to be seen, and its trouble is told there
      await refreshOnce(run)
    },
    /** Reads the list soon; many calls are one. */
    touch(run: RunRow): void {
      if (timers.has(run.run_id)) return
      timers.set(
        run.run_id,
        setTimeout(() => {
          timers.delete(run.run_id)
          refreshOnce(run).catch((error: unknown) => {
            d.events.trouble(run.run_id, 'the task list could not be read; it is read again', error)
          })
        }, REFRESH_AFTER_MS).unref(),
      )
    },
    /** Cancels live tasks until two lists in a row hold none. Resolves to the number that is still live at the deadline; `signal` ends it at once. */
    async cancelAll(run: RunRow, deadlineMs: number, signal?: AbortSignal): Promise<number> {
      const end = Date.now() + deadlineMs
      let empty = 0
      let live: string[] = []
      for (;;) {
        signal?.throwIfAborted()
        live = []
        for await (const page of pages(run, 'MINIMAL')) {
          for (const { id, state } of page)
            if (id !== undefined && !TERMINAL_TASK_STATES.includes(state ?? '')) live.push(id)
        }
        empty = live.length === 0 ? empty + 1 : 0
        if (empty === 2) return 0
        const todo = [...live]
        const worker = async (): Promise<void> => {
          for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
            const taskId = id
            await withClient(run, (client) => client.cancelTask(taskId)).catch((error: unknown) => {
              d.events.trouble(run.run_id, 'a task could not be cancelled; it is tried again', error)
            })
          }
        }
        await Promise.all(Array.from({ length: Math.min(CANCELS_AT_ONCE, live.length) }, worker))
        if (Date.now() > end) return live.length
        await pause(empty === 1 ? 200 : 500)
      }
    },
    /** The run has ended: its list stays as it is. */
    forget(runId: string): void {
      clearTimeout(timers.get(runId))
      timers.delete(runId)
    },
    close(): void {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}

import type { RunRow, RunRows } from './db/run-rows.ts'
import type { TaskRows } from './db/task-rows.ts'
import type { HeadReport } from './head/head-files.ts'
import { isTerminal } from './run-state.ts'
import { redact } from './secrets.ts'
import type { Tasks } from './tasks.ts'
import { wesTime } from './times.ts'

const MAX_MESSAGE_NUMBER = 20_000 // messages of reports beyond it are not kept: a run's log of events is bounded
const MAX_TEXT = 8000

export type HeadReports = ReturnType<typeof createHeadReports>

/** A step that failed ended first: `failed` comes after `done`. */
const VERDICTS: Record<string, 'done' | 'failed' | undefined> = { done: 'done', cached: 'done', failed: 'failed' }

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? redact(value.slice(0, MAX_TEXT)) : undefined

/** Takes what heads report, in order and once, whether it comes by HTTP or is found on disk. */
export const createHeadReports = (d: {
  runs: RunRows
  taskRows: TaskRows
  tasks: Tasks
  ring: (runId: string) => void
  clock: { now(): Date }
}) => {
  const chains = new Map<string, Promise<number>>()

  const take = async (run: RunRow, report: HeadReport): Promise<void> => {
    const { run_id: runId } = run
    switch (report.type) {
      case 'started':
        // W18: a late report must not bring a run back.
        await d.runs.move(runId, 'INITIALIZING', 'RUNNING', {
          start_time: report.time,
          message: report.attempt === 1 ? 'The engine runs' : `The engine runs again (attempt ${report.attempt})`,
        })
        break
      case 'step': {
        const step = asText(report.step)
        const taskId = asText(report.task_id)
        if (step !== undefined && taskId !== undefined) {
          const verdict = VERDICTS[report.status]
          await d.taskRows.stepOf({
            run_id: runId,
            task_id: taskId,
            created: report.time,
            step,
            ...(verdict === undefined ? {} : { verdict }),
          })
        }
        const message = asText(report.message)
        if (report.status === 'failed' && step !== undefined && report.n < MAX_MESSAGE_NUMBER)
          await d.runs.say(runId, `Step ${step} failed${message === undefined ? '' : `: ${message}`}`)
        break
      }
      case 'task': {
        const taskId = asText(report.task_id)
        const state = asText(report.state)
        if (taskId === undefined || state === undefined) break
        const name = asText(report.name)
        await d.taskRows.seen({
          run_id: runId,
          task_id: taskId,
          created: report.time,
          state,
          ...(name === undefined ? {} : { name }),
        })
        d.tasks.touch(run)
        if (state === 'CANCELED') d.ring(runId) // perhaps the last that lived (G6)
        break
      }
      case 'message': {
        const text = asText(report.text)
        if (text !== undefined && report.n < MAX_MESSAGE_NUMBER)
          await d.runs.say(runId, report.level === 'info' ? text : `${report.level}: ${text}`)
        break
      }
      case 'exit':
        d.ring(runId)
        break
    }
  }

  const takeAll = async (runId: string, reports: readonly HeadReport[]): Promise<number> => {
    const run = await d.runs.get(runId)
    if (run === undefined || isTerminal(run.state)) return -1
    let number = run.report_number
    for (const report of [...reports].sort((a, b) => a.n - b.n)) {
      if (report.n <= number) continue // repeated: it was acknowledged, and the answer was lost
      await take(run, {
        ...report,
        time: wesTime(report.time) === undefined ? d.clock.now().toISOString() : report.time,
      })
      number = report.n
      await d.runs.change(runId, { report_number: number })
    }
    return number
  }

  return {
    /** The number of the last report taken, or -1 when the run has ended. One batch of a run at a time. */
    take(runId: string, reports: readonly HeadReport[]): Promise<number> {
      const before = chains.get(runId) ?? Promise.resolve(0)
      const work = before.catch(() => 0).then(() => takeAll(runId, reports))
      chains.set(runId, work)
      void work
        .catch(() => 0) // given to whoever called
        .then(() => {
          if (chains.get(runId) === work) chains.delete(runId)
        })
      return work
    },
  }
}

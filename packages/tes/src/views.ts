import type { TesAttempt, TesExecutorLog, TesTask, TesTaskLog } from '@biocloud/ga4gh-api'
import type { AttemptRow, ExecutorLogRow, OutputRow, TaskRow } from './db/index.ts'

export type View = 'MINIMAL' | 'BASIC' | 'FULL'
/** Everything that an answer is made of. `contents` only where the view shows them. */
export type TaskParts = {
  row: TaskRow
  attempts: readonly AttemptRow[]
  logs: ReadonlyMap<string, readonly ExecutorLogRow[]>
  outputs: ReadonlyMap<string, readonly OutputRow[]>
  contents: ReadonlyMap<number, Buffer> | undefined
}

const executorLog = (log: ExecutorLogRow, view: View): TesExecutorLog => ({
  start_time: log.startTime,
  end_time: log.endTime,
  exit_code: log.exitCode,
  ...(view === 'FULL' ? { stdout: log.stdout, stderr: log.stderr } : {}),
})

/** TES 1.1, tesTaskLog: `logs` and `outputs` are always there; an executor's entry appears only after it ended. */
const taskLog = (parts: TaskParts, attempt: AttemptRow, view: View): TesTaskLog => {
  const key = `${attempt.taskId}/${attempt.attempt}`
  return {
    logs: (parts.logs.get(key) ?? []).map((log) => executorLog(log, view)),
    metadata: { ...attempt.metadata, attempt: String(attempt.attempt), attempts: String(parts.row.attempt) },
    ...(attempt.startTime === undefined ? {} : { start_time: attempt.startTime }),
    ...(attempt.endTime === undefined ? {} : { end_time: attempt.endTime }),
    outputs: (parts.outputs.get(key) ?? []).map(({ url, path, sizeBytes }) => ({ url, path, size_bytes: sizeBytes })),
    ...(view === 'FULL' ? { system_logs: attempt.systemLogs } : {}),
  }
}

/** The document as posted, with what the server found out: types, contents where the view shows them (tes.md 1.3.2). */
const document = ({ row, contents }: TaskParts, latest: AttemptRow | undefined, view: View): TesTask => {
  const { task } = row.request
  const typeOf = (path: string) => latest?.types[path]
  return {
    ...task,
    ...(task.inputs === undefined
      ? {}
      : {
          inputs: task.inputs.map((input, i) => {
            const type = typeOf(input.path) ?? input.type
            const content = view === 'FULL' ? contents?.get(i)?.toString('utf8') : undefined
            return { ...input, ...(type === undefined ? {} : { type }), ...(content === undefined ? {} : { content }) }
          }),
        }),
    ...(task.outputs === undefined
      ? {}
      : {
          outputs: task.outputs.map((output) => {
            const type = typeOf(output.path) ?? output.type
            return { ...output, ...(type === undefined ? {} : { type }) }
          }),
        }),
    ...(task.resources?.cpu_cores === undefined
      ? {}
      : { resources: { ...task.resources, cpu_cores: Math.ceil(task.resources.cpu_cores) } }),
  }
}

/**
 * One serialiser for BASIC and FULL; MINIMAL is `{id, state}` and never comes here. `logs` holds exactly one entry, the
 * latest counted attempt: then first and last are the same, and every client reads the right one (tes.md 1.7.3).
 */
export const taskView = (parts: TaskParts, view: 'BASIC' | 'FULL'): TesTask => {
  const latest = parts.attempts.filter(({ counted }) => counted).at(-1)
  return {
    id: parts.row.id,
    state: parts.row.state,
    ...document(parts, latest, view),
    logs: latest === undefined ? [] : [taskLog(parts, latest, view)],
    creation_time: parts.row.createdAt,
  }
}

/** All attempts, oldest first, those that do not count among them. */
export const attemptsView = (parts: TaskParts): TesAttempt[] =>
  parts.attempts.map((attempt) => ({
    ...taskLog(parts, attempt, 'FULL'),
    attempt: attempt.attempt,
    counted: attempt.counted,
    ...(attempt.outcome === undefined ? {} : { outcome: attempt.outcome as NonNullable<TesAttempt['outcome']> }),
    ...(attempt.metadata['reason'] === undefined ? {} : { reason: attempt.metadata['reason'] }),
  }))

import type { AttemptChange, AttemptRow, TaskRow } from './db/index.ts'
import type { AttemptEvent, Outcome } from './executors/executor.ts'
import { statesBefore } from './task-state.ts'

export type RetryRules = { maxRetries: number; backoffMs: number }

/** Doubled for each further attempt, up to an hour. */
export const retryDelayMs = (rules: RetryRules, retries: number): number =>
  Math.min(rules.backoffMs * 2 ** retries, 3_600_000)

const cap = (state: 'COMPLETE' | 'EXECUTOR_ERROR' | 'SYSTEM_ERROR') => ({ from: statesBefore(state), to: state })
const FINAL: Partial<Record<Outcome, ReturnType<typeof cap>>> = {
  complete: cap('COMPLETE'),
  'executor-error': cap('EXECUTOR_ERROR'),
  'system-error': cap('SYSTEM_ERROR'),
}

const maxRetriesOf = (row: TaskRow, rules: RetryRules): number => {
  const asked = Object.entries(row.request.task.resources?.backend_parameters ?? {}).find(
    ([key]) => key.toLowerCase() === 'max_retries',
  )
  const wanted = asked === undefined ? Number.NaN : Number(asked[1])
  return Number.isInteger(wanted) && wanted >= 0 ? Math.min(wanted, rules.maxRetries) : rules.maxRetries
}

type EndedEvent = Extract<AttemptEvent, { kind: 'ended' }>

const ended = (
  event: EndedEvent,
  row: TaskRow,
  isCurrent: boolean,
  rules: RetryRules,
  change: Required<Pick<AttemptChange, 'lines' | 'metadata' | 'moves'>> & AttemptChange,
): void => {
  change.endTime = event.at
  change.outcome = event.outcome
  if (event.reason !== undefined) change.metadata['reason'] = event.reason
  if (event.line !== undefined) change.lines.push(event.line)
  if (!isCurrent) return
  // A result that arrives after cancel is kept in the attempt; the task still ends CANCELED.
  change.moves.push({ from: ['CANCELING'], to: 'CANCELED' })
  const final = FINAL[event.outcome]
  if (final !== undefined) change.moves.push(final)
  if (event.outcome !== 'lost' && event.outcome !== 'preempted') return
  if (row.retries >= maxRetriesOf(row, rules)) {
    change.lines.push(`no further attempt: this was try ${row.retries + 1}`)
    change.moves.push({ from: statesBefore('SYSTEM_ERROR'), to: 'SYSTEM_ERROR' })
    return
  }
  change.moves.push({ from: statesBefore('QUEUED'), to: 'QUEUED' })
  change.again = { dueAt: new Date(Date.parse(event.at) + retryDelayMs(rules, row.retries)).toISOString() }
}

/** Pure: what the events of one attempt change in its rows and in the state of its task (tes.md 1.7). */
export const attemptChange = (
  events: readonly AttemptEvent[],
  row: TaskRow,
  attempt: AttemptRow,
  rules: RetryRules,
): AttemptChange => {
  const isCurrent = row.attempt === attempt.attempt
  const change = {
    lines: [] as string[],
    metadata: {} as Record<string, string | undefined>,
    moves: [] as NonNullable<AttemptChange['moves']>,
    types: {} as Record<string, 'FILE' | 'DIRECTORY'>,
    logs: [] as NonNullable<AttemptChange['logs']>,
  }
  const result: typeof change & AttemptChange = change
  for (const event of events) {
    switch (event.kind) {
      case 'placed':
        result.startTime = event.at
        result.metadata['node'] = event.node
        if (isCurrent) result.moves.push({ from: ['QUEUED'], to: 'INITIALIZING' })
        break
      case 'staged':
        result.metadata['bytes_local'] = String(event.bytesLocal)
        result.metadata['bytes_moved'] = String(event.bytesMoved)
        Object.assign(result.types, event.types)
        break
      case 'executor-started':
        // It waits no more: a reason told before is history, and stays as a line.
        if (event.n === 0) result.metadata['reason'] = undefined
        if (isCurrent && event.n === 0) result.moves.push({ from: ['INITIALIZING'], to: 'RUNNING' })
        break
      case 'executor-ended':
        result.logs.push({
          n: event.n,
          startTime: event.startTime,
          endTime: event.endTime,
          exitCode: event.exitCode,
          stdout: event.stdout,
          stderr: event.stderr,
        })
        if (event.image !== undefined) result.metadata[`image.${event.n}`] = event.image
        break
      case 'uploaded':
        result.outputs = event.outputs.map(({ url, path, size_bytes }) => ({ url, path, sizeBytes: size_bytes }))
        Object.assign(result.types, event.types)
        break
      case 'note':
        result.lines.push(event.line)
        if (event.reason !== undefined) result.metadata['reason'] = event.reason
        break
      case 'ended':
        ended(event, row, isCurrent, rules, result)
        break
    }
  }
  return result
}

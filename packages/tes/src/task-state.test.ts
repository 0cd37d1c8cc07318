import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { attemptChange } from './attempt-change.ts'
import type { AttemptRow, TaskRow } from './db/index.ts'
import { SEQ, type AttemptEvent, type Outcome } from './executors/executor.ts'
import { canMove, isFinal, LIVE_STATES, statesBefore, TES_STATES } from './task-state.ts'

const row = (over: Partial<TaskRow> = {}): TaskRow => ({
  id: 't',
  owner: 'o',
  runId: undefined,
  clientId: undefined,
  grantId: undefined,
  state: 'RUNNING',
  seq: 3,
  attempt: 1,
  retries: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  cancelAt: undefined,
  leaseOwner: 'w',
  request: { task: { executors: [] }, contents: [], warnings: [], drs: [] },
  ...over,
})
const attempt = (n = 1): AttemptRow => ({
  taskId: 't',
  attempt: n,
  name: `tes-t-${n}`,
  createdAt: '',
  startTime: undefined,
  endTime: undefined,
  outcome: undefined,
  counted: true,
  metadata: {},
  types: {},
  systemLogs: [],
})
const end = (outcome: Outcome): AttemptEvent => ({
  name: 'tes-t-1',
  seq: SEQ.end,
  at: '2026-01-01T00:00:10.000Z',
  kind: 'ended',
  outcome,
})
const RULES = { maxRetries: 3, backoffMs: 1000 }
/** As the database applies the moves. */
const after = (state: TaskRow['state'], change: ReturnType<typeof attemptChange>) =>
  (change.moves ?? []).reduce((at, { from, to }) => (from.includes(at) ? to : at), state)

describe('states', () => {
  it('1.7.1 final states have no exit, and UNKNOWN and PREEMPTED are never reached', () => {
    for (const state of ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED'] as const) {
      expect(isFinal(state)).toBe(true)
      for (const to of TES_STATES) expect(canMove(state, to)).toBe(false)
    }
    expect(statesBefore('UNKNOWN')).toEqual([])
    expect(statesBefore('PREEMPTED')).toEqual([])
    expect(LIVE_STATES).toEqual(['QUEUED', 'INITIALIZING', 'RUNNING', 'PAUSED', 'CANCELING'])
  })
  it('4.4 the reason for which an attempt waits is told at once, and is gone when its first executor starts', () => {
    const at = { name: 'tes-t-1', at: '2026-01-01T00:00:01.000Z' }
    const waits: AttemptEvent = { ...at, seq: SEQ.note('x'), kind: 'note', line: 'x', reason: 'image_missing' }
    const starts: AttemptEvent = { ...at, seq: SEQ.started(0), kind: 'executor-started', n: 0 }
    const told = attemptChange([waits], row({ state: 'INITIALIZING' }), attempt(), RULES)
    expect([told.metadata, told.lines, told.moves]).toEqual([{ reason: 'image_missing' }, ['x'], []])
    expect(attemptChange([waits, starts], row(), attempt(), RULES).metadata).toEqual({ reason: undefined })
  })
  it('1.7.2 the pause before another attempt doubles, up to an hour', () => {
    const dueAfter = (retries: number) => {
      const change = attemptChange([end('lost')], row({ retries }), attempt(), { maxRetries: 100, backoffMs: 1000 })
      return (Date.parse(change.again?.dueAt ?? '') - Date.parse(end('lost').at)) / 1000
    }
    expect([0, 1, 5, 12, 99].map(dueAfter)).toEqual([1, 2, 32, 3600, 3600])
  })
  it('every move that events cause is in the table', () => {
    const outcome = fc.constantFrom<Outcome>(
      'complete',
      'executor-error',
      'system-error',
      'canceled',
      'preempted',
      'lost',
    )
    fc.assert(
      fc.property(outcome, fc.constantFrom(...LIVE_STATES), fc.nat(5), (o, state, retries) => {
        for (const { from, to } of attemptChange([end(o)], row({ state, retries }), attempt(), RULES).moves ?? []) {
          for (const one of from) expect([one, to, canMove(one, to)]).toEqual([one, to, true])
        }
      }),
    )
  })
  it('1.7 a result that arrives after cancel is kept, and the task still ends CANCELED', () => {
    const change = attemptChange([end('complete')], row({ state: 'CANCELING' }), attempt(), RULES)
    expect([after('CANCELING', change), change.outcome]).toEqual(['CANCELED', 'complete'])
  })
  it('1.7.1 an event for an old attempt changes nothing but that attempt', () => {
    const change = attemptChange([end('complete')], row({ attempt: 2 }), attempt(1), RULES)
    expect([change.moves, change.outcome]).toEqual([[], 'complete'])
  })
  it('1.7.2 a lost attempt is followed by the next inside the same task, later each time, until the tries are used up', () => {
    const first = attemptChange([end('lost')], row(), attempt(), RULES)
    expect([after('RUNNING', first), first.again?.dueAt]).toEqual(['QUEUED', '2026-01-01T00:00:11.000Z'])
    const third = attemptChange([end('preempted')], row({ retries: 2 }), attempt(), RULES)
    expect(third.again?.dueAt).toBe('2026-01-01T00:00:14.000Z')
    const last = attemptChange([end('lost')], row({ retries: 3 }), attempt(), RULES)
    expect([after('RUNNING', last), last.again]).toEqual(['SYSTEM_ERROR', undefined])
  })
  it('1.5.10 max_retries asks for fewer', () => {
    const none = row({
      request: { ...row().request, task: { executors: [], resources: { backend_parameters: { Max_Retries: '0' } } } },
    })
    expect(after('RUNNING', attemptChange([end('lost')], none, attempt(), RULES))).toBe('SYSTEM_ERROR')
  })
})

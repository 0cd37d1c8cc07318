import type { RunState as AnyState } from '@biocloud/ga4gh-api'

/** The states this server stores and answers. UNKNOWN and PREEMPTED are never produced: clients stop on, or loop over, PREEMPTED. */
export type RunState = Exclude<AnyState, 'UNKNOWN' | 'PREEMPTED'>

// The machine is data (wes.md 1.5). A state not named here is final.
const NEXT: Partial<Record<RunState, readonly RunState[]>> = {
  QUEUED: ['INITIALIZING', 'CANCELED', 'SYSTEM_ERROR'],
  INITIALIZING: ['RUNNING', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELING'],
  RUNNING: ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'PAUSED', 'CANCELING'],
  PAUSED: ['RUNNING', 'COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELING'],
  CANCELING: ['CANCELED'],
}

export const RUN_STATES: readonly RunState[] = [
  'QUEUED',
  'INITIALIZING',
  'RUNNING',
  'PAUSED',
  'COMPLETE',
  'EXECUTOR_ERROR',
  'SYSTEM_ERROR',
  'CANCELED',
  'CANCELING',
]

export const TERMINAL_STATES = RUN_STATES.filter((state) => NEXT[state] === undefined)
export const LIVE_STATES = RUN_STATES.filter((state) => NEXT[state] !== undefined)

export const canMove = (from: RunState, to: RunState): boolean => NEXT[from]?.includes(to) ?? false
export const isTerminal = (state: RunState): boolean => NEXT[state] === undefined
export const isRunState = (text: string): text is RunState => (RUN_STATES as readonly string[]).includes(text)

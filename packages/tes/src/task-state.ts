import type { TesState } from '@biocloud/ga4gh-api'

/** The machine is data (tes.md 1.7). A state that is not named here is final, or never stored. */
const NEXT: Partial<Record<TesState, readonly TesState[]>> = {
  QUEUED: ['INITIALIZING', 'CANCELED', 'CANCELING', 'SYSTEM_ERROR'],
  INITIALIZING: ['RUNNING', 'QUEUED', 'CANCELING', 'SYSTEM_ERROR'],
  RUNNING: ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'QUEUED', 'CANCELING', 'PAUSED'],
  PAUSED: ['COMPLETE', 'EXECUTOR_ERROR', 'CANCELING'],
  CANCELING: ['CANCELED'],
} // a preempted attempt goes back to QUEUED: clients in use wait for ever on PREEMPTED

export const TES_STATES: readonly TesState[] = [
  'UNKNOWN',
  'QUEUED',
  'INITIALIZING',
  'RUNNING',
  'PAUSED',
  'COMPLETE',
  'EXECUTOR_ERROR',
  'SYSTEM_ERROR',
  'CANCELED',
  'PREEMPTED',
  'CANCELING',
]

export const canMove = (from: TesState, to: TesState): boolean => NEXT[from]?.includes(to) ?? false

/** Final states have no exit. */
export const isFinal = (state: TesState): boolean => NEXT[state] === undefined

/** The states from which a row may move to `to`: the expected side of a compare-and-set. */
export const statesBefore = (to: TesState): TesState[] => TES_STATES.filter((from) => canMove(from, to))

/** Rows that the workers still have something to do for. */
export const LIVE_STATES: readonly TesState[] = TES_STATES.filter((state) => !isFinal(state))

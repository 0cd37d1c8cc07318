import { describe, expect, it } from '@jest/globals'
import { canMove, isTerminal, LIVE_STATES, RUN_STATES, TERMINAL_STATES } from './run-state.ts'

describe('run states', () => {
  it('W18 no terminal state has an exit', () => {
    for (const from of TERMINAL_STATES) for (const to of RUN_STATES) expect(canMove(from, to)).toBe(false)
    expect([...TERMINAL_STATES].sort()).toEqual(['CANCELED', 'COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR'])
  })
  it('W18 the first state is not terminal and no state goes back to it', () => {
    expect(isTerminal('QUEUED')).toBe(false)
    for (const from of RUN_STATES) expect(canMove(from, 'QUEUED')).toBe(false)
  })
  it('W18 a run that is being cancelled can only become CANCELED', () => {
    expect(RUN_STATES.filter((to) => canMove('CANCELING', to))).toEqual(['CANCELED'])
  })
  it('W19 COMPLETE is reached only from a run whose engine was started', () => {
    expect(RUN_STATES.filter((from) => canMove(from, 'COMPLETE'))).toEqual(['RUNNING', 'PAUSED'])
  })
  it('every live state can be left by cancel or is being cancelled', () => {
    for (const from of LIVE_STATES)
      expect(from === 'CANCELING' || canMove(from, 'CANCELING') || canMove(from, 'CANCELED')).toBe(true)
  })
})

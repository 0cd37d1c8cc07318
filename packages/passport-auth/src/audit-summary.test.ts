import { describe, expect, it } from '@jest/globals'
import type { AuditEvent } from './audit.ts'
import { createAuditSummary } from './audit-summary.ts'

const event = (requestId: string): AuditEvent => ({
  id: requestId,
  time: '2026-01-01T00:00:00Z',
  service: 'drs',
  action: 'drs:metadata',
  outcome: 'permit',
  actor: [],
  visas: [],
  policyVersion: 'v',
  requestId,
})

const setUp = () => {
  let now = 0
  const written: AuditEvent[] = []
  const summary = createAuditSummary({
    clock: { now: () => new Date(now) },
    write: (one) => {
      written.push(one)
    },
  })
  const happen = (key: string, times: number, full = 3): number => {
    let admitted = 0
    for (let i = 0; i < times; i++) if (summary.admit(key, full, () => event(`${key}${i}`))) admitted += 1
    return admitted
  }
  return { written, summary, happen, at: (ms: number) => (now = ms) }
}

describe('§8 sums of audit events', () => {
  it("the first few alike are written in full, the others as one event that counts them and has the last one's id", () => {
    const { written, summary, happen } = setUp()
    expect(happen('a', 10)).toBe(3)
    expect(written).toEqual([])
    summary.flush()
    expect(written).toEqual([{ ...event('a9'), suppressed: 7 }])
  })

  it('nothing is lost and nothing counted twice over several windows, kinds and flushes', () => {
    const { written, summary, happen, at } = setUp()
    let full = 0
    for (let round = 0; round < 5; round++) {
      at(round * 10_000)
      full += happen('a', 8) + happen('b', 2)
    }
    summary.flush()
    summary.flush()
    const summed = written.reduce((sum, { suppressed = 0 }) => sum + suppressed, 0)
    expect(full + summed).toBe(50)
    expect(full).toBe(5 * 3 + 5 * 2)
    expect(written).toHaveLength(5) // one sum for each window of `a`, none for `b`
  })

  it('ten thousand kinds are kept at most: then all sums under way are written', () => {
    const { written, summary, happen } = setUp()
    happen('first', 5)
    for (let i = 0; i < 10_000; i++) happen(`k${i}`, 1)
    expect(written).toEqual([{ ...event('first4'), suppressed: 2 }])
    summary.flush()
    expect(written).toHaveLength(1)
  })
})

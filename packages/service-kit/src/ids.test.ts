import { describe, expect, it } from '@jest/globals'
import { createIdFactory, isId, newId } from './ids.ts'

const at = (ms: number) => ({ now: () => new Date(ms) })

describe('ids', () => {
  it('has 26 lower-case base32 characters', () => {
    expect(newId()).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/)
    expect(isId(newId())).toBe(true)
    expect(isId(newId().toUpperCase())).toBe(false)
    expect(isId('../etc/passwd')).toBe(false)
  })

  it('sorts by time as text', () => {
    const ids = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000].map((ms) => newId(at(ms)))
    expect([...ids].sort()).toEqual(ids)
  })

  it('ascends strictly while the clock stands and when it goes back', () => {
    let ms = 1_700_000_000_000
    const next = createIdFactory({ now: () => new Date(ms) })
    const ids = Array.from({ length: 2000 }, (_, i) => {
      if (i === 1000) ms -= 60_000
      return next()
    })
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(2000)
  })

  it('gives different ids in two factories that share a clock', () => {
    expect(createIdFactory(at(5))()).not.toBe(createIdFactory(at(5))())
  })
})

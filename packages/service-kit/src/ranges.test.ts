import { describe, expect, it } from '@jest/globals'
import { parseRange } from './ranges.ts'

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['bytes=5-', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    ['bytes=8-99', { start: 8, end: 9 }],
    ['Bytes=1-2', { start: 1, end: 2 }],
  ])('%s of ten bytes', (header, range) => {
    expect(parseRange(header, 10)).toEqual(range)
  })

  it.each([undefined, 'bytes=0-1,3-4', 'items=0-1', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'bytes 0-1'])(
    '%s asks for the whole',
    (header) => {
      expect(parseRange(header, 10)).toBeUndefined()
    },
  )

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('%s of ten bytes is 416 with the size', (header) => {
    expect(() => parseRange(header, 10)).toThrow(
      expect.objectContaining({ status: 416, headers: { 'Content-Range': 'bytes */10' } }),
    )
  })

  it('refuses every range of nothing', () => {
    expect(() => parseRange('bytes=0-', 0)).toThrow('outside the 0 bytes')
    expect(() => parseRange('bytes=-5', 0)).toThrow('outside the 0 bytes')
  })
})

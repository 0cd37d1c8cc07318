import { describe, expect, it } from '@jest/globals'
import { matchesEtag, parseRanges } from './byte-ranges.ts'

describe('Range', () => {
  it.each([
    ['bytes=0-9', [{ start: 0, end: 9 }]],
    ['bytes=90-', [{ start: 90, end: 99 }]],
    ['bytes=-10', [{ start: 90, end: 99 }]],
    ['bytes=-1000', [{ start: 0, end: 99 }]],
    [
      'bytes=50-60,0-9',
      [
        { start: 0, end: 9 },
        { start: 50, end: 60 },
      ],
    ],
    ['bytes=0-9,5-20', [{ start: 0, end: 20 }]],
    ['bytes=0-9,10-20', [{ start: 0, end: 20 }]],
    ['bytes=0-9,200-', [{ start: 0, end: 9 }]],
    ['BYTES=0-0', [{ start: 0, end: 0 }]],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', undefined],
    ['bytes=', undefined],
    ['bytes=-', undefined],
    ['bytes=1', undefined],
    ['bytes=0-1,x', undefined],
    ['items=0-1', undefined],
    [undefined, undefined],
  ])('L1 reads %j of 100 bytes', (header, expected) => {
    expect(parseRanges(header, 100)).toEqual(expected)
  })

  it('L1 16 ranges are taken and 17 are not', () => {
    const of = (n: number) => `bytes=${Array.from({ length: n }, (_, i) => `${i * 3}-${i * 3}`).join(',')}`
    expect(parseRanges(of(16), 100)).toHaveLength(16)
    expect(parseRanges(of(17), 100)).toBe('unsatisfiable')
  })

  it('L1 nothing of an empty file can be satisfied', () => {
    for (const header of ['bytes=0-', 'bytes=-1']) expect(parseRanges(header, 0)).toBe('unsatisfiable')
  })
})

describe('entity tags', () => {
  it.each([
    ['*', true, true],
    ['"a"', true, true],
    ['"b", "a"', true, true],
    ['W/"a"', false, true],
    ['"b"', false, false],
    ['a', false, false],
  ])('L2 %s compares strongly as %s and weakly as %s', (header, strong, weak) => {
    expect([matchesEtag(header, '"a"', true), matchesEtag(header, '"a"', false)]).toEqual([strong, weak])
  })
})

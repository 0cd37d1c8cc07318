import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { hasWildcard, isPattern, literalParent, matchComponent } from './path-pattern.ts'

describe('path patterns (POSIX XCU 2.13)', () => {
  it.each([
    ['*', 'abc', true],
    ['*', '.abc', false],
    ['.*', '.abc', true],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['?x', '.x', false],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'abd', false],
    ['[abc]x', 'bx', true],
    ['[a-c]', 'd', false],
    ['[!a-c]', 'd', true],
    ['[!a]', '.', false],
    ['[[:digit:]]*', '7z', true],
    ['[[:digit:]]', 'z', false],
    ['[]]', ']', true],
    ['[', '[', true],
    ['[a', '[a', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['*.*', 'a.b', true],
    ['ü?', 'üß', true],
    ['[a-]', '-', true],
    ['**', 'ab', true],
  ])('1.5.6 %s against %s is %s', (pattern, name, expected) => {
    expect(matchComponent(pattern, name)).toBe(expected)
  })
  it('1.5.6 takes brackets without a prefix, and braces, as ordinary characters', () => {
    expect(isPattern('/w/[a]{b}', undefined)).toBe(false)
    expect(isPattern('/w/[a]', '/w')).toBe(true)
    expect(isPattern('/w/a*', undefined)).toBe(true)
    expect(isPattern('/w/\\*', '/w')).toBe(false)
  })
  it.each([
    ['/a/b/*.txt', '/a/b'],
    ['/*', '/'],
    ['/a*/b', '/'],
    ['/a/b', '/a'],
    ['/a/[x]/c', '/a'],
  ])('the literal parent of %s is %s', (pattern, parent) => {
    expect(literalParent(pattern)).toBe(parent)
  })
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', 'é'), minLength: 1, maxLength: 12 })
  it('a name without wildcards matches itself alone', () => {
    fc.assert(
      fc.property(name, name, (a, b) => !hasWildcard(a) && matchComponent(a, a) && (a === b || !matchComponent(a, b))),
    )
  })
  it('agrees with a naive reference for * and ?', () => {
    const naive = (p: string, s: string): boolean => {
      if (p === '') return s === ''
      if (p.startsWith('*')) return naive(p.slice(1), s) || (s !== '' && naive(p, s.slice(1)))
      return s !== '' && (p.startsWith('?') || p[0] === s[0]) && naive(p.slice(1), s.slice(1))
    }
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    fc.assert(fc.property(pattern, text, (p, s) => s === '' || matchComponent(p, s) === naive(p, s)))
  })
  it('a hostile pattern is decided at once', () => {
    const before = performance.now()
    expect(matchComponent(`${'a*'.repeat(50)}b`, 'a'.repeat(255))).toBe(false)
    expect(performance.now() - before).toBeLessThan(100)
  })
})

import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { BadRequest } from './errors.ts'
import { createPageTokens } from './page-token.ts'

const key = Buffer.alloc(32, 7)
const bound = { owner: 'o', filters: { state: 'RUNNING', tags: ['a', 'b'] } }

const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof BadRequest) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}
const foreign = /^page_token_invalid: page_token was not given by this server for this list/

describe('page tokens', () => {
  it('gives the cursor back, also on another replica with the same key and whatever the order of members', () => {
    const token = createPageTokens({ key }).sign(['2026-01-01T00:00:00Z', 'id'], bound)
    const other = { filters: { tags: ['a', 'b'], state: 'RUNNING' }, owner: 'o' }
    expect(createPageTokens({ key }).open(token, other)).toEqual(['2026-01-01T00:00:00Z', 'id'])
  })

  it('refuses a token of another owner, other filters or another key', () => {
    const { sign, open } = createPageTokens({ key })
    const token = sign('c', bound)
    expect(refusal(() => open(token, { ...bound, owner: 'p' }))).toMatch(foreign)
    expect(refusal(() => open(token, { ...bound, filters: {} }))).toMatch(foreign)
    expect(refusal(() => createPageTokens({ key: randomBytes(32) }).open(token, bound))).toMatch(foreign)
  })

  it('refuses every one-character change and every other spelling of the same bytes', () => {
    const { sign, open } = createPageTokens({ key })
    const token = sign({ n: 1 }, bound)
    for (let i = 0; i < token.length; i++) {
      for (const c of ['A', 'z', '-', '=', '+']) {
        if (token[i] === c) continue
        expect(refusal(() => open(token.slice(0, i) + c + token.slice(i + 1), bound))).toMatch(foreign)
      }
    }
    for (const spelling of [`${token}=`, `${token} `, `${token}AA`, token.slice(0, -1), '', 'x'.repeat(5000)]) {
      expect(refusal(() => open(spelling, bound))).toMatch(foreign)
    }
  })

  it('refuses an expired token', () => {
    let ms = 0
    const { sign, open } = createPageTokens({ key, clock: { now: () => new Date(ms) }, ttlSeconds: 60 })
    const token = sign('c', bound)
    ms = 59_999
    expect(open(token, bound)).toBe('c')
    ms = 60_000
    expect(refusal(() => open(token, bound))).toBe(
      'page_token_invalid: page_token has expired; start again without page_token',
    )
  })

  it('refuses a key that is too short', () => {
    expect(() => createPageTokens({ key: Buffer.alloc(31) })).toThrow('at least 32')
  })
})

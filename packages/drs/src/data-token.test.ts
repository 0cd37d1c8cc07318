import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { createDataTokens, type LinkClaims } from './data-token.ts'

const key = (kid: string) => ({ kid, secret: randomBytes(32) })
const claims: LinkClaims = {
  op: 'get',
  id: 'ä/b',
  access: 'objects-1',
  generation: 3,
  subject: 's',
  grant: 'g',
  exp: 1,
  until: 2,
}

describe('link tokens', () => {
  it('give back what was signed, with a grant and without', () => {
    const tokens = createDataTokens({ keys: () => [key('a')].map((one) => ({ ...one, secret: Buffer.alloc(32, 1) })) })
    expect(tokens.open(tokens.sign(claims))).toEqual(claims)
    const { grant: _grant, ...without } = claims
    expect(tokens.open(tokens.sign(without))).toEqual(without)
  })

  it('survive one rotation of the keys and not a second', () => {
    const [first, second, third] = [key('a'), key('b'), key('c')]
    let keys = [first]
    const tokens = createDataTokens({ keys: () => keys })
    const token = tokens.sign(claims)
    keys = [second, first]
    expect(tokens.open(token)).toEqual(claims)
    expect(tokens.sign(claims).startsWith('b.')).toBe(true)
    keys = [third, second]
    expect(tokens.open(token)).toBeUndefined()
  })

  it('C6 an edit of any character is noticed', () => {
    const keys = [key('a')]
    const tokens = createDataTokens({ keys: () => keys })
    const token = tokens.sign(claims)
    for (let i = 0; i < token.length; i++) {
      for (const other of ['A', 'b', '.', '_']) {
        if (token[i] === other) continue
        expect(tokens.open(token.slice(0, i) + other + token.slice(i + 1))).toBeUndefined()
      }
    }
    for (const text of ['', '.', '..', 'a..', 'x'.repeat(10_000)]) expect(tokens.open(text)).toBeUndefined()
  })
})

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createDataTokens, type LinkClaims } from './data-token.ts'
import { openKeys } from './keys.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drs-keys-'))
  file = join(folder, 'drs', 'link-keys.json')
})
afterEach(() => rm(folder, { recursive: true }))

const claims: LinkClaims = { op: 'get', id: 'o', access: 'a', generation: 1, subject: '', exp: 1, until: 1 }
const DAY = 24 * 3600 * 1000

describe('link keys', () => {
  it('are made once, for their owner alone, also by two processes that start at once', async () => {
    const clock = { now: () => new Date(0) }
    const [a, b] = await Promise.all([openKeys(file, clock), openKeys(file, clock)])
    expect(a.links()).toEqual(b.links())
    expect(a.page.equals(b.page)).toBe(true)
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it('rotate after a day: links of the day before still open, those of two days before do not', async () => {
    let now = 0
    const clock = { now: () => new Date(now) }
    const keys = await openKeys(file, clock)
    const tokens = createDataTokens({ keys: keys.links })
    const first = tokens.sign(claims)
    now = DAY - 1
    expect(await keys.rotate()).toBe(false)
    now = DAY
    expect(await keys.rotate()).toBe(true)
    expect(await keys.rotate()).toBe(false)
    const second = tokens.sign(claims)
    expect([tokens.open(first)?.id, tokens.open(second)?.id]).toEqual(['o', 'o'])
    now = 2 * DAY
    expect(await keys.rotate()).toBe(true)
    expect([tokens.open(first), tokens.open(second)?.id]).toEqual([undefined, 'o'])
  })

  it('a rotation is on the disk before it signs, and reaches the processes beside it and those after it', async () => {
    let now = 0
    const clock = { now: () => new Date(now) }
    const [one, beside] = [await openKeys(file, clock), await openKeys(file, clock)]
    now = DAY
    await one.rotate()
    const token = createDataTokens({ keys: one.links }).sign(claims)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ links: [{ kid: one.links()[0]?.kid }, {}] })
    const tokens = createDataTokens({ keys: beside.links })
    expect(tokens.open(token)).toBeUndefined()
    await beside.reload()
    expect(tokens.open(token)?.id).toBe('o')
    const after = await openKeys(file, clock)
    expect(createDataTokens({ keys: after.links }).open(token)?.id).toBe('o')
  })
})

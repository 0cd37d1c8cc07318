import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import type { Stat } from '@biocloud/storage'
import { createData } from './data.ts'
import type { LinkClaims } from './data-token.ts'
import type { ObjectRecord } from './db/rows.ts'

const SIZE = 1_000_000
const claims: LinkClaims = {
  op: 'get',
  id: 'o',
  access: 'a',
  generation: 1,
  subject: '',
  grant: 'g',
  exp: 10_000,
  until: 10_000,
}

/** One object in a store that gives bytes for as long as it is read, and a grant whose standing the test decides. */
const setUp = () => {
  let ms = 0
  let alive: () => Promise<boolean> = () => Promise.resolve(true)
  let unknown = 0
  const body = new Readable({ read: () => undefined })
  body.push(Buffer.alloc(1000))
  const stat: Stat = { size: SIZE, checksums: [], tier: 'online' }
  const row = { id: 'o', dataset_id: 'd', state: 'active', generation: 1, size: SIZE, mime_type: null, name: null }
  const record = {
    row,
    head: row,
    checksums: [],
    accessMethods: [{ access_id: 'a', backend: 's', key: 'k', etag: null }],
    members: [],
    aliases: [],
    tags: {},
  } as unknown as ObjectRecord
  const closed: number[] = []
  const data = createData({
    store: { get: () => Promise.resolve(record) } as never,
    stores: { named: () => ({ backend: { read: () => Promise.resolve({ stat, body }) } }) } as never,
    tokens: { open: () => claims } as never,
    events: { bytesServed: () => undefined, grantUnknown: () => (unknown += 1) } as never,
    clock: { now: () => new Date(ms) },
    alive: () => alive(),
    recordClose: ({ bytes }) => {
      closed.push(bytes)
      return Promise.resolve()
    },
  })
  return {
    data,
    body,
    closed,
    unknown: () => unknown,
    at: (seconds: number) => (ms = seconds * 1000),
    answers: (next: () => Promise<boolean>) => (alive = next),
  }
}
const isOver = (work: Promise<void>): Promise<boolean> =>
  Promise.race([work.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 50, false))])

describe('open streams', () => {
  it('L3 go on while the grant holds, and end once it was revoked', async () => {
    const { data, body, at, answers, closed } = setUp()
    const { send } = await data.get({ token: 't', requestId: 'r' }, 'GET')
    const sent = send?.(new PassThrough().resume()) ?? Promise.reject(new Error('nothing to send'))
    at(8)
    await data.recheck()
    expect(await isOver(sent)).toBe(false)
    answers(() => Promise.resolve(false))
    await data.recheck()
    await sent
    expect(body.destroyed).toBe(true)
    expect(closed).toEqual([1000])
  })

  it('§4 end when their grant could not be looked up for more than five seconds, and not before', async () => {
    const { data, at, answers, unknown } = setUp()
    const { send } = await data.get({ token: 't', requestId: 'r' }, 'GET')
    const sent = send?.(new PassThrough().resume()) ?? Promise.reject(new Error('nothing to send'))
    answers(() => Promise.reject(new Error('the database is gone')))
    for (const seconds of [2, 4]) {
      at(seconds)
      await data.recheck()
    }
    expect(await isOver(sent)).toBe(false)
    answers(() => Promise.resolve(true))
    at(5)
    await data.recheck()
    answers(() => Promise.reject(new Error('the database is gone')))
    at(9)
    await data.recheck()
    expect(await isOver(sent)).toBe(false) // known good four seconds ago
    at(11)
    await data.recheck()
    await sent
    expect(unknown()).toBe(4)
  })

  it('a client that is gone before the first byte leaves no open file', async () => {
    const { data, body } = setUp()
    const { send } = await data.get({ token: 't', requestId: 'r' }, 'GET')
    const gone = new PassThrough()
    gone.destroy()
    await send?.(gone)
    expect(body.destroyed).toBe(true)
  })
})

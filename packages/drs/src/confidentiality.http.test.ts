import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { DrsObject } from '@biocloud/ga4gh-api'
import { openDatabase } from '@biocloud/service-kit'
import { migrations } from './db/migrations.ts'
import { sha256, someBytes, startDrs, until, type Drs } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
let archive: Server
let down = false
let hidden: DrsObject
let cohort: DrsObject
const bytes = someBytes(100)

beforeAll(async () => {
  archive = createServer((req, res) => {
    if (down) res.writeHead(500).end()
    else res.writeHead(200, { 'content-length': bytes.length }).end(req.method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => archive.listen(0, '127.0.0.1', resolve))
  const prefix = `http://127.0.0.1:${(archive.address() as AddressInfo).port}/patients/`
  drs = await startDrs({
    backends: [{ kind: 'https', name: 'far', prefix, addresses: ['127.0.0.0/8'] }],
    expandMaxNodes: 20,
  })
  hidden = await drs.give('demo-embargoed', someBytes(10))
  cohort = await drs.give('demo-cohort', someBytes(10))
})
afterAll(async () => {
  await drs.stop()
  archive.closeAllConnections()
  archive.close()
})

/** All audit rows, once what is queued has been written. */
const audited = async (holds: (rows: { request_id: string; event: string }[]) => boolean) => {
  const db = await openDatabase({ client: 'sqlite', filename: join(drs.dataDir, 'drs', 'drs.db'), migrations })
  try {
    return await until(async () => db<{ request_id: string; event: string }>('audit'), holds)
  } finally {
    await db.destroy()
  }
}

describe('E2 existence', () => {
  it.each(['nobody', 'guest'] as const)(
    'bulk access without access ids answers %s alike for a hidden and a missing id',
    async (as) => {
      const ask = async (id: string) => {
        const answer = await drs.call('POST', '/objects/access', {
          as,
          body: { bulk_object_access_ids: [{ bulk_object_id: id }] },
        })
        return [answer.status, answer.text.replaceAll(id, 'ID'), [...answer.headers.keys()]]
      }
      const missing = '0'.repeat(hidden.id.length)
      expect(await ask(hidden.id)).toEqual(await ask(missing))
      expect((await ask(hidden.id))[1]).toContain('"access_ids":[""]')
    },
  )

  it('service-info counts what anybody may know of, the same for every caller', async () => {
    await drs.give('demo-public', someBytes(7))
    drs.clock.advance(61) // the figures are kept for a minute
    const seen = []
    for (const as of ['nobody', 'researcher', 'operator'] as const) {
      seen.push((await drs.call('GET', '/service-info', { as })).json.drs)
    }
    expect(seen[0]).toMatchObject({ objectCount: 2, totalObjectSize: 17 }) // not the embargoed one
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual(seen[0])
  })
})

describe('A3 the place of the bytes', () => {
  it('is in no error when the store does not answer, nor when something else lies there', async () => {
    const url = `http://127.0.0.1:${(archive.address() as AddressInfo).port}/patients/anna.bam`
    const made = await drs.register([
      {
        x_dataset: 'demo-cohort',
        access_methods: [{ type: 'https', access_url: { url } }],
        checksums: [{ type: 'sha-256', checksum: sha256(bytes) }],
      },
    ])
    expect(made.status).toBe(201)
    const link = await drs.link(made.json.objects[0].id, 'researcher')
    down = true
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(link, { method })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
      const text = await answer.text()
      expect(text).not.toMatch(/anna|patients|127\.0\.0\.1/)
      if (method === 'GET') expect(JSON.parse(text)).toMatchObject({ code: 'store_unavailable' })
    }
    down = false
    expect((await fetch(link)).status).toBe(200)
  })

  it('an upload folder that became a link gives 503 and no path', async () => {
    const object = await drs.give('demo-cohort', someBytes(33))
    const link = await drs.link(object.id, 'researcher')
    const db = await openDatabase({ client: 'sqlite', filename: join(drs.dataDir, 'drs', 'drs.db'), migrations })
    const [row] = (await db('access_methods').where({ object_id: object.id })) as { key: string }[]
    await db.destroy()
    const folder = dirname(join(drs.dataDir, 'drs', 'objects', row?.key ?? ''))
    await rename(folder, `${folder}-moved`)
    await symlink(`${folder}-moved`, folder)
    const answer = await fetch(link)
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain(row?.key.split('/')[0])
    await rm(folder)
    await rename(`${folder}-moved`, folder)
    expect((await fetch(link)).status).toBe(200)
  })
})

describe('B4 expand', () => {
  it('bounds the members of the whole answer, not of each bundle in it', async () => {
    const members = []
    for (let i = 0; i < 12; i++) members.push({ id: cohort.id, name: `m${i}` })
    const bundles = []
    for (let i = 0; i < 2; i++) {
      const { json } = await drs.register([{ x_dataset: 'demo-cohort', name: `b${i}`, contents: members }])
      bundles.push(json.objects[0].id)
    }
    const ask = (ids: string[]) =>
      drs.call('POST', '/objects?expand=true', { as: 'researcher', body: { bulk_object_ids: ids } })
    expect((await ask(bundles.slice(0, 1))).status).toBe(200)
    const both = await ask(bundles)
    expect([both.status, both.json.code]).toEqual([400, 'expand_limit_exceeded'])
    expect(both.json.msg).toContain('20')
  })
})

describe('credentials at this server', () => {
  const grant = async (runId: string) =>
    drs.sts('wes', 'grants', {
      subject_token: await drs.token('researcher'),
      purpose: 'run',
      run_id: runId,
      operation: 'wes:run',
      objects: [],
    })

  it('§7.7 a run token of an engine head is refused for every id: it is for WES and TES', async () => {
    const { json } = await grant('head')
    for (const id of [cohort.id, 'missing']) {
      const answer = await drs.call('GET', `/objects/${id}`, { bearer: json.run_token })
      expect([answer.status, answer.json.code]).toEqual([401, 'token_invalid'])
    }
  })

  it('userinfo gives the visas of the person whose bearer it is, and refuses others', async () => {
    const { status, json, headers } = await drs.raw('GET', '/userinfo', { as: 'researcher' })
    expect(status).toBe(200)
    expect(json).toMatchObject({ sub: 'researcher', ga4gh_passport_v1: expect.arrayContaining([expect.any(String)]) })
    expect(headers.get('cache-control')).toContain('no-store')
    expect((await drs.raw('GET', '/userinfo')).status).toBe(401)
    expect((await drs.raw('GET', '/userinfo', { bearer: 'rubbish' })).status).toBe(401)
    expect((await drs.raw('GET', '/userinfo', { bearer: (await grant('u')).json.run_token })).status).toBe(401)
  })

  it('§8 a refused credential, a refused passport and a grant are audited under the id of their request', async () => {
    const headers = (id: string) => ({ 'x-request-id': id })
    await drs.call('GET', '/objects/x', { bearer: 'rubbish', headers: headers('audit-bearer') })
    await drs.call('POST', '/objects/x', { body: { passports: ['rubbish'] }, headers: headers('audit-passport') })
    await grant('audited')
    const rows = await audited((all) =>
      ['audit-bearer', 'audit-passport'].every((id) => all.some(({ request_id }) => request_id === id)),
    )
    expect(rows.filter(({ event }) => event.includes('"sts:')).map(({ request_id }) => request_id)).not.toContain(
      'none',
    )
    expect(rows.some(({ request_id }) => request_id === 'none')).toBe(false)
  })

  it('§8 repeated public reads of one person become a sum, and no controlled read does', async () => {
    const open = await drs.give('demo-public', someBytes(5))
    for (let i = 0; i < 40; i++) {
      expect((await drs.call('GET', `/objects/${open.id}`, { as: 'guest' })).status).toBe(200)
      expect((await drs.call('GET', `/objects/${cohort.id}`, { as: 'researcher' })).status).toBe(200)
    }
    await drs.restart() // a stop writes the sums under way
    const rows = await audited(() => true)
    const of = (id: string) =>
      rows
        .map(
          ({ event }) => JSON.parse(event) as { objectId?: string; action: string; suppressed?: number; rule?: string },
        )
        .filter(({ objectId, action }) => objectId === id && action === 'drs:metadata')
    const reads = of(open.id)
    expect(reads.length).toBeLessThan(40)
    expect(reads.reduce((sum, { suppressed }) => sum + (suppressed ?? 1), 0)).toBe(40)
    expect(of(cohort.id).filter(({ suppressed }) => suppressed === undefined).length).toBeGreaterThanOrEqual(40)
  })
})

describe('the folder of uploads', () => {
  it('R1 is no place to register from, even by an operator', async () => {
    await mkdir(join(drs.dataDir, 'drs', 'objects', 'x'), { recursive: true })
    const url = await drs.write(join(drs.dataDir, 'drs', 'objects', 'x', 'y'), 'y')
    const answer = await drs.register([
      { x_dataset: 'demo-public', access_methods: [{ type: 'https', access_url: { url } }] },
    ])
    expect([answer.status, answer.json.code]).toEqual([403, 'location_not_allowed'])
  })
})

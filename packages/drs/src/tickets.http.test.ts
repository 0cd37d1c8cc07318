import { readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { DrsObject } from '@biocloud/ga4gh-api'
import { sha256, someBytes, startDrs, type Answer, type Drs, type Who } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
let cohort: DrsObject
let second: DrsObject
let embargoed: DrsObject
let open: DrsObject

beforeAll(async () => {
  drs = await startDrs()
  cohort = await drs.give('demo-cohort', someBytes(1000), { name: 'reads.fq.gz' })
  second = await drs.give('demo-cohort', someBytes(10))
  embargoed = await drs.give('demo-embargoed', someBytes(10))
  open = await drs.give('demo-public', someBytes(10))
})
afterAll(() => drs.stop())

const grant = async (as: Who, objects: DrsObject[], more: Record<string, unknown> = {}): Promise<Answer> =>
  drs.sts('wes', 'grants', {
    subject_token: await drs.token(as),
    purpose: 'run',
    run_id: 'r1',
    operation: 'wes:run',
    objects: objects.map(({ self_uri }) => self_uri),
    ...more,
  })
const taskGrant = async (as: Who, objects: DrsObject[]): Promise<string> => {
  const answer = await drs.sts('tes', 'grants', {
    subject_token: await drs.token(as),
    purpose: 'task',
    task_id: 't1',
    operation: 'tes:compute',
    objects: objects.map(({ self_uri }) => self_uri),
  })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.json.grant_id
}
const readTicket = async (grantId: string, objects: DrsObject[], actor = 'tes/task/t1/attempt/1'): Promise<string> => {
  const answer = await drs.sts('tes', 'tickets', {
    grant_id: grantId,
    action: 'read',
    actor,
    objects: objects.map(({ self_uri }) => self_uri),
  })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.json.ticket
}
const pairs = (objects: DrsObject[]) => ({
  bulk_object_access_ids: objects.map(({ id }) => ({ bulk_object_id: id, bulk_access_ids: ['objects-1'] })),
})

describe('grants', () => {
  it('tell name, size, checksums and access id of each object, in the order asked for', async () => {
    const { status, json } = await grant('researcher', [second, cohort])
    expect(status).toBe(200)
    expect(json.objects).toMatchObject([
      { id: second.id, size: 10 },
      { id: cohort.id, name: 'reads.fq.gz', size: 1000, access_id: 'objects-1', checksums: cohort.checksums },
    ])
    expect(json.run_token).toMatch(/^rt_/)
  })

  it('are refused with the visas that are missing; an undiscoverable object reads as a missing one', async () => {
    const refused = await grant('guest', [cohort])
    expect(refused.status).toBe(403)
    expect(JSON.stringify(refused.json.required)).toContain('ControlledAccessGrants')
    const hidden = await grant('guest', [embargoed])
    const missing = await grant('guest', [{ ...embargoed, self_uri: 'drs://localhost/missing' }])
    expect(hidden.status).toBe(404)
    expect([hidden.status, hidden.json.code]).toEqual([missing.status, missing.json.code])
  })

  it('need a server: nobody gets one with an assertion of their own making', async () => {
    const body = {
      subject_token: await drs.token('researcher'),
      purpose: 'run',
      run_id: 'r',
      operation: 'wes:run',
      objects: [],
    }
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const { status } = await drs.raw('POST', '/sts/v1/grants', {
      body: { client_assertion_type: type, client_assertion: await drs.token('operator'), ...body },
    })
    expect(status).toBe(401)
  })
})

describe('read tickets', () => {
  it('Y7 give links to the objects they name, in one bulk call', async () => {
    const ticket = await readTicket(await taskGrant('researcher', [cohort, second]), [cohort, second])
    const { status, json } = await drs.call('POST', '/objects/access', {
      bearer: ticket,
      body: pairs([cohort, second]),
    })
    expect(status).toBe(200)
    expect(json.summary).toEqual({ requested: 2, resolved: 2, unresolved: 0 })
    const [first] = json.resolved_drs_object_access_urls
    expect(sha256(Buffer.from(await (await fetch(first.url)).arrayBuffer()))).toBe(cohort.checksums[0]?.checksum)
  })

  it('an item without access ids means the preferred access method', async () => {
    const ticket = await readTicket(await taskGrant('researcher', [cohort]), [cohort])
    const body = { bulk_object_access_ids: [{ bulk_object_id: cohort.id }] }
    const { json } = await drs.call('POST', '/objects/access', { bearer: ticket, body })
    expect(json.resolved_drs_object_access_urls).toMatchObject([
      { drs_object_id: cohort.id, drs_access_id: 'objects-1' },
    ])
  })

  it('Y7 a ticket is good for one call', async () => {
    const ticket = await readTicket(await taskGrant('researcher', [cohort]), [cohort])
    const use = () => drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: ticket })
    expect((await use()).status).toBe(200)
    const again = await use()
    expect([again.status, again.json.code]).toEqual([401, 'ticket_spent'])
  })

  it('Y7 of 50 parallel uses exactly one is 200', async () => {
    const ticket = await readTicket(await taskGrant('researcher', [cohort]), [cohort])
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: ticket })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49)
  })

  it('name their objects exactly: another object, metadata, lists and writes are refused', async () => {
    const grantId = await taskGrant('researcher', [cohort, second])
    const ticket = () => readTicket(grantId, [cohort])
    expect((await drs.call('GET', `/objects/${second.id}/access/objects-1`, { bearer: await ticket() })).status).toBe(
      404,
    )
    expect((await drs.call('GET', `/objects/${cohort.id}`, { bearer: await ticket() })).status).toBe(403)
    const listed = await drs.call('GET', '/objects', { bearer: await ticket() })
    expect((listed.json.objects as DrsObject[]).map(({ id }) => id)).toEqual([open.id]) // what anybody sees
    const write = await drs.register([{ x_dataset: 'demo-public', x_upload: 'x' }], { bearer: await ticket() })
    expect(write.status).toBe(403)
  })

  it('a newer ticket for the same attempt and objects ends the older one', async () => {
    const grantId = await taskGrant('researcher', [cohort])
    const older = await readTicket(grantId, [cohort])
    await readTicket(grantId, [cohort])
    expect((await drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: older })).status).toBe(401)
  })

  it('expire after five minutes', async () => {
    const ticket = await readTicket(await taskGrant('researcher', [cohort]), [cohort])
    drs.clock.advance(301)
    expect((await drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: ticket })).status).toBe(401)
  })

  it('L3 revoking the grant ends its tickets, and the links made with them at once', async () => {
    const grantId = await taskGrant('researcher', [cohort])
    const used = await readTicket(grantId, [cohort])
    const { json } = await drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: used })
    expect((await fetch(json.url)).status).toBe(200)
    const waiting = await readTicket(grantId, [cohort])
    expect((await drs.sts('tes', 'revocations', { grant_id: grantId })).status).toBe(204)
    expect((await drs.sts('tes', 'revocations', { grant_id: grantId })).status).toBe(204)
    expect((await fetch(json.url)).status).toBe(403)
    expect((await drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: waiting })).status).toBe(401)
  })
})

describe('write tickets', () => {
  const prefix = (run: string): string => `${pathToFileURL(join(drs.runs, run, 'outputs')).href}/`
  const startRun = async (run: string, inputs: DrsObject[], as: Who = 'researcher'): Promise<string> => {
    const { status, json, text } = await grant(as, inputs, { run_id: run })
    if (status !== 200) throw new Error(text)
    return json.grant_id
  }
  const writeTicket = (grantId: string, run: string): Promise<Answer> =>
    drs.sts('wes', 'tickets', { grant_id: grantId, action: 'write', run_id: run, prefix: prefix(run) })
  const ticketOf = async (grantId: string, run: string): Promise<string> => {
    const answer = await writeTicket(grantId, run)
    if (answer.status !== 200) throw new Error(answer.text)
    return answer.json.ticket
  }
  const output = async (run: string, name: string, bytes: string) => ({
    name,
    size: bytes.length,
    checksums: [{ type: 'sha-256', checksum: sha256(bytes) }],
    aliases: [`run:${run}/${name}`],
    access_methods: [
      { type: 'file', access_url: { url: await drs.write(join(drs.runs, run, 'outputs', name), bytes) } },
    ],
    x_dataset: `run:${run}`,
  })

  it('R3 register outputs that the owner of the run reads, and nobody else', async () => {
    const grantId = await startRun('w1', [cohort])
    const made = await drs.register([await output('w1', 'calls.vcf', 'variants')], {
      bearer: await ticketOf(grantId, 'w1'),
    })
    expect(made.status).toBe(201)
    const [object] = made.json.objects as DrsObject[]
    expect(object).toMatchObject({ name: 'calls.vcf', size: 8, aliases: ['run:w1/calls.vcf'] })
    const id = object?.id ?? ''
    const link = await drs.link(id, 'researcher')
    expect(await (await fetch(link)).text()).toBe('variants')
    for (const as of ['registered', 'guest', 'nobody', 'operator'] as const) {
      expect((await drs.call('GET', `/objects/${id}`, { as })).status).toBe(404)
      expect((await drs.call('GET', `/objects/${id}/access/runs-1`, { as })).status).toBe(404)
    }
    expect((await drs.call('OPTIONS', `/objects/${id}`)).status).toBe(404)
  })

  it('Y6 lists show the outputs to their owner only', async () => {
    const ids = async (as: Who) =>
      ((await drs.call('GET', '/objects?dataset=run:w1', { as })).json.objects as DrsObject[]).map(({ name }) => name)
    expect(await ids('researcher')).toEqual(['calls.vcf'])
    for (const as of ['registered', 'guest', 'nobody', 'operator'] as const) expect(await ids(as)).toEqual([])
  })

  it('outputs can be the inputs of the next run of the same person', async () => {
    const [object] = (await drs.call('GET', '/objects?alias=run:w1/calls.vcf', { as: 'researcher' })).json.objects
    const next = await grant('researcher', [object], { run_id: 'w1b' })
    expect(next.status).toBe(200)
    expect((await grant('registered', [object as DrsObject], { run_id: 'w1c' })).status).toBe(404)
  })

  it('a repeated registration is the same object, with a new ticket', async () => {
    const grantId = await startRun('w2', [open])
    const candidate = await output('w2', 'a.txt', 'a')
    const ids = []
    for (let i = 0; i < 2; i++) {
      const { status, json } = await drs.register([candidate], { bearer: await ticketOf(grantId, 'w2') })
      expect(status).toBe(201)
      ids.push(json.objects[0].id)
    }
    expect(ids[0]).toBe(ids[1])
    const other = { ...candidate, checksums: [{ type: 'sha-256', checksum: sha256('b') }] }
    expect((await drs.register([other], { bearer: await ticketOf(grantId, 'w2') })).status).toBe(409)
  })

  it('the bundle of a run is registered by its ticket, once, and only its owner opens it', async () => {
    const grantId = await startRun('w2b', [open])
    const bearer = () => ticketOf(grantId, 'w2b')
    const files = [await output('w2b', 'a.txt', 'a'), await output('w2b', 'b.txt', 'bb')]
    const { objects } = (await drs.register(files, { bearer: await bearer() })).json
    const contents = (objects as DrsObject[]).map(({ name = '', self_uri }) => ({ name, drs_uri: [self_uri] }))
    const candidate = { name: 'run-w2b', aliases: ['run:w2b'], contents, x_dataset: 'run:w2b' }
    const made = await drs.register([candidate], { bearer: await bearer() })
    expect(made.status).toBe(201)
    const [bundle] = made.json.objects as DrsObject[]
    expect(bundle).toMatchObject({ name: 'run-w2b', size: 3 })
    expect((await drs.register([candidate], { bearer: await bearer() })).json.objects[0].id).toBe(bundle?.id)
    const other = { ...candidate, contents: contents.slice(1) }
    expect((await drs.register([other], { bearer: await bearer() })).status).toBe(409)
    const seen = await drs.call('GET', `/objects/${bundle?.id ?? ''}`, { as: 'researcher' })
    expect((seen.json as DrsObject).contents?.map(({ name }) => name)).toEqual(['a.txt', 'b.txt'])
    expect((await drs.call('GET', `/objects/${bundle?.id ?? ''}`, { as: 'registered' })).status).toBe(404)
  })

  it('Y7 a write ticket is good for one call', async () => {
    const ticket = await ticketOf(await startRun('w3', []), 'w3')
    expect((await drs.register([await output('w3', 'a', 'a')], { bearer: ticket })).status).toBe(201)
    expect((await drs.register([await output('w3', 'b', 'b')], { bearer: ticket })).status).toBe(401)
  })

  it('R1 refuses places outside the prefix, other runs, other datasets, uploads and stores', async () => {
    const grantId = await startRun('w4', [])
    const good = await output('w4', 'a', 'a')
    const work = await drs.write(join(drs.runs, 'w4', 'work', 'x'), 'x')
    const foreign = await drs.write(join(drs.runs, 'w1', 'outputs', 'x'), 'x')
    await symlink(join(drs.dataDir, 'issuer'), join(drs.runs, 'w4', 'outputs', 'link'))
    const place = (url: string) => ({ ...good, access_methods: [{ type: 'file', access_url: { url } }] })
    for (const candidate of [
      place(work),
      place(foreign),
      place(`${prefix('w4')}../work/x`),
      place(`${prefix('w4')}%2e%2e/work/x`),
      place(`${prefix('w4')}..%2fwork%2fx`),
      place(`${prefix('w4')}link/key.json`),
      place('file:///etc/passwd'),
      { ...good, x_dataset: 'demo-public' },
      { ...good, x_dataset: 'run:w1' },
      { x_dataset: 'run:w4', x_upload: 'x' },
    ]) {
      const { status } = await drs.register([candidate], { bearer: await ticketOf(grantId, 'w4') })
      expect([candidate, [400, 403].includes(status)]).toEqual([candidate, true])
    }
    expect((await drs.register([good], { bearer: await ticketOf(grantId, 'w4') })).status).toBe(201)
  })

  it('an operator does not register the files of a run', async () => {
    const candidate = await output('w5', 'a', 'a')
    for (const x_dataset of ['run:w5', 'demo-public']) {
      const { status, json } = await drs.register([{ ...candidate, x_dataset }])
      expect([status, json.code]).toEqual([403, 'location_not_allowed'])
    }
  })

  it('a ticket is for its own run, by its own server, and not after the end of the grant', async () => {
    const grantId = await startRun('w6', [])
    expect((await writeTicket(grantId, 'w7')).status).toBeGreaterThanOrEqual(400)
    const byTes = await drs.sts('tes', 'tickets', {
      grant_id: grantId,
      action: 'write',
      run_id: 'w6',
      prefix: prefix('w6'),
    })
    expect(byTes.status).toBeGreaterThanOrEqual(400)
    const live = await ticketOf(grantId, 'w6')
    await drs.sts('wes', 'revocations', { grant_id: grantId })
    expect((await drs.register([await output('w6', 'a', 'a')], { bearer: live })).status).toBe(401)
    expect((await writeTicket(grantId, 'w6')).status).toBe(403)
  })

  it('a bundle of the outputs has their size and checksum', async () => {
    const grantId = await startRun('w8', [])
    const outputs = [await output('w8', 'a', 'aa'), await output('w8', 'b', 'bbb')]
    const made = await drs.register(outputs, { bearer: await ticketOf(grantId, 'w8') })
    const contents = (made.json.objects as DrsObject[]).map(({ id, name }) => ({ id, name }))
    const bundle = await drs.register([{ contents, x_dataset: 'run:w8' }], { bearer: await ticketOf(grantId, 'w8') })
    expect(bundle.status).toBe(201)
    expect(bundle.json.objects[0]).toMatchObject({ size: 5 })
    const foreign = await drs.register([{ contents: [{ name: 'x', id: cohort.id }], x_dataset: 'run:w8' }], {
      bearer: await ticketOf(grantId, 'w8'),
    })
    expect(foreign.status).toBe(400)
  })
})

describe('what rests', () => {
  it('no token, ticket or link is in the database files', async () => {
    const { json } = await grant('researcher', [cohort], { run_id: 'canary' })
    const ticket = await readTicket(await taskGrant('researcher', [cohort]), [cohort])
    const { json: link } = await drs.call('GET', `/objects/${cohort.id}/access/objects-1`, { bearer: ticket })
    const { readFile } = await import('node:fs/promises')
    const folder = join(drs.dataDir, 'drs')
    const names = (await readdir(folder)).filter((name) => name.startsWith('drs.db'))
    const all = Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))))
    expect(all.includes(cohort.id)).toBe(true) // the search does find what is there
    for (const secret of [json.run_token, ticket.split('.')[2], link.url.split('.').at(-1)]) {
      expect(all.includes(secret as string)).toBe(false)
    }
  })
})

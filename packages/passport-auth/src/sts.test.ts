import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { createClearinghouse } from './clearinghouse.ts'
import type { Clearinghouse } from './clearinghouse.ts'
import { isDenial } from './denial.ts'
import type { ResolvedObject } from './grants.ts'
import type { Verified } from './identities.ts'
import { demoPolicy } from './demo-policy.ts'
import { createKeyPool } from './key-pool.ts'
import { createLocalIssuer } from './local-issuer.ts'
import type { LocalIssuer } from './local-issuer.ts'
import { parsePolicy } from './policy.ts'
import { createServiceIdentity } from './service-identity.ts'
import type { ServiceIdentity } from './service-identity.ts'
import { openSigningKey } from './signing-key.ts'
import { createSts } from './sts.ts'
import type { Sts } from './sts.ts'
import { createMemoryAudit, createMemoryStsStores, createTestClock } from './testing.ts'

const PUBLIC = 'http://127.0.0.1:4500'
const object = (id: string, dataset: string, more: Partial<ResolvedObject> = {}): ResolvedObject => ({
  id,
  uri: `drs://localhost/${id}`,
  dataset,
  size: 3,
  checksums: [{ type: 'sha-256', checksum: 'ab' }],
  ...more,
})

describe('the STS', () => {
  let dir: string
  let clock: ReturnType<typeof createTestClock>
  let audit: ReturnType<typeof createMemoryAudit>
  let stores: ReturnType<typeof createMemoryStsStores>
  let issuer: LocalIssuer
  let drs: Clearinghouse
  let tesHouse: Clearinghouse
  let sts: Sts
  let wes: ServiceIdentity
  let tes: ServiceIdentity
  let revoked: Set<string>
  let objects: Map<string, ResolvedObject>
  let id = 0

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sts-'))
    clock = createTestClock()
    audit = createMemoryAudit()
    stores = createMemoryStsStores(audit)
    issuer = await createLocalIssuer({ dir: join(dir, 'issuer'), issuer: PUBLIC, clock })
    const policy = parsePolicy(parse(demoPolicy()), { localIssuer: issuer })
    const key = await openSigningKey(join(dir, 'drs', 'sts-key.json'))
    const siteKey = randomBytes(32)
    revoked = new Set()
    const common = {
      policy,
      publicUrl: PUBLIC,
      keys: createKeyPool({ fetch: () => Promise.reject(new Error('no network')), clock }),
      audit,
      clock,
      siteKey,
      newId: () => `id${id++}`,
      revocation: { isRevoked: ({ sub }: { sub: string }) => revoked.has(sub) },
    }
    drs = createClearinghouse({ ...common, service: 'drs', localIssuer: issuer, tickets: { key, stores } })
    objects = new Map(
      [
        object('pub', 'demo-public'),
        object('coh', 'demo-cohort', { access_id: 'a' }),
        object('emb', 'demo-embargoed'),
        object('coh2', 'demo-cohort'),
      ].map((one) => [one.uri, one]),
    )
    sts = createSts({
      clearinghouse: drs,
      stores,
      key,
      servicesDir: join(dir, 'issuer', 'services'),
      clock,
      newId: common.newId,
      audit,
      siteKey,
      publicUrl: PUBLIC,
      resolveObjects: (uris) => Promise.resolve(uris.map((uri) => objects.get(uri))),
    })
    const identity = (service: 'wes' | 'tes') =>
      createServiceIdentity({
        dir: join(dir, 'issuer'),
        keyFile: join(dir, service, 'service-key.json'),
        service,
        audience: PUBLIC,
        clock,
      })
    wes = await identity('wes')
    tes = await identity('tes')
    tesHouse = createClearinghouse({
      ...common,
      service: 'tes',
      introspect: async (token) => {
        const answer = await sts.introspect({ ...(await tes.fields()), token })
        return answer.active ? answer : undefined
      },
    })
  })
  afterEach(() => rm(dir, { recursive: true }))

  const bearer = async (user = 'researcher') => (await issuer.accessToken(user)).token
  const runGrant = async (names: string[], user = 'researcher') =>
    sts.grant(
      {
        ...(await wes.fields()),
        subject_token: await bearer(user),
        purpose: 'run',
        run_id: 'r1',
        operation: 'wes:run',
        objects: names.map((name) => `drs://localhost/${name}`),
      },
      'q',
    )
  const taskGrant = async (subject_token: string, names: string[]) =>
    sts.grant(
      {
        ...(await tes.fields()),
        subject_token,
        purpose: 'task',
        task_id: 't1',
        operation: 'tes:compute',
        objects: names.map((name) => `drs://localhost/${name}`),
      },
      'q',
    )
  const readTicket = async (grant_id: string, names: string[], actor = 'tes/task/t1/attempt/1') => {
    const answer = await sts.ticket(
      {
        ...(await tes.fields()),
        grant_id,
        actor,
        action: 'read',
        objects: names.map((name) => `drs://localhost/${name}`),
      },
      'q',
    )
    if (!('ticket' in answer)) throw new Error('no ticket')
    return answer
  }
  const use = async (ticket: string, objectIds: string[], datasetIds = ['demo-cohort']) => {
    const verified = await drs.verify({ bearer: ticket })
    if (isDenial(verified)) return verified
    return drs.authorize(verified, { operation: 'drs:access', datasetIds, objectIds, requestId: 'q' })
  }

  it('grants a person what policy allows, with size and checksums, and a run token for a run', async () => {
    const grant = await runGrant(['pub', 'coh'])
    expect(grant).toMatchObject({
      owner: JSON.stringify(['iss', PUBLIC, 'researcher']),
      objects: [
        { id: 'pub', size: 3 },
        { id: 'coh', dataset: 'demo-cohort', access_id: 'a', checksums: [{ type: 'sha-256', checksum: 'ab' }] },
      ],
    })
    expect(grant.run_token).toMatch(/^rt_[\w-]{43}$/)
  })
  it('no token rests: the stores hold neither the run token nor the bearer nor a visa', async () => {
    const subject_token = await bearer()
    const grant = await sts.grant(
      {
        ...(await wes.fields()),
        subject_token,
        purpose: 'run',
        run_id: 'r1',
        operation: 'wes:run',
        objects: ['drs://localhost/coh'],
      },
      'q',
    )
    const rows = JSON.stringify([stores.rows(), audit.events])
    for (const secret of [grant.run_token ?? '', subject_token, ...(await issuer.visas('researcher'))])
      expect(rows).not.toContain(secret.split('.').at(-1))
  })
  it('O9 a run grant is bounded by maxRunTTL and the visas, not by the bearer', async () => {
    expect(Date.parse((await runGrant(['coh'])).not_after) - clock.now().getTime()).toBe(30 * 86_400_000)
  })
  it('refuses a person without the visa with what is missing, and hides what is not discoverable', async () => {
    await expect(runGrant(['coh', 'pub'], 'guest')).rejects.toMatchObject({
      status: 403,
      code: 'access_denied',
      message: expect.stringContaining('drs://localhost/coh') as unknown,
      required: [
        {
          object: 'drs://localhost/coh',
          dataset: 'demo-cohort',
          visas: [{ type: 'ControlledAccessGrants', issuers: [PUBLIC] }],
        },
      ],
    })
    const messageOf = (name: string) =>
      runGrant([name], 'guest').then(
        () => 'granted',
        (error: unknown) => JSON.stringify([error, String(error)]),
      )
    const hidden = await messageOf('emb')
    const missing = await messageOf('nil')
    expect(hidden).toContain('"status":404')
    expect(hidden.replaceAll('emb', 'nil')).toBe(missing)
    expect((await runGrant(['emb'])).objects).toHaveLength(1)
  })
  it('an empty list of objects is a grant too', async () => {
    expect(await runGrant([], 'guest')).toMatchObject({ objects: [] })
  })
  it('a server proves itself at every call, and an assertion is good once', async () => {
    const fields = await wes.fields()
    const call = { ...fields, token: 'x' }
    expect(await sts.introspect(call)).toEqual({ active: false })
    await expect(sts.introspect(call)).rejects.toMatchObject({ status: 401, code: 'client_assertion_invalid' })
    await expect(sts.introspect({ token: 'x' })).rejects.toMatchObject({ status: 400 })
    const stranger = await createServiceIdentity({
      dir: join(dir, 'other'),
      keyFile: join(dir, 'other', 'key.json'),
      service: 'wes',
      audience: PUBLIC,
      clock,
    })
    await expect(sts.introspect({ ...(await stranger.fields()), token: 'x' })).rejects.toMatchObject({ status: 401 })
    const elsewhere = await createServiceIdentity({
      dir: join(dir, 'issuer'),
      keyFile: join(dir, 'wes', 'service-key.json'),
      service: 'wes',
      audience: 'https://other.example',
      clock,
    })
    await expect(sts.introspect({ ...(await elsewhere.fields()), token: 'x' })).rejects.toMatchObject({ status: 401 })
    const late = await wes.fields()
    clock.advance(61)
    await expect(sts.introspect({ ...late, token: 'x' })).rejects.toMatchObject({ status: 401 })
  })
  it('a run token names its run at TES, is nothing at DRS, and dies with its grant', async () => {
    const { run_token = '', grant_id } = await runGrant(['coh'])
    const verified = (await tesHouse.verify({ bearer: run_token })) as Verified
    expect(verified).toMatchObject({
      kind: 'run',
      runId: 'r1',
      grantId: grant_id,
      operator: false,
      subjects: [{ key: JSON.stringify(['iss', PUBLIC, 'researcher']) }],
    })
    expect(await drs.verify({ bearer: run_token })).toMatchObject({ status: 401 })
    await sts.revoke({ ...(await wes.fields()), grant_id }, 'q')
    clock.advance(5)
    expect(await tesHouse.verify({ bearer: run_token })).toMatchObject({ status: 401 })
    await expect(taskGrant(run_token, ['coh'])).rejects.toMatchObject({ status: 401 })
  })
  it('WES asks for more run tokens of a live grant; TES cannot', async () => {
    const { grant_id } = await runGrant(['coh'])
    const more = await sts.ticket({ ...(await wes.fields()), grant_id, action: 'run', run_id: 'r1' }, 'q')
    if (!('run_token' in more)) throw new Error('no run token')
    expect(await tesHouse.verify({ bearer: more.run_token })).toMatchObject({ kind: 'run', runId: 'r1' })
    await expect(
      sts.ticket({ ...(await tes.fields()), grant_id, action: 'run', run_id: 'r1' }, 'q'),
    ).rejects.toMatchObject({ status: 404 })
    await sts.revoke({ ...(await wes.fields()), grant_id }, 'q')
    await expect(
      sts.ticket({ ...(await wes.fields()), grant_id, action: 'run', run_id: 'r1' }, 'q'),
    ).rejects.toMatchObject({ status: 403, code: 'grant_ended' })
  })
  it('a task under a run token gets no object beyond its run', async () => {
    const { run_token = '' } = await runGrant(['coh'])
    expect((await taskGrant(run_token, ['coh'])).objects).toMatchObject([{ id: 'coh' }])
    await expect(taskGrant(run_token, ['coh2'])).rejects.toMatchObject({ status: 404 })
    await expect(taskGrant(run_token, ['pub'])).rejects.toMatchObject({ status: 404 })
    await expect(taskGrant(run_token, ['nil'])).rejects.toMatchObject({ status: 404 })
    await expect(taskGrant(`rt_${'x'.repeat(43)}`, ['coh'])).rejects.toMatchObject({ status: 401 })
  })
  it('V16 a ticket reads its objects once, by the whole way from bearer to bytes', async () => {
    const { grant_id } = await taskGrant(await bearer(), ['coh', 'pub'])
    const { ticket, expires_in } = await readTicket(grant_id, ['coh'])
    expect(expires_in).toBe(300)
    expect(await use(ticket, ['coh'])).toMatchObject({ permit: true, rule: 'ticket', actor: ['tes/task/t1/attempt/1'] })
    expect(await use(ticket, ['coh'])).toMatchObject({ status: 401, code: 'ticket_spent' })
  })
  it('of 50 parallel uses of one ticket exactly one is permitted', async () => {
    const { grant_id } = await taskGrant(await bearer(), ['coh'])
    const { ticket } = await readTicket(grant_id, ['coh'])
    const answers = await Promise.all(Array.from({ length: 50 }, () => use(ticket, ['coh'])))
    expect(answers.filter(({ permit }) => permit)).toHaveLength(1)
  })
  it('a bulk call asks once per dataset and burns its ticket once', async () => {
    const { grant_id } = await taskGrant(await bearer(), ['coh', 'pub'])
    const { ticket } = await readTicket(grant_id, ['coh', 'pub'])
    const verified = await drs.verify({ bearer: ticket })
    if (isDenial(verified)) throw new Error('refused')
    const ask = (objectIds: string[], dataset: string) =>
      drs.authorize(verified, { operation: 'drs:access', datasetIds: [dataset], objectIds, requestId: 'q' })
    expect(await ask(['coh'], 'demo-cohort')).toMatchObject({ permit: true })
    expect(await ask(['pub'], 'demo-public')).toMatchObject({ permit: true })
    expect(audit.events.filter(({ rule }) => rule === 'ticket').map(({ objectId }) => objectId)).toEqual(['coh', 'pub'])
    expect(await use(ticket, ['coh'])).toMatchObject({ code: 'ticket_spent' })
  })
  it('a ticket is refused for another object, another dataset, another operation, after its end and at TES', async () => {
    const { grant_id } = await taskGrant(await bearer(), ['coh', 'pub'])
    const { ticket } = await readTicket(grant_id, ['coh'])
    expect(await use(ticket, ['pub'], ['demo-public'])).toMatchObject({ status: 404 })
    expect(await use(ticket, ['coh'], ['demo-public'])).toMatchObject({ status: 404 })
    expect(await use(ticket, ['coh', 'coh2'])).toMatchObject({ status: 404 })
    expect(await use(ticket, [])).toMatchObject({ status: 404 })
    const verified = (await drs.verify({ bearer: ticket })) as Verified
    expect(
      await drs.authorize(verified, {
        operation: 'drs:write',
        datasetIds: ['demo-cohort'],
        locations: [],
        requestId: 'q',
      }),
    ).toMatchObject({ status: 403 })
    expect(await tesHouse.verify({ bearer: ticket })).toMatchObject({ status: 401 })
    clock.advance(300)
    expect(await use(ticket, ['coh'])).toMatchObject({ status: 401 })
  })
  it('a newer ticket of the same attempt and objects replaces the older', async () => {
    const { grant_id } = await taskGrant(await bearer(), ['coh'])
    const older = await readTicket(grant_id, ['coh'])
    const newer = await readTicket(grant_id, ['coh'])
    expect(await use(older.ticket, ['coh'])).toMatchObject({ code: 'ticket_spent' })
    expect(await use(newer.ticket, ['coh'])).toMatchObject({ permit: true })
  })
  it('revoking the run kills the tickets of its tasks', async () => {
    const run = await runGrant(['coh'])
    const { grant_id } = await taskGrant(run.run_token ?? '', ['coh'])
    const { ticket } = await readTicket(grant_id, ['coh'])
    await sts.revoke({ ...(await wes.fields()), grant_id: run.grant_id }, 'q')
    expect(await use(ticket, ['coh'])).toMatchObject({ status: 401, code: 'ticket_spent' })
    await expect(readTicket(grant_id, ['coh'])).rejects.toMatchObject({ status: 403, code: 'grant_ended' })
  })
  it('revocation and expiry are asked again at every ticket', async () => {
    const { grant_id } = await taskGrant(await bearer(), ['coh'])
    const { ticket } = await readTicket(grant_id, ['coh'])
    revoked.add('researcher')
    await expect(readTicket(grant_id, ['coh'])).rejects.toMatchObject({ status: 401 })
    expect(await use(ticket, ['coh'])).toMatchObject({ permit: false })
    revoked.clear()
    clock.advance(31 * 86_400)
    await expect(readTicket(grant_id, ['coh'])).rejects.toMatchObject({ status: 403, code: 'grant_ended' })
  })
  it('a server uses its own grants alone', async () => {
    const { grant_id } = await runGrant(['coh'])
    await expect(readTicket(grant_id, ['coh'])).rejects.toMatchObject({ status: 404, code: 'grant_not_found' })
    await expect(sts.revoke({ ...(await tes.fields()), grant_id }, 'q')).rejects.toMatchObject({ status: 404 })
  })
  it('a write ticket registers below its prefix in the dataset of its run, once', async () => {
    const { grant_id } = await runGrant(['coh'])
    const prefix = 'file:///data/wes/runs/r1/outputs/'
    const ask = async (run_id: string, place = prefix) =>
      sts.ticket({ ...(await wes.fields()), grant_id, action: 'write', run_id, prefix: place }, 'q')
    await expect(ask('r2')).rejects.toMatchObject({ status: 404 })
    for (const place of [
      'file:///data/wes/runs/r2/outputs/',
      'file:///data/wes/runs/r1/../r2/',
      'https://x/r1/',
      'file:///data/wes/runs/r1/outputs',
    ])
      await expect(ask('r1', place)).rejects.toMatchObject({ status: 400 })
    const write = async (locations: string[] | undefined, dataset = 'run:r1') => {
      const answer = await ask('r1')
      const verified = await drs.verify({ bearer: 'ticket' in answer ? answer.ticket : '' })
      if (isDenial(verified)) throw new Error('refused')
      return drs.authorize(verified, {
        operation: 'drs:write',
        datasetIds: [dataset],
        requestId: 'q',
        ...(locations ? { locations } : {}),
      })
    }
    expect(await write([`${prefix}a.vcf`, `${prefix}b/c%20d.txt`])).toMatchObject({
      permit: true,
      actor: ['wes/run/r1'],
    })
    expect(await write([])).toMatchObject({ permit: true })
    for (const bad of [
      `${prefix}../x`,
      `${prefix}%2e%2e/x`,
      `${prefix}..%2fx`,
      'file:///data/wes/runs/r1/outputsx',
      prefix,
      `${prefix}a?x`,
      `${prefix}a\\..\\b`,
    ])
      expect([bad, await write([bad])]).toEqual([
        bad,
        expect.objectContaining({ status: 403, code: 'ticket_exceeded' }),
      ])
    expect(await write(undefined)).toMatchObject({ status: 403 })
    expect(await write([], 'demo-public')).toMatchObject({ status: 403 })
  })
  it('outputs of a run as inputs need the inputs of that run, and its owner', async () => {
    const owner = JSON.stringify(['iss', PUBLIC, 'researcher'])
    objects.set('drs://localhost/out', object('out', 'run:r0', { owner, allOf: ['demo-cohort'] }))
    const grant = await runGrant(['out'])
    expect((await stores.grants.get(grant.grant_id))?.datasets).toEqual(['demo-cohort'])
    await expect(runGrant(['out'], 'registered')).rejects.toMatchObject({ status: 404 })
    const task = await taskGrant(grant.run_token ?? '', ['out'])
    const { ticket } = await readTicket(task.grant_id, ['out'])
    expect(await use(ticket, ['out'], ['run:r0'])).toMatchObject({ permit: true })
  })
  it('bad bodies name the member and what is allowed', async () => {
    await expect(sts.grant('x', 'q')).rejects.toMatchObject({ status: 400 })
    await expect(sts.grant({ ...(await wes.fields()), purpose: 'fun' }, 'q')).rejects.toMatchObject({
      status: 400,
      message: 'purpose must be one of run, task',
    })
  })
})

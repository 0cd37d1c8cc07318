import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { sh, startTes, type Tes } from './server-fixture.ts'

const BYTES = 'ACGT\n'.repeat(1000)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A stand-in for DRS and its STS, for what TES alone is to be held to; `test/` runs both for real. */
const startFakeDrs = async () => {
  const state = {
    calls: [] as { path: string; body: Record<string, unknown>; authorization: string | undefined }[],
    bytes: BYTES,
    linkFailures: 0,
    refuseTicket: false,
    tickets: new Set<string>(),
    origin: '',
  }
  const object = (uri: string) => ({
    id: uri.split('/').at(-1),
    uri,
    size: BYTES.length,
    access_id: 'https-1',
    checksums: [{ type: 'sha-256', checksum: sha256(BYTES) }],
  })
  const answer = (
    path: string,
    body: Record<string, unknown>,
    authorization: string | undefined,
  ): [number, unknown] => {
    const objects = (body['objects'] ?? []) as string[]
    switch (path) {
      case '/sts/v1/grants':
        if (objects.some((uri) => uri.endsWith('/forbidden'))) {
          return [
            403,
            {
              msg: 'You need a visa for the dataset cohort',
              status_code: 403,
              code: 'access_denied',
              required: [{ dataset: 'cohort', visas: [{ type: 'ControlledAccessGrants', issuers: ['x'] }] }],
            },
          ]
        }
        return [200, { grant_id: 'g_1', not_after: '2099-01-01T00:00:00Z', owner: 'x', objects: objects.map(object) }]
      case '/sts/v1/tickets': {
        if (state.refuseTicket) return [403, { msg: 'The grant was revoked', status_code: 403, code: 'grant_ended' }]
        const ticket = `ticket-${state.tickets.size}`
        state.tickets.add(ticket)
        return [200, { ticket, expires_in: 300 }]
      }
      case '/sts/v1/introspect':
        return [
          200,
          body['token'] === 'rt_live'
            ? {
                active: true,
                token_type: 'run',
                run_id: 'run-1',
                grant_id: 'g_run',
                owner: '["iss","x","y"]',
                iss: 'x',
                sub: 'y',
                not_after: '2099-01-01T00:00:00Z',
              }
            : { active: false },
        ]
      case '/sts/v1/revocations':
        return [204, undefined]
      case '/ga4gh/drs/v1/objects/access': {
        if (!state.tickets.delete(authorization?.replace('Bearer ', '') ?? ''))
          return [401, { msg: 'The ticket was used', status_code: 401 }]
        const asked = body['bulk_object_access_ids'] as { bulk_object_id: string; bulk_access_ids: string[] }[]
        return [
          200,
          {
            resolved_drs_object_access_urls: asked.map(({ bulk_object_id: id, bulk_access_ids: [access] }) => ({
              drs_object_id: id,
              drs_access_id: access,
              url: `${state.origin}/data/${id}`,
              headers: ['X-Key: k'],
            })),
          },
        ]
      }
      default:
        return [404, { msg: 'no', status_code: 404 }]
    }
  }
  const http = createServer((req: IncomingMessage, res: ServerResponse) => {
    void (async () => {
      let text = ''
      for await (const chunk of req) text += String(chunk)
      if (req.url?.startsWith('/data/') === true) {
        if (state.linkFailures > 0) {
          state.linkFailures -= 1
          res.writeHead(503).end()
        } else if (req.headers['x-key'] !== 'k') res.writeHead(403).end()
        else res.end(state.bytes)
        return
      }
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
      state.calls.push({ path: req.url ?? '', body, authorization: req.headers.authorization })
      const [status, reply] = answer(req.url ?? '', body, req.headers.authorization)
      res
        .writeHead(status, { 'content-type': 'application/json' })
        .end(reply === undefined ? '' : JSON.stringify(reply))
    })()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  state.origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return { state, http }
}

let fake: Awaited<ReturnType<typeof startFakeDrs>>
let tes: Tes
beforeAll(async () => {
  fake = await startFakeDrs()
  const base = `${fake.state.origin}/ga4gh/drs/v1`
  tes = await startTes({ peers: { drs: base }, hosts: { localhost: base }, staging: { backoffMs: 10 } })
}, 30_000)
afterAll(async () => {
  await tes.stop()
  fake.http.closeAllConnections()
  await new Promise((resolve) => fake.http.close(resolve))
})
beforeEach(() => {
  fake.state.calls.length = 0
})

const task = (id = 'o1') => ({
  inputs: [{ path: '/d/x', url: `drs://localhost/${id}` }],
  executors: [sh('sha256sum < /d/x')],
})
const reasonOf = (found: { logs?: { metadata?: Record<string, string> }[] }) => found.logs?.[0]?.metadata?.['reason']

describe('drs:// inputs', () => {
  it("§3.4 exchanges the caller's token for a grant at POST, asks for a ticket at staging, verifies the bytes, and revokes at the end", async () => {
    const done = await tes.run({ ...task(), inputs: [...task().inputs, { path: '/d/y', url: 'drs://localhost/o2' }] })
    expect(done.state).toBe('COMPLETE')
    expect(done.logs?.[0]?.logs[0]?.stdout).toBe(`${sha256(BYTES)}  -\n`)
    const paths = fake.state.calls.map(({ path }) => path)
    expect(paths.slice(0, 3)).toEqual(['/sts/v1/grants', '/sts/v1/tickets', '/ga4gh/drs/v1/objects/access'])
    expect(fake.state.calls[0]?.body).toMatchObject({
      subject_token: await tes.token('researcher'),
      purpose: 'task',
      task_id: done.id,
      operation: 'tes:compute',
    })
    expect(fake.state.calls[1]?.body).toMatchObject({
      grant_id: 'g_1',
      actor: `tes/task/${done.id ?? ''}/attempt/1`,
      action: 'read',
    })
    while (!fake.state.calls.some(({ path }) => path === '/sts/v1/revocations'))
      await new Promise((resolve) => setTimeout(resolve, 10))
  }, 20_000)

  it('§3.6 leaves no token, ticket or link in the database, the log or the work files', async () => {
    await tes.run(task())
    const token = (await tes.token('researcher')).split('.').at(-1) ?? ''
    const rest = Buffer.concat([
      await readFile(join(tes.data, 'tes/tes.db')),
      await readFile(join(tes.data, 'tes/tes.db-wal')),
      Buffer.from(tes.lines.join('')),
    ])
    expect(rest.includes('g_1')).toBe(true) // the search does find what is there
    for (const secret of [token, 'ticket-', '/data/o1'])
      expect([secret, rest.includes(secret)]).toEqual([secret, false])
  }, 20_000)

  it('refuses at POST with the visas that are missing, and stores nothing', async () => {
    const { status, json } = await tes.call('POST', '/tasks', { body: { ...task('forbidden'), name: 'refused' } })
    expect([status, json.code]).toEqual([403, 'access_denied'])
    expect(json.required).toEqual([expect.objectContaining({ dataset: 'cohort' })])
    expect((await tes.call('GET', '/tasks?name_prefix=refused')).json.tasks).toEqual([])
  })

  it('asks for a new ticket when a link fails, and gives up on bytes that differ', async () => {
    fake.state.linkFailures = 1
    expect((await tes.run(task())).state).toBe('COMPLETE')
    fake.state.bytes = BYTES.replace('A', 'T')
    const changed = await tes.run(task())
    fake.state.bytes = BYTES
    expect([changed.state, reasonOf(changed)]).toEqual(['SYSTEM_ERROR', 'input_checksum'])
  }, 20_000)

  it('§3.4 revokes the grant of a task that is canceled before it begins', async () => {
    const before = fake.state.calls.length
    const busy = await Promise.all(
      Array.from({ length: 12 }, () => tes.post({ executors: [sh('sleep 30')] })), // more than run at once
    )
    const id = await tes.post({ inputs: [{ path: '/d/x', url: 'drs://localhost/obj1' }], executors: [sh('true')] })
    await tes.call('POST', `/tasks/${id}:cancel`)
    expect((await tes.get(id)).state).toBe('CANCELED')
    while (!fake.state.calls.slice(before).some(({ path }) => path === '/sts/v1/revocations'))
      await new Promise((resolve) => setTimeout(resolve, 10))
    for (const one of busy) await tes.call('POST', `/tasks/${one}:cancel`)
    for (const one of busy) await tes.ended(one)
  }, 40_000)
  it('ends with access_denied when the grant was revoked before staging', async () => {
    fake.state.refuseTicket = true
    const refused = await tes.run(task())
    fake.state.refuseTicket = false
    expect([refused.state, reasonOf(refused)]).toEqual(['SYSTEM_ERROR', 'access_denied'])
  }, 20_000)
})

describe('run tokens', () => {
  const run = { bearer: 'rt_live' }
  it("1.5.8 sets wes_run_id from the claim, and gives files to the owner of the run's work folder, which only this run reaches", async () => {
    for (const id of ['run-1', 'run-2']) await mkdir(join(tes.runs, id, 'work'), { recursive: true })
    await writeFile(join(tes.runs, 'run-1/work/in'), 'in\n')
    await chown(join(tes.runs, 'run-1', 'work'), 4321, 4322)
    const body = {
      tags: { wes_run_id: 'another' },
      inputs: [{ path: '/d/in', url: `file://${tes.runs}/run-1/work/in` }],
      outputs: [{ path: '/cwl/out', url: `file://${tes.runs}/run-1/work/s/out`, type: 'DIRECTORY' as const }],
      executors: [sh('mkdir /cwl/out/d; cat /d/in > /cwl/out/d/f')],
    }
    const done = await tes.run(body, run)
    expect(done.tags).toEqual({ wes_run_id: 'run-1' })
    const made = await stat(join(tes.runs, 'run-1/work/s/out/d/f'))
    expect([made.uid, made.gid]).toEqual([4321, 4322])
    const other = await tes.call('POST', '/tasks', {
      ...run,
      body: { ...body, outputs: [{ path: '/o', url: `file://${tes.runs}/run-2/o` }] },
    })
    expect([other.status, other.json.code]).toEqual([403, 'file_forbidden'])
    expect((await tes.call('POST', '/tasks', { body })).status).toBe(403)
    const listed = await tes.call('GET', '/tasks?tag_key=wes_run_id&tag_value=run-1', run)
    expect(listed.json.tasks.map(({ id }) => id)).toEqual([done.id])
  }, 20_000)
  it('1.3.3 a run token sees no other task of its owner; one that is not active is 401', async () => {
    expect((await tes.call('GET', '/tasks', { bearer: 'rt_dead' })).status).toBe(401)
    expect((await tes.call('GET', '/tasks', run)).json.tasks).toHaveLength(1)
  })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { drsDocument, drsRootDocument, tesDocument, wesDocument, type OpenApiDocument } from '@biocloud/ga4gh-api'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import express, { type ErrorRequestHandler } from 'express'
import * as validator from 'express-openapi-validator'

/**
 * The documents under the validator that the servers use, without anything else of theirs: what the documents let
 * through, and what they stop. The route answers 200 with `answer`, or with what the validator made of the request.
 */
const closers: (() => Promise<void>)[] = []
jest.setTimeout(60_000) // the validator compiles each path at its first request
afterAll(async () => {
  for (const close of closers.splice(0)) await close()
})

type Asked = { status: number; body: Record<string, unknown> }
type Ask = (
  method: string,
  url: string,
  o?: { json?: unknown; body?: string; type?: string; answer?: unknown },
) => Promise<Asked>

const mount = async (document: OpenApiDocument): Promise<Ask> => {
  const app = express()
  let answer: unknown
  app.use(express.json(), express.urlencoded({ extended: false }))
  app.use(
    validator.middleware({
      apiSpec: structuredClone(document) as unknown as Parameters<typeof validator.middleware>[0]['apiSpec'],
      validateRequests: { allowUnknownQueryParameters: true },
      validateResponses: true,
      validateSecurity: false,
      fileUploader: false,
    }),
  )
  app.use((req, res) => {
    if (answer === undefined) res.status(299).end(JSON.stringify({ query: req.query, body: req.body as unknown }))
    else res.json(answer)
  })
  const onError: ErrorRequestHandler = (error: { status?: number; message?: string }, _req, res, _next) => {
    res.status(error.status ?? 500).end(JSON.stringify({ msg: error.message }))
  }
  app.use(onError)
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => {
    server.closeAllConnections()
    return new Promise((done) =>
      server.close(() => {
        done()
      }),
    )
  })
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  return async (method, url, o = {}) => {
    answer = o.answer
    const body = o.json === undefined ? o.body : JSON.stringify(o.json)
    const headers = { 'content-type': o.type ?? 'application/json' }
    const response = await fetch(`${origin}${url}`, body === undefined ? { method } : { method, body, headers })
    return { status: response.status, body: JSON.parse((await response.text()) || '{}') as Record<string, unknown> }
  }
}

const task = { executors: [{ image: 'bb:1', command: ['true'] }] }

describe('the TES document', () => {
  let ask: Ask
  beforeAll(async () => {
    ask = await mount(tesDocument)
  })

  it.each(['/ga4gh/tes/v1', '/v1', ''])('1.1.1 is in force below %j', async (base) => {
    expect((await ask('GET', `${base}/tasks?page_size=0`)).status).toBe(400)
    expect((await ask('GET', `${base}/tasks?page_size=2048`)).status).toBe(400)
    expect((await ask('GET', `${base}/tasks?page_size=2047`)).status).toBe(299)
    expect((await ask('POST', `${base}/tasks/x:cancel`)).status).toBe(299)
    expect((await ask('GET', `${base}/tasks/x/nothing`)).status).toBe(404)
  })

  it('1.1.7 lets pass what clients send: empty values, unknown parameters, reserved characters, one key or several', async () => {
    const { status, body } = await ask(
      'GET',
      '/v1/tasks?name_prefix=&page_token=&tag_key=a,b:c&tag_value=x=/y&unheard=of&state=RUNNING',
    )
    expect([status, body.msg]).toEqual([299, undefined])
    expect(body.query).toMatchObject({ state: 'RUNNING', tag_key: ['a,b:c'], view: 'MINIMAL' })
    expect((await ask('GET', '/v1/tasks?tag_key=a&tag_key=b&tag_value=1&tag_value=2')).body.query).toMatchObject({
      tag_key: ['a', 'b'],
      tag_value: ['1', '2'],
    })
  })

  // A single empty value is no list for the validator, whatever the document says: the kit takes it out beforehand.
  it('1.1.7 an empty value among several is kept, in its place', async () => {
    const { body } = await ask('GET', '/v1/tasks?tag_key=a&tag_key=b&tag_value=&tag_value=2')
    expect(body.query).toMatchObject({ tag_value: ['', '2'] })
  })

  it('1.4.3 refuses a state that does not exist, and does not filter when none is asked for', async () => {
    expect((await ask('GET', '/v1/tasks?state=DONE')).status).toBe(400)
    expect((await ask('GET', '/v1/tasks')).body.query).not.toHaveProperty('state')
  })

  it('1.1.7 takes a task as it was sent: nothing is filled in', async () => {
    const sent = { ...task, inputs: [{ path: '/a', url: 'file:///a' }], resources: { cpu_cores: 0.5 } }
    expect((await ask('POST', '/v1/tasks', { json: sent })).body.body).toEqual(sent)
  })

  it.each([
    ['no executors', {}],
    ['a command that is not a list', { executors: [{ image: 'x', command: 'true' }] }],
    ['a type that does not exist', { ...task, inputs: [{ path: '/a', type: 'LINK' }] }],
    ['a read-only member', { ...task, state: 'QUEUED' }],
    ['an unknown member', { ...task, colour: 'blue' }],
  ])('refuses a task with %s', async (_what, json) => {
    expect((await ask('POST', '/v1/tasks', { json })).status).toBe(400)
  })

  it('1.3.1 answers of each view fit, and an answer with a member more does not', async () => {
    const full = {
      ...task,
      id: 'x',
      state: 'COMPLETE',
      logs: [{ logs: [{ exit_code: 0 }], outputs: [{ url: 'file:///a', path: '/a', size_bytes: '3' }] }],
    }
    for (const answer of [full, { id: 'x', state: 'QUEUED' }])
      expect((await ask('GET', '/v1/tasks/x', { answer })).status).toBe(200)
    expect((await ask('GET', '/v1/tasks', { answer: { tasks: [full, { id: 'y', state: 'QUEUED' }] } })).status).toBe(
      200,
    )
    for (const answer of [
      { ...full, owner: 'me' },
      { id: 'x', state: 'QUEUED', name: 'n' },
      { ...full, name: null },
    ])
      expect((await ask('GET', '/v1/tasks/x', { answer })).status).toBe(500)
  })

  it('1.1.1 the alias for old clients is no task and takes their members alone', async () => {
    expect((await ask('GET', '/v1/tasks/service-info', { answer: { name: 'n', doc: 'd', storage: [] } })).status).toBe(
      200,
    )
    expect(
      (await ask('GET', '/v1/tasks/service-info', { answer: { name: 'n', doc: 'd', storage: [], id: 'x' } })).status,
    ).toBe(500)
  })
})

describe('the DRS documents', () => {
  let ask: Ask
  let askRoot: Ask
  beforeAll(async () => {
    ask = await mount(drsDocument)
    askRoot = await mount(drsRootDocument)
  })

  const object = {
    id: 'a',
    self_uri: 'drs://h/a',
    size: 1,
    created_time: '2026-02-03T09:00:00Z',
    checksums: [{ type: 'sha-256', checksum: 'ab' }],
  }

  it('O1, O6 an object without checksums, with null or with a member more does not get out', async () => {
    expect((await ask('GET', '/ga4gh/drs/v1/objects/a', { answer: object })).status).toBe(200)
    for (const answer of [
      { ...object, checksums: [] },
      { ...object, name: null },
      { ...object, dataset: 'd' },
    ])
      expect((await ask('GET', '/ga4gh/drs/v1/objects/a', { answer })).status).toBe(500)
  })

  it('I2 an id that holds an encoded slash is one segment', async () => {
    expect((await ask('GET', '/ga4gh/drs/v1/objects/a%2Fb', { answer: object })).status).toBe(200)
    expect((await ask('GET', '/ga4gh/drs/v1/objects/a%2Fb/access/c', { answer: { url: 'https://h/x' } })).status).toBe(
      200,
    )
  })

  it('T3 the bulk OPTIONS call needs its body', async () => {
    expect((await ask('OPTIONS', '/ga4gh/drs/v1/objects', { json: { bulk_object_ids: ['a'] } })).status).toBe(299)
    expect((await ask('OPTIONS', '/ga4gh/drs/v1/objects', { json: { bulk_object_ids: 'a' } })).status).toBe(400)
    expect((await ask('OPTIONS', '/ga4gh/drs/v1/objects')).status).toBeGreaterThanOrEqual(400)
  })

  it('D7 passports that are not a list of texts are 400', async () => {
    for (const passports of ['eyJ', [1], [{}]])
      expect((await ask('POST', '/ga4gh/drs/v1/objects/a', { json: { passports } })).status).toBe(400)
  })

  it('the document of one mount does not see the paths of the other', async () => {
    expect((await ask('POST', '/sts/v1/grants', { json: {} })).status).toBe(299) // passed by: not its business
    expect((await askRoot('POST', '/sts/v1/grants', { json: {} })).status).toBe(400)
    expect((await askRoot('GET', '/ga4gh/drs/v1/objects/a')).status).toBe(404)
  })

  it('a call to the STS without its assertion is refused by name', async () => {
    const grant = { subject_token: 't', purpose: 'task', objects: [], operation: 'tes:compute' }
    const { status, body } = await askRoot('POST', '/sts/v1/grants', { json: grant })
    expect(status).toBe(400)
    expect(body.msg).toContain('client_assertion')
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'e',
    }
    expect((await askRoot('POST', '/sts/v1/grants', { json: { ...grant, ...assertion } })).status).toBe(299)
  })

  it('the token endpoint takes a form and JSON, and only grant types that exist', async () => {
    const grant_type = 'urn:biocloud:params:oauth:grant-type:local-user'
    expect((await askRoot('POST', '/token', { json: { grant_type, username: 'researcher' } })).status).toBe(299)
    const form = { body: new URLSearchParams({ grant_type }).toString(), type: 'application/x-www-form-urlencoded' }
    expect((await askRoot('POST', '/token', form)).status).toBe(299)
    expect((await askRoot('POST', '/token', { json: { grant_type: 'password' } })).status).toBe(400)
  })
})

describe('the WES document', () => {
  let ask: Ask
  beforeAll(async () => {
    ask = await mount(wesDocument)
  })

  const request = { workflow_type: 'CWL', workflow_type_version: 'v1.2', workflow_url: 'https://h/w.cwl' }

  it('W2 a run request may hold its objects as JSON text', async () => {
    for (const tags of [{ a: 'b' }, { a: 1 }, '{"a":"b"}'])
      expect((await ask('POST', '/ga4gh/wes/v1/runs', { json: { ...request, tags } })).status).toBe(299)
    expect((await ask('POST', '/ga4gh/wes/v1/runs', { json: { ...request, tags: 5 } })).status).toBe(400)
  })

  it('W4, W5 another type of body is 415, and a missing member 400', async () => {
    expect((await ask('POST', '/ga4gh/wes/v1/runs', { body: '<run/>', type: 'application/xml' })).status).toBe(415)
    expect((await ask('POST', '/ga4gh/wes/v1/runs', { json: { ...request, workflow_url: undefined } })).status).toBe(
      400,
    )
  })

  it('W23 a size below one is 400, and the empty token of a last page may come back', async () => {
    expect((await ask('GET', '/ga4gh/wes/v1/runs?page_size=0')).status).toBe(400)
    expect((await ask('GET', '/ga4gh/wes/v1/runs?page_token=&page_size=5')).status).toBe(299)
    expect((await ask('GET', '/ga4gh/wes/v1/runs', { answer: { runs: [], next_page_token: '' } })).status).toBe(200)
    for (const answer of [{ runs: [] }, { runs: [], next_page_token: null }])
      expect((await ask('GET', '/ga4gh/wes/v1/runs', { answer })).status).toBe(500)
  })

  it('an output name with encoded slashes is one segment', async () => {
    expect((await ask('GET', '/ga4gh/wes/v1/runs/r/outputs/dir%2Fx.vcf')).status).toBe(299)
    expect((await ask('GET', '/ga4gh/wes/v1/runs/r/outputs/dir/x.vcf')).status).toBe(404)
  })
})

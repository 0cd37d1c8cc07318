import { afterEach, describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import {
  body,
  createApps,
  dataDocument,
  dataRoutes,
  formDocument,
  formRoutes,
  post,
  raw,
  taskDocument,
  taskRoutes,
} from './app-fixture.ts'
import { drsError, wesError } from './error-formats.ts'

const { open, close } = createApps()
afterEach(close)

describe('assembleApp: routing', () => {
  it('serves one document below each of its bases', async () => {
    const { url } = await open()
    for (const base of ['/ga4gh/tes/v1', '/v1', '']) {
      expect(await body(await fetch(`${url}${base}/tasks`))).toMatchObject({ base })
    }
  })

  it('prefers the literal path to the parameter, whatever the order in the document', async () => {
    const { url } = await open()
    expect(await body(await fetch(`${url}/tasks/service-info`))).toEqual({ name: 'x' })
  })

  it('routes a literal colon behind a parameter', async () => {
    const { url } = await open()
    expect(await body(await fetch(`${url}/v1/tasks/abc:cancel`, { method: 'POST' }))).toEqual({ cancelled: 'abc' })
  })

  it('lets a `before` handler rewrite %3A to a colon', async () => {
    const rewrite: RequestHandler = (req, _res, next) => {
      req.url = req.url.replace(/%3A([^/?]*)(?=\?|$)/i, ':$1')
      req.originalUrl = req.originalUrl.replace(/%3A([^/?]*)(?=\?|$)/i, ':$1')
      next()
    }
    const { url } = await open({ before: [rewrite] })
    const answer = await fetch(`${url}/v1/tasks/abc%3Acancel`, { method: 'POST' })
    expect([answer.status, await body(answer)]).toEqual([200, { cancelled: 'abc' }])
  })

  it('answers 404 in the standard error shape for a path that no document has', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/nothing`)
    expect(answer.status).toBe(404)
    expect(await body(answer)).toEqual({
      msg: 'There is nothing at this path',
      status_code: 404,
      code: 'path_not_found',
    })
  })

  it('answers 405 with Allow for a method that the path does not have', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/tasks`, { method: 'DELETE' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, POST, HEAD')
    expect((await body(answer)).msg).toBe('DELETE is not allowed here; allowed: GET, POST, HEAD')
  })

  it('answers HEAD by the GET route where the document has no HEAD', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/tasks/abc?view=BASIC`, { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })

  it('serves several documents, two of them on the same base, each with its own identity and error shape', async () => {
    const refuse: RequestHandler = (_req, res) => void res.status(401).json({ refused: true })
    const { url } = await open({
      identify: refuse,
      mounts: [
        { document: taskDocument, bases: ['/ga4gh/tes/v1'], routes: taskRoutes(), formatError: wesError },
        {
          document: dataDocument,
          bases: ['/'],
          routes: dataRoutes(),
          identify: (_req, _res, next) => {
            next()
          },
        },
        {
          document: formDocument,
          bases: ['/'],
          routes: formRoutes(),
          identify: (_req, _res, next) => {
            next()
          },
          formatError: drsError,
        },
      ],
    })
    expect((await fetch(`${url}/ga4gh/tes/v1/tasks`)).status).toBe(401)
    expect(await (await fetch(`${url}/data/abc`)).text()).toBe('bytes')
    expect((await fetch(`${url}/data/abc`, { method: 'HEAD' })).headers.get('x-head')).toBe('yes')
    const form = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) })
    expect(await body(form)).toEqual({ form: { grant_type: 'x' } })
    const twice = await fetch(`${url}/token`, {
      method: 'POST',
      body: new URLSearchParams([
        ['a', '1'],
        ['a', '2'],
      ]),
    })
    expect(await body(twice)).toEqual({ msg: 'a is given twice', status_code: 400, code: 'body_malformed' })
    const run = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ other: 'x' }) })
    expect([run.status, await body(run)]).toEqual([
      400,
      { msg: 'grant_type is required', status_code: 400, code: 'request_invalid' },
    ])
  })

  it('answers 501 that names what brings an operation not yet built', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/later`)
    expect(answer.status).toBe(501)
    expect(await body(answer)).toEqual({
      msg: 'Later is not built yet; it comes with a later part',
      status_code: 501,
      code: 'not_implemented',
    })
  })

  it('answers 400 for malformed percent-encoding in path and query', async () => {
    const { port } = await open()
    for (const path of ['/tasks/%zz', '/tasks/%ff', '/tasks?view=%e0%a4']) {
      const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1.1 400 /)
      expect(answer).toContain('malformed percent-encoding')
    }
  })
})

describe('assembleApp: bodies', () => {
  it('answers 400 naming the position of malformed JSON', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/tasks`, post('{"executors": [,]}'))
    expect(answer.status).toBe(400)
    expect((await body(answer)).msg).toBe(
      'The body is not valid JSON: expected a value, found "," at position 15 (line 1, column 16)',
    )
  })

  it('answers 413 for a body over the limit, by its length and when it comes in chunks, and the connection lives on', async () => {
    const { url } = await open()
    const big = JSON.stringify({ name: 'x'.repeat(5000) })
    const declared = await fetch(`${url}/tasks`, post(big))
    expect([declared.status, (await body(declared)).msg]).toEqual([
      413,
      'The body is larger than the 1000 bytes allowed here',
    ])
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 50; i++) controller.enqueue(Buffer.alloc(100, ' '))
        controller.close()
      },
    })
    const chunked = await fetch(`${url}/tasks`, { ...post(''), body: chunks, duplex: 'half' })
    expect(chunked.status).toBe(413)
    expect((await fetch(`${url}/tasks`)).status).toBe(200)
  })

  it('answers 415 naming what is allowed, for another type, a missing one, an encoding and a charset', async () => {
    const { url } = await open()
    const type = await fetch(`${url}/tasks`, post('a', { 'content-type': 'text/csv' }))
    expect([type.status, (await body(type)).msg]).toEqual([415, 'Content-Type is text/csv; allowed: application/json'])
    const none = await fetch(`${url}/tasks`, { method: 'POST', body: Buffer.from('{}') })
    expect([none.status, (await body(none)).msg]).toEqual([415, 'Content-Type is missing; allowed: application/json'])
    expect((await fetch(`${url}/tasks`, post('{}', { 'content-encoding': 'gzip' }))).status).toBe(415)
    expect(
      (await fetch(`${url}/tasks`, post('{}', { 'content-type': 'application/json; charset=latin1' }))).status,
    ).toBe(415)
  })

  it('answers 400 for a required body that is missing', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/tasks`, { method: 'POST' })
    expect([answer.status, (await body(answer)).code]).toEqual([400, 'body_missing'])
  })

  it('takes a media type with parameters and in capitals', async () => {
    const { url } = await open()
    const answer = await fetch(
      `${url}/tasks`,
      post({ executors: [{ image: 'a' }] }, { 'content-type': 'Application/JSON; charset=UTF-8; x=1' }),
    )
    expect(answer.status).toBe(200)
  })

  it('refuses deep nesting and invalid UTF-8', async () => {
    const { url } = await open()
    const deep = await fetch(`${url}/tasks`, post('['.repeat(101) + ']'.repeat(101)))
    expect((await body(deep)).code).toBe('body_too_deep')
    const bytes = await fetch(`${url}/tasks`, { ...post(''), body: Buffer.from([0x22, 0xff, 0x22]) })
    expect((await body(bytes)).msg).toBe('The body is not valid UTF-8')
  })

  it('leaves a binary body to its handler, larger than the limit, whatever type the client names', async () => {
    const { url } = await open({ notYet: {}, mounts: [{ document: dataDocument, bases: ['/'], routes: dataRoutes() }] })
    for (const type of [undefined, 'application/json', 'application/x-www-form-urlencoded']) {
      const answer = await fetch(`${url}/data/t`, {
        method: 'PUT',
        body: Buffer.alloc(200_000, 'a'),
        headers: type === undefined ? {} : { 'content-type': type },
      })
      expect(await body(answer)).toEqual({ length: 200_000, parsed: true })
    }
  })

  it('leaves a multipart body to its handler and parses the JSON one of the same operation', async () => {
    const { url } = await open()
    const form = new FormData()
    form.set('other', 'value')
    const multipart = await body(await fetch(`${url}/runs`, { method: 'POST', body: form }))
    expect(multipart.raw).toContain('name="other"')
    expect(await body(await fetch(`${url}/runs`, post({ workflow_url: 'a' })))).toEqual({
      parsed: { workflow_url: 'a' },
      raw: null,
    })
    expect((await body(await fetch(`${url}/runs`, post({})))).msg).toBe('workflow_url is required')
  })

  it('runs `before` handlers on the parsed body and validates what they leave', async () => {
    const before: RequestHandler = (req, _res, next) => {
      if (req.method === 'POST') delete (req.body as { state?: string }).state
      next()
    }
    const { url } = await open({ before: [before] })
    const task = { executors: [{ image: 'a' }] }
    expect(await body(await fetch(`${url}/tasks`, post({ ...task, state: 'RUNNING' })))).toEqual({ body: task })
  })
})

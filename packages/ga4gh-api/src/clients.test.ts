import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, it } from '@jest/globals'

import { ApiError, createDrsClient, createTesClient, createWesClient } from './index.ts'

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
type Answer = (seen: Seen, res: ServerResponse) => void

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A real HTTP server that gives one answer to everything and remembers what it was asked. */
const serve = async (answer: Answer): Promise<{ baseUrl: string; seen: Seen[] }> => {
  const seen: Seen[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (body += chunk))
    req.on('end', () => {
      const one = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body }
      seen.push(one)
      answer(one, res)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => {
    server.closeAllConnections()
    return new Promise((done) =>
      server.close(() => {
        done()
      }),
    )
  })
  return { baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api`, seen }
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_seen, res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }

const errorOf = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ApiError) return error
  throw new Error(`expected an ApiError, got ${String(error)}`)
}

describe('clients', () => {
  it('I1 an id is encoded exactly once', async () => {
    const { baseUrl, seen } = await serve(json(200, {}))
    await createDrsClient({ baseUrl }).getObject('a/b%2F c', { expand: true })
    expect(seen[0]?.url).toBe('/api/objects/a%2Fb%252F%20c?expand=true')
  })

  it('an id that URL parsers take for a step in the path is never sent', async () => {
    const { baseUrl, seen } = await serve(json(200, {}))
    const drs = createDrsClient({ baseUrl })
    for (const id of ['..', '.', '']) expect(() => drs.getObject(id)).toThrow(TypeError)
    expect(seen).toEqual([])
  })

  it('asks for a token before each request, and sends none when there is none', async () => {
    const tokens = ['one', undefined, 'three']
    const { baseUrl, seen } = await serve(json(200, {}))
    const drs = createDrsClient({ baseUrl: `${baseUrl}/`, token: () => tokens.shift() })
    for (let i = 0; i < 3; i++) await drs.getServiceInfo()
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer one', undefined, 'Bearer three'])
    expect(seen[0]?.url).toBe('/api/service-info')
  })

  it('an error carries status, words, code, body and the seconds to wait', async () => {
    const body = { msg: 'Too many tasks', status_code: 429, code: 'too_many_tasks' }
    const { baseUrl } = await serve(json(429, body, { 'retry-after': '7' }))
    const error = await errorOf(createTesClient({ baseUrl }).getTask('x'))
    expect(error).toMatchObject({
      status: 429,
      msg: 'Too many tasks',
      code: 'too_many_tasks',
      body,
      retryAfter: 7,
      operationId: 'GetTask',
    })
    expect(error).not.toHaveProperty('expose')
  })

  it('a Retry-After that is a date becomes seconds', async () => {
    const { baseUrl } = await serve(json(503, {}, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }))
    const { retryAfter = 0 } = await errorOf(createTesClient({ baseUrl }).getServiceInfo())
    expect(retryAfter).toBeGreaterThan(25)
    expect(retryAfter).toBeLessThanOrEqual(30)
  })

  it('an error page that is not JSON is kept as text', async () => {
    const { baseUrl } = await serve((_seen, res) => res.writeHead(502, 'Bad Gateway').end('<html>'))
    expect(await errorOf(createWesClient({ baseUrl }).getServiceInfo())).toMatchObject({
      status: 502,
      msg: 'Bad Gateway',
      body: '<html>',
    })
  })

  it('a page that is not JSON is an error also when its status is 200', async () => {
    const { baseUrl } = await serve((_seen, res) => res.end('<html>'))
    expect((await errorOf(createWesClient({ baseUrl }).getServiceInfo())).msg).toContain('base URL')
  })

  it('neither a POST nor a GET is sent twice when the server fails', async () => {
    const { baseUrl, seen } = await serve(json(503, { msg: 'away' }, { 'retry-after': '1' }))
    const tes = createTesClient({ baseUrl })
    await errorOf(tes.createTask({ executors: [{ image: 'bb:1', command: ['true'] }] }, { idempotencyKey: 'k' }))
    await errorOf(tes.getTask('x'))
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET'])
    expect(seen[0]?.headers['idempotency-key']).toBe('k')
  })

  it('a POST whose connection dies is not sent again', async () => {
    const { baseUrl, seen } = await serve((_seen, res) => res.socket?.destroy())
    await expect(createTesClient({ baseUrl }).createTask({ executors: [] })).rejects.toThrow()
    expect(seen).toHaveLength(1)
  })

  it('W1 a thawing object is not an error of the access call: it says how long to wait', async () => {
    const { baseUrl } = await serve((_seen, res) => res.writeHead(202, { 'retry-after': '90' }).end())
    expect(await createDrsClient({ baseUrl }).getAccessURL('a', 'b')).toEqual({ retryAfter: 90 })
  })

  it('W1 a 202 where an object is expected is an ApiError, not an empty object', async () => {
    const { baseUrl } = await serve((_seen, res) => res.writeHead(202, { 'retry-after': '5' }).end())
    expect(await errorOf(createDrsClient({ baseUrl }).getObject('a'))).toMatchObject({ status: 202, retryAfter: 5 })
  })

  it('T1 204 and 405 to OPTIONS mean that there is nothing to tell', async () => {
    for (const status of [204, 405]) {
      const { baseUrl } = await serve((_seen, res) => res.writeHead(status).end())
      expect(await createDrsClient({ baseUrl }).optionsObject('a')).toBeUndefined()
    }
    const { baseUrl } = await serve(json(404, { msg: 'no', status_code: 404 }))
    expect(await errorOf(createDrsClient({ baseUrl }).optionsObject('a'))).toMatchObject({ status: 404 })
  })

  it('OPTIONS of many objects sends its ids in a body', async () => {
    const { baseUrl, seen } = await serve(json(200, {}))
    await createDrsClient({ baseUrl }).optionsBulkObject(['a'])
    expect(seen[0]).toMatchObject({ method: 'OPTIONS', url: '/api/objects', body: '{"bulk_object_ids":["a"]}' })
  })

  it('tag keys and values are repeated in their order', async () => {
    const { baseUrl, seen } = await serve(json(200, { tasks: [] }))
    await createTesClient({ baseUrl }).listTasks({
      tag_key: ['a', 'b'],
      tag_value: ['1', ''],
      view: 'FULL',
      page_size: 5,
    })
    expect(seen[0]?.url).toBe('/api/tasks?tag_key=a&tag_key=b&tag_value=1&tag_value=&view=FULL&page_size=5')
  })

  it('a task is cancelled at an address with a literal colon', async () => {
    const { baseUrl, seen } = await serve(json(200, {}))
    await createTesClient({ baseUrl }).cancelTask('x:y')
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/tasks/x%3Ay:cancel' })
  })

  it('W1 a run is sent as a form, JSON members as text and attachments with their directories', async () => {
    const { baseUrl, seen } = await serve(json(200, { run_id: 'r' }))
    const request = {
      workflow_type: 'CWL',
      workflow_type_version: 'v1.2',
      workflow_url: 'main.cwl',
      workflow_params: { n: 1 },
      tags: { a: 'b' },
    }
    const { run_id } = await createWesClient({ baseUrl }).runWorkflow(request, {
      attachments: [{ name: 'tools/é.cwl', content: 'x: 1' }],
    })
    expect(run_id).toBe('r')
    const parts = seen[0]?.body.split('\r\n') ?? []
    const valueOf = (disposition: string) =>
      parts.slice(parts.indexOf(`Content-Disposition: form-data; ${disposition}`)).slice(1)
    expect(valueOf('name="workflow_params"').slice(0, 2)).toEqual(['', '{"n":1}'])
    expect(valueOf('name="tags"').slice(0, 2)).toEqual(['', '{"a":"b"}'])
    expect(valueOf('name="workflow_url"').slice(0, 2)).toEqual(['', 'main.cwl'])
    expect(valueOf('name="workflow_attachment"; filename="tools/é.cwl"').slice(1, 3)).toEqual(['', 'x: 1'])
  })

  it('an output whose name holds a slash is one segment of the address, and its range is asked for', async () => {
    const { baseUrl, seen } = await serve((_seen, res) => res.writeHead(206).end('bc'))
    const response = await createWesClient({ baseUrl }).getRunOutput('r', 'dir/x.vcf', { range: 'bytes=1-2' })
    expect(await response.text()).toBe('bc')
    expect(seen[0]).toMatchObject({ url: '/api/runs/r/outputs/dir%2Fx.vcf' })
    expect(seen[0]?.headers.range).toBe('bytes=1-2')
  })

  it('gives up on a server that does not answer', async () => {
    const { baseUrl } = await serve(() => undefined)
    await expect(createDrsClient({ baseUrl, timeoutMs: 50 }).getServiceInfo()).rejects.toThrow(/timeout/i)
  })

  it('stops when the caller says so', async () => {
    const { baseUrl } = await serve(() => undefined)
    const stop = new AbortController()
    const call = createWesClient({ baseUrl }).getRunStdout('r', { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('uses the fetch it was given', async () => {
    const urls: string[] = []
    const fetch = (url: string) => {
      urls.push(url)
      return Promise.resolve(Response.json({}))
    }
    await createDrsClient({ baseUrl: 'https://drs.example.org/ga4gh/drs/v1', fetch }).getServiceInfo()
    expect(urls).toEqual(['https://drs.example.org/ga4gh/drs/v1/service-info'])
  })

  it.each(['drs.example.org', 'ftp://h/', 'https://u:secret@h/', 'https://h/?a=b', ''])(
    'refuses the base URL %j',
    (baseUrl) => {
      expect(() => createDrsClient({ baseUrl })).toThrow(TypeError)
    },
  )

  it('does not repeat a password of a refused base URL', () => {
    expect(() => createDrsClient({ baseUrl: 'https://u:secret@h/' })).toThrow(/^(?!.*secret)/)
  })
})

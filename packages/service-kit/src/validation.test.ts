import { afterEach, describe, expect, it } from '@jest/globals'
import type { RequestHandler } from 'express'
import { body, collect, createApps, post } from './app-fixture.ts'

const { open, close } = createApps()
afterEach(close)

describe('assembleApp: validation', () => {
  it('names the field and what is allowed', async () => {
    const { url } = await open()
    const message = async (path: string, init?: RequestInit): Promise<unknown> => {
      const answer = await fetch(url + path, init)
      expect(answer.status).toBe(400)
      return (await body(answer)).msg
    }
    expect(await message('/tasks?view=ALL')).toBe('Query parameter view must be one of MINIMAL, BASIC, FULL')
    expect(await message('/tasks?page_size=0')).toBe('Query parameter page_size must be >= 1')
    expect(await message('/tasks?page_size=x')).toBe('Query parameter page_size must be integer')
    expect(await message('/tasks', post({}))).toBe('executors is required')
    expect(await message('/tasks', post({ executors: [] }))).toBe('executors must NOT have fewer than 1 items')
    expect(await message('/tasks', post({ executors: [{ command: [1], image: 'a' }] }))).toBe(
      'executors[0].command[0] must be string',
    )
    expect(await message('/tasks', post({ executors: [{}] }))).toBe('executors[0].image is required')
    expect(await message('/tasks', post([]))).toBe('The body must be object')
    expect(await message('/tasks', post({ executors: [{ image: 'a' }], state: 'x' }))).toBe('state is read-only')
  })

  it('ignores unknown query parameters and takes reserved characters in known ones', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/tasks?colour=red&tag_key=a,b:c&page_size=`)
    expect(answer.status).toBe(400) // page_size= is no integer
    expect((await body(await fetch(`${url}/tasks?colour=red&tag_key=a,b:c`))).query).toMatchObject({
      tag_key: ['a,b:c'],
    })
  })

  it('takes a list parameter that is given once and empty as absent, and keeps empty items of a longer list', async () => {
    const { url } = await open()
    const query = async (text: string): Promise<unknown> => (await body(await fetch(`${url}/tasks?${text}`))).query
    expect(await query('tag_key=')).toEqual({ page_size: 256, view: 'MINIMAL' })
    expect(await query('tag_key=&view=FULL')).toEqual({ page_size: 256, view: 'FULL' })
    expect(await query('tag_key=&tag_key=b')).toMatchObject({ tag_key: ['', 'b'] })
    expect(await query('tag_key=a')).toMatchObject({ tag_key: ['a'] })
  })

  it('fills in the defaults of the query with and without a query string', async () => {
    const { url } = await open()
    const { query } = await body(await fetch(`${url}/tasks`))
    expect(query).toEqual({ page_size: 256, view: 'MINIMAL' })
    expect((await body(await fetch(`${url}/tasks?view=FULL`))).query).toEqual({ page_size: 256, view: 'FULL' })
  })

  it('turns an answer that the document does not allow into a 500 when answers are validated, and passes it otherwise', async () => {
    const strict = await open({ validateResponses: true })
    expect(await body(await fetch(`${strict.url}/tasks/good`))).toEqual({ id: 'good' })
    const answer = await fetch(`${strict.url}/tasks/wrong`)
    expect([answer.status, (await body(answer)).code]).toEqual([500, 'response_invalid'])
    const { err } = strict.log().find(({ msg }) => msg === 'request failed') as { err: { message: string } }
    expect(err.message).toContain('extra is not a known member')
    const lax = await open()
    expect((await fetch(`${lax.url}/tasks/wrong`)).status).toBe(200)
  })

  it('validates the JSON form that a `before` handler makes of a raw body', async () => {
    const before: RequestHandler = async (req, _res, next) => {
      if (req.is('multipart/form-data') !== false) {
        const text = await collect(req)
        req.body = text.includes('workflow_url') ? { workflow_url: 'a' } : {}
        req.headers['content-type'] = 'application/json'
      }
      next()
    }
    const { url } = await open({ before: [before] })
    const send = async (name: string): Promise<globalThis.Response> => {
      const form = new FormData()
      form.set(name, 'a')
      return fetch(`${url}/runs`, { method: 'POST', body: form })
    }
    expect(await body(await send('workflow_url'))).toEqual({ parsed: { workflow_url: 'a' }, raw: null })
    expect((await body(await send('other'))).msg).toBe('workflow_url is required')
  })

  it('lets errors through that the document does not declare when answers are validated', async () => {
    const { url } = await open({ validateResponses: true })
    expect((await fetch(`${url}/tasks/conflict`)).status).toBe(409)
  })
})

describe('assembleApp: errors', () => {
  it('never shows the message of a 500, and logs it with the request id that the client sees', async () => {
    const { url, log } = await open()
    for (const id of ['boom', 'internal', 'exposed']) {
      const answer = await fetch(`${url}/tasks/${id}`, { headers: { 'x-request-id': `r-${id}` } })
      const text = await answer.text()
      expect(answer.status).toBe(500)
      expect(text).not.toContain('secret')
      expect(text).toContain(`r-${id}`)
      expect(JSON.stringify(log().filter(({ request_id }) => request_id === `r-${id}`))).toContain('secret detail')
    }
  })

  it('formats errors of other packages by their shape, with their headers', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/tasks/shape`)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([403, 'Bearer'])
    expect(await body(answer)).toEqual({ msg: 'No visa', status_code: 403, code: 'denied' })
  })

  it('shows code and required, sends Retry-After in whole seconds, and 503 for a full disk', async () => {
    const { url } = await open()
    expect(await body(await fetch(`${url}/tasks/conflict`))).toEqual({
      msg: 'Already there',
      status_code: 409,
      code: 'task_exists',
      required: [{ visa: 'v' }],
    })
    expect((await fetch(`${url}/tasks/slow`)).headers.get('retry-after')).toBe('2')
    const full = await fetch(`${url}/tasks/full`)
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '60'])
    expect((await body(full)).msg).toBe('The server has no space left; try again later')
  })
})

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { limitsSchema } from './limits.ts'
import { readFields, readRunBody } from './request-body.ts'

const limits = {
  ...limitsSchema.parse({}),
  paramsBytes: 2000,
  fieldBytes: 100,
  attachments: 3,
  attachmentBytes: 1000,
  attachmentsBytes: 2000,
}
const BOUNDARY = 'b0undary'

type Outcome = { fields?: Record<string, unknown>; files: [string, string][]; status?: number; message?: string }

/** One part of a form, with exactly these header lines. */
const part = (headers: string[], body: string): string => `--${BOUNDARY}\r\n${headers.join('\r\n')}\r\n\r\n${body}\r\n`
const field = (name: string, value: string, type?: string): string =>
  part(
    [`Content-Disposition: form-data; name="${name}"`, ...(type === undefined ? [] : [`Content-Type: ${type}`])],
    value,
  )
const file = (filename: string, body = 'x', name = 'workflow_attachment'): string =>
  part([`Content-Disposition: form-data; name="${name}"; filename="${filename}"`, 'Content-Type: text/plain'], body)
const form = (...parts: string[]): string => `${parts.join('')}--${BOUNDARY}--\r\n`

describe('the form of POST /runs, over real HTTP', () => {
  let port: number
  const server = createServer((req, res) => {
    const files: [string, string][] = []
    const sink = {
      async write(name: string, content: Readable): Promise<void> {
        const chunks: Buffer[] = []
        try {
          for await (const chunk of content as AsyncIterable<Buffer>) {
            if (name === 'full-disk') throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
            chunks.push(chunk)
          }
        } catch (error) {
          await new Promise((resolve) => setTimeout(resolve, 20)) // a writer takes its part away first
          throw error
        }
        files.push([name, Buffer.concat(chunks).toString('utf8')])
      },
    }
    readRunBody(req, { limits, sink }).then(
      (fields) => res.end(JSON.stringify({ fields, files } satisfies Outcome)),
      (error: unknown) => {
        const { status = 500, message } = error as { status?: number; message: string }
        res.end(JSON.stringify({ files, status, message } satisfies Outcome))
      },
    )
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(
    () =>
      new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      ),
  )

  const send = (body: string, o: { contentType?: string; cutAt?: number } = {}): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body, 'utf8')
      const req = request(
        {
          port,
          host: '127.0.0.1',
          method: 'POST',
          headers: {
            'content-type': o.contentType ?? `multipart/form-data; boundary=${BOUNDARY}`,
            ...(o.cutAt === undefined ? { 'content-length': bytes.length } : {}),
          },
        },
        (res) => {
          const chunks: Buffer[] = []
          res.on('data', (chunk: Buffer) => chunks.push(chunk))
          res.on('end', () => {
            resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Outcome)
          })
        },
      )
      req.on('error', reject)
      req.end(o.cutAt === undefined ? bytes : bytes.subarray(0, o.cutAt))
    })

  it('W1 gives fields as text and attachments in the order sent', async () => {
    const outcome = await send(
      form(field('workflow_type', 'CWL'), file('b.txt', 'two'), file('a.txt', 'one'), field('workflow_url', 'b.txt')),
    )
    expect(outcome).toEqual({
      fields: { workflow_type: 'CWL', workflow_url: 'b.txt' },
      files: [
        ['b.txt', 'two'],
        ['a.txt', 'one'],
      ],
    })
  })
  it.each([
    'workflow_params',
    'workflow_type',
    'workflow_type_version',
    'tags',
    'workflow_engine',
    'workflow_engine_version',
    'workflow_engine_parameters',
    'workflow_url',
  ])('W3 %s as a JSON part, a file part and an octet-stream part is its text', async (name) => {
    for (const body of [
      field(name, '{"a":1}', 'application/json'),
      file('params.json', '{"a":1}', name),
      field(name, '{"a":1}', 'application/octet-stream'),
    ]) {
      expect(await send(form(body))).toEqual({ fields: { [name]: '{"a":1}' }, files: [] })
    }
  })
  it('W4 takes the aliases that clients send and ignores unknown fields', async () => {
    const outcome = await send(
      form(
        field('workflow_engine_name', 'cwltool'),
        field('other', '1'),
        file('a', 'x', 'workflow_attachment[]'),
        file('b', 'y', 'workflow_attachments'),
        file('ignored', 'z', 'upload'),
      ),
    )
    expect(outcome).toEqual({
      fields: { workflow_engine: 'cwltool' },
      files: [
        ['a', 'x'],
        ['b', 'y'],
      ],
    })
  })
  it.each([
    ['a field given twice', form(field('tags', '{}'), field('tags', '{}')), 'tags is given twice'],
    [
      'an alias beside its field',
      form(field('workflow_engine', 'a'), field('workflow_engine_name', 'b')),
      'workflow_engine is given twice',
    ],
    ['a misspelt field', form(field('workflow_parameters', '{}')), 'no field "workflow_parameters"'],
    ['a misspelt field sent as a file', form(file('x', 'x', 'workflow_file')), 'no field "workflow_file"'],
  ])('W4 %s is 400', async (_name, body, message) => {
    expect(await send(body)).toMatchObject({ status: 400, message: expect.stringContaining(message) })
  })
  it('W10 keeps folders, spaces and non-ASCII letters, also in filename*', async () => {
    const outcome = await send(
      form(
        file('tools/a b/ä.cwl'),
        part(
          [
            'Content-Disposition: form-data; name=workflow_attachment; filename="plain"; filename*=UTF-8\'\'sub%2F%E6%97%A5.txt',
          ],
          'y',
        ),
      ),
    )
    expect(outcome.files).toEqual([
      ['tools/a b/ä.cwl', 'x'],
      ['sub/日.txt', 'y'],
    ])
  })
  it('W10 a name that climbs arrives as it was sent, to be refused', async () => {
    const outcome = await send(
      form(
        file('../e.cwl'),
        part(["Content-Disposition: form-data; name=workflow_attachment; filename*=UTF-8''a%2F..%2F..%2Fb"], 'y'),
      ),
    )
    expect(outcome.files.map(([name]) => name)).toEqual(['../e.cwl', 'a/../../b'])
  })
  it('W11 a value at its limit is whole, and one byte more is 413', async () => {
    expect((await send(form(field('tags', 'x'.repeat(100))))).fields?.['tags']).toHaveLength(100)
    expect((await send(form(field('workflow_params', 'x'.repeat(2000))))).fields?.['workflow_params']).toHaveLength(
      2000,
    )
    for (const body of [
      field('tags', 'x'.repeat(101)),
      field('workflow_params', 'x'.repeat(2001)),
      file('p', 'x'.repeat(2001), 'workflow_params'),
      file('t', 'x'.repeat(101), 'tags'),
    ]) {
      expect(await send(form(body))).toMatchObject({ status: 413 })
    }
  })
  it('W11 as many attachments as allowed are taken, and one more is 413', async () => {
    const names = ['a', 'b', 'c', 'd']
    expect((await send(form(...names.slice(0, 3).map((name) => file(name))))).files).toHaveLength(3)
    expect(await send(form(...names.map((name) => file(name))))).toMatchObject({ status: 413 })
  })
  it('W11 too many fields are 413', async () => {
    expect(await send(form(...Array.from({ length: 300 }, (_, n) => field(`x${n}`, '1'))))).toMatchObject({
      status: 413,
    })
  })
  it('W11 a body that ends early is 400', async () => {
    const body = form(field('workflow_type', 'CWL'), file('a.txt', 'some text'))
    for (const cutAt of [body.length - 3, body.length - 20, 60])
      expect(await send(body, { cutAt })).toMatchObject({ status: 400 })
  })
  it.each([
    ['an attachment without a filename', form(field('workflow_attachment', 'x'))],
    [
      'an attachment without a filename, as octet-stream',
      form(field('workflow_attachment', 'x', 'application/octet-stream')),
    ],
    ['an attachment with an empty filename', form(file(''))],
    ['a part without a name', form(part(['Content-Disposition: form-data'], 'x'))],
    ['a file without a name', form(part(['Content-Disposition: form-data; filename="a"'], 'x'))],
  ])('W12 %s is 400', async (_name, body) => {
    expect(await send(body)).toMatchObject({ status: 400 })
  })
  it.each([
    ['no boundary', { contentType: 'multipart/form-data' }, 400],
    ['another multipart type', { contentType: 'multipart/mixed; boundary=x' }, 415],
    ['text', { contentType: 'text/plain' }, 415],
    ['a urlencoded form', { contentType: 'application/x-www-form-urlencoded' }, 415],
  ])('W4 %s is refused', async (_name, o, status) => {
    expect(await send('a=b', o)).toMatchObject({ status })
  })
  it('a value that is no UTF-8 is 400', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="tags"; filename="t"\r\n\r\n`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    ])
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    })
    expect(await answer.json()).toMatchObject({ status: 400, message: expect.stringContaining('UTF-8') })
  })

  it('a disk that is full while an attachment is written is told as such, and not as a broken body', async () => {
    const bodies = [form(file('full-disk', 'x'.repeat(900))), form(file('full-disk', 'x'.repeat(900)), file('b'))]
    for (const body of bodies) expect((await send(body)).message).toBe('no space left')
  })
})

describe('the JSON body of POST /runs', () => {
  it('W2 is the RunRequest; null members are absent ones', () => {
    expect({ ...readFields({ workflow_type: 'CWL', tags: { a: 'b' }, workflow_engine: null, other: 1 }) }).toEqual({
      workflow_type: 'CWL',
      tags: { a: 'b' },
    })
  })
  it.each([[[]], ['text'], [null], [1]])('W2 %j is no RunRequest', (body) => {
    expect(() => readFields(body)).toThrow('JSON object')
  })
  it('W2 attachments are impossible', () => {
    expect(() => readFields({ workflow_attachment: ['x'] })).toThrow('multipart/form-data')
  })
})

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createGuardedFetch, createLogger } from '@biocloud/service-kit'
import { cwltool } from '../engines/cwltool.ts'
import { limitsSchema } from '../limits.ts'
import { create } from './https.ts'
import { readWorkflowUrl } from './workflow-url.ts'

const limits = { ...limitsSchema.parse({}), treeFiles: 4, treeBytes: 2000 }

describe('workflow_url', () => {
  const read = (url: string, attachments = ['main.cwl', 'a b.cwl', 'sub/%41.cwl'], multipart = true) =>
    readWorkflowUrl(url, {
      attachments,
      multipart,
      mayFetch: ({ protocol, host }) => protocol === 'https:' && host === 'good.example',
    })
  it.each([
    ['main.cwl', { kind: 'attachment', name: 'main.cwl' }],
    ['main.cwl#step', { kind: 'attachment', name: 'main.cwl', fragment: 'step' }],
    ['a%20b.cwl', { kind: 'attachment', name: 'a b.cwl' }],
    ['sub/%41.cwl', { kind: 'attachment', name: 'sub/%41.cwl' }],
    ['https://good.example/x/y.cwl#main', { kind: 'https', url: 'https://good.example/x/y.cwl', fragment: 'main' }],
  ])('reads %s', (url, source) => {
    expect(read(url)).toEqual(source)
  })
  it.each([
    'file:///etc/passwd',
    'FILE:/etc/passwd',
    '/etc/passwd',
    '\\\\host\\x',
    'http://good.example/x',
    'ssh://h/x',
    'ftp://h/x',
    'git://h/x',
    'data:text/plain,x',
    'trs://h/x',
    'other.cwl',
    'main%252ecwl',
    'https://u:p@good.example/x',
    'https://u@good.example/x',
    'https://',
    'https://good.example/a b',
  ])('W17 %s is 400 at submit', (url) => {
    expect(() => read(url)).toThrow(expect.objectContaining({ status: 400 }))
  })
  it('W17 a host that is not allowed is 403', () => {
    expect(() => read('https://bad.example/x')).toThrow(expect.objectContaining({ status: 403 }))
    expect(() => read('https://good.example.bad.example/x')).toThrow(expect.objectContaining({ status: 403 }))
  })
  it('W2 a relative URL without attachments says how to send them', () => {
    expect(() => read('main.cwl', [], false)).toThrow('multipart/form-data')
  })
})

describe('workflows by URL: real HTTP through the guarded client', () => {
  let folder: string
  let origin: string
  let asked: string[]
  const files: Record<string, string> = {}
  const answers: number[] = []
  const server = createServer((req, res) => {
    asked.push(req.url ?? '')
    const status = answers.shift() ?? (files[req.url ?? ''] === undefined ? 404 : 200)
    res.writeHead(status).end(status === 200 ? files[req.url ?? ''] : 'no')
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  )
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wes-source-'))
    asked = []
    for (const name of Object.keys(files)) Reflect.deleteProperty(files, name)
  })
  afterEach(() => rm(folder, { recursive: true }))

  const fetchTree = async (path: string, o: { attachments?: string[]; allow?: boolean } = {}) => {
    const guarded = createGuardedFetch({
      purposes: { 'workflow-url': o.allow === false ? 'public-https' : [{ origin, addresses: ['127.0.0.0/8'] }] },
      log: createLogger({ name: 'test', level: 'fatal' }),
    })
    try {
      return await create({ fetch: guarded, limits }).fetch({
        source: { kind: 'https', url: origin + path },
        engine: cwltool,
        folder,
        attachments: (o.attachments ?? []).map((name) => ({ name, size: 1, sha256: '' })),
        signal: AbortSignal.timeout(20_000),
      })
    } finally {
      await guarded.close()
    }
  }

  it('follows relative references at the same origin and keeps their layout', async () => {
    files['/w/flows/main.cwl'] =
      'steps:\n  a: { run: ../tools/a.cwl }\n  b: { run: "https://elsewhere.example/b.cwl" }\n'
    files['/w/tools/a.cwl'] = 'run: x.cwl\nrun: ../flows/main.cwl\n'
    files['/w/tools/x.cwl'] = 'class: CommandLineTool'
    const tree = await fetchTree('/w/flows/main.cwl')
    expect(tree.primary).toBe('flows/main.cwl')
    expect(tree.files.map(({ name }) => name)).toEqual(['flows/main.cwl', 'tools/a.cwl', 'tools/x.cwl'])
    expect(await readFile(join(folder, 'tools', 'x.cwl'), 'utf8')).toBe('class: CommandLineTool')
    expect(asked).toHaveLength(3)
  })
  it('W17 a file that is missing is the fault of the author, asked for once', async () => {
    await expect(fetchTree('/none.cwl')).rejects.toMatchObject({
      code: 'run_fault',
      message: expect.stringContaining('404'),
    })
    expect(asked).toHaveLength(1)
  })
  it('W17 trouble of the other side is asked again, and then ours', async () => {
    files['/main.cwl'] = 'x'
    answers.push(503)
    expect((await fetchTree('/main.cwl')).primary).toBe('main.cwl')
    answers.push(503, 503, 503)
    await expect(fetchTree('/main.cwl')).rejects.toMatchObject({ code: 'system_fault' })
    expect(asked).toHaveLength(5)
  }, 20_000)
  it('W14 an attachment that a fetched file would replace ends the run', async () => {
    files['/main.cwl'] = 'run: tool.cwl\n'
    files['/tool.cwl'] = 'x'
    await writeFile(join(folder, 'tool.cwl'), 'attached')
    await expect(fetchTree('/main.cwl', { attachments: ['tool.cwl'] })).rejects.toThrow('would replace')
    expect(await readFile(join(folder, 'tool.cwl'), 'utf8')).toBe('attached')
  })
  it('counts and bytes are bounded', async () => {
    files['/main.cwl'] = Array.from({ length: 6 }, (_, n) => `run: t${n}.cwl\n`).join('')
    for (let n = 0; n < 6; n++) files[`/t${n}.cwl`] = 'x'
    await expect(fetchTree('/main.cwl')).rejects.toThrow('more than 4 files')
    files['/big.cwl'] = 'x'.repeat(3000)
    await expect(fetchTree('/big.cwl')).rejects.toMatchObject({ code: 'run_fault' })
  }, 20_000)
  it('W16 an address of this network is not connected to unless its entry says so', async () => {
    files['/main.cwl'] = 'x'
    await expect(fetchTree('/main.cwl', { allow: false })).rejects.toMatchObject({ code: 'run_fault' })
    expect(asked).toEqual([])
  })
})

import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import { prepareRun, type RunOptions } from './wes-run.ts'

const options: RunOptions = { engineParameter: [], tag: [], attach: [] }

describe('wes run: what is sent along', () => {
  let cwd: string
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'cli-attach-'))
  })
  afterEach(async () => {
    await rm(cwd, { recursive: true })
  })
  const put = async (files: Record<string, string>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true })
      await writeFile(join(cwd, name), text)
    }
  }
  const prepare = async (workflow: string, inputs?: string, more: Partial<RunOptions> = {}) => {
    const { request, attachments } = await prepareRun(workflow, inputs, { ...options, ...more }, { cwd, env: {} })
    return { request, names: attachments.map(({ name }) => name).toSorted() }
  }

  const tool = 'cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: cat\ninputs: []\noutputs: []\n'

  it('follows run, $import, $include, $schemas and file defaults, through documents in other folders', async () => {
    await put({
      'flow/main.cwl': [
        'cwlVersion: v1.2',
        'class: Workflow',
        '$schemas: [edam.owl]',
        'inputs:',
        '  run: string', // an input of that name is no reference
        '  ref: { type: File, default: { class: File, location: data/ref.fa } }',
        'outputs: []',
        'steps:',
        '  a: { run: ../tools/a.cwl, in: {}, out: [] }',
        '  b: { run: "#inner", in: {}, out: [] }',
        '  c: { run: "https://example.org/c.cwl", in: {}, out: [] }',
        'requirements:',
        '  - class: SchemaDefRequirement',
        '    types: [{ $import: types.yml }]',
      ].join('\n'),
      'flow/types.yml': 'name: t\ntype: record\n',
      'flow/edam.owl': '<x/>',
      'flow/data/ref.fa': '>x\nA\n',
      'tools/a.cwl': `${tool}requirements: { InlineJavascriptRequirement: { expressionLib: [{ $include: lib.js }] } }\n`,
      'tools/lib.js': 'var x = 1',
      'tools/unused.cwl': tool,
    })
    const { request, names } = await prepare('flow/main.cwl')
    expect(names).toEqual([
      'flow/data/ref.fa',
      'flow/edam.owl',
      'flow/main.cwl',
      'flow/types.yml',
      'tools/a.cwl',
      'tools/lib.js',
    ])
    expect(request).toMatchObject({
      workflow_type: 'CWL',
      workflow_type_version: 'v1.2',
      workflow_url: 'flow/main.cwl',
    })
  })

  it('a workflow that imports itself ends', async () => {
    await put({ 'main.cwl': `${tool}hints: [{ $import: main.cwl }]\n` })
    expect((await prepare('main.cwl')).names).toEqual(['main.cwl'])
  })

  it('names every missing file and every absolute path at once', async () => {
    await put({
      'main.cwl':
        'cwlVersion: v1.2\nclass: Workflow\nsteps:\n  a: { run: gone.cwl, in: {}, out: [] }\n  b: { run: /etc/passwd, in: {}, out: [] }\n',
    })
    await expect(prepare('main.cwl')).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringMatching(/gone\.cwl does not exist[\s\S]*\/etc\/passwd is an absolute path/),
    })
  })

  it('local inputs become attachments, drs:// and https:// stay, the original file is not changed', async () => {
    await put({
      'main.cwl': tool,
      'jobs/in.json': JSON.stringify({
        reads: { class: 'File', path: '../data/r 1.fq' },
        both: [
          { class: 'File', location: 'x.txt' },
          { class: 'File', location: 'drs://localhost/abc' },
        ],
        far: { class: 'File', location: 'https://example.org/y' },
        text: 'x.txt',
        literal: { class: 'File', contents: 'hello', basename: 'h' },
      }),
      'data/r 1.fq': '@r',
      'jobs/x.txt': 'x',
    })
    const { request, names } = await prepare('main.cwl', 'jobs/in.json')
    expect(names).toEqual(['inputs-2/x.txt', 'inputs/r 1.fq', 'main.cwl'])
    expect(request.workflow_params).toEqual({
      reads: { class: 'File', location: 'inputs/r%201.fq' },
      both: [
        { class: 'File', location: 'inputs-2/x.txt' },
        { class: 'File', location: 'drs://localhost/abc' },
      ],
      far: { class: 'File', location: 'https://example.org/y' },
      text: 'x.txt',
      literal: { class: 'File', contents: 'hello', basename: 'h' },
    })
  })

  it('a local Directory goes with all its files, and inputs never take the name of a workflow folder', async () => {
    await put({
      'inputs/main.cwl': tool,
      'main.cwl': `${tool}hints: [{ $import: inputs/main.cwl }]\n`,
      'in.yml': 'd: { class: Directory, location: dir }\n',
      'dir/a': '1',
      'dir/sub/b': '2',
    })
    const { request, names } = await prepare('main.cwl', 'in.yml')
    expect(names).toEqual(['inputs-2/dir/a', 'inputs-2/dir/sub/b', 'inputs/main.cwl', 'main.cwl'])
    expect(request.workflow_params).toEqual({ d: { class: 'Directory', location: 'inputs-2/dir' } })
  })

  it('secondary files that lie beside a local input go along', async () => {
    await put({
      'main.cwl':
        'cwlVersion: v1.2\nclass: CommandLineTool\ninputs: { bam: { type: File, secondaryFiles: [.bai, ^.dict, { pattern: .absent? }] } }\noutputs: []\n',
      'in.json': '{"bam": {"class": "File", "path": "x.bam"}}',
      'x.bam': 'b',
      'x.bam.bai': 'i',
      'x.dict': 'd',
    })
    const { request, names } = await prepare('main.cwl', 'in.json')
    expect(names).toEqual(['inputs/x.bam', 'inputs/x.bam.bai', 'inputs/x.dict', 'main.cwl'])
    expect(request.workflow_params).toEqual({
      bam: {
        class: 'File',
        location: 'inputs/x.bam',
        secondaryFiles: [
          { class: 'File', location: 'inputs/x.bam.bai' },
          { class: 'File', location: 'inputs/x.dict' },
        ],
      },
    })
  })

  it('an input above 64 MiB is refused with the drs register command to type', async () => {
    await put({ 'main.cwl': tool, 'in.json': '{"a": {"class": "File", "path": "big file.bam"}}', 'big file.bam': '' })
    await truncate(join(cwd, 'big file.bam'), 64 * 1024 * 1024 + 1)
    await expect(prepare('main.cwl', 'in.json')).rejects.toMatchObject({
      exitCode: EXIT.refused,
      hint: expect.stringContaining(`biocloud drs register '${cwd}/big file.bam' --dataset DATASET --as operator`),
    })
  })

  it('an input of exactly 64 MiB is taken', async () => {
    await put({ 'main.cwl': tool, 'in.json': '{"a": {"class": "File", "path": "big"}}', big: '' })
    await truncate(join(cwd, 'big'), 64 * 1024 * 1024)
    expect((await prepare('main.cwl', 'in.json')).names).toContain('inputs/big')
  })

  it('256 MiB together are the limit', async () => {
    await put({
      'main.cwl': tool,
      'in.json': JSON.stringify({ a: Array.from({ length: 5 }, (_, n) => ({ class: 'File', path: `f${n}` })) }),
    })
    for (let n = 0; n < 5; n += 1) {
      await put({ [`f${n}`]: '' })
      await truncate(join(cwd, `f${n}`), 60 * 1024 * 1024)
    }
    await expect(prepare('main.cwl', 'in.json')).rejects.toMatchObject({
      exitCode: EXIT.refused,
      message: expect.stringContaining('together'),
    })
  })

  it('a missing input is named with its place', async () => {
    await put({ 'main.cwl': tool, 'in.json': '{"a": [{"class": "File", "path": "gone"}]}' })
    await expect(prepare('main.cwl', 'in.json')).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringContaining('a[0]: gone does not exist'),
    })
  })

  it('keeps the #fragment of a packed document', async () => {
    await put({
      'packed.cwl':
        'cwlVersion: v1.0\n$graph: [{ id: main, class: Workflow, steps: [{ id: s, run: "#t", in: [], out: [] }] }]\n',
    })
    expect((await prepare('packed.cwl#main')).request.workflow_url).toBe('packed.cwl#main')
  })

  it('a file that is no CWL is told so', async () => {
    await put({ 'main.cwl': 'a: 1\n', 'broken.cwl': 'a: [1\n' })
    await expect(prepare('main.cwl')).rejects.toThrow(/no cwlVersion/)
    await expect(prepare('broken.cwl')).rejects.toThrow(/does not parse/)
    await expect(prepare('absent.cwl')).rejects.toThrow(/There is no file/)
  })

  it('another language takes --type-version and the files of --attach', async () => {
    await put({ 'main.wdl': 'version 1.0', 'tasks/t.wdl': 'version 1.0' })
    await expect(prepare('main.wdl')).rejects.toThrow(/--type-version|version of WDL/)
    const { request, names } = await prepare('main.wdl', undefined, { typeVersion: '1.0', attach: ['tasks'] })
    expect(request).toMatchObject({ workflow_type: 'WDL', workflow_url: 'main.wdl' })
    expect(names).toEqual(['main.wdl', 'tasks/t.wdl'])
  })

  it('a workflow by URL is sent by its URL', async () => {
    expect((await prepare('https://example.org/w.cwl')).request).toMatchObject({
      workflow_url: 'https://example.org/w.cwl',
      workflow_type_version: 'v1.2',
    })
  })
})

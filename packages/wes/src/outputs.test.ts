import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { DrsObject, DrsObjectCandidate } from '@biocloud/ga4gh-api'
import { createLogger, createMetrics, openDatabase, systemClock, type Knex } from '@biocloud/service-kit'
import { PeerUnreachable, type Credentials } from './credentials.ts'
import { migrations } from './db/migrations.ts'
import { createOutputRows, type OutputRows } from './db/output-rows.ts'
import { createRunRows, type RunRow } from './db/run-rows.ts'
import { createEvents } from './events.ts'
import { createOutputs, type Outputs } from './outputs.ts'
import type { JsonObject } from './params.ts'
import { createRunFolders, type RunFolder } from './run-folder.ts'
import { createRunUrls } from './run-urls.ts'

const RUN = '01testrun00000000000000000'

describe('outputs: real files and database, a fake DRS that counts', () => {
  let dir: string
  let db: Knex
  let folder: RunFolder
  let rows: OutputRows
  let outputs: Outputs
  let run: RunRow
  let registered: DrsObjectCandidate[]
  let bundles: DrsObjectCandidate[]
  let failures: number

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wes-outputs-'))
    db = await openDatabase({ client: 'sqlite', filename: ':memory:', migrations })
    folder = await createRunFolders(dir).make(RUN)
    rows = createOutputRows(db)
    registered = []
    bundles = []
    failures = 0
    const credentials = {
      register(_grant: string, _run: string, prefix: string, candidates: readonly DrsObjectCandidate[]) {
        if (failures-- > 0) return Promise.reject(new PeerUnreachable('DRS is away'))
        for (const { access_methods: methods, contents } of candidates)
          expect(contents !== undefined || methods?.[0]?.access_url?.url.startsWith(prefix)).toBe(true)
        if (candidates[0]?.contents !== undefined) {
          bundles.push(...candidates)
          return Promise.resolve([{ self_uri: 'drs://localhost/bundle' } as DrsObject])
        }
        registered.push(...candidates)
        return Promise.resolve(
          candidates.map(
            (_one, index) =>
              ({ self_uri: `drs://localhost/${registered.length - candidates.length + index}` }) as DrsObject,
          ),
        )
      },
    } as unknown as Credentials
    const log = createLogger({ name: 'test', level: 'fatal' })
    const events = createEvents({ log, metrics: createMetrics({ service: 'wes', embedded: true }) })
    outputs = createOutputs({
      rows,
      credentials,
      urls: createRunUrls({ publicUrl: 'https://wes.example', tes: 'https://tes.example' }),
      events,
    })
    run = {
      run_id: RUN,
      owner: 'o',
      state: 'RUNNING',
      created: 'c',
      updated: 'c',
      type: 'CWL',
      request: { workflow_type: 'CWL', workflow_type_version: '1.2', workflow_url: 'x' },
      tags: {},
      engine: 'cwltool',
      work: {
        type: 'CWL',
        install: { program: 'p', version: '1' },
        parameters: {},
        objects: [],
        attachments: [],
        engineParams: {},
        deadline: 'd',
      },
      grant_id: 'g',
      attempt: 1,
      report_number: 0,
    }
    await createRunRows(db, systemClock).insert(run, { message: 'm' })
  })
  afterEach(async () => {
    await db.destroy()
    await rm(dir, { recursive: true })
  })

  const make = async (path: string, text = path, part: 'work' | 'workflow' = 'work'): Promise<string> => {
    const file = join(folder[part], path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    return pathToFileURL(file).href
  }
  const fileOf = (location: string, more: JsonObject = {}): JsonObject => ({ class: 'File', location, ...more })
  const names = async (): Promise<string[]> => (await rows.list(RUN, { limit: 100 })).map(({ name }) => name)
  const stored = (name: string): Promise<string> => readFile(join(folder.outputs, name), 'utf8')

  it('files move to <output id>[/<index>]/<basename>, scalars stay as they are', async () => {
    const { outputs: result } = await outputs.store(run, folder, {
      vcf: fileOf(await make('s/1/out/a b#.vcf')),
      list: [fileOf(await make('s/2/out/x.txt')), fileOf(await make('s/3/out/x.txt'))],
      record: { inner: fileOf(await make('s/4/out/y.txt')) },
      count: 3,
      nothing: null,
    })
    expect(await names()).toEqual(['list/0/x.txt', 'list/1/x.txt', 'record/inner/y.txt', 'vcf/a b#.vcf'])
    expect(await stored('list/1/x.txt')).toBe('s/3/out/x.txt')
    expect(existsSync(join(folder.work, 's/3/out/x.txt'))).toBe(false)
    expect(result).toMatchObject({
      count: 3,
      nothing: null,
      vcf: {
        class: 'File',
        basename: 'a b#.vcf',
        size: 16,
        location: `https://wes.example/ga4gh/wes/v1/runs/${RUN}/outputs/vcf/a%20b%23.vcf`,
        drs_uri: expect.stringContaining('drs://'),
      },
    })
  })
  it('each file is registered once, in the dataset of the run, with size and sha-256', async () => {
    await outputs.store(run, folder, {
      a: fileOf(await make('a.txt', 'hello')),
      b: fileOf(await make('not portable.txt')),
    })
    expect(registered[0]).toEqual({
      name: 'a.txt',
      size: 5,
      checksums: [{ type: 'sha-256', checksum: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' }],
      aliases: [`run:${RUN}/a/a.txt`],
      access_methods: [{ type: 'file', access_url: { url: `${pathToFileURL(folder.outputs).href}/a/a.txt` } }],
      x_dataset: `run:${RUN}`,
    })
    expect(registered[1]).not.toHaveProperty('name') // DRS names are portable ones
  })
  it('all files of the run are one bundle in its dataset, by portable names that are each there once', async () => {
    const { bundle } = await outputs.store(run, folder, {
      a: fileOf(await make('a.txt')),
      list: [fileOf(await make('1/x.txt')), fileOf(await make('2/x.txt')), fileOf(await make('3/not portable.txt'))],
    })
    expect(bundle).toBe('drs://localhost/bundle')
    expect(bundles).toEqual([
      {
        name: `run-${RUN}`,
        aliases: [`run:${RUN}`],
        x_dataset: `run:${RUN}`,
        contents: [
          { name: 'a.txt', drs_uri: [expect.stringContaining('drs://')] },
          { name: 'list_0_x.txt', drs_uri: [expect.stringContaining('drs://')] },
          { name: 'list_1_x.txt', drs_uri: [expect.stringContaining('drs://')] },
          { name: 'not_portable.txt', drs_uri: [expect.stringContaining('drs://')] },
        ],
      },
    ])
  })
  it('a run without output files has no bundle', async () => {
    expect(await outputs.store(run, folder, { count: 3 })).toEqual({ outputs: { count: 3 } })
    expect(bundles).toEqual([])
  })
  it('a Directory whose files were moved before a crash is whole after the repetition', async () => {
    await make('o/d/one.txt')
    await make('o/d/two.txt')
    const dir = { class: 'Directory', location: pathToFileURL(join(folder.work, 'o/d')).href, basename: 'd' }
    const broken = { dir, none: fileOf(pathToFileURL(join(folder.work, 'none')).href) }
    await expect(outputs.store(run, folder, broken)).rejects.toThrow('not there') // after both files have moved
    await make('none')
    const { outputs: result } = await outputs.store(run, folder, broken)
    expect((result['dir'] as { listing: { basename: string }[] }).listing.map(({ basename }) => basename)).toEqual([
      'one.txt',
      'two.txt',
    ])
    expect(await names()).toEqual(['dir/d/one.txt', 'dir/d/two.txt', 'none/none'])
  })
  it('an attachment swapped for a link to a file of this server is not copied', async () => {
    const location = await make('in.txt', 'attached', 'workflow')
    await rm(join(folder.workflow, 'in.txt'))
    await symlink('/etc/passwd', join(folder.workflow, 'in.txt'))
    await expect(outputs.store(run, folder, { a: fileOf(location) })).rejects.toMatchObject({ code: 'run_fault' })
    expect(await names()).toEqual([])
  })
  it('a crash between any two steps is repaired by doing it again', async () => {
    const object = { a: fileOf(await make('a.txt', 'one')), b: [fileOf(await make('b.txt', 'two'))] }
    failures = 1
    await expect(outputs.store(run, folder, object)).rejects.toThrow(PeerUnreachable)
    const { outputs: first } = await outputs.store(run, folder, object)
    const { outputs: second } = await outputs.store(run, folder, object)
    expect(second).toEqual(first)
    expect(registered).toHaveLength(2)
    expect(await stored('b/0/b.txt')).toBe('two')
  })
  it('secondary files lie beside their primary; a checksum of the engine is kept', async () => {
    const { outputs: result } = await outputs.store(run, folder, {
      bam: fileOf(await make('o/x.bam'), { checksum: 'sha1$abc', secondaryFiles: [fileOf(await make('o/x.bam.bai'))] }),
    })
    expect(await names()).toEqual(['bam/x.bam', 'bam/x.bam.bai'])
    expect(result).toMatchObject({
      bam: {
        checksum: 'sha1$abc',
        secondaryFiles: [
          {
            location: expect.stringMatching(/outputs\/bam\/x\.bam\.bai$/u),
            checksum: expect.stringMatching(/^sha256\$/u),
          },
        ],
      },
    })
  })
  it('a Directory keeps its listing, with and without one from the engine', async () => {
    await make('o/d/one.txt')
    await make('o/d/sub/two.txt')
    const location = pathToFileURL(join(folder.work, 'o/d')).href
    const { outputs: result } = await outputs.store(run, folder, {
      dir: { class: 'Directory', location, basename: 'd' },
    })
    expect(await names()).toEqual(['dir/d/one.txt', 'dir/d/sub/two.txt'])
    expect(result).toMatchObject({
      dir: {
        class: 'Directory',
        basename: 'd',
        listing: [
          { class: 'File', basename: 'one.txt' },
          { class: 'Directory', basename: 'sub', listing: [{ basename: 'two.txt' }] },
        ],
      },
    })
  })
  it('a file named by two outputs is stored once and shown in both', async () => {
    const location = await make('x.txt')
    const { outputs: result } = await outputs.store(run, folder, { a: fileOf(location), b: fileOf(location) })
    expect(await names()).toEqual(['a/x.txt'])
    expect((result['b'] as JsonObject)['location']).toBe((result['a'] as JsonObject)['location'])
  })
  it('equal names get a numbered folder', async () => {
    await outputs.store(run, folder, { 'wf#a': fileOf(await make('1/x.txt')), 'sub#a': fileOf(await make('2/x.txt')) })
    expect(await names()).toEqual(['a/2/x.txt', 'a/x.txt'])
  })
  it('literals are written, attachments are copied, inputs passed through keep their own address', async () => {
    const attached = await make('in.txt', 'attached', 'workflow')
    const { outputs: result } = await outputs.store(run, folder, {
      literal: { class: 'File', basename: 'l.txt', contents: 'text' },
      attached: fileOf(attached),
      drs: fileOf('drs://localhost/a', { basename: 'r.fq' }),
      web: fileOf('https://e.example/x'),
    })
    expect([await stored('literal/l.txt'), await stored('attached/in.txt')]).toEqual(['text', 'attached'])
    expect(existsSync(join(folder.workflow, 'in.txt'))).toBe(true)
    expect(result).toMatchObject({
      drs: { location: 'drs://localhost/a', drs_uri: 'drs://localhost/a' },
      web: { location: 'https://e.example/x' },
    })
    expect(await names()).toEqual(['attached/in.txt', 'literal/l.txt'])
  })
  it.each([
    ['a file of this server', 'file:///etc/passwd'],
    ['a file of another run', 'file:///RUNS/01other/work/x'],
    ['the job folder', 'file:///JOB/cwl.json'],
    ['a path that climbs', 'file:///WORK/../job/cwl.json'],
    ['an encoded climb', 'file:///WORK/%2e%2e/job/cwl.json'],
    ['another scheme', 's3://bucket/x'],
    ['a file that is not there', 'file:///WORK/none'],
  ])('%s is refused as an output, and nothing is registered', async (_name, location) => {
    const at = location.replace('/RUNS', dir).replace('/JOB', folder.job).replace('/WORK', folder.work)
    await writeFile(join(folder.job, 'cwl.json'), '{}')
    await expect(outputs.store(run, folder, { a: fileOf(at) })).rejects.toMatchObject({ code: 'run_fault' })
    expect(registered).toEqual([])
  })
  it('links made by the workflow are refused: at the end, and on the way', async () => {
    await symlink('/etc/passwd', join(folder.work, 'link'))
    await expect(
      outputs.store(run, folder, { a: fileOf(pathToFileURL(join(folder.work, 'link')).href) }),
    ).rejects.toThrow('no regular file')
    await symlink('/etc', join(folder.work, 'etc'))
    await expect(
      outputs.store(run, folder, { a: fileOf(pathToFileURL(join(folder.work, 'etc')).href + '/passwd') }),
    ).rejects.toThrow('symbolic link')
    expect(registered).toEqual([])
  })
})

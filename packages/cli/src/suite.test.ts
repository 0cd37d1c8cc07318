import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import { run } from './program.ts'
import { runCli, startSuite, type Suite } from './testing/command-line.ts'
import { createFakeTerminal } from './testing/fake-terminal.ts'

const docker = process.env['DOCKER_HOST']
const withDocker = docker === undefined ? it.skip : it

/** Commands against the real suite in a process of its own: real servers, databases, files and, where there is one, Docker. */
describe('the real suite', () => {
  let scratch: string
  let data: string
  let suite: Suite

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cli-suite-'))
    data = join(scratch, 'data')
    await mkdir(join(scratch, 'files'))
    suite = await startSuite(['--listen', '127.0.0.1:0', '--data', data, '--files', join(scratch, 'files')])
  }, 60_000)
  afterAll(async () => {
    suite.signal('SIGINT')
    await suite.ended
    await rm(scratch, { recursive: true })
  }, 60_000)

  const cli = async (...args: string[]) => {
    const terminal = createFakeTerminal({ cwd: scratch, env: { BIOCLOUD_DATA: data } })
    const code = await run(args, terminal)
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() }
  }
  const jsonOf = async <T>(...args: string[]): Promise<T> => {
    const { stdout, stderr, code } = await cli(...args.slice(0, 2), '--json', ...args.slice(2))
    if (code !== EXIT.ok) throw new Error(`exit ${code}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  it('a token of the demo user opens the three APIs, and none does not', async () => {
    const token = (await cli('token')).stdout.trim()
    for (const path of ['/ga4gh/tes/v1/tasks', '/ga4gh/wes/v1/runs', '/ga4gh/drs/v1/objects']) {
      expect((await fetch(suite.url + path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    }
    expect((await fetch(`${suite.url}/ga4gh/tes/v1/tasks`)).status).toBe(401)
  })

  it('a registered file comes back byte for byte, verified; a second get finds it there', async () => {
    const bytes = randomBytes(3_000_000)
    await writeFile(join(scratch, 'sample 1.bin'), bytes)
    const object = await jsonOf<{
      id: string
      self_uri: string
      name: string
      checksums: { type: string; checksum: string }[]
    }>('drs', 'register', 'sample 1.bin', '--dataset', 'demo-public', '--as', 'operator')
    expect(object.name).toBe('sample_1.bin')
    expect(object.checksums).toContainEqual({
      type: 'sha-256',
      checksum: createHash('sha256').update(bytes).digest('hex'),
    })
    expect(await jsonOf('drs', 'get', object.self_uri, '-o', 'back.bin')).toMatchObject({
      verified: 'sha-256',
      existed: false,
    })
    expect((await readFile(join(scratch, 'back.bin'))).equals(bytes)).toBe(true) // toEqual walks megabytes byte by byte
    expect(await jsonOf('drs', 'get', object.id, '-o', 'back.bin')).toMatchObject({ existed: true })
    const piped = await runCli(['drs', 'get', object.id, '-o', '-'], { BIOCLOUD_DATA: data })
    expect([piped.code, piped.stderr, createHash('sha256').update(piped.bytes).digest('hex')]).toEqual([
      EXIT.ok,
      '',
      object.checksums.find(({ type }) => type === 'sha-256')?.checksum,
    ])
    expect((await cli('drs', 'ls')).stdout).toContain(object.id)
    expect((await cli('drs', 'get', object.id, '--info')).stdout).toMatch(/Size {6}3000000 bytes \(2\.9 MiB\)/)
  })

  it('an empty file can be registered and fetched', async () => {
    await writeFile(join(scratch, 'empty.txt'), '')
    const { id } = await jsonOf<{ id: string }>(
      'drs',
      'register',
      'empty.txt',
      '--dataset',
      'demo-public',
      '--as',
      'operator',
    )
    expect(await jsonOf('drs', 'get', id, '-o', 'empty.back')).toMatchObject({ size: 0, verified: 'sha-256' })
  })

  it('a controlled object is given to the researcher and refused to the guest, who is told what is needed', async () => {
    await writeFile(join(scratch, 'reads.fq'), '@r\nA\n')
    const { id } = await jsonOf<{ id: string }>(
      'drs',
      'register',
      'reads.fq',
      '--dataset',
      'demo-cohort',
      '--as',
      'operator',
      '--wait',
    )
    expect((await cli('drs', 'get', id, '-o', 'allowed.fq')).code).toBe(EXIT.ok)
    expect((await cli('drs', 'get', id, '-o', 'allowed.fq', '--as', 'guest')).code).toBe(EXIT.refused) // though the file is here
    const refused = await cli('drs', 'get', id, '-o', 'refused.fq', '--as', 'guest')
    expect(refused.code).toBe(EXIT.refused)
    expect(refused.stderr).toContain('ControlledAccessGrants')
    expect(await readdir(scratch)).not.toContain('refused.fq')
  })

  it('who is no operator registers nothing', async () => {
    await writeFile(join(scratch, 'x.txt'), 'x')
    expect((await cli('drs', 'register', 'x.txt', '--dataset', 'demo-public')).code).toBe(EXIT.refused)
  })

  it('unknown ids are told apart from refusals by the exit code', async () => {
    for (const args of [
      ['drs', 'get', 'nope'],
      ['tes', 'get', 'nope'],
      ['tes', 'logs', 'nope'],
      ['wes', 'status', 'nope'],
      ['wes', 'logs', 'nope'],
      ['wes', 'outputs', 'nope'],
    ]) {
      expect([args, (await cli(...args)).code]).toEqual([args, EXIT.notFound])
    }
  })

  withDocker(
    'a task run with --wait brings its output here and its end as the exit code',
    async () => {
      expect(await cli('tes', 'run', '--image', 'bb:1', '--wait', '--', 'echo', 'hello')).toMatchObject({
        code: EXIT.ok,
        stdout: 'hello\n',
      })
      const failed = await cli('tes', 'run', '--image', 'bb:1', '--wait', '--', 'sh', '-c', 'echo sorry >&2; exit 7')
      expect(failed).toMatchObject({ code: EXIT.unsuccessful, stdout: '' })
      expect(failed.stderr).toMatch(/sorry[\s\S]*EXECUTOR_ERROR, exit code 7/)
    },
    60_000,
  )

  withDocker(
    'a task reads a drs:// input and an inline one, and writes to a folder of --files',
    async () => {
      await writeFile(join(scratch, 'in.txt'), 'from drs\n')
      await writeFile(join(scratch, 'small.txt'), 'inline\n')
      const { self_uri } = await jsonOf<{ self_uri: string }>(
        'drs',
        'register',
        'in.txt',
        '--dataset',
        'demo-cohort',
        '--as',
        'operator',
      )
      const ran = await cli(
        'tes',
        'run',
        '--image',
        'bb:1',
        '--input',
        `/in/a=${self_uri}`,
        '--input',
        '/in/b=@small.txt',
        '--output',
        `/out/c=file://${scratch}/files/c`,
        '--volume',
        '/out',
        '--wait',
        '--',
        'sh',
        '-c',
        'cat /in/a /in/b > /out/c',
      )
      expect([ran.code, ran.stderr]).toEqual([EXIT.ok, expect.any(String)])
      expect(await readFile(join(scratch, 'files', 'c'), 'utf8')).toBe('from drs\ninline\n')
    },
    60_000,
  )

  withDocker(
    'a running task can be followed, listed and cancelled',
    async () => {
      const { id } = await jsonOf<{ id: string }>(
        'tes',
        'run',
        '--image',
        'bb:1',
        '--name',
        'slow',
        '--',
        'sh',
        '-c',
        'echo begun; sleep 60',
      )
      const terminal = createFakeTerminal({ cwd: scratch, env: { BIOCLOUD_DATA: data } })
      const following = run(['tes', 'logs', id, '--follow'], terminal)
      await terminal.shown('begun')
      // States are written in groups: RUNNING may follow the first line of output by a moment.
      let listed = ''
      for (let tries = 0; tries < 50 && !listed.includes(id); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        listed = (await cli('tes', 'ls', '--state', 'running')).stdout
      }
      expect(listed).toMatch(new RegExp(`${id} +RUNNING +slow`))
      expect((await cli('tes', 'cancel', id)).code).toBe(EXIT.ok)
      expect(await following).toBe(EXIT.ok)
      expect(await jsonOf('tes', 'get', id)).toMatchObject({ state: 'CANCELED' })
    },
    60_000,
  )

  withDocker(
    'a workflow runs with its files, follows its steps and gives its outputs, or says that no engine is there',
    async () => {
      await mkdir(join(scratch, 'flow', 'tools'), { recursive: true })
      await writeFile(
        join(scratch, 'flow', 'main.cwl'),
        'cwlVersion: v1.2\nclass: Workflow\nrequirements: { ScatterFeatureRequirement: {} }\ninputs: { files: "File[]" }\noutputs: { counts: { type: "File[]", outputSource: count/out } }\nsteps:\n  count: { run: tools/count.cwl, scatter: f, in: { f: files }, out: [out] }\n',
      )
      await writeFile(
        join(scratch, 'flow', 'tools', 'count.cwl'),
        'cwlVersion: v1.2\nclass: CommandLineTool\nhints: { DockerRequirement: { dockerPull: "bb:1" } }\nbaseCommand: [wc, -c]\ninputs: { f: { type: File, inputBinding: {} } }\nstdout: out.txt\noutputs: { out: stdout }\n',
      )
      await writeFile(join(scratch, 'local.txt'), 'four')
      const { self_uri } = await jsonOf<{ self_uri: string }>(
        'drs',
        'register',
        'local.txt',
        '--dataset',
        'demo-cohort',
        '--as',
        'operator',
      )
      await writeFile(
        join(scratch, 'job.json'),
        JSON.stringify({
          files: [
            { class: 'File', path: 'local.txt' },
            { class: 'File', location: self_uri },
          ],
        }),
      )
      const info = (await (await fetch(`${suite.url}/ga4gh/wes/v1/service-info`)).json()) as {
        workflow_engine_versions: Record<string, unknown>
      }
      const ran = await cli('wes', 'run', 'flow/main.cwl', 'job.json', '--follow', '--tag', 'project=demo')
      if (!('cwltool' in info.workflow_engine_versions)) {
        expect(ran.code).toBe(EXIT.failure)
        expect(ran.stderr).toMatch(/engine|CWL/)
        return
      }
      expect([ran.code, ran.stderr]).toEqual([EXIT.ok, expect.stringContaining('count_2 done')])
      const id = /^run (\S+)/.exec(ran.stderr)?.[1] ?? ''
      expect((await cli('wes', 'ls')).stdout).toMatch(new RegExp(`${id} +COMPLETE .*project=demo`))
      expect((await cli('wes', 'status', id)).stdout).toMatch(/count_1 +done/)
      expect((await cli('wes', 'logs', id)).stderr).toContain('success')
      expect((await cli('wes', 'logs', id, '--step', 'count_1')).code).toBe(EXIT.ok)
      const { files } = await jsonOf<{ files: { file: string; verified: string }[] }>(
        'wes',
        'outputs',
        id,
        '--download',
        'results',
      )
      expect(files.map(({ verified }) => verified)).toEqual(['sha-256', 'sha-256'])
      expect(await Promise.all(files.map(async ({ file }) => (await readFile(file, 'utf8')).split(' ')[0]))).toEqual([
        '4',
        '4',
      ])
      const refused = await cli('wes', 'run', 'flow/main.cwl', 'job.json', '--as', 'guest')
      expect([refused.code, refused.stderr]).toEqual([EXIT.refused, expect.stringContaining('ControlledAccessGrants')])
      expect((await cli('wes', 'status', id, '--as', 'guest')).code).toBe(EXIT.notFound)
    },
    120_000,
  )

  it('a second suite on the same data folder is refused, whatever its address', async () => {
    const second = await runCli(['up', '--listen', '127.0.0.1:0', '--data', data])
    expect(second).toMatchObject({ code: EXIT.refused, stdout: '' })
    expect(second.stderr).toMatch(/^biocloud: biocloud already runs on the data folder .*\nUse it as it is/)
  }, 30_000)

  it('nothing that was printed or logged holds a token or a signed link', async () => {
    const logs = await Promise.all(
      (await readdir(join(data, 'logs'))).map(async (name) => await readFile(join(data, 'logs', name), 'utf8')),
    )
    for (const text of [suite.stderr(), ...logs]) expect(text).not.toMatch(/eyJ[\w-]{10}|\/data\/[\w-]{20}/)
  })
})

describe('the life of biocloud up', () => {
  let data: string
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'cli-life-'))
  })
  afterAll(async () => {
    await rm(data, { recursive: true })
  })

  it('one Ctrl-C ends it with 0 and leaves no port, no lock and no child; after kill -9 it starts again', async () => {
    const first = await startSuite(['--listen', '127.0.0.1:0', '--data', data])
    first.signal('SIGINT')
    expect(await first.ended).toBe(EXIT.ok)
    await expect(fetch(first.url)).rejects.toThrow()
    expect(existsSync(join(data, 'up.json'))).toBe(false)
    expect(await processesNaming(data)).toEqual([])

    const second = await startSuite(['--listen', '127.0.0.1:0', '--data', data])
    second.signal('SIGKILL')
    await second.ended
    expect(existsSync(join(data, 'up.json'))).toBe(true)

    const third = await startSuite(['--listen', '127.0.0.1:0', '--data', data])
    expect((await fetch(`${third.url}/healthz`)).status).toBe(200)
    third.signal('SIGTERM')
    expect(await third.ended).toBe(EXIT.ok)
  }, 120_000)
})

/** Command lines of processes, other than this one, that name the folder. */
const processesNaming = async (text: string): Promise<string[]> => {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') // it has ended meanwhile
    if (line.includes(text)) found.push(line.replaceAll('\0', ' '))
  }
  return found
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import { run } from './program.ts'
import { buildTask, type RunOptions } from './tes-run.ts'
import { createFakeTerminal } from './testing/fake-terminal.ts'
import { createStandIn, json } from './testing/stand-in-server.ts'

const none: RunOptions = { input: [], output: [], env: [], tag: [], volume: [] }

describe('tes run: the task that is sent', () => {
  let cwd: string
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'cli-tes-'))
  })
  afterEach(async () => {
    await rm(cwd, { recursive: true })
  })

  it('flags become the fields of TES 1.1', async () => {
    await writeFile(join(cwd, 's.sh'), 'echo ü')
    const task = await buildTask(
      undefined,
      ['sh', '/s.sh', '--flag'],
      {
        ...none,
        image: 'bb:1',
        name: 'n',
        input: ['/in=drs://localhost/a=b', '/dir/=file:///srv/x', '/s.sh=@s.sh'],
        output: ['/out=file:///srv/o', '/outs/=file:///srv/os'],
        env: ['A=1=2', 'B='],
        tag: ['k=v'],
        volume: ['/scratch'],
        workdir: '/w',
        cpus: 2,
        ram: 0.5,
        disk: 10,
      },
      cwd,
    )
    expect(task).toEqual({
      name: 'n',
      executors: [{ image: 'bb:1', command: ['sh', '/s.sh', '--flag'], workdir: '/w', env: { A: '1=2', B: '' } }],
      inputs: [
        { url: 'drs://localhost/a=b', path: '/in', type: 'FILE' },
        { url: 'file:///srv/x', path: '/dir', type: 'DIRECTORY' },
        { content: 'echo ü', path: '/s.sh', type: 'FILE' },
      ],
      outputs: [
        { url: 'file:///srv/o', path: '/out', type: 'FILE' },
        { url: 'file:///srv/os', path: '/outs', type: 'DIRECTORY' },
      ],
      volumes: ['/scratch'],
      tags: { k: 'v' },
      resources: { cpu_cores: 2, ram_gb: 0.5, disk_gb: 10 },
    })
  })

  it('flags add to a task file and change nothing else in it', async () => {
    await writeFile(
      join(cwd, 't.json'),
      JSON.stringify({ executors: [{ image: 'a', command: ['b'] }], tags: { x: '1' }, unknown: true }),
    )
    expect(await buildTask('t.json', [], { ...none, tag: ['y=2'], cpus: 1 }, cwd)).toEqual({
      executors: [{ image: 'a', command: ['b'] }],
      tags: { x: '1', y: '2' },
      unknown: true,
      resources: { cpu_cores: 1 },
    })
  })

  it('binary or large files are not sent inline, the drs register command is named', async () => {
    await writeFile(join(cwd, 'b.bin'), Buffer.from([0xff, 0xfe]))
    await writeFile(join(cwd, 'l.txt'), 'x'.repeat(1_048_577))
    for (const file of ['b.bin', 'l.txt']) {
      await expect(
        buildTask(undefined, ['x'], { ...none, image: 'i', input: [`/x=@${file}`] }, cwd),
      ).rejects.toMatchObject({
        exitCode: EXIT.refused,
        hint: expect.stringContaining(`biocloud drs register ${join(cwd, file)}`),
      })
    }
  })

  it.each<[string, string | undefined, string[], Partial<RunOptions>]>([
    ['nothing to run', undefined, [], {}],
    ['an image without a command', undefined, [], { image: 'i' }],
    ['a file and an image', 't.json', [], { image: 'i' }],
    ['a missing file', 'gone.json', [], {}],
    ['a relative path in the container', undefined, ['x'], { image: 'i', input: ['in=file:///x'] }],
    ['an input without URL', undefined, ['x'], { image: 'i', input: ['/in='] }],
    ['a variable without value', undefined, ['x'], { image: 'i', env: ['A'] }],
    ['a tag given twice', undefined, ['x'], { image: 'i', tag: ['a=1', 'a=2'] }],
    ['a folder sent inline', undefined, ['x'], { image: 'i', input: ['/x=@.'] }],
  ])('%s is a usage error', async (_what, file, command, more) => {
    await expect(buildTask(file, command, { ...none, ...more }, cwd)).rejects.toMatchObject({ exitCode: EXIT.usage })
  })

  it.each(['[]', '"x"', '{', 'null'])('a task file that holds %s is a usage error', async (text) => {
    await writeFile(join(cwd, 't.json'), text)
    await expect(buildTask('t.json', [], none, cwd)).rejects.toMatchObject({ exitCode: EXIT.usage })
  })

  it('the words after -- are the command, options among them included', async () => {
    const server = await createStandIn({ 'POST /ga4gh/tes/v1/tasks': json(200, { id: 't1' }) })
    const terminal = createFakeTerminal({ cwd, env: { BIOCLOUD_TOKEN: 'mine', BIOCLOUD_URL: server.url } })
    expect(await run(['tes', 'run', '--image', 'bb:1', '--', 'ls', '--json', '-l'], terminal)).toBe(EXIT.ok)
    expect(terminal.stdout()).toBe('t1\n')
    expect(JSON.parse(server.seen[0]?.body.toString() ?? '')).toEqual({
      executors: [{ image: 'bb:1', command: ['ls', '--json', '-l'] }],
    })
    await server.close()
  })
})

describe('tes: what the server says about a task', () => {
  const API = '/ga4gh/tes/v1'
  const cli = async (url: string, ...args: string[]) => {
    const terminal = createFakeTerminal({
      cwd: '/',
      env: { BIOCLOUD_TOKEN: 'mine', BIOCLOUD_URL: url, BIOCLOUD_DATA: '/none' },
    })
    const code = await run(args, terminal)
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() }
  }
  const task = (state: string, system_logs: string[], ran: boolean) => ({
    id: 't1',
    state,
    executors: [{ image: 'bb:1', command: ['true'] }],
    logs: [{ logs: ran ? [{ exit_code: 0 }] : [], outputs: [], system_logs }],
  })

  it('--wait tells remarks on a task that completed, such as an output that was not there', async () => {
    const server = await createStandIn({
      [`POST ${API}/tasks`]: json(200, { id: 't1' }),
      [`GET ${API}/tasks/t1`]: json(200, task('COMPLETE', ['outputs[0] (/out/o) was not written'], true)),
    })
    const { code, stderr } = await cli(server.url, 'tes', 'run', '--image', 'bb:1', '--wait', '--', 'true')
    await server.close()
    expect([code, stderr]).toEqual([EXIT.ok, 'task t1\n  outputs[0] (/out/o) was not written\n'])
  })

  it('logs of a task that never started a command are what the server says about it', async () => {
    const server = await createStandIn({
      [`GET ${API}/tasks/t1`]: json(200, task('SYSTEM_ERROR', ['the image nope:1 could not be pulled'], false)),
    })
    const { code, stdout, stderr } = await cli(server.url, 'tes', 'logs', 't1')
    await server.close()
    expect([code, stdout, stderr]).toEqual([
      EXIT.ok,
      '',
      'task t1 is SYSTEM_ERROR and has no output\n  the image nope:1 could not be pulled\n',
    ])
  })

  it('cancel: an unknown id does not keep the others alive, and is named', async () => {
    const server = await createStandIn({ [`POST ${API}/tasks/t2:cancel`]: json(200, {}) })
    const { code, stdout, stderr } = await cli(server.url, 'tes', 'cancel', 'nope', 't2')
    const asJson = await cli(server.url, 'tes', 'cancel', 'nope', 't2', '--json')
    await server.close()
    expect([code, stdout]).toEqual([EXIT.notFound, 't2  cancel asked for\n'])
    expect(stderr).toMatch(/^nope {2}not canceled: /)
    expect([asJson.code, JSON.parse(asJson.stdout)]).toEqual([EXIT.notFound, { canceled: ['t2'] }])
  })
})

import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { WesTaskLog } from '@biocloud/ga4gh-api'
import { EXIT } from './errors.ts'
import { blockLines } from './follow-run.ts'
import { run } from './program.ts'
import { createFakeTerminal, type FakeTerminal } from './testing/fake-terminal.ts'
import { bytesReply, createStandIn, json, type Reply, type StandIn } from './testing/stand-in-server.ts'
import { stepState } from './wes-runs.ts'

const API = '/ga4gh/wes/v1'
const start_time = '2026-01-01T00:00:00Z'
const end_time = '2026-01-01T00:00:05Z'

/** Answers one after the other; the last one stays. */
const inTurn = (...bodies: (Reply | object)[]): Reply => {
  let n = 0
  return (seen, res) => {
    const body = bodies[Math.min(n, bodies.length - 1)] as Reply | object
    n += 1
    return (typeof body === 'function' ? (body as Reply) : json(200, body))(seen, res)
  }
}

const away = json(503, { msg: 'restarting', status_code: 503 })

describe('the state of a step', () => {
  const ended = { id: 't', name: 's', start_time: '2026-01-01T00:00:00Z', end_time: '2026-01-01T00:00:09Z' }
  it('is what the engine says, whatever the exit code; without its word, exit code 0 is done', () => {
    expect(stepState({ ...ended, exit_code: 2, system_logs: ['TES state: COMPLETE', 'Step: done'] })).toBe('done')
    expect(stepState({ ...ended, exit_code: 0, system_logs: ['TES state: COMPLETE', 'Step: failed'] })).toBe('failed')
    expect(stepState({ ...ended, exit_code: 2, system_logs: ['TES state: COMPLETE'] })).toBe('failed')
    expect(stepState({ ...ended, exit_code: 0 })).toBe('done')
  })
})

describe('wes commands', () => {
  let cwd: string
  let server: StandIn
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'cli-wes-'))
    await writeFile(join(cwd, 'main.cwl'), 'cwlVersion: v1.2\nclass: Workflow\n')
    await writeFile(join(cwd, 'ü b.txt'), 'data')
    await writeFile(join(cwd, 'in.json'), '{"f": {"class": "File", "path": "ü b.txt"}, "n": 1}')
  })
  afterEach(async () => {
    await server.close()
    await rm(cwd, { recursive: true })
  })
  const terminalOf = (o: { tty?: boolean } = {}): FakeTerminal =>
    createFakeTerminal({
      cwd,
      env: { BIOCLOUD_TOKEN: 'mine', BIOCLOUD_URL: server.url, BIOCLOUD_DATA: join(cwd, 'none') },
      ...o,
    })
  const cli = async (...args: string[]) => {
    const terminal = terminalOf()
    const code = await run(args, terminal)
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() }
  }
  const runLog = (state: string, more: object = {}) => ({
    run_id: 'r1',
    state,
    request: { workflow_type: 'CWL', workflow_type_version: 'v1.2', workflow_url: 'main.cwl' },
    task_logs: [],
    outputs: {},
    ...more,
  })
  const step = (name: string, more: Partial<WesTaskLog> = {}): WesTaskLog => ({ id: `t-${name}`, name, ...more })
  const tasks = (...logs: WesTaskLog[]) => ({ task_logs: logs, next_page_token: '' })

  it('sends a form with the parameters as JSON and every file under its name', async () => {
    server = await createStandIn({ [`POST ${API}/runs`]: json(200, { run_id: 'r1' }) })
    expect(
      await cli('wes', 'run', 'main.cwl', 'in.json', '--tag', 'a=b', '--engine-parameter', 'cwltool.on_error=continue'),
    ).toEqual({ code: EXIT.ok, stdout: 'r1\n', stderr: '' })
    const [seen] = server.seen
    const answer = new Response(seen?.body, { headers: { 'content-type': seen?.headers['content-type'] ?? '' } })
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- not recommended for servers; here it checks a form from outside
    const form = await answer.formData()
    const text = (name: string): unknown => JSON.parse(form.get(name) as string)
    expect(text('workflow_params')).toEqual({ f: { class: 'File', location: 'inputs/%C3%BC%20b.txt' }, n: 1 })
    expect([text('tags'), text('workflow_engine_parameters')]).toEqual([{ a: 'b' }, { 'cwltool.on_error': 'continue' }])
    const files = form.getAll('workflow_attachment') as unknown as File[]
    expect(await Promise.all(files.map(async (file) => [file.name, await file.text()]))).toEqual([
      ['main.cwl', 'cwlVersion: v1.2\nclass: Workflow\n'],
      ['inputs/ü b.txt', 'data'],
    ])
  })

  it('follows step by step through a restart of the server, and the end decides the exit code', async () => {
    server = await createStandIn({
      [`POST ${API}/runs`]: json(200, { run_id: 'r1' }),
      [`GET ${API}/runs/r1/status`]: inTurn(
        { run_id: 'r1', state: 'RUNNING' },
        away,
        away,
        { run_id: 'r1', state: 'RUNNING' },
        { run_id: 'r1', state: 'EXECUTOR_ERROR' },
      ),
      [`GET ${API}/runs/r1/tasks`]: inTurn(
        tasks(step('align', { start_time })),
        tasks(step('align', { start_time, end_time, exit_code: 0 }), step('call', { start_time })),
        tasks(
          step('align', { start_time, end_time, exit_code: 0 }),
          step('call', { start_time, end_time, exit_code: 2 }),
        ),
      ),
      [`GET ${API}/runs/r1`]: json(
        200,
        runLog('EXECUTOR_ERROR', { run_log: { exit_code: 1, system_logs: ['step call ended with exit code 2'] } }),
      ),
      [`GET ${API}/runs/r1/stderr`]: (_seen, res) => void res.end('first\nWARNING \u001b[1mcall\u001b[0m failed\n'),
    })
    const { code, stdout, stderr } = await cli('wes', 'run', 'main.cwl', '--follow')
    expect([code, stdout]).toEqual([EXIT.unsuccessful, ''])
    const inOrder = [
      'run RUNNING',
      'align running',
      'does not answer',
      'align done after 5 s',
      'call running',
      'run EXECUTOR_ERROR',
      'call failed after 5 s, exit code 2',
      'ended as EXECUTOR_ERROR, exit code 1',
      '  step call ended with exit code 2',
      '  | WARNING [1mcall[0m failed',
      'biocloud wes logs r1',
    ]
    const places = inOrder.map((text) => stderr.indexOf(text))
    expect([places, stderr]).toEqual([places.toSorted((a, b) => a - b), stderr])
    expect(places).not.toContain(-1)
  })

  it('--json with --wait prints the run log alone, and nothing at all on stderr', async () => {
    server = await createStandIn({
      [`POST ${API}/runs`]: json(200, { run_id: 'r1' }),
      [`GET ${API}/runs/r1/status`]: json(200, { run_id: 'r1', state: 'COMPLETE' }),
      [`GET ${API}/runs/r1`]: json(200, runLog('COMPLETE')),
    })
    const { code, stdout, stderr } = await cli('wes', 'run', 'main.cwl', '--wait', '--json')
    expect([code, JSON.parse(stdout), stderr]).toEqual([EXIT.ok, runLog('COMPLETE'), ''])
  })

  it('Ctrl-C leaves the run alone and says how to find it again', async () => {
    server = await createStandIn({
      [`POST ${API}/runs`]: json(200, { run_id: 'r1' }),
      [`GET ${API}/runs/r1/status`]: json(200, { run_id: 'r1', state: 'RUNNING' }),
      [`GET ${API}/runs/r1/tasks`]: json(200, tasks()),
    })
    const terminal = terminalOf()
    const ended = run(['wes', 'run', 'main.cwl', '--follow'], terminal)
    await terminal.shown('run RUNNING')
    terminal.interrupt()
    expect(await ended).toBe(EXIT.interrupted)
    expect(terminal.stderr()).toMatch(
      /run r1 goes on\nSee it with: biocloud wes status r1 {3}stop it with: biocloud wes cancel r1/,
    )
    expect(server.seen.some(({ path }) => path.endsWith('/cancel'))).toBe(false)
  })

  it('on a terminal the steps are one block that is drawn over itself', async () => {
    server = await createStandIn({
      [`POST ${API}/runs`]: json(200, { run_id: 'r1' }),
      [`GET ${API}/runs/r1/status`]: inTurn({ run_id: 'r1', state: 'RUNNING' }, { run_id: 'r1', state: 'COMPLETE' }),
      [`GET ${API}/runs/r1/tasks`]: inTurn(
        tasks(step('align', { start_time })),
        tasks(step('align', { start_time, end_time, exit_code: 0 })),
      ),
      [`GET ${API}/runs/r1`]: json(200, runLog('COMPLETE')),
      [`GET ${API}/runs/r1/outputs`]: json(200, {
        outputs: [{ name: 'a.vcf', size: 3, location: `${API}/runs/r1/outputs/a.vcf`, drs_uri: 'drs://localhost/o1' }],
        next_page_token: '',
      }),
    })
    const terminal = terminalOf({ tty: true })
    expect(await run(['wes', 'run', 'main.cwl', '--follow'], terminal)).toBe(EXIT.ok)
    expect(terminal.stderr()).toMatch(
      /1 running[\s\S]*\u001b\[2A\u001b\[0J[\s\S]*COMPLETE[\s\S]*1 done[\s\S]*align +done +5 s/,
    )
    expect(terminal.stdout()).toBe('OUTPUT  SIZE  DRS URI\na.vcf   3 B   drs://localhost/o1\n')
  })

  it('a long run shows what runs and failed before what is done, and says how much is hidden', () => {
    const done = Array.from({ length: 40 }, (_, n) => step(`done_${n}`, { start_time, end_time, exit_code: 0 }))
    const lines = blockLines(
      'r1',
      'RUNNING',
      [...done, step('bad', { start_time, end_time, exit_code: 1 }), step('live', { start_time })],
      { began: 0, now: 65_000 },
    )
    expect(lines[0]).toBe('run r1  RUNNING  1 min 05 s  steps: 40 done, 1 running, 1 failed')
    expect(lines).toHaveLength(17)
    expect(lines.slice(-3).map((line) => line.trim().split(/\s{2,}/)[0])).toEqual(['bad', 'live', '… 27 more'])
  })

  it('outputs are downloaded with the token, below the folder, verified', async () => {
    const bytes = Buffer.from('##fileformat=VCF\n')
    const checksums = [{ type: 'sha-256', checksum: createHash('sha256').update(bytes).digest('hex') }]
    server = await createStandIn({
      [`GET ${API}/runs/r1/outputs`]: inTurn(
        {
          outputs: [
            { name: 'calls/a.vcf', size: bytes.length, checksums, location: `${API}/runs/r1/outputs/calls%2Fa.vcf` },
          ],
          next_page_token: 'p2',
        },
        {
          outputs: [{ name: 'b.vcf', size: bytes.length, checksums, location: `${API}/runs/r1/outputs/b.vcf` }],
          next_page_token: '',
        },
      ),
      [`GET ${API}/runs/r1/outputs/calls%2Fa.vcf`]: bytesReply(bytes),
      [`GET ${API}/runs/r1/outputs/b.vcf`]: bytesReply(bytes),
    })
    expect((await cli('wes', 'outputs', 'r1', '--download', 'out')).code).toBe(EXIT.ok)
    expect(await readFile(join(cwd, 'out', 'calls', 'a.vcf'))).toEqual(bytes)
    expect(server.seen.filter(({ path }) => path.endsWith('.vcf')).map(({ headers }) => headers.authorization)).toEqual(
      ['Bearer mine', 'Bearer mine'],
    )
  })

  it.each(['../x', '/etc/x', 'a//b', 'a/./b', 'a\\..\\x', 'a\u0000b'])(
    'an output named %j writes nothing anywhere',
    async (name) => {
      server = await createStandIn({
        [`GET ${API}/runs/r1/outputs`]: json(200, {
          outputs: [
            { name: 'ok', size: 1, location: '/x' },
            { name, size: 1, location: '/x' },
          ],
          next_page_token: '',
        }),
      })
      expect((await cli('wes', 'outputs', 'r1', '--download', 'out')).code).toBe(EXIT.refused)
      expect(server.seen).toHaveLength(1)
    },
  )

  it('the token stays at home when an output lies on another server', async () => {
    const foreign = await createStandIn({ 'GET /bytes': bytesReply(Buffer.from('x')) })
    server = await createStandIn({
      [`GET ${API}/runs/r1/outputs`]: json(200, {
        outputs: [{ name: 'o', size: 1, location: `${foreign.url}/bytes` }],
        next_page_token: '',
      }),
    })
    expect((await cli('wes', 'outputs', 'r1', '--download', 'out')).code).toBe(EXIT.ok)
    expect(foreign.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    await foreign.close()
  })

  it('logs --follow copies each byte once, whether the server knows ranges or not', async () => {
    const grows = (ranges: boolean): Reply => {
      const texts = ['one é', 'one é two', 'one é two three\n']
      let n = 0
      return (seen, res) => {
        const body = Buffer.from(texts[Math.min(n, 2)] ?? '')
        n += 1
        const from = Number(/bytes=(\d+)-/.exec(seen.headers.range ?? '')?.[1] ?? 0)
        if (!ranges || from === 0) return void res.end(body)
        if (from >= body.length) return json(416, { msg: 'past the end', status_code: 416 })(seen, res)
        return void res
          .writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` })
          .end(body.subarray(from))
      }
    }
    for (const ranges of [true, false]) {
      server = await createStandIn({
        [`GET ${API}/runs/r1/status`]: inTurn(
          { run_id: 'r1', state: 'RUNNING' },
          { run_id: 'r1', state: 'RUNNING' },
          { run_id: 'r1', state: 'RUNNING' },
          { run_id: 'r1', state: 'COMPLETE' },
        ),
        [`GET ${API}/runs/r1/stdout`]: grows(ranges),
        [`GET ${API}/runs/r1/stderr`]: json(404, { msg: 'no log yet', status_code: 404 }),
      })
      expect(await cli('wes', 'logs', 'r1', '--follow')).toEqual({
        code: EXIT.ok,
        stdout: 'one é two three\n',
        stderr: '',
      })
      if (ranges) await server.close()
    }
  })

  it('an unknown step is refused with the names of those there are', async () => {
    server = await createStandIn({ [`GET ${API}/runs/r1/tasks`]: json(200, tasks(step('align'), step('call'))) })
    const { code, stderr } = await cli('wes', 'logs', 'r1', '--step', 'aling')
    expect([code, stderr]).toEqual([EXIT.notFound, expect.stringContaining('Its steps so far: align, call')])
  })
})

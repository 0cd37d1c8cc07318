import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { DrsObject, RunLog, TesTask } from '@biocloud/ga4gh-api'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSuite, root, type Suite } from './suite.ts'

jest.setTimeout(180_000)

const workflow = join(root, 'test/whole/workflows/count.cwl')
const genome = join(root, 'test/data/lambda.fa')

describe('one analysis through all three servers', () => {
  let suite: Suite
  const objects: DrsObject[] = []
  let runId = ''
  let run: RunLog

  const inputs = (uris: string[]): string => {
    const file = join(suite.folder, `inputs-${String(uris.length)}.json`)
    const reads = uris.map((location) => ({ class: 'File', location }))
    writeFileSync(file, JSON.stringify({ pattern: '^[ACGT]', reads }))
    return file
  }

  beforeAll(async () => {
    suite = await createSuite()
    await suite.start()
    for (const [name, text] of Object.entries({ 'one.txt': 'ACGT\nTTT\n', 'two.txt': 'ACGT\n>x\nGG\nCC\n' })) {
      const file = join(suite.folder, name)
      writeFileSync(file, text)
      objects.push(await suite.json<DrsObject>('operator', 'drs', 'register', file, '--dataset', 'demo-cohort'))
    }
    objects.push(await suite.json<DrsObject>('operator', 'drs', 'register', genome, '--dataset', 'demo-public'))
  })
  afterAll(() => suite.dispose())

  it('gives registered files an id, a size and the checksums of their bytes', () => {
    const bytes = readFileSync(genome)
    const object = objects[2]
    expect(object?.size).toBe(bytes.length)
    expect(object?.name).toBe('lambda.fa')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(object?.checksums).toContainEqual({ type: 'sha-256', checksum: sha256 })
    expect(object?.self_uri).toBe(`drs://localhost/${object?.id ?? ''}`)
  })

  it('runs a scattered workflow on controlled objects for the person who holds the visa', async () => {
    const uris = objects.map((o) => o.self_uri)
    const answer = await suite.json<{ run_id: string }>('researcher', 'wes', 'run', workflow, inputs(uris), '--follow')
    runId = answer.run_id
    run = (await (await suite.request('researcher', `/ga4gh/wes/v1/runs/${runId}`)).json()) as RunLog
    expect(run.state).toBe('COMPLETE')
    const outputs = run.outputs as { total: { drs_uri: string }; counts: { basename: string; drs_uri: string }[] }
    expect(outputs.counts.map((c) => c.basename)).toEqual(['one.count', 'two.count', 'lambda.count'])
    const total = await suite.cli([
      'drs',
      'get',
      outputs.total.drs_uri,
      '-o',
      '-',
      '--as',
      'researcher',
      '--data',
      suite.data,
    ])
    const lines = readFileSync(genome, 'utf8')
      .split('\n')
      .filter((line) => /^[ACGT]/.test(line)).length
    expect(total.stdout.trim()).toBe(String(2 + 3 + lines))
  })

  it('shows each step as a task of TES, tagged with the run', async () => {
    const answer = await suite.request('researcher', `/ga4gh/wes/v1/runs/${runId}/tasks`)
    const { task_logs } = (await answer.json()) as {
      task_logs: { id: string; name: string; exit_code: number; tes_uri: string }[]
    }
    expect(task_logs).toHaveLength(4)
    for (const log of task_logs) {
      expect(log.exit_code).toBe(0)
      const task = (await (await suite.request('researcher', `${log.tes_uri}?view=FULL`)).json()) as TesTask
      expect(task.state).toBe('COMPLETE')
      expect(task.tags).toMatchObject({ wes_run_id: runId })
    }
  })

  it('serves the run log of the engine by URL, to the owner alone', async () => {
    const stderr = run.run_log?.stderr ?? ''
    const own = await suite.request('researcher', stderr)
    expect(own.status).toBe(200)
    expect((await suite.request('registered', stderr)).status).toBe(404)
    expect((await suite.request(undefined, stderr)).status).toBe(401)
  })

  it('registers outputs in the dataset of the run, which a second person cannot read', async () => {
    const outputs = run.outputs as { total: { drs_uri: string; size: number } }
    const id = outputs.total.drs_uri.replace('drs://localhost/', '')
    const own = await suite.request('researcher', `/ga4gh/drs/v1/objects/${id}`)
    expect(own.status).toBe(200)
    expect(((await own.json()) as DrsObject).size).toBe(outputs.total.size)
    expect((await suite.request('guest', `/ga4gh/drs/v1/objects/${id}`)).status).toBe(404)
    expect((await suite.request('registered', `/ga4gh/drs/v1/objects/${id}`)).status).toBe(404)
  })

  it('takes the outputs of a run as the inputs of the next', async () => {
    const outputs = run.outputs as { counts: { drs_uri: string }[] }
    const uris = outputs.counts.map((c) => c.drs_uri).slice(0, 1)
    const file = join(suite.folder, 'again.json')
    writeFileSync(
      file,
      JSON.stringify({ pattern: '[0-9]', reads: uris.map((location) => ({ class: 'File', location })) }),
    )
    const { run_id } = await suite.json<{ run_id: string }>('researcher', 'wes', 'run', workflow, file, '--follow')
    const next = (await (await suite.request('researcher', `/ga4gh/wes/v1/runs/${run_id}`)).json()) as RunLog
    expect(next.state).toBe('COMPLETE')
  })

  it('refuses the same run to a person without the visa, names what is missing, and keeps nothing', async () => {
    const before = await suite.json<{ runs: unknown[] }>('guest', 'wes', 'ls')
    const answer = await suite.cli([
      'wes',
      'run',
      workflow,
      inputs(objects.map((o) => o.self_uri)),
      '--as',
      'guest',
      '--data',
      suite.data,
    ])
    expect(answer.code).toBe(3)
    expect(answer.stderr).toContain('ControlledAccessGrants')
    const after = await suite.json<{ runs: unknown[] }>('guest', 'wes', 'ls')
    expect(before.runs).toEqual([])
    expect(after.runs).toEqual([])
  })

  it('runs a task on the public object for the person without a visa', async () => {
    const task = {
      executors: [{ image: 'bb:1', command: ['head', '-c', '12', '/data/genome.fa'] }],
      inputs: [{ url: objects[2]?.self_uri, path: '/data/genome.fa' }],
    }
    const file = join(suite.folder, 'task.json')
    writeFileSync(file, JSON.stringify(task))
    const { id } = await suite.json<{ id: string }>('guest', 'tes', 'run', file, '--wait')
    const done = (await (await suite.request('guest', `/ga4gh/tes/v1/tasks/${id}?view=FULL`)).json()) as TesTask
    expect(done.state).toBe('COMPLETE')
    expect(done.logs?.[0]?.logs[0]?.stdout).toBe(readFileSync(genome, 'utf8').slice(0, 12))
  })

  it('refuses a task on a controlled object to the person without a visa', async () => {
    const body = JSON.stringify({
      executors: [{ image: 'bb:1', command: ['cat', '/data/reads'] }],
      inputs: [{ url: objects[0]?.self_uri, path: '/data/reads' }],
    })
    const answer = await suite.request('guest', '/ga4gh/tes/v1/tasks', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(403)
    expect(JSON.stringify(await answer.json())).toContain('ControlledAccessGrants')
  })

  it('ends a run whose workflow does not parse as the author’s error, with the engine’s words', async () => {
    const file = join(suite.folder, 'broken.cwl')
    writeFileSync(file, 'cwlVersion: v1.2\nclass: Workflow\ninputs: []\noutputs: []\nsteps: 7\n')
    const answer = await suite.cli([
      'wes',
      'run',
      file,
      '--follow',
      '--json',
      '--as',
      'researcher',
      '--data',
      suite.data,
    ])
    expect(answer.code).toBe(5)
    const { run_id } = JSON.parse(answer.stdout) as { run_id: string }
    const log = (await (await suite.request('researcher', `/ga4gh/wes/v1/runs/${run_id}`)).json()) as RunLog
    expect(log.state).toBe('EXECUTOR_ERROR')
    expect(log.run_log?.system_logs?.join('\n')).toMatch(/steps/)
  })

  it('stops on one Ctrl-C and leaves no process behind', async () => {
    expect(await suite.stop()).toBe(0)
    await expect(fetch(`${suite.url}/healthz`)).rejects.toThrow()
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { RunLog } from '@biocloud/ga4gh-api'
import { headFiles } from './head/head-files.ts'
import { startWes } from './testing/server-fixture.ts'

const SUCCEED = { 'main.cwl': '{"do":"succeed","tasks":2,"outputs":{"report":"hello"}}' }
const LONG = 60_000

describe('WES over HTTP: real STS, database, files and heads; fake DRS, TES and engine', () => {
  let wes: Awaited<ReturnType<typeof startWes>>
  beforeAll(async () => {
    wes = await startWes()
  }, LONG)
  afterAll(async () => {
    await wes.stop()
  }, LONG)

  const get = (path: string, headers: Record<string, string> = {}) => wes.call('GET', path, { headers })

  describe('a run that succeeds', () => {
    let runId: string
    let log: RunLog
    beforeAll(async () => {
      runId = await wes.accepted(
        { tags: '{"project":"x","n":1}', workflow_params: '{"word":"w"}' },
        { attached: SUCCEED },
      )
      log = await wes.reach(runId)
    }, LONG)

    it('W19 is COMPLETE with its outputs stored and registered in the dataset of the run', () => {
      expect(log.state).toBe('COMPLETE')
      expect(log.outputs['report']).toMatchObject({
        class: 'File',
        basename: 'report.txt',
        size: 5,
        location: `${wes.origin}/ga4gh/wes/v1/runs/${runId}/outputs/report/report.txt`,
        checksum: 'sha256$2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        drs_uri: expect.stringMatching(/^drs:\/\/localhost\//u),
      })
      const registered = wes.drs.registered.find(({ candidate }) => candidate['x_dataset'] === `run:${runId}`)
      expect(registered?.candidate).toMatchObject({ name: 'report.txt', size: 5, checksums: [{ type: 'sha-256' }] })
    })
    it('W8 the request is echoed as sent, with only the omitted engine members filled in', () => {
      expect(log.request).toEqual({
        workflow_type: 'CWL',
        workflow_type_version: 'v1.2',
        workflow_url: 'main.cwl',
        workflow_params: { word: 'w' },
        tags: { project: 'x', n: '1' },
        workflow_engine_parameters: {},
        workflow_engine: 'cwltool',
        workflow_engine_version: '3.1.20990101000000',
      })
    })
    it('W20 times have no milliseconds, logs are URLs, and nothing is null', async () => {
      expect(log.run_log?.start_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u)
      expect(log.run_log?.end_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u)
      expect(log.run_log?.stdout).toBe(`${wes.origin}/ga4gh/wes/v1/runs/${runId}/stdout`)
      expect(log.run_log?.exit_code).toBe(0)
      expect((await get(`/runs/${runId}`)).text).not.toContain('null')
      expect((await get(String(log.run_log?.stderr))).text).toBe('fake engine starts\n')
    })
    it('W21 a log answers ranges, HEAD and a range beyond its end', async () => {
      const path = `/runs/${runId}/stderr`
      const part = await get(path, { range: 'bytes=5-10' })
      expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, 'engine', 'bytes 5-10/19'])
      expect((await get(path, { range: 'bytes=-7' })).text).toBe('starts\n')
      expect((await get(path, { range: 'bytes=0-1,3-4' })).status).toBe(200)
      const beyond = await get(path, { range: 'bytes=100-' })
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */19'])
      const head = await wes.call('HEAD', path)
      expect([
        head.status,
        head.headers.get('content-length'),
        head.headers.get('content-type'),
        head.headers.get('x-content-type-options'),
      ]).toEqual([200, '19', 'text/plain; charset=utf-8', 'nosniff'])
    })
    it('tasks come from TES, named by the engine, in both places and in the same order', async () => {
      const list = (await get(`/runs/${runId}/tasks`)).json as {
        task_logs: { id: string; name: string; cmd: string[]; tes_uri: string; system_logs: string[] }[]
        next_page_token: string
      }
      expect(list.task_logs.map(({ name, cmd }) => [name, cmd])).toEqual([
        ['step_1', ['echo', '1']],
        ['step_2', ['echo', '2']],
      ])
      expect(list.next_page_token).toBe('')
      expect(list.task_logs[0]?.tes_uri).toMatch(/\/tasks\/task-/u)
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the deprecated member is what is tested
      expect(log.task_logs).toEqual(list.task_logs)
      expect((await get(`/runs/${runId}/tasks/${list.task_logs[1]?.id ?? ''}`)).json).toEqual(list.task_logs[1])
    })
    it('tasks are paged by signed tokens, and an altered one is 400', async () => {
      const first = (await get(`/runs/${runId}/tasks?page_size=1`)).json as {
        task_logs: unknown[]
        next_page_token: string
      }
      expect(first.task_logs).toHaveLength(1)
      const second = (await get(`/runs/${runId}/tasks?page_size=1&page_token=${first.next_page_token}`)).json as {
        task_logs: unknown[]
        next_page_token: string
      }
      expect([second.task_logs.length, second.next_page_token]).toEqual([1, ''])
      const altered = `${first.next_page_token.slice(0, -2)}xx`
      expect((await get(`/runs/${runId}/tasks?page_token=${altered}`)).status).toBe(400)
    })
    it('an output opens by its location, also with the slash encoded, in ranges and by ETag', async () => {
      const { location } = log.outputs['report'] as { location: string }
      const whole = await get(location)
      expect([whole.status, whole.text]).toEqual([200, 'hello'])
      expect((await get(`/runs/${runId}/outputs/report%2Freport.txt`)).text).toBe('hello')
      const part = await get(location, { range: 'bytes=1-2' })
      expect([part.status, part.text]).toEqual([206, 'el'])
      expect((await get(location, { 'if-none-match': whole.headers.get('etag') ?? '' })).status).toBe(304)
      expect((await get(`/runs/${runId}/outputs/report/none`)).status).toBe(404)
      expect((await get(`/runs/${runId}/outputs/..%2Fjob%2Fcwl.json`)).status).toBe(404)
    })
    it('the list of outputs has name, size, sha-256, DRS URI and location', async () => {
      expect((await get(`/runs/${runId}/outputs`)).json).toEqual({
        outputs: [
          {
            name: 'report/report.txt',
            size: 5,
            checksums: [
              { type: 'sha-256', checksum: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' },
            ],
            drs_uri: (log.outputs['report'] as { drs_uri: string }).drs_uri,
            location: (log.outputs['report'] as { location: string }).location,
          },
        ],
        next_page_token: '',
      })
    })
    it('W25 a foreign run and a missing one are the same 404 on every path', async () => {
      for (const below of [
        '',
        '/status',
        '/tasks',
        '/tasks/task-1',
        '/stdout',
        '/stderr',
        '/tasks/task-1/stdout',
        '/outputs',
        '/outputs/report%2Freport.txt',
      ]) {
        const [foreign, missing] = await Promise.all([
          wes.call('GET', `/runs/${runId}${below}`, { as: 'registered' }),
          get(`/runs/${'0'.repeat(26)}${below}`),
        ])
        expect([foreign.status, foreign.text.replace(runId, 'X')]).toEqual([
          404,
          missing.text.replace('0'.repeat(26), 'X'),
        ])
      }
      expect((await wes.call('POST', `/runs/${runId}/cancel`, { as: 'registered' })).status).toBe(404)
    })
    it('cancel of an ended run is 200 and changes nothing', async () => {
      expect((await wes.call('POST', `/runs/${runId}/cancel`)).json).toEqual({ run_id: runId })
      expect((await get(`/runs/${runId}/status`)).json).toEqual({ run_id: runId, state: 'COMPLETE' })
    })
    it("the run's token is dead after the end: no report is taken with it", async () => {
      const config = JSON.parse(await readFile(headFiles(join(wes.runs, runId, 'job')).config, 'utf8')) as {
        reports: string
      }
      const answer = await wes.call('POST', config.reports, {
        bearer: 'rt_unknown',
        body: '{"reports":[{"n":1,"time":"x","type":"exit"}]}',
        headers: { 'content-type': 'application/json' },
      })
      expect(answer.status).toBe(401)
    })
    it('no token is in the database, its log, the log lines or a file of the run', async () => {
      const token = await wes.token('researcher')
      const signature = token.split('.')[2] ?? ''
      const texts = [
        ...['wes.db', 'wes.db-wal'].map((name) => join(wes.dataDir, 'wes', name)).filter(existsSync),
        ...readdirSync(join(wes.runs, runId), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name)),
      ].map((file) => readFileSync(file, 'latin1'))
      for (const text of [...texts, wes.lines.join('')]) {
        expect(text).not.toContain(signature)
        expect(text).not.toMatch(/\brt_[\w-]{8,}/u)
      }
    })
  })

  describe('lists and service-info', () => {
    it(
      'W23 pages hold every run once, newest first, and later runs do not slip in',
      async () => {
        const mine: string[] = []
        for (let n = 0; n < 5; n++) mine.unshift(await wes.accepted({ tags: '{"list":"1"}' }, { as: 'registered' }))
        const list = async (query: string) =>
          (await wes.call('GET', `/runs?${query}`, { as: 'registered' })).json as {
            runs: { run_id: string; tags: object }[]
            next_page_token: string
          }
        const first = await list('page_size=2')
        const later = await wes.accepted({}, { as: 'registered' })
        const second = await list(`page_size=2&page_token=${first.next_page_token}`)
        const third = await list(`page_size=2&page_token=${second.next_page_token}`)
        const seen = [...first.runs, ...second.runs, ...third.runs].map(({ run_id }) => run_id)
        expect(seen).toEqual(mine)
        expect(seen).not.toContain(later)
        expect(third.next_page_token).toBe('')
        expect(first.runs[0]?.tags).toEqual({ list: '1' })
        expect((await list('tag=list:1')).runs).toHaveLength(5)
        expect((await list('tag=list:2')).runs).toHaveLength(0)
        expect((await list('page_size=100000')).runs).toHaveLength(6)
      },
      LONG,
    )
    it('a filter by a type or state that does not exist is 400 naming those that do; aliases are types', async () => {
      const foo = await get('/runs?type=FOO')
      expect([foo.status, (foo.json as { msg: string }).msg]).toEqual([400, expect.stringContaining('NFL (NEXTFLOW)')])
      expect((await get('/runs?state=x')).status).toBe(400)
      expect((await get('/runs?type=nextflow')).json).toEqual({ runs: [], next_page_token: '' })
    })
    it('W23 W24 a bad page_size and a token of another person are 400', async () => {
      for (const size of ['0', '-1', 'x', '1.5']) expect((await get(`/runs?page_size=${size}`)).status).toBe(400)
      const json: unknown = (await wes.call('GET', '/runs?page_size=1', { as: 'registered' })).json
      expect((await get(`/runs?page_token=${(json as { next_page_token: string }).next_page_token}`)).status).toBe(400)
    })
    it('W26 W28 service-info is public and lists what was found alone', async () => {
      const info = (await wes.call('GET', '/service-info', { as: 'nobody' })).json as Record<string, unknown>
      expect(info).toMatchObject({
        type: { group: 'org.ga4gh', artifact: 'wes', version: '1.1.0' },
        supported_wes_versions: ['1.0', '1.0.0', '1.1', '1.1.0'],
        workflow_engine_versions: { cwltool: { workflow_engine_version: ['3.1.20990101000000'] } },
        supported_filesystem_protocols: ['drs', 'https'],
      })
      expect(Object.keys(info['workflow_type_versions'] as object)).toEqual(['CWL'])
      expect(Object.values(info['system_state_counts'] as Record<string, number>).every((count) => count === 0)).toBe(
        true,
      )
      const own = (await get('/service-info')).json as { system_state_counts: { COMPLETE: number } }
      expect(own.system_state_counts.COMPLETE).toBeGreaterThan(0)
    })
    it('W27 engine parameters are listed by name, type and default as text', async () => {
      const json: unknown = (await get('/service-info')).json
      expect(
        (json as { default_workflow_engine_parameters: unknown[] }).default_workflow_engine_parameters,
      ).toContainEqual({ name: 'cwltool.max_tasks', type: 'int', default_value: '5000' })
    })
    it("W29 every error is {msg, status_code}, the router's too", async () => {
      for (const answer of [
        await get('/nothing'),
        await get(`/runs/${'1'.repeat(26)}`),
        await wes.call('PUT', '/runs'),
        await wes.call('GET', '/runs', { bearer: 'broken' }),
      ]) {
        expect(answer.json).toEqual({ msg: expect.any(String), status_code: answer.status })
      }
    })
  })
})

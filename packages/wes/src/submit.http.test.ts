import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
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

  describe('POST /runs', () => {
    it(
      'W2 takes a RunRequest as JSON, whose object members may be JSON text; a relative workflow_url is then 400',
      async () => {
        const body = (more: object) =>
          JSON.stringify({
            workflow_type: 'CWL',
            workflow_type_version: '1.2',
            workflow_params: '{"a":1}',
            tags: { n: 1 },
            ...more,
          })
        const headers = { 'content-type': 'application/json' }
        const relative = await wes.call('POST', '/runs', { body: body({ workflow_url: 'main.cwl' }), headers })
        expect([relative.status, relative.json]).toEqual([
          400,
          { status_code: 400, msg: expect.stringContaining('multipart/form-data') },
        ])
        const answer = await wes.call('POST', '/runs', {
          body: body({ workflow_url: 'https://workflows.invalid/main.cwl' }),
          headers,
        })
        expect(answer.status).toBe(200)
        const log = await wes.reach((answer.json as { run_id: string }).run_id)
        expect(log.state).toBe('SYSTEM_ERROR') // .invalid has no address: W17, network trouble
        expect(log.run_log?.system_logs?.at(-1)).toContain('workflows.invalid')
        expect(log.request.workflow_params).toEqual({ a: 1 })
      },
      LONG,
    )
    it('an anonymous caller gets 401, and nothing remains', async () => {
      const before = readdirSync(wes.runs).length
      expect((await wes.submit({}, { as: 'nobody' })).status).toBe(401)
      expect(readdirSync(wes.runs)).toHaveLength(before)
    })
    it.each([
      ['no workflow_type', { workflow_type: undefined }, 'workflow_type is required'],
      ['an unknown type', { workflow_type: 'XYZ' }, 'CWL, WDL'],
      [
        'a type without an engine',
        { workflow_type: 'WDL', workflow_type_version: '1.0' },
        'No engine for WDL on this server',
      ],
      ['an engine that is not here', { workflow_engine: 'nextflow' }, 'Here: cwltool 3.1.20990101000000'],
      [
        'another version of the engine',
        { workflow_engine: 'cwltool', workflow_engine_version: '1' },
        'installed: 3.1.20990101000000',
      ],
      [
        'a version without an engine',
        { workflow_engine_version: '3' },
        'workflow_engine_version is given without workflow_engine',
      ],
      ['broken JSON', { workflow_params: '{' }, 'workflow_params is not JSON'],
      ['params that are no object', { workflow_params: '[]' }, 'workflow_params must be a JSON object'],
      ['a nested tag', { tags: '{"a":{"b":1}}' }, 'tags.a.b'],
      ['a reserved tag', { tags: '{"wes_x":"1"}' }, 'tags.wes_x'],
      ['an unknown engine parameter', { workflow_engine_parameters: '{"tes_url":"http://x"}' }, 'known: on_error'],
      ['a misspelt field', { workflow_parms: '{}' }, 'There is no field "workflow_parms"'],
      ['a workflow_url that is not attached', { workflow_url: 'other.cwl' }, 'attached: main.cwl'],
      ['a file URL', { workflow_url: 'file:///etc/passwd' }, 'never opened'],
      ['an absolute path', { workflow_url: '/etc/passwd' }, 'never opened'],
      ['an http URL', { workflow_url: 'http://example.org/x.cwl' }, 'scheme http'],
      ['a host without an address of its own', { workflow_url: 'https://u@example.org/x.cwl' }, 'user name'],
      [
        'a file URL in the params',
        { workflow_params: '{"f":{"class":"File","location":"file:///etc/passwd"}}' },
        'workflow_params.f.location',
      ],
      [
        'an address of this machine in the params',
        { workflow_params: '{"f":{"class":"File","location":"https://0x7f.1/x"}}' },
        'workflow_params.f.location names an address that is not public',
      ],
      [
        'the metadata address in the params',
        { workflow_params: '{"f":{"class":"File","location":"https://169.254.169.254/x"}}' },
        'not public',
      ],
      [
        'a path of this server in the params',
        { workflow_params: '{"f":[{"class":"File","path":"/etc/passwd"}]}' },
        'workflow_params.f[0].path',
      ],
      [
        'a file that is not attached',
        { workflow_params: '{"f":{"class":"File","location":"x.txt"}}' },
        'attached: main.cwl',
      ],
      [
        'a DRS host that is not known',
        { workflow_params: '{"f":{"class":"File","location":"drs://elsewhere.example/x"}}' },
        'elsewhere.example',
      ],
      [
        'a compact DRS URI',
        { workflow_params: '{"f":{"class":"File","location":"drs://dg.4503:x"}}' },
        'compact identifier',
      ],
      [
        'a token in the params',
        { workflow_params: '{"a":{"b":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"}}' },
        'workflow_params.a.b',
      ],
      [
        'a signed URL in the params',
        { workflow_params: '{"f":{"class":"File","location":"https://b.example/x?X-Amz-Signature=abc"}}' },
        'a signed URL',
      ],
    ])('%s is 400 with what is wrong, and nothing remains', async (_name, fields, text) => {
      const before = readdirSync(wes.runs).length
      const answer = await wes.submit(fields)
      expect(answer.json).toEqual({ status_code: 400, msg: expect.stringContaining(text) })
      expect(readdirSync(wes.runs)).toHaveLength(before)
    })
    it('W17 an address of this network as a workflow URL is 403', async () => {
      for (const host of ['127.0.0.1', '169.254.169.254', '[::1]', '2130706433', '0x7f.1', 'localhost']) {
        expect((await wes.submit({ workflow_url: `https://${host}/x.cwl` })).status).toBe(403)
      }
    })
    it('the message of a refused secret does not hold it', async () => {
      const answer = await wes.submit({ workflow_params: '{"key":"AKIAABCDEFGHIJKLMNOP"}' })
      expect(answer.json).toEqual({ status_code: 400, msg: expect.stringContaining('workflow_params.key') })
      expect(answer.text).not.toContain('ABCDEFGHIJKLMNOP')
    })
    it('W4 other content types are 415 and an empty body 400', async () => {
      expect(
        (
          await wes.call('POST', '/runs', {
            body: 'a=b',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
        ).status,
      ).toBe(415)
      expect((await wes.call('POST', '/runs')).status).toBe(400)
    })
    it(
      'an input that is permitted is accepted, and gets the name and size of its object in the copy of the engine',
      async () => {
        const uri = wes.drs.addObject('cohort1', 'demo-cohort', { name: 'reads.fq.gz' })
        const runId = await wes.accepted({ workflow_params: JSON.stringify({ f: { class: 'File', location: uri } }) })
        const log = await wes.reach(runId)
        expect(log.request.workflow_params).toEqual({ f: { class: 'File', location: uri } })
        expect(log.outputs['params']).toMatchObject({ f: { location: uri, basename: 'reads.fq.gz' } }) // C3
        const config = JSON.parse(await readFile(join(wes.runs, runId, 'job', 'cwl.json'), 'utf8')) as {
          objects: unknown
        }
        expect(config.objects).toMatchObject({ [uri]: { size: 3, name: 'reads.fq.gz' } })
      },
      LONG,
    )
    it('an input that is refused is 403 with the dataset and the visa in words; an unknown one 404', async () => {
      const uri = wes.drs.addObject('cohort2', 'demo-cohort')
      const before = readdirSync(wes.runs).length
      const params = (location: string) => ({ workflow_params: JSON.stringify({ f: { class: 'File', location } }) })
      const refused = await wes.submit(params(uri), { as: 'guest' })
      expect(refused.json).toEqual({
        status_code: 403,
        msg: expect.stringMatching(/demo-cohort.*ControlledAccessGrants/u),
      })
      expect((await wes.submit(params('drs://localhost/none'))).status).toBe(404)
      expect(readdirSync(wes.runs)).toHaveLength(before)
    })
    it('an STS in trouble is 503 with Retry-After, and nothing is accepted', async () => {
      const before = readdirSync(wes.runs).length
      wes.drs.failNext(500)
      const answer = await wes.submit()
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10'])
      expect(readdirSync(wes.runs)).toHaveLength(before)
    })
    it(
      'an output location of an earlier run is an input of the next, by its DRS URI; a foreign one reads as missing',
      async () => {
        const first = await wes.reach(await wes.accepted({}, { attached: SUCCEED }))
        const { location, drs_uri: uri } = first.outputs['report'] as { location: string; drs_uri: string }
        const params = { workflow_params: JSON.stringify({ f: { class: 'File', location } }) }
        const next = await wes.reach(await wes.accepted(params))
        expect(next.outputs['params']).toMatchObject({ f: { location: uri } })
        expect((await wes.submit(params, { as: 'registered' })).status).toBe(404)
      },
      LONG,
    )
    it('Idempotency-Key: the same request is the same run, another one 409, another owner another run', async () => {
      const headers = { 'idempotency-key': 'k1' }
      const first = await wes.accepted({}, { headers })
      expect(await wes.accepted({}, { headers })).toBe(first)
      expect((await wes.submit({ tags: '{"a":"b"}' }, { headers })).status).toBe(409)
      expect(await wes.accepted({}, { headers, as: 'guest' })).not.toBe(first)
      const [one, two] = await Promise.all([
        wes.accepted({}, { headers: { 'idempotency-key': 'k2' } }),
        wes.accepted({}, { headers: { 'idempotency-key': 'k2' } }),
      ])
      expect(two).toBe(one)
    })
  })
})

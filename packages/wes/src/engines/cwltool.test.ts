import { describe, expect, it } from '@jest/globals'
import { cwltool } from './cwltool.ts'
import { engineContract, plannedRun } from './contract.ts'
import { parseEngineParameters } from './parameters.ts'

const success = JSON.stringify({ version: 1, status: 'success', outputs: { a: 1 } })
const invalid = JSON.stringify({
  version: 1,
  status: 'invalid',
  outputs: {},
  message: 'Tool definition failed validation',
})

engineContract(cwltool, {
  events: [
    {
      line: '{"event":"submitted","time":"t","step":"align_2","task_id":"x"}',
      events: [{ kind: 'step', step: 'align_2', status: 'submitted', taskId: 'x' }],
    },
    {
      line: '{"event":"done","step":"s","task_id":"x","state":"COMPLETE","exit_code":0}',
      events: [{ kind: 'step', step: 's', status: 'done', taskId: 'x' }],
    },
    {
      line: '{"event":"failed","step":"s","message":"exit code 3"}',
      events: [{ kind: 'step', step: 's', status: 'failed', message: 'exit code 3' }],
    },
    {
      line: '{"event":"message","level":"warning","text":"slow"}',
      events: [{ kind: 'message', level: 'warning', text: 'slow' }],
    },
    { line: '{"event":"message","text":"plain"}', events: [{ kind: 'message', level: 'info', text: 'plain' }] },
  ],
  results: [
    { name: 'success', files: { exitCode: 0, result: success, stderrTail: '' }, ok: true },
    {
      name: 'exit 0 without a result is no success',
      files: { exitCode: 0, stderrTail: '' },
      ok: false,
      fault: 'lost',
      text: 'left no result',
    },
    {
      name: 'exit 1 with a result that says success is no success',
      files: { exitCode: 1, result: success, stderrTail: 'trace' },
      ok: false,
      fault: 'workflow',
      text: 'trace',
    },
    {
      name: 'a workflow that does not parse',
      files: { exitCode: 1, result: invalid, stderrTail: 'x' },
      ok: false,
      fault: 'workflow',
      text: 'Tool definition failed validation',
    },
    {
      name: 'a crash of Python',
      files: { exitCode: 1, stderrTail: 'Traceback\nKeyError' },
      ok: false,
      fault: 'workflow',
      text: 'KeyError',
    },
    {
      name: 'unsupported',
      files: { exitCode: 33, stderrTail: 'Unsupported requirement' },
      ok: false,
      fault: 'workflow',
      text: 'Unsupported',
    },
    { name: 'stopped', files: { exitCode: 143, stderrTail: '' }, ok: false, fault: 'cancelled' },
    {
      name: 'killed',
      files: { exitCode: null, signal: 'SIGKILL', stderrTail: '' },
      ok: false,
      fault: 'lost',
      text: 'SIGKILL',
    },
    {
      name: 'a result cut off by a full disk',
      files: { exitCode: 0, result: success.slice(0, 20), stderrTail: '' },
      ok: false,
      fault: 'lost',
    },
  ],
  probes: [
    {
      name: 'found',
      answer: { code: 0, stdout: 'cwltool 3.3.20260925135507\n', stderr: '' },
      version: '3.3.20260925135507',
    },
    { name: 'no module', answer: { code: 1, stdout: '', stderr: 'ModuleNotFoundError: cwltool' } },
    { name: 'something else answers', answer: { code: 0, stdout: 'Python 3.11', stderr: '' } },
    { name: 'it hangs and is killed', answer: { code: null, stdout: '', stderr: '' } },
  ],
  references: [
    {
      content: 'steps:\n  a:\n    run: tools/a.cwl\n  b: { run: "b.cwl#main", in: [] }\n',
      found: ['tools/a.cwl', 'b.cwl'],
    },
    { content: '{"run": "a.cwl", "x": {"$include": "../lib.js"}}', found: ['a.cwl', '../lib.js'] },
    {
      content:
        'run: "#tool"\nrun: https://e.example/x.cwl\nrun: /etc/passwd\nrun:\n  class: CommandLineTool\n$import: types.yml # why\n',
      found: ['types.yml'],
    },
  ],
})

describe('cwltool', () => {
  it('starts our plug-in with its config file alone', () => {
    const { argv, env } = cwltool.plan(plannedRun(cwltool))
    expect(argv).toEqual(['/opt/engine/bin/python', '-m', 'biocloud_cwl', '/runs/r/job/cwl.json'])
    expect(env['PYTHONPATH']).toBe('/srv/python')
  })
  it('gives the plug-in fragment, sizes and typed parameters', () => {
    const parameters = parseEngineParameters(cwltool, {
      'cwltool.on_error': 'continue',
      max_tasks: '7',
      compute_checksum: 'false',
    })
    const { files } = cwltool.plan(plannedRun(cwltool, { fragment: 'main', parameters }))
    const config = JSON.parse(files.find(({ path }) => path.endsWith('cwl.json'))?.content ?? '') as Record<
      string,
      unknown
    >
    expect(config).toMatchObject({
      version: 1,
      tes: '{{TES_BASE_URL}}/ga4gh/tes/v1',
      workflow: '/runs/r/workflow/main.cwl#main',
      objects: { 'drs://localhost/a': { size: 12, name: 'reads.fq' } },
      parameters: {
        on_error: 'continue',
        max_tasks: 7,
        compute_checksum: false,
        default_container: null,
        eval_timeout: 60,
      },
    })
  })
  it('names a step by the tag of the plug-in, else by the name of the task', () => {
    expect(cwltool.stepName({ name: 'n', tags: { cwl_step: 'sub/align_2' } })).toBe('sub/align_2')
    expect(cwltool.stepName({ name: 'n' })).toBe('n')
  })
})

describe('engine parameters', () => {
  it.each([
    [{ on_error: 'later' }, 'stop | continue'],
    [{ max_tasks: '0' }, 'from 1 to 5000'],
    [{ max_tasks: '1.5' }, 'int'],
    [{ max_tasks: '1e3' }, 'int'],
    [{ compute_checksum: 'yes' }, 'boolean'],
    [{ default_container: 'a\nb' }, 'string'],
    [{ tes: 'http://x' }, 'known: on_error'],
    [{ max_tasks: '1', 'cwltool.max_tasks': '2' }, 'given twice'],
    [{ constructor: 'x' }, 'known: on_error'],
  ])('%j is 400 with what is allowed', (sent, text) => {
    expect(() => parseEngineParameters(cwltool, sent as Record<string, string>)).toThrow(text)
  })
  it('defaults of the site come before those of the engine, and a client before both', () => {
    expect(parseEngineParameters(cwltool, {}, { default_container: 'bb:1' })['default_container']).toBe('bb:1')
    expect(
      parseEngineParameters(cwltool, { default_container: 'c' }, { default_container: 'bb:1' })['default_container'],
    ).toBe('c')
  })
})

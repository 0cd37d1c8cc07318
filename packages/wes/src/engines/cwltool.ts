import { delimiter, join } from 'node:path'
import {
  TES_PLACEHOLDER,
  type Engine,
  type EngineEvent,
  type EngineResult,
  type Exec,
  type ParserState,
  type Plan,
  type PlannedRun,
  type ResultFiles,
  type SourceFile,
} from './engine.ts'

/** The version of the files shared with the plug-in (python/biocloud_cwl). */
const FORMAT_VERSION = 1
const MAX_MESSAGE = 8000

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // a line cut off by a crash, or a file that is no result: the callers have an answer for it
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, MAX_MESSAGE) : undefined

const plan = (run: PlannedRun): Plan => {
  const { job } = run.folders
  const events = join(job, 'events.jsonl')
  const result = join(job, 'result.json')
  const paramsFile = join(job, 'params.json')
  const config = {
    version: FORMAT_VERSION,
    run_id: run.runId,
    tes: `${TES_PLACEHOLDER}/ga4gh/tes/v1`,
    workflow: run.fragment === undefined ? run.workflow : `${run.workflow}#${run.fragment}`,
    workflow_dir: run.folders.workflow,
    workflow_url: run.urls.workflow,
    params: paramsFile,
    objects: Object.fromEntries(
      run.objects.map(({ uri, size, name, checksums }) => [
        uri,
        {
          ...(size === undefined ? {} : { size }),
          ...(name === undefined ? {} : { name }),
          checksums: checksums ?? [],
        },
      ]),
    ),
    job_dir: job,
    work_dir: run.folders.work,
    work_url: run.urls.work,
    events,
    result,
    parameters: {
      default_container:
        run.parameters['default_container'] === '' ? null : (run.parameters['default_container'] ?? null),
      on_error: run.parameters['on_error'] ?? 'stop',
      max_tasks: run.parameters['max_tasks'] ?? 5000,
      eval_timeout: run.parameters['eval_timeout'] ?? 60,
      compute_checksum: run.parameters['compute_checksum'] ?? true,
      poll_min_seconds: run.parameters['poll_min_seconds'] ?? 1,
      poll_max_seconds: run.parameters['poll_max_seconds'] ?? 5,
    },
  }
  const configFile = join(job, 'cwl.json')
  const home = join(job, 'home')
  const tmp = join(job, 'tmp')
  return {
    argv: [run.install.program, '-m', 'biocloud_cwl', configFile],
    env: {
      PATH: run.path.join(delimiter),
      HOME: home,
      TMPDIR: tmp,
      XDG_CACHE_HOME: join(home, '.cache'),
      LANG: 'C.UTF-8',
      PYTHONPATH: run.pythonPath,
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    files: [
      { path: configFile, content: `${JSON.stringify(config, null, 2)}\n`, mode: 0o600 },
      { path: paramsFile, content: `${JSON.stringify(run.params, null, 2)}\n`, mode: 0o600 },
    ],
    folders: [home, tmp, join(home, '.cache')],
    cwd: job,
    events,
    result,
    resources: { cpuCores: 1, ramGb: 1 },
    resume: true,
  }
}

const STEP_STATUS = {
  submitted: 'submitted',
  adopted: 'adopted',
  cached: 'cached',
  done: 'done',
  failed: 'failed',
} as const

const parse = (line: string, state: ParserState): EngineEvent[] => {
  state.lines += 1
  const event = parseObject(line)
  const kind = event?.['event']
  if (event === undefined || typeof kind !== 'string') return []
  if (kind === 'message') {
    const said = text(event['text'])
    const level = event['level'] === 'warning' || event['level'] === 'error' ? event['level'] : 'info'
    return said === undefined ? [] : [{ kind: 'message', level, text: said }]
  }
  const step = text(event['step'])
  if (step === undefined || !Object.hasOwn(STEP_STATUS, kind)) return []
  const taskId = text(event['task_id'])
  const message = text(event['message'])
  return [
    {
      kind: 'step',
      step,
      status: STEP_STATUS[kind as keyof typeof STEP_STATUS],
      ...(taskId === undefined ? {} : { taskId }),
      ...(message === undefined ? {} : { message }),
    },
  ]
}

const result = (files: ResultFiles): EngineResult => {
  const told = files.result === undefined ? undefined : parseObject(files.result)
  const status = told?.['status']
  const outputs = told?.['outputs']
  const message = text(told?.['message']) ?? text(files.stderrTail.trim().slice(-MAX_MESSAGE))
  if (files.exitCode === 0 && status === 'success' && isObject(outputs)) return { ok: true, outputs }
  if (files.exitCode === 143 || status === 'cancelled')
    return { ok: false, fault: 'cancelled', message: 'The engine was stopped' }
  if (files.exitCode === null) {
    const how = files.signal === undefined ? 'ended without an exit code' : `was ended by signal ${files.signal}`
    return { ok: false, fault: 'lost', message: `cwltool ${how}` }
  }
  if (files.exitCode === 0)
    return { ok: false, fault: 'lost', message: 'cwltool ended with exit code 0 and left no result' }
  return { ok: false, fault: 'workflow', message: message ?? `cwltool ended with exit code ${files.exitCode}` }
}

/** `run:`, `$import`, `$include`, `$schemas` of CWL, `import` of packed documents: relative ones only. Found by text, so comments may add names that do not exist. */
const references = (file: SourceFile): string[] => {
  const found = new Set<string>()
  const add = (raw: string | undefined): void => {
    const name = raw
      ?.trim()
      .replace(/^["']|["']$/gu, '')
      .replace(/#.*$/u, '')
    if (
      name === undefined ||
      name === '' ||
      name.startsWith('#') ||
      name.startsWith('/') ||
      /^[a-z][a-z0-9+.-]*:/iu.test(name)
    )
      return
    found.add(name)
  }
  // YAML and JSON spellings: run: x.cwl, "run": "x.cwl", { $import: x.yml }, "$include": "x.js".
  const pattern =
    /(?:^|[\s{,[])["']?(run|\$import|\$include|\$mixin)["']?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'#{}[\],|>&*!][^\n#,}\]]*))/gmu
  for (const match of file.content.matchAll(pattern)) add(match[2] ?? match[3] ?? match[4])
  return [...found]
}

const probe = async (
  run: Exec,
  program: string,
  env: Record<string, string>,
): Promise<{ version: string } | { absent: string }> => {
  const answer = await run(program, ['-m', 'biocloud_cwl', '--version'], { timeoutMs: 15_000, env })
  const version = /^cwltool\s+(\d+\.\d+\S*)\s*$/mu.exec(answer.stdout)?.[1]
  if (answer.code === 0 && version !== undefined) return { version }
  const lastLine = answer.stderr.trim().split('\n').at(-1)?.slice(0, 300)
  return {
    absent:
      lastLine === undefined || lastLine === ''
        ? `it answered with exit code ${answer.code ?? 'none (timeout?)'}`
        : lastLine,
  }
}

/** CWL by cwltool ≥ 3.1 with our plug-in: every CommandLineTool becomes a TES task (wes.md 2.3). */
export const cwltool: Engine = {
  name: 'cwltool',
  types: ['CWL'],
  typeVersions: { CWL: ['v1.0', 'v1.1', 'v1.2'] },
  inputSchemes: ['attachment', 'drs', 'https'],
  launchers: ['process', 'tes'],
  requirement: 'cwltool ≥ 3.1 was not found (engines.cwltool.python)',
  parameters: {
    on_error: {
      type: 'string',
      default: 'stop',
      oneOf: ['stop', 'continue'],
      description: 'What happens to steps that do not depend on a failed one',
    },
    default_container: {
      type: 'string',
      default: '',
      description: 'Image for tools without DockerRequirement; empty: such tools are refused',
    },
    max_tasks: { type: 'int', default: '5000', min: 1, max: 5000, description: 'Live tasks at once, at most' },
    eval_timeout: {
      type: 'int',
      default: '60',
      min: 1,
      max: 3600,
      description: 'Seconds for one JavaScript expression',
    },
    compute_checksum: { type: 'boolean', default: 'true', description: 'SHA-1 checksums in the output object' },
  },
  candidates: { local: ['cwltool/bin/python'], path: ['python3'] },
  probe,
  references,
  plan,
  parse,
  stepName: (task) => task.tags?.['cwl_step'] ?? task.name ?? 'task',
  result,
}

import type {
  RunListResponse,
  RunLog,
  RunState,
  RunStatus,
  RunSummary,
  WesClient,
  WesTaskListResponse,
  WesTaskLog,
} from '@biocloud/ga4gh-api'
import { cancelEach } from './cancel-each.ts'
import { keyValues } from './key-values.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatDuration, formatTime, plain, printJson, printLine, table, tellLine, type Terminal } from './terminal.ts'

export const TERMINAL_STATES: ReadonlySet<string> = new Set<RunState>([
  'COMPLETE',
  'EXECUTOR_ERROR',
  'SYSTEM_ERROR',
  'CANCELED',
  'PREEMPTED',
])

const TASK_LIMIT = 5000

/** All steps of a run, in the order of the server. */
export const listSteps = async (wes: WesClient, id: string): Promise<WesTaskLog[]> => {
  const steps: WesTaskLog[] = []
  let token: string | undefined
  do {
    const page: WesTaskListResponse = await wes.listTasks(id, {
      page_size: 1000,
      ...(token === undefined ? {} : { page_token: token }),
    })
    steps.push(...page.task_logs)
    token = page.next_page_token === '' ? undefined : page.next_page_token
  } while (token !== undefined && steps.length < TASK_LIMIT)
  return steps
}

export type StepState = 'waiting' | 'running' | 'done' | 'failed'

/** A task log of WES 1.1 has no state: its times and exit code tell it. */
export const stepState = (step: WesTaskLog): StepState => {
  // The engine's word first: a tool may call another exit code than 0 a success. Foreign servers say nothing of it.
  const verdict = step.system_logs?.find((line) => line === 'Step: done' || line === 'Step: failed')
  if (step.end_time !== undefined && verdict !== undefined) return verdict === 'Step: done' ? 'done' : 'failed'
  if (step.end_time !== undefined) return step.exit_code === 0 ? 'done' : 'failed'
  return step.start_time === undefined ? 'waiting' : 'running'
}

export const stepTook = (step: WesTaskLog, now: number): string => {
  if (step.start_time === undefined) return ''
  return formatDuration((step.end_time === undefined ? now : Date.parse(step.end_time)) - Date.parse(step.start_time))
}

export type ListOptions = SharedOptions & { limit: number; state?: string; tag: string[] }

const took = (run: Pick<RunSummary, 'start_time' | 'end_time'>): string =>
  run.start_time === undefined
    ? ''
    : formatDuration((run.end_time === undefined ? Date.now() : Date.parse(run.end_time)) - Date.parse(run.start_time))

/** `wes ls`: own runs, newest first. */
export const wesList = async (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { wes } = await openSession(options, terminal)
  const tags = Object.entries(keyValues(options.tag, '--tag'))
  const runs: (RunStatus | RunSummary)[] = []
  let token: string | undefined
  do {
    const page: RunListResponse = await wes.listRuns({
      page_size: Math.min(100, options.limit - runs.length),
      ...(token === undefined ? {} : { page_token: token }),
      ...(options.state === undefined ? {} : { state: options.state.toUpperCase() as RunState }), // the server says which there are
      ...(tags.length === 0 ? {} : { tag: tags.map(([key, value]) => `${key}:${value}`) }),
    })
    runs.push(...page.runs)
    token = page.next_page_token === '' ? undefined : page.next_page_token
  } while (token !== undefined && runs.length < options.limit)
  if (options.json === true) {
    printJson(terminal, { runs, ...(token === undefined ? {} : { more: true }) })
    return
  }
  if (runs.length === 0) {
    tellLine(terminal, 'No runs. Start one with: biocloud wes run workflow.cwl inputs.json --follow')
    return
  }
  const rows = runs.map((run) => {
    const summary = run as RunSummary // WES 1.0 servers send id and state alone; the rest is then absent
    const tagText = Object.entries((summary.tags as RunSummary['tags'] | undefined) ?? {})
      .filter(([key]) => !key.startsWith('wes_'))
      .map(([key, value]) => `${key}=${value}`)
    return [run.run_id, run.state, formatTime(summary.start_time), took(summary), tagText.join(' ')]
  })
  printLine(terminal, table(['ID', 'STATE', 'STARTED', 'TOOK', 'TAGS'], rows))
  if (token !== undefined) tellLine(terminal, `There are more: --limit ${options.limit * 2}`)
}

/** `wes status`: the run and its steps. */
export const wesStatus = async (id: string, options: SharedOptions, terminal: Terminal): Promise<void> => {
  const { wes } = await openSession(options, terminal)
  const run = await wes.getRunLog(id)
  if (options.json === true) {
    printJson(terminal, run)
    return
  }
  printLine(terminal, describeRun(run, await listSteps(wes, id)))
}

export const stepRows = (steps: readonly WesTaskLog[], now = Date.now()): string[][] =>
  steps.map((step) => [
    step.name,
    stepState(step),
    stepTook(step, now),
    step.exit_code === undefined ? '' : String(step.exit_code),
    step.id,
  ])

const describeRun = (run: RunLog, steps: readonly WesTaskLog[]): string => {
  const log = run.run_log
  const lines: [string, string | undefined][] = [
    ['Id', run.run_id],
    ['State', run.state],
    ['Workflow', `${run.request.workflow_url}  (${run.request.workflow_type} ${run.request.workflow_type_version})`],
    ['Started', formatTime(log?.start_time)],
    ['Ended', formatTime(log?.end_time)],
    ['Took', took(log ?? {})],
    ['Exit code', log?.exit_code === undefined ? undefined : String(log.exit_code)],
    ...(log?.system_logs ?? []).map((line): [string, string] => ['Note', line]),
  ]
  const head = lines
    .filter((line): line is [string, string] => line[1] !== undefined && line[1] !== '')
    .map(([name, value]) => `${name.padEnd(9)} ${plain(value).trim()}`)
  return steps.length === 0
    ? head.join('\n')
    : [...head, '', table(['STEP', 'STATE', 'TOOK', 'EXIT', 'TASK'], stepRows(steps))].join('\n')
}

/** `wes cancel`: the server answers at once; the steps stop after that. */
export const wesCancel = async (ids: readonly string[], options: SharedOptions, terminal: Terminal): Promise<void> => {
  const { wes } = await openSession(options, terminal)
  await cancelEach(ids, async (id) => await wes.cancelRun(id), options, terminal)
}

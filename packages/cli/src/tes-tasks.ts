import type { TesClient, TesState, TesTask } from '@biocloud/ga4gh-api'
import { cancelEach } from './cancel-each.ts'
import { CliError, EXIT, usage } from './errors.ts'
import { keyValues } from './key-values.ts'
import { createLogStream, type LogStream } from './log-stream.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatDuration, formatTime, plain, printJson, printLine, table, tellLine, type Terminal } from './terminal.ts'
import { watch } from './watch.ts'

export const TERMINAL_STATES: ReadonlySet<string> = new Set<TesState>([
  'COMPLETE',
  'EXECUTOR_ERROR',
  'SYSTEM_ERROR',
  'CANCELED',
  'PREEMPTED',
])

const elapsed = (start: string | undefined, end: string | undefined): string => {
  if (start === undefined) return ''
  return formatDuration((end === undefined ? Date.now() : Date.parse(end)) - Date.parse(start))
}

export type ListOptions = SharedOptions & { limit: number; state?: string; tag: string[]; namePrefix?: string }

/** `tes ls`: own tasks, newest first. */
export const tesList = async (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { tes } = await openSession(options, terminal)
  const tags = Object.entries(keyValues(options.tag, '--tag', true))
  const tasks: TesTask[] = []
  let token: string | undefined
  do {
    const page = await tes.listTasks({
      view: 'BASIC',
      page_size: Math.min(256, options.limit - tasks.length),
      ...(token === undefined ? {} : { page_token: token }),
      ...(options.namePrefix === undefined ? {} : { name_prefix: options.namePrefix }),
      ...(options.state === undefined ? {} : { state: options.state.toUpperCase() as TesState }), // the server says which there are
      ...(tags.length === 0 ? {} : { tag_key: tags.map(([key]) => key), tag_value: tags.map(([, value]) => value) }),
    })
    tasks.push(...page.tasks)
    token = page.next_page_token === '' ? undefined : page.next_page_token
  } while (token !== undefined && tasks.length < options.limit)
  if (options.json === true) {
    printJson(terminal, { tasks, ...(token === undefined ? {} : { more: true }) })
    return
  }
  if (tasks.length === 0) {
    tellLine(terminal, 'No tasks. Run one with: biocloud tes run --image busybox --wait -- echo hello')
    return
  }
  const rows = tasks.map((task) => {
    const log = task.logs?.at(-1)
    return [
      task.id ?? '',
      task.state ?? '',
      task.name ?? '',
      formatTime(task.creation_time),
      elapsed(log?.start_time, log?.end_time),
    ]
  })
  printLine(terminal, table(['ID', 'STATE', 'NAME', 'CREATED', 'TOOK'], rows))
  if (token !== undefined) tellLine(terminal, `There are more: --limit ${options.limit * 2}`)
}

/** `tes get`: one task, for people or as the standard's document. */
export const tesGet = async (id: string, options: SharedOptions, terminal: Terminal): Promise<void> => {
  const { tes } = await openSession(options, terminal)
  const task = await tes.getTask(id, { view: 'FULL' })
  if (options.json === true) printJson(terminal, task)
  else printLine(terminal, describeTask(task))
}

/** What the server says about a task, one line each. */
export const remarks = (task: TesTask): string[] =>
  (task.logs?.at(-1)?.system_logs ?? []).map((line) => `  ${plain(line).trim()}`)

const describeTask = (task: TesTask): string => {
  const log = task.logs?.at(-1)
  const lines: [string, string | undefined][] = [
    ['Id', task.id],
    ['Name', task.name],
    ['State', task.state],
    ['Created', formatTime(task.creation_time)],
    ['Started', formatTime(log?.start_time)],
    ['Ended', formatTime(log?.end_time)],
    ...Object.entries(task.tags ?? {}).map(([key, value]): [string, string] => ['Tag', `${key}=${value}`]),
    ...task.executors.map((executor, n): [string, string] => [
      `Command ${n}`,
      `${executor.command.join(' ')}  (${executor.image})`,
    ]),
    ...(log?.logs ?? []).map((one, n): [string, string] => [`Exit ${n}`, String(one.exit_code)]),
    ...(task.inputs ?? []).map((input): [string, string] => ['Input', `${input.url ?? '(inline)'} → ${input.path}`]),
    ...(log?.outputs ?? []).map((output): [string, string] => [
      'Output',
      `${output.path} → ${output.url} (${output.size_bytes} bytes)`,
    ]),
    ...(log?.system_logs ?? []).map((line): [string, string] => ['System', line]),
  ]
  return lines
    .filter((line): line is [string, string] => line[1] !== undefined && line[1] !== '')
    .map(([name, value]) => `${name.padEnd(10)} ${plain(value).trim()}`)
    .join('\n')
}

/** `tes cancel`: the server answers at once; the state follows. */
export const tesCancel = async (ids: readonly string[], options: SharedOptions, terminal: Terminal): Promise<void> => {
  const { tes } = await openSession(options, terminal)
  await cancelEach(
    ids,
    async (id) => {
      await tes.cancelTask(id)
    },
    options,
    terminal,
  )
}

export type LogOptions = SharedOptions & { follow?: boolean; executor?: number; stream?: string }

const STREAMS = ['stdout', 'stderr'] as const

/** Both outputs of every command to ours: stdout to stdout, stderr to stderr. */
export const createTaskLogs = (
  tes: TesClient,
  id: string,
  o: { executors: readonly number[]; stream: string | undefined },
): { copy(terminal: Terminal): Promise<boolean> } => {
  const streams: { name: (typeof STREAMS)[number]; log: LogStream }[] = o.executors.flatMap((n) =>
    STREAMS.filter((name) => o.stream === undefined || o.stream === name).map((name) => ({
      name,
      log: createLogStream(async (range) => await tes.getExecutorLog(id, n, name, range)),
    })),
  )
  return {
    async copy(terminal) {
      let moved = false
      for (const { name, log } of streams) {
        const to = name === 'stdout' ? terminal.out : terminal.err
        if (await log.copy((chunk) => to.write(chunk))) moved = true
      }
      return moved
    },
  }
}

/** `tes logs [--follow]`. With --json the texts that the FULL view holds (head and tail of each). */
export const tesLogs = async (id: string, options: LogOptions, terminal: Terminal): Promise<void> => {
  if (options.stream !== undefined && !STREAMS.some((name) => name === options.stream))
    throw usage(`--stream takes ${STREAMS.join(' or ')}`)
  const { tes } = await openSession(options, terminal)
  const task = await tes.getTask(id, { view: 'FULL' })
  if (options.json === true) {
    const log = task.logs?.at(-1)
    printJson(terminal, { id, state: task.state, logs: log?.logs ?? [], system_logs: log?.system_logs ?? [] })
    return
  }
  const count = task.executors.length
  if (options.executor !== undefined && options.executor >= count)
    throw usage(`--executor ${options.executor}: the task has ${count}, counted from 0`)
  const executors = options.executor === undefined ? task.executors.map((_, n) => n) : [options.executor]
  const logs = createTaskLogs(tes, id, { executors, stream: options.stream })
  if (options.follow !== true) {
    // A task that never started a command wrote nothing: then what the server says is all there is to read.
    if (!(await logs.copy(terminal)) && (task.logs?.at(-1)?.logs ?? []).length === 0)
      tellLine(terminal, [`task ${id} is ${task.state ?? 'UNKNOWN'} and has no output`, ...remarks(task)].join('\n'))
    return
  }
  await followTask(tes, id, terminal, logs)
}

/** Copies the logs until the task has ended; resolves to its last state. */
export const followTask = async (
  tes: TesClient,
  id: string,
  terminal: Terminal,
  logs: { copy(terminal: Terminal): Promise<boolean> } | undefined,
  onState?: (state: string) => void,
): Promise<string> => {
  let state = ''
  await watch(
    {
      stop: terminal.stop,
      onOutage: () => {
        tellLine(terminal, 'The server does not answer; waiting for it …')
      },
    },
    async () => {
      const latest = (await tes.getTask(id)).state
      const changed = latest !== state
      if (changed) onState?.(latest)
      state = latest
      const moved = (await logs?.copy(terminal)) ?? false // after the state: what was written before the end is read
      if (TERMINAL_STATES.has(state)) return 'ended'
      return changed || moved ? 'changed' : 'same'
    },
  ).catch((error: unknown) => {
    if (!terminal.stop.aborted) throw error
    throw new CliError(`Interrupted; task ${id} goes on`, {
      exitCode: EXIT.interrupted,
      hint: `See it with: biocloud tes get ${id}   stop it with: biocloud tes cancel ${id}`,
    })
  })
  return state
}

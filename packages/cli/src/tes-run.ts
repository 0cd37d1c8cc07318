import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { TesInput, TesOutput, TesResources, TesTask } from '@biocloud/ga4gh-api'
import { CliError, EXIT, unreadable, usage } from './errors.ts'
import { keyValues } from './key-values.ts'
import { openSession, type SharedOptions } from './session.ts'
import { createTaskLogs, followTask, remarks } from './tes-tasks.ts'
import { printJson, printLine, tellLine, type Terminal } from './terminal.ts'

export type RunOptions = SharedOptions & {
  image?: string
  name?: string
  input: string[]
  output: string[]
  env: string[]
  tag: string[]
  volume: string[]
  workdir?: string
  cpus?: number
  ram?: number
  disk?: number
  wait?: boolean
}

const INLINE_LIMIT = 1_048_576

/** `/path/in/container=URL`, or `=@FILE` for a small text file of this machine, sent along. */
const parseInput = async (text: string, cwd: string): Promise<TesInput> => {
  const [path, source] = splitMapping(text, '--input')
  const type = path.endsWith('/') ? 'DIRECTORY' : 'FILE'
  if (!source.startsWith('@')) return { url: source, path: path.replace(/(.)\/+$/, '$1'), type }
  const file = resolve(cwd, source.slice(1))
  const info = await stat(file).catch(() => undefined)
  if (info?.isFile() !== true) throw usage(`--input ${text}: ${file} is no file`)
  const bytes = info.size <= INLINE_LIMIT ? await readFile(file) : undefined
  const content = bytes?.toString('utf8')
  if (bytes === undefined || content === undefined || !Buffer.from(content).equals(bytes)) {
    throw new CliError(`--input ${text}: only UTF-8 text up to ${INLINE_LIMIT} bytes can be sent along`, {
      exitCode: EXIT.refused,
      hint: `Register it and use its drs:// URI: biocloud drs register ${file} --dataset DATASET`,
    })
  }
  return { content, path, type: 'FILE' }
}

const splitMapping = (text: string, option: string): [path: string, url: string] => {
  const at = text.indexOf('=')
  if (!text.startsWith('/') || at < 2 || at === text.length - 1)
    throw usage(`${option} ${text}: expected /PATH/IN/CONTAINER=URL`)
  return [text.slice(0, at), text.slice(at + 1)]
}

const parseOutput = (text: string): TesOutput => {
  const [path, url] = splitMapping(text, '--output')
  return { url, path: path.replace(/(.)\/+$/, '$1'), type: path.endsWith('/') ? 'DIRECTORY' : 'FILE' }
}

const readTask = async (file: string, cwd: string): Promise<TesTask> => {
  const path = resolve(cwd, file)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usage(unreadable(file, error))
  })
  try {
    const task: unknown = JSON.parse(text)
    if (typeof task === 'object' && task !== null && !Array.isArray(task)) return task as TesTask // the server validates it
  } catch (error) {
    throw usage(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw usage(`${file} holds no task: expected one JSON object`)
}

/** The task that file, flags and command line describe; flags add to a file. */
export const buildTask = async (
  file: string | undefined,
  command: readonly string[],
  options: RunOptions,
  cwd: string,
): Promise<TesTask> => {
  if (file !== undefined && (command.length > 0 || options.image !== undefined)) {
    throw usage('Either a task file or --image and a command after --, not both')
  }
  if (file === undefined && (options.image === undefined || command.length === 0)) {
    throw usage('Nothing to run', 'Give a task file, or: biocloud tes run --image busybox -- echo hello')
  }
  const env = keyValues(options.env, '--env')
  const task: TesTask =
    file === undefined
      ? {
          executors: [
            {
              image: options.image ?? '',
              command: [...command],
              ...(options.workdir === undefined ? {} : { workdir: options.workdir }),
              ...(options.env.length === 0 ? {} : { env }),
            },
          ],
        }
      : await readTask(file, cwd)
  if (file !== undefined && (options.workdir !== undefined || options.env.length > 0)) {
    throw usage('--workdir and --env belong to a command after --; in a task file they stand with each executor')
  }
  const inputs = await Promise.all(options.input.map(async (text) => await parseInput(text, cwd)))
  const outputs = options.output.map((text) => parseOutput(text))
  const resources: TesResources = {
    ...(options.cpus === undefined ? {} : { cpu_cores: options.cpus }),
    ...(options.ram === undefined ? {} : { ram_gb: options.ram }),
    ...(options.disk === undefined ? {} : { disk_gb: options.disk }),
  }
  return {
    ...task,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(inputs.length === 0 ? {} : { inputs: [...(task.inputs ?? []), ...inputs] }),
    ...(outputs.length === 0 ? {} : { outputs: [...(task.outputs ?? []), ...outputs] }),
    ...(options.volume.length === 0 ? {} : { volumes: [...(task.volumes ?? []), ...options.volume] }),
    ...(options.tag.length === 0 ? {} : { tags: { ...task.tags, ...keyValues(options.tag, '--tag') } }),
    ...(Object.keys(resources).length === 0 ? {} : { resources: { ...task.resources, ...resources } }),
  }
}

/** `tes run`: resolves to the exit code; with --wait it reflects how the task ended. */
export const tesRun = async (
  args: { file?: string; command: string[] },
  options: RunOptions,
  terminal: Terminal,
): Promise<number> => {
  const body = await buildTask(args.file, args.command, options, terminal.cwd)
  const { tes } = await openSession(options, terminal)
  const { id } = await tes.createTask(body)
  if (options.wait !== true) {
    if (options.json === true) printJson(terminal, { id })
    else printLine(terminal, id)
    return EXIT.ok
  }
  const quiet = options.json === true
  const showStates = options.progress ?? (terminal.errIsTty && !quiet)
  const executors = Array.isArray(body.executors) ? body.executors.map((_, n) => n) : []
  const logs = quiet ? undefined : createTaskLogs(tes, id, { executors, stream: undefined })
  if (!quiet) tellLine(terminal, `task ${id}`)
  const state = await followTask(tes, id, terminal, logs, (latest) => {
    if (showStates) tellLine(terminal, `task ${id}: ${latest}`)
  })
  const task = await tes.getTask(id, { view: 'FULL' })
  if (quiet) printJson(terminal, task)
  else if (state !== 'COMPLETE') tellLine(terminal, [outcome(task), ...remarks(task)].join('\n'))
  else for (const line of remarks(task)) tellLine(terminal, line) // such as an output that was not there
  return state === 'COMPLETE' ? EXIT.ok : EXIT.unsuccessful
}

/** How a task ended: its state and the exit codes of what failed. */
const outcome = (task: TesTask): string => {
  const codes = (task.logs?.at(-1)?.logs ?? []).map(({ exit_code }) => exit_code).filter((code) => code !== 0)
  const exit = codes.length === 0 ? '' : `, exit code ${codes.join(', ')}`
  return `task ${task.id ?? ''} ended as ${task.state ?? 'UNKNOWN'}${exit}`
}

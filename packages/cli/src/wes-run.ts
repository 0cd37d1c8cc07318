import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import type { RunLog, RunRequest, WesClient } from '@biocloud/ga4gh-api'
import { attachInputs, checkAttachments, nameWorkflowFiles, type Attachment } from './attachments.ts'
import { EXIT, usage, type CliError } from './errors.ts'
import { followRun } from './follow-run.ts'
import { keyValues } from './key-values.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatBytes, plain, printJson, printLine, table, tellLine, type Terminal } from './terminal.ts'
import { commandName } from './welcome.ts'
import { listOutputs, outputTable } from './wes-outputs.ts'

export type RunOptions = SharedOptions & {
  type?: string
  typeVersion?: string
  engine?: string
  engineVersion?: string
  engineParameter: string[]
  tag: string[]
  attach: string[]
  follow?: boolean
  wait?: boolean
  dryRun?: boolean
}

/** TRS descriptor types by file name; CWL files say their version themselves. */
const TYPES: Readonly<Record<string, string>> = { '.cwl': 'CWL', '.wdl': 'WDL', '.nf': 'NFL', '.smk': 'SMK' }

type Prepared = { request: RunRequest; attachments: Attachment[] }

const isUrl = (text: string): boolean => /^(?:https?|trs):\/\//i.test(text)

const typeOf = (workflow: string, options: RunOptions): string => {
  const name = workflow.split('#', 1)[0] ?? ''
  const found =
    options.type ?? TYPES[extname(name).toLowerCase()] ?? (/snakefile/i.test(basename(name)) ? 'SMK' : undefined)
  if (found === undefined)
    throw usage(`The language of ${workflow} is not clear from its name`, 'Name it: --type CWL --type-version v1.2')
  return found.toUpperCase()
}

/** `file.cwl#main` names one process of a packed document; a file whose own name holds a # is taken as it is. */
const splitFragment = async (workflow: string, cwd: string): Promise<{ path: string; fragment: string }> => {
  const whole = resolve(cwd, workflow)
  const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true
  if (await exists(whole)) return { path: whole, fragment: '' }
  const at = workflow.lastIndexOf('#')
  const path = at > 0 ? resolve(cwd, workflow.slice(0, at)) : whole
  if (at > 0 && (await exists(path))) return { path, fragment: workflow.slice(at) }
  throw usage(
    `There is no file ${path}`,
    'Give a workflow file of this machine, or an https:// URL that the server may fetch.',
  )
}

const prepareWorkflow = async (
  workflow: string,
  options: RunOptions,
  cwd: string,
): Promise<{
  type: string
  version: string
  url: string
  attachments: Attachment[]
  patterns: Map<string, string[]>
}> => {
  const type = typeOf(workflow, options)
  const extra = options.attach.map((path) => resolve(cwd, path))
  const needVersion = (): CliError =>
    usage(`The version of ${type} that ${workflow} is written in is missing`, 'Name it: --type-version VERSION')
  if (isUrl(workflow)) {
    if (extra.length > 0) throw usage('--attach goes with a workflow file of this machine')
    const version = options.typeVersion ?? (type === 'CWL' ? 'v1.2' : undefined)
    if (version === undefined) throw needVersion()
    return { type, version, url: workflow, attachments: [], patterns: new Map() }
  }
  const { path, fragment } = await splitFragment(workflow, cwd)
  if (type !== 'CWL') {
    if (options.typeVersion === undefined) throw needVersion()
    const named = await nameWorkflowFiles(path, [path, ...(await onlyFiles(extra))], await onlyFolders(extra))
    return { type, version: options.typeVersion, url: named.url, attachments: named.attachments, patterns: new Map() }
  }
  const { collectCwlFiles, isObject, secondaryPatterns } = await import('./cwl-references.ts')
  const found = await collectCwlFiles(path)
  const declared = isObject(found.document) ? found.document['cwlVersion'] : undefined
  const version = options.typeVersion ?? (typeof declared === 'string' ? declared : undefined)
  if (version === undefined) throw usage(`${workflow} is no CWL document: it has no cwlVersion`)
  const named = await nameWorkflowFiles(
    path,
    [...found.files, ...(await onlyFiles(extra))],
    [...found.folders, ...(await onlyFolders(extra))],
  )
  return {
    type,
    version,
    url: named.url + fragment,
    attachments: named.attachments,
    patterns: secondaryPatterns(found.document),
  }
}

const kindOf = async (path: string): Promise<'file' | 'folder'> => {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw usage(`--attach ${path}: there is no such file`)
  return info.isDirectory() ? 'folder' : 'file'
}

const onlyFiles = async (paths: readonly string[]): Promise<string[]> => await pick(paths, 'file')
const onlyFolders = async (paths: readonly string[]): Promise<string[]> => await pick(paths, 'folder')
const pick = async (paths: readonly string[], kind: 'file' | 'folder'): Promise<string[]> => {
  const kinds = await Promise.all(paths.map(kindOf))
  return paths.filter((_, n) => kinds[n] === kind)
}

const readInputs = async (
  inputs: string | undefined,
  cwd: string,
): Promise<{ params: Record<string, unknown>; folder: string }> => {
  if (inputs === undefined) return { params: {}, folder: cwd }
  const { isObject, parseDocument } = await import('./cwl-references.ts')
  const path = resolve(cwd, inputs)
  const params = await parseDocument(path)
  if (!isObject(params)) throw usage(`${inputs} holds no inputs: expected one object of names and values`)
  return { params, folder: dirname(path) }
}

/** Everything that will be sent. Reads files of this machine, asks no server. */
export const prepareRun = async (
  workflow: string,
  inputs: string | undefined,
  options: RunOptions,
  terminal: Pick<Terminal, 'cwd' | 'env'>,
): Promise<Prepared> => {
  const { params: given, folder } = await readInputs(inputs, terminal.cwd)
  const { type, version, url, attachments, patterns } = await prepareWorkflow(workflow, options, terminal.cwd)
  const { params, attachments: data } = await attachInputs(given, { folder, taken: attachments, patterns })
  const all = [...attachments, ...data]
  checkAttachments(all, commandName(terminal))
  const tags = keyValues(options.tag, '--tag')
  const parameters = keyValues(options.engineParameter, '--engine-parameter')
  return {
    request: {
      workflow_type: type,
      workflow_type_version: version,
      workflow_url: url,
      workflow_params: params,
      ...(options.tag.length === 0 ? {} : { tags }),
      ...(options.engineParameter.length === 0 ? {} : { workflow_engine_parameters: parameters }),
      ...(options.engine === undefined ? {} : { workflow_engine: options.engine }),
      ...(options.engineVersion === undefined ? {} : { workflow_engine_version: options.engineVersion }),
    },
    attachments: all,
  }
}

const printPlan = (prepared: Prepared, options: RunOptions, terminal: Terminal): void => {
  if (options.json === true) {
    printJson(terminal, { request: prepared.request, attachments: prepared.attachments })
    return
  }
  printLine(
    terminal,
    `${prepared.request.workflow_type} ${prepared.request.workflow_type_version}  ${prepared.request.workflow_url}`,
  )
  if (prepared.attachments.length > 0)
    printLine(
      terminal,
      table(
        ['ATTACHMENT', 'SIZE', 'FROM'],
        prepared.attachments.map(({ name, size, path }) => [name, formatBytes(size), path]),
      ),
    )
  printLine(terminal, JSON.stringify(prepared.request.workflow_params, null, 2))
}

/** `wes run`: resolves to the exit code; with --follow or --wait it reflects how the run ended. */
export const wesRun = async (
  workflow: string,
  inputs: string | undefined,
  options: RunOptions,
  terminal: Terminal,
): Promise<number> => {
  const prepared = await prepareRun(workflow, inputs, options, terminal)
  if (options.dryRun === true) {
    printPlan(prepared, options, terminal)
    return EXIT.ok
  }
  const { wes } = await openSession(options, terminal)
  const attachments = await Promise.all(
    prepared.attachments.map(async ({ name, path }) => ({ name, content: await openAsBlob(path) })),
  )
  const { run_id: id } = await wes.runWorkflow(prepared.request, { attachments, signal: terminal.stop })
  if (options.follow !== true && options.wait !== true) {
    if (options.json === true) printJson(terminal, { run_id: id })
    else printLine(terminal, id)
    return EXIT.ok
  }
  const quiet = options.json === true
  if (!quiet) tellLine(terminal, `run ${id}`)
  const state = await followRun(
    wes,
    id,
    terminal,
    options.progress ?? (options.follow === true && (!quiet || terminal.errIsTty)),
  )
  const run = await wes.getRunLog(id)
  if (quiet) printJson(terminal, run)
  else await tellEnd(wes, id, run, terminal)
  return state === 'COMPLETE' ? EXIT.ok : EXIT.unsuccessful
}

const TAIL_BYTES = 4096
const TAIL_LINES = 20

const tellEnd = async (wes: WesClient, id: string, run: RunLog, terminal: Terminal): Promise<void> => {
  const name = commandName(terminal)
  if (run.state === 'COMPLETE') {
    const outputs = await listOutputs(wes, id)
    if (outputs.length > 0) printLine(terminal, outputTable(outputs))
    tellLine(terminal, `Run ${id} is complete. Download its files with: ${name} wes outputs ${id} --download DIR`)
    return
  }
  tellLine(
    terminal,
    `Run ${id} ended as ${run.state}${run.run_log?.exit_code === undefined ? '' : `, exit code ${run.run_log.exit_code}`}`,
  )
  for (const line of run.run_log?.system_logs ?? []) tellLine(terminal, `  ${plain(line).trim()}`)
  const tail = await wes.getRunStderr(id, { range: `bytes=-${TAIL_BYTES}` }).then(
    async (answer) => await answer.text(),
    () => '',
  ) // the log is a help, not the result
  for (const line of tail.trimEnd().split('\n').slice(-TAIL_LINES))
    if (line !== '') tellLine(terminal, `  | ${plain(line)}`)
  tellLine(terminal, `All of it: ${name} wes logs ${id}   the steps: ${name} wes status ${id}`)
}

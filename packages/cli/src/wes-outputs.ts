import { join, resolve } from 'node:path'
import type { RunOutput, RunOutputList, WesClient } from '@biocloud/ga4gh-api'
import { download, type Fetched } from './download.ts'
import { tellFetched } from './drs-get.ts'
import { CliError, EXIT } from './errors.ts'
import { createProgress } from './progress.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatBytes, printJson, printLine, table, tellLine, type Terminal } from './terminal.ts'

export type OutputOptions = SharedOptions & { download?: string }

export const listOutputs = async (wes: WesClient, id: string): Promise<RunOutput[]> => {
  const outputs: RunOutput[] = []
  let token: string | undefined
  do {
    const page: RunOutputList = await wes.listRunOutputs(id, token === undefined ? {} : { page_token: token })
    outputs.push(...page.outputs)
    token = page.next_page_token === '' ? undefined : page.next_page_token
  } while (token !== undefined)
  return outputs
}

export const outputTable = (outputs: readonly RunOutput[]): string =>
  table(
    ['OUTPUT', 'SIZE', 'DRS URI'],
    outputs.map(({ name, size, drs_uri }) => [name, formatBytes(size), drs_uri ?? '']),
  )

/** A server's name never leads out of the folder: it is refused, not repaired. */
const targetOf = (folder: string, name: string): string => {
  const segments = name.split('/')

  if (
    segments.some(
      (segment) => segment === '' || segment === '.' || segment === '..' || /[\u0000-\u001f\\]/.test(segment),
    )
  ) {
    throw new CliError(`The output ${JSON.stringify(name)} has a name that is not safe here`, {
      exitCode: EXIT.refused,
      hint: 'Get it alone: biocloud drs get drs://… -o FILE',
    })
  }
  return join(folder, ...segments)
}

/** `wes outputs [--download DIR]`: every file is resumed and verified like `drs get`; what is there already is kept. */
export const wesOutputs = async (id: string, options: OutputOptions, terminal: Terminal): Promise<void> => {
  const session = await openSession(options, terminal)
  const outputs = await listOutputs(session.wes, id)
  if (options.download === undefined) {
    if (options.json === true) printJson(terminal, { run_id: id, outputs })
    else if (outputs.length === 0)
      tellLine(terminal, `Run ${id} has no output files${await stateNote(session.wes, id)}`)
    else printLine(terminal, outputTable(outputs))
    return
  }
  const folder = resolve(terminal.cwd, options.download)
  const targets = outputs.map(({ name }) => targetOf(folder, name)) // all names are checked before the first byte
  const fetched: (Fetched & { name: string })[] = []
  for (const [n, output] of outputs.entries()) {
    const progress = createProgress(terminal, { label: output.name, total: output.size, show: options.progress })
    const one = await download(
      { label: output.name, target: targets[n] as string, size: output.size, checksums: output.checksums ?? [] },
      async (headers) => await session.open(new URL(output.location, session.baseOf('wes')).href, headers),
      { stop: terminal.stop, onProgress: progress.set },
    ).finally(progress.end)
    fetched.push({ name: output.name, ...one })
    if (options.json !== true) printLine(terminal, tellFetched(one))
  }
  if (options.json === true) printJson(terminal, { run_id: id, files: fetched })
  else if (outputs.length === 0) tellLine(terminal, `Run ${id} has no output files${await stateNote(session.wes, id)}`)
}

const stateNote = async (wes: WesClient, id: string): Promise<string> => {
  const { state } = await wes.getRunStatus(id)
  return state === 'COMPLETE' ? '' : `: its state is ${state}`
}

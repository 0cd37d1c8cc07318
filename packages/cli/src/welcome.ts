import { fileURLToPath } from 'node:url'
import type { SuiteReport } from './operations.ts'
import type { SuitePlan } from './suite-settings.ts'
import { plain, printLine, type Terminal } from './terminal.ts'

/** One word of a command as a POSIX shell reads it. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** How this person calls us: what we tell them to type must work where they are. */
export const commandName = (terminal: Pick<Terminal, 'env'>): string =>
  terminal.env['npm_command'] === 'exec' ? 'npx biocloud' : 'biocloud'

const INSTALL_DOCKER =
  'Install Docker (Debian, Ubuntu: sudo apt-get install docker.io) or point DOCKER_HOST at a running one.'
/** WES looks for engines in this folder of the checkout, then for a python3 on PATH that has cwltool. */
const ENGINES = fileURLToPath(new URL('../../../.engines', import.meta.url))
const INSTALL_CWLTOOL = `Install one: python3 -m venv ${shellWord(`${ENGINES}/cwltool`)} && ${shellWord(`${ENGINES}/cwltool/bin/pip`)} install cwltool, then start again.`

/** The engines that WES found, by its public service-info; undefined where it does not say. */
const installedEngines = async (url: string): Promise<string[] | undefined> => {
  try {
    const answer = await fetch(`${url}/ga4gh/wes/v1/service-info`, { signal: AbortSignal.timeout(2000) })
    const info: unknown = await answer.json()
    if (typeof info !== 'object' || info === null || !('workflow_engine_versions' in info)) return undefined
    return Object.keys(info.workflow_engine_versions as Record<string, unknown>)
  } catch {
    return undefined // a note about engines is left out; the suite itself is up
  }
}

/** What is missing, one line each with what to do about it. */
export const missingParts = (report: SuiteReport, engines: readonly string[] | undefined): string[] => {
  const lines: string[] = []
  for (const [name, result] of Object.entries(report.checks)) {
    if (result === 'ok') continue
    const advice = name.startsWith('tes.') && /engine|docker|podman|executor/i.test(name) ? ` ${INSTALL_DOCKER}` : ''
    lines.push(`${name} is not ready: ${plain(result)}.${advice}`.replace('..', '.'))
  }
  if (engines?.length === 0) lines.push(`No workflow engine was found, so WES takes no run. ${INSTALL_CWLTOOL}`)
  return lines
}

/** Base URLs, how to get a token, what to try next. */
export const printWelcome = async (
  terminal: Terminal,
  o: { plan: SuitePlan; report: SuiteReport; seconds: number; givenData: string | undefined },
): Promise<void> => {
  const { url, dataDir, policyFile } = o.plan
  const name = commandName(terminal)
  const say = (text = ''): void => {
    printLine(terminal, text)
  }
  say(`biocloud is up (${o.seconds.toFixed(1)} s).`)
  say()
  say(`  DRS  ${url}/ga4gh/drs/v1`)
  say(`  WES  ${url}/ga4gh/wes/v1`)
  say(`  TES  ${url}/ga4gh/tes/v1`)
  say()
  if (o.givenData !== undefined)
    say(`First   export BIOCLOUD_DATA=${shellWord(dataDir)}     (in the terminal of the commands below)`)
  say(`Token   ${name} token     (as researcher, for 1 hour; --as registered, guest or operator)`)
  say(`        curl -H "Authorization: Bearer $(${name} token)" ${url}/ga4gh/wes/v1/runs`)
  say(`Try     ${name} drs register FILE --dataset demo-public --as operator`)
  say(`        ${name} drs ls`)
  say(`        ${name} tes run --image busybox --wait -- echo hello`)
  say(`        ${name} wes run workflow.cwl inputs.json --follow`)
  say(`Data    ${dataDir} (logs in logs/)`)
  say(`Policy  ${policyFile} (who may read which dataset)`)
  const missing = missingParts(o.report, await installedEngines(url))
  if (missing.length > 0) {
    say()
    for (const line of missing) say(`Note    ${line}`)
  }
  say()
  say('Stop with Ctrl-C.')
}

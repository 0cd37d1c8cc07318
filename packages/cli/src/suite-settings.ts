import { realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { isDirectory } from './data-folder.ts'
import type { ServiceName } from './dispatcher.ts'
import { CliError, EXIT, usage } from './errors.ts'

export type SuitePlan = {
  dataDir: string
  url: string
  host: string
  port: number
  policyFile: string
  files: readonly string[]
}

/** What the folders and the one listener decide. Through the environment these would only break the suite. */
const OWNED = [
  'host',
  'port',
  'publicUrl',
  'dataDir',
  'role',
  'embedded',
  'policyFile',
  'localIssuer',
  'peers',
  'hosts',
] as const

const ENV_PREFIX: Record<ServiceName, string> = { drs: 'BIOCLOUD_DRS_', tes: 'BIOCLOUD_TES_', wes: 'BIOCLOUD_WES_' }

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/**
 * The settings of one embedded server: those of the environment (`further`), below those that `up` decides.
 * Roots for `file://` of tasks add to those of the environment.
 */
export const serverSettings = (
  service: ServiceName,
  plan: SuitePlan,
  further: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const clash = OWNED.filter((key) => further[key] !== undefined)
  if (clash.length > 0) {
    throw usage(
      `${ENV_PREFIX[service]}…: ${clash.join(', ')} cannot be set for biocloud up`,
      'Use --listen, --data and --policy, or run the servers one by one.',
    )
  }
  const settings: Record<string, unknown> = {
    logFile: join(plan.dataDir, 'logs', `${service}.log`),
    ...further,
    host: plan.host,
    port: plan.port,
    publicUrl: plan.url,
    dataDir: plan.dataDir,
    role: 'all',
    embedded: true,
    policyFile: plan.policyFile,
    localIssuer: { dir: join(plan.dataDir, 'issuer'), issuer: plan.url, ...(service === 'drs' ? { demo: true } : {}) },
    peers: { drs: `${plan.url}/ga4gh/drs/v1`, wes: `${plan.url}/ga4gh/wes/v1`, tes: `${plan.url}/ga4gh/tes/v1` },
    hosts: { localhost: `${plan.url}/ga4gh/drs/v1` },
  }
  if (service === 'tes') {
    settings['roots'] = [
      ...asList(further['roots']),
      { path: join(plan.dataDir, 'wes', 'runs'), mode: 'rw', kind: 'run' },
      ...plan.files.map((path) => ({ path, mode: 'rw', kind: 'plain' })),
    ]
  }
  return settings
}

const holds = (outer: string, inner: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)

/**
 * `--files`: folders that tasks may read and write by file://. A root around or inside the data folder would let tasks
 * read protected objects past their visas.
 */
export const resolveFileRoots = async (
  given: readonly string[],
  o: { cwd: string; dataDir: string },
): Promise<string[]> => {
  const roots: string[] = []
  const data = await realpath(o.dataDir)
  for (const text of given) {
    const path = resolve(o.cwd, text)
    if (!(await isDirectory(path))) throw usage(`--files ${text}: ${path} is no folder that can be opened`)
    const real = await realpath(path)
    if (real === sep)
      throw new CliError(`--files ${text}: the root of the file system is never given to tasks`, {
        exitCode: EXIT.refused,
      })
    if (holds(real, data) || holds(data, real)) {
      throw new CliError(`--files ${text} overlaps the data folder ${data}: tasks could read protected objects there`, {
        exitCode: EXIT.refused,
        hint: 'Name another folder, or put the data folder elsewhere with --data DIR.',
      })
    }
    if (!roots.includes(real)) roots.push(real)
  }
  return roots
}

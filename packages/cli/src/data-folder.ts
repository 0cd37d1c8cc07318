import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { CliError, EXIT } from './errors.ts'
import type { Terminal } from './terminal.ts'

/** `--data`, else BIOCLOUD_DATA, else the user's data folder (XDG base directories: relative values are ignored). */
export const dataFolder = (terminal: Pick<Terminal, 'env' | 'cwd'>, given?: string): string => {
  const chosen = given ?? terminal.env['BIOCLOUD_DATA']
  if (chosen !== undefined && chosen !== '') return resolve(terminal.cwd, chosen)
  const xdg = terminal.env['XDG_DATA_HOME']
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'biocloud')
  return join(terminal.env['HOME'] ?? homedir(), '.local', 'share', 'biocloud')
}

export const secretPath = (dataDir: string): string => join(dataDir, 'issuer', 'cli-secret')
export const policyPath = (dataDir: string): string => join(dataDir, 'policy.yaml')

/**
 * Modes: the head of a workflow runs under a uid of its own and reaches its run's folder only, so the way there can be
 * passed (0711) but not listed, and everything else is closed (0700).
 */
const TREE: readonly [path: string, mode: number][] = [
  ['issuer', 0o700],
  ['drs', 0o700],
  ['tes', 0o700],
  ['wes', 0o711],
  ['wes/runs', 0o711],
  ['logs', 0o700],
]

/** Of another kind of folder nothing is changed: `--data ~` must not close a home. */
const isOurs = (entries: readonly string[]): boolean =>
  entries.length === 0 || entries.includes('issuer') || entries.includes('up.json')

export const prepareDataFolder = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 })
    if (!isOurs(await readdir(dataDir))) {
      throw new CliError(`${dataDir} is not empty and is no data folder of biocloud`, {
        exitCode: EXIT.refused,
        hint: 'Name a new or an empty folder with --data DIR.',
      })
    }
    await chmod(dataDir, 0o711) // mkdir's mode is cut by the umask
    for (const [path, mode] of TREE) {
      await mkdir(join(dataDir, path), { recursive: true, mode })
      await chmod(join(dataDir, path), mode)
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError(`The data folder ${dataDir} cannot be used: ${reason}`, {
      hint: 'Name another one with --data DIR.',
      cause: error,
    })
  }
}

export const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false // absent or closed to us: the caller says which folder it wanted
  }
}

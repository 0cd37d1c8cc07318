import { realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { ConfigError } from '@biocloud/service-kit'
import type { Settings } from './config.ts'

/** The real path, also of a folder that is not there yet: that of the nearest one above it, and the rest as written. */
const real = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT' || dirname(path) === path) throw error
    return join(await real(dirname(path)), path.slice(dirname(path).length))
  }
}

const holds = (folder: string, other: string): boolean =>
  folder === other || other.startsWith(folder.endsWith(sep) ? folder : folder + sep)
const overlap = (a: string, b: string): boolean => holds(a, b) || holds(b, a)

/**
 * R1: a registration must not become a way to read the server's own files. A store whose folder holds the data folder or
 * the issuer's, lies in one of them, or meets a folder of runs, would give an operator the keys of every link; a folder
 * of runs may lie in the data folder only where WES keeps its own, below `wes/`. Throws ConfigError with all of them.
 */
export const checkStoreFolders = async (
  settings: Pick<Settings, 'backends' | 'localIssuer'>,
  o: { dataDir: string; runRoots: readonly string[] },
): Promise<void> => {
  const data = await real(o.dataDir)
  const issuer = settings.localIssuer === undefined ? undefined : await real(resolve(settings.localIssuer.dir))
  const runRoots = await Promise.all(o.runRoots.map((root) => real(resolve(root))))
  const problems: string[] = []
  for (const [i, root] of runRoots.entries()) {
    const setting = `runRoots.${i}: ${o.runRoots[i] ?? ''}`
    const allowed = root !== join(data, 'wes') && holds(join(data, 'wes'), root)
    if (overlap(root, data) && !allowed)
      problems.push(`${setting} overlaps the data folder: runs lie outside it, or below ${join(o.dataDir, 'wes')}/`)
    else if (issuer !== undefined && overlap(root, issuer)) problems.push(`${setting} overlaps localIssuer.dir`)
  }
  for (const [i, backend] of settings.backends.entries()) {
    if (backend.kind !== 'posix') continue
    const root = await real(resolve(backend.root))
    const setting = `backends.${i}.root: ${backend.root}`
    if (overlap(root, data)) problems.push(`${setting} overlaps the data folder ${o.dataDir}: move the files elsewhere`)
    else if (issuer !== undefined && overlap(root, issuer)) problems.push(`${setting} overlaps localIssuer.dir`)
    else if (runRoots.some((one) => overlap(root, one)))
      problems.push(`${setting} overlaps a folder of runs (runRoots)`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
}

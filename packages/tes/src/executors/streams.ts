import type { TesExecutor } from '@biocloud/ga4gh-api'
import { normalise } from '../container-path.ts'
import { locate, type MountPlan } from '../mount-plan.ts'

/** Where the launcher writes a stream: segments below the attempt's folder. */
const placeOf = (path: string | undefined, n: number, stream: 'stdout' | 'stderr', plan: MountPlan): string[] => {
  const held = path === undefined || path === '' ? undefined : locate(plan.directories, normalise(path))
  if (held === undefined) return ['control', String(n), stream]
  return ['data', String(held.index), ...held.relative.split('/')]
}

/** Must say the same as `launcherArguments`: this is where the server reads what the launcher was told to write. */
export const streamPlaces = (
  executors: readonly TesExecutor[],
  plan: MountPlan,
): { stdout: string[]; stderr: string[] }[] =>
  executors.map(({ stdout, stderr }, n) => {
    const out = placeOf(stdout, n, 'stdout', plan)
    // Both paths equal: one file, appended to by both.
    const isOne =
      stdout !== undefined && stdout !== '' && stderr !== undefined && normalise(stdout) === normalise(stderr)
    return { stdout: out, stderr: isOne ? out : placeOf(stderr, n, 'stderr', plan) }
  })

import type { Backend } from './backend.ts'
import type { HttpsOptions } from './https.ts'
import type { PosixOptions } from './posix.ts'

/** One line per back end: its kind and the file that knows it, loaded at first use. */
export const backends = {
  posix: () => import('./posix.ts'),
  https: () => import('./https.ts'),
}

export interface BackendOptions {
  posix: PosixOptions
  https: HttpsOptions
}
export type BackendKind = keyof typeof backends
export const backendKinds = Object.keys(backends) as [BackendKind, ...BackendKind[]]

/** Opens a store; for boot: a folder that is missing or cannot be read fails here and not at the first request. */
export const openBackend = async <K extends BackendKind>(kind: K, options: BackendOptions[K]): Promise<Backend> => {
  // The map ties each kind to its own options; TypeScript cannot carry that through the lookup.
  const { create } = (await backends[kind]()) as unknown as { create: (o: BackendOptions[K]) => Promise<Backend> }
  return create(options)
}

export type * from './backend.ts'
export type { HttpsOptions } from './https.ts'
export type { PosixOptions } from './posix.ts'
export * from './errors.ts'
export {
  confinedCreate,
  confinedMkdir,
  confinedMove,
  confinedOpen,
  confinedStat,
  confinedWrite,
  writeAll,
  type ConfinedFile,
} from './confinement.ts'
export type { CreateOptions, Owner } from './confined-folder.ts'
export { confinedList, confinedRemove, type ConfinedEntry } from './confined-tree.ts'
export { decodeKey, encodeKey, segmentsOf } from './key.ts'

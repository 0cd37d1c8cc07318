import type { RequestListener } from 'node:http'
import type { ServiceName } from './dispatcher.ts'
import type { Observed } from './operations.ts'

/** The one public entry that each server has; its main.ts uses the same. */
export type EmbeddedServer = Observed & {
  handler: RequestListener
  start: () => Promise<void>
  stop: () => Promise<void>
}

export type ServerModule = {
  createServer: (settings: unknown) => Promise<EmbeddedServer>
  /** The settings that BIOCLOUD_DRS_… (TES, WES) of this environment give. */
  settingsFromEnv: (env: Record<string, string | undefined>) => Record<string, unknown>
}

/** Who calls the others stops first. DRS holds the issuer and the bytes: it is made first and stops last. */
export const STOP_ORDER: readonly ServiceName[] = ['wes', 'tes', 'drs']

/** Loaded by `up` alone: client commands never pay for express, knex and SQLite. */
export const loadServer: Record<ServiceName, () => Promise<ServerModule>> = {
  drs: async () => await import('@biocloud/drs'),
  tes: async () => await import('@biocloud/tes'),
  wes: async () => await import('@biocloud/wes'),
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createWriteStream } from 'node:fs'
import {
  createLogger,
  type Clock,
  parseSettings,
  settingsFromEnv as fromEnv,
  type Health,
  type Logger,
} from '@biocloud/service-kit'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { createContext } from './context.ts'
import { createWorker } from './worker.ts'

export const ENV_PREFIX = 'BIOCLOUD_DRS_'

export interface Server {
  handler: (req: IncomingMessage, res: ServerResponse) => void
  /** Begins the background work. */
  start(): Promise<void>
  /** Ends it and all that is open, in reverse order; idempotent. */
  stop(): Promise<void>
  ready(): Promise<{ ok: boolean; checks: Record<string, string> }>
  /** Prometheus text. */
  metrics(): Promise<string>
  health: Health
  log: Logger
}

/** The settings that the environment gives, not yet validated. */
export const settingsFromEnv = (env: Record<string, string | undefined>): Record<string, unknown> =>
  fromEnv(config, ENV_PREFIX, env)

/** Appends to the file, for its owner alone; pino takes any stream. */
const destinationOf = (file: string | undefined) =>
  file === undefined ? {} : { destination: createWriteStream(file, { flags: 'a', mode: 0o600 }) }

/** Builds the DRS server from its settings (config.ts). Throws ConfigError with every error at once, and for whatever it cannot use. */
export const createServer = async (input: unknown, o: { log?: Logger; clock?: Clock } = {}): Promise<Server> => {
  const settings = parseSettings(config, input, { prefix: ENV_PREFIX })
  const log = o.log ?? createLogger({ name: 'drs', level: settings.logLevel, ...destinationOf(settings.logFile) })
  const context = await createContext(settings, { log, ...(o.clock === undefined ? {} : { clock: o.clock }) })
  let stopping: Promise<void> | undefined
  try {
    const handler = createApp(context)
    const worker = createWorker(context)
    return {
      handler,
      start: () => worker.start(),
      stop() {
        stopping ??= (async () => {
          context.health.drain()
          await worker.stop()
          await context.dispose()
        })()
        return stopping
      },
      ready: () => context.health.report(),
      metrics: () => context.metrics.text(),
      health: context.health,
      log,
    }
  } catch (error) {
    await context.dispose()
    throw error
  }
}

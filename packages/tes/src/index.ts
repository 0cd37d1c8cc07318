import {
  assembleServer,
  createLogger,
  type Clock,
  parseSettings,
  settingsFromEnv as fromEnv,
  type Logger,
  type Server,
} from '@biocloud/service-kit'
import { createApp } from './app.ts'
import { config } from './config.ts'
import { createContext } from './context.ts'
import { createWorker } from './worker.ts'

export const ENV_PREFIX = 'BIOCLOUD_TES_'

/** The settings that the environment gives, not yet validated. */
export const settingsFromEnv = (env: Record<string, string | undefined>): Record<string, unknown> =>
  fromEnv(config, ENV_PREFIX, env)

/** Builds the TES server from its settings (config.ts). Throws ConfigError with every error at once, and for whatever it cannot use. */
export const createServer = async (input: unknown, o: { log?: Logger; clock?: Clock } = {}): Promise<Server> => {
  const settings = parseSettings(config, input, { prefix: ENV_PREFIX })
  const log = o.log ?? createLogger({ name: 'tes', level: settings.logLevel, file: settings.logFile })
  const context = await createContext(settings, { log, ...(o.clock === undefined ? {} : { clock: o.clock }) })
  return assembleServer({
    log,
    context,
    build() {
      const worker = createWorker(context)
      return { handler: createApp(context), start: () => worker.start(), stop: () => worker.stop() }
    },
  })
}

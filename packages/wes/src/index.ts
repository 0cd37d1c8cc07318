import { assembleServer, createLogger, parseSettings, type Logger, type Server } from '@biocloud/service-kit'
import { createApp } from './app.ts'
import { config, ENV_PREFIX } from './config.ts'
import { createContext } from './context.ts'

export { settingsFromEnv } from './config.ts'

/**
 * Builds the WES server from its settings (config.ts). `start` looks for engines, finds running heads again and goes on
 * with what is due; after `stop` heads live on. Throws ConfigError with every error at once, and for whatever it cannot use.
 */
export const createServer = async (input: unknown, o: { log?: Logger } = {}): Promise<Server> => {
  const settings = parseSettings(config, input, { prefix: ENV_PREFIX })
  const log = o.log ?? createLogger({ name: 'wes', level: settings.logLevel, file: settings.logFile })
  const context = await createContext(settings, { log })
  return assembleServer({
    log,
    context,
    build: () => ({ handler: createApp(context), start: () => context.start(), stop: () => context.stop() }),
  })
}

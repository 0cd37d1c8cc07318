import type { IncomingMessage, ServerResponse } from 'node:http'
import { createLogger, parseSettings, type Health, type Logger } from '@biocloud/service-kit'
import { createApp } from './app.ts'
import { config, ENV_PREFIX } from './config.ts'
import { createContext } from './context.ts'

export { settingsFromEnv } from './config.ts'

export type Server = {
  handler: (req: IncomingMessage, res: ServerResponse) => void
  /** Looks for engines, finds running heads again and goes on with what is due. */
  start(): Promise<void>
  /** Ends the background work and all that is open; heads live on. Idempotent. */
  stop(): Promise<void>
  ready(): Promise<{ ok: boolean; checks: Record<string, string> }>
  /** Prometheus text. */
  metrics(): Promise<string>
  health: Health
  log: Logger
}

/** Builds the WES server from its settings (config.ts). Throws ConfigError with every error at once, and for whatever it cannot use. */
export const createServer = async (input: unknown, o: { log?: Logger } = {}): Promise<Server> => {
  const settings = parseSettings(config, input, { prefix: ENV_PREFIX })
  const log = o.log ?? createLogger({ name: 'wes', level: settings.logLevel, file: settings.logFile })
  const context = await createContext(settings, { log })
  let stopping: Promise<void> | undefined
  try {
    return {
      handler: createApp(context),
      start: () => context.start(),
      stop() {
        stopping ??= (async () => {
          context.health.drain()
          await context.stop()
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

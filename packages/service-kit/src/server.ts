import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { ConfigError, loadSettings } from './config.ts'
import type { Health } from './health.ts'
import { runServer } from './lifecycle.ts'
import type { Logger } from './logger.ts'

/** A server as its own main.ts and a process that embeds it see it. */
export type Server = {
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

/** The server of a context that is open. `build` makes its handler and background work; if that fails, the context is closed. */
export const assembleServer = async (o: {
  log: Logger
  context: { health: Health; metrics: { text(): Promise<string> }; dispose(): Promise<void> }
  build(): Pick<Server, 'handler' | 'start' | 'stop'>
}): Promise<Server> => {
  const { log, context } = o
  let stopping: Promise<void> | undefined
  try {
    const { handler, start, stop } = o.build()
    return {
      handler,
      start,
      stop() {
        stopping ??= (async () => {
          context.health.drain()
          try {
            await stop()
          } finally {
            await context.dispose()
          }
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

/** All that a main.ts does: settings or help from argv and environment, the server, the listener, the signals. Sets the exit code. */
export const main = async <S extends z.ZodObject>(o: {
  /** As in `biocloud-<service>`. */
  service: string
  schema: S
  prefix: string
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  createServer(settings: z.output<S>): Promise<Server>
}): Promise<void> => {
  const { service, schema, prefix, argv, env } = o
  try {
    const found = await loadSettings(schema, { name: `biocloud-${service}`, prefix, argv: [...argv], env })
    if ('help' in found) {
      process.stdout.write(found.help)
      return
    }
    const { host, port } = found.settings as { host: string; port: number }
    const server = await o.createServer(found.settings)
    const { handler, log, health } = server
    await runServer({
      name: service,
      handler,
      host,
      port,
      log,
      health,
      start: () => server.start(),
      stop: () => server.stop(),
    })
  } catch (error) {
    // At boot there is a person to read it: the sentence, and the stack only of what nobody foresaw.
    const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)
    process.stderr.write(`${text ?? 'it did not start'}\n`)
    process.exitCode = 1
  }
}

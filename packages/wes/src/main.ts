import { ConfigError, loadSettings, runServer } from '@biocloud/service-kit'
import { config, ENV_PREFIX, withSearchPath } from './config.ts'
import { createServer } from './index.ts'

const main = async (): Promise<void> => {
  const found = await loadSettings(config, {
    name: 'biocloud-wes',
    prefix: ENV_PREFIX,
    argv: process.argv.slice(2),
    env: withSearchPath(process.env),
  })
  if ('help' in found) {
    process.stdout.write(found.help)
    return
  }
  const { settings } = found
  const server = await createServer(settings)
  await runServer({
    name: 'wes',
    handler: server.handler,
    host: settings.host,
    port: settings.port,
    log: server.log,
    health: server.health,
    start: () => server.start(),
    stop: () => server.stop(),
  })
}

main().catch((error: unknown) => {
  // At boot there is a person to read it: the sentence, and the stack only of what nobody foresaw.
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : error instanceof Error ? String(error.stack) : String(error)}\n`,
  )
  process.exitCode = 1
})

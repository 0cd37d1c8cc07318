import { main } from '@biocloud/service-kit'
import { config, ENV_PREFIX, withSearchPath } from './config.ts'
import { createServer } from './index.ts'

await main({
  service: 'wes',
  schema: config,
  prefix: ENV_PREFIX,
  argv: process.argv.slice(2),
  env: withSearchPath(process.env),
  createServer,
})

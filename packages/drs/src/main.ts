import { main } from '@biocloud/service-kit'
import { config } from './config.ts'
import { createServer, ENV_PREFIX } from './index.ts'

await main({
  service: 'drs',
  schema: config,
  prefix: ENV_PREFIX,
  argv: process.argv.slice(2),
  env: process.env,
  createServer,
})

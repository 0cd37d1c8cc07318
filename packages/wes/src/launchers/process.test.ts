import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { launcherContract } from './contract.ts'
import { create } from './process.ts'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = fileURLToPath(new URL('../head/main.ts', import.meta.url))

launcherContract('process', () =>
  Promise.resolve(create({ command: [process.execPath, '--conditions=source', '--import', tsx, main] })),
)

import { readFileSync } from 'node:fs'
import { runHead } from './head.ts'
import { HEAD_EXIT, SECRETS_FD, type HeadConfig, type HeadSecrets } from './head-files.ts'

// The supervisor that runs beside an engine: `node head/main.js <job>/run.json`, with its secrets on file descriptor 3.
const configFile = process.argv[2]
if (configFile === undefined) {
  process.stderr.write('usage: head/main.js <run folder>/job/run.json (started by WES)\n')
  process.exit(HEAD_EXIT.failed)
}

/** Whoever starts the head writes one line of JSON and closes the pipe; if it dies before that, there is no token and no run. */
const readSecrets = (): HeadSecrets | undefined => {
  try {
    const secrets = JSON.parse(readFileSync(SECRETS_FD, 'utf8')) as Partial<HeadSecrets>
    return typeof secrets.runToken === 'string' && secrets.runToken !== '' ? { runToken: secrets.runToken } : undefined
  } catch {
    return undefined
  }
}

const secrets = readSecrets()
if (secrets === undefined) {
  process.stderr.write('no run token came on the pipe\n')
  process.exit(HEAD_EXIT.noToken)
}
const config = JSON.parse(readFileSync(configFile, 'utf8')) as HeadConfig
runHead(config, secrets).then(
  (code) => {
    process.exit(code)
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'the head failed'}\n`)
    process.exit(HEAD_EXIT.failed)
  },
)

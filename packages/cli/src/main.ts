import { run } from './program.ts'

/** How long what still runs after a command may take to end by itself (flushing output, closing sockets). */
const LINGER_MS = 2000

const stop = new AbortController()
const force = new AbortController()

const onSignal = (): void => {
  if (!stop.signal.aborted) {
    stop.abort()
    return
  }
  force.abort() // its listeners run now, before the process ends
  process.exit(130)
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)
process.on('SIGHUP', onSignal)

// `biocloud … | head`: nobody reads on, so there is nothing left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  outIsTty: process.stdout.isTTY,
  errIsTty: process.stderr.isTTY,
  columns: process.stderr.isTTY ? process.stderr.columns : 80,
  env: process.env,
  cwd: process.cwd(),
  stop: stop.signal,
  force: force.signal,
})
setTimeout(() => process.exit(), LINGER_MS).unref()

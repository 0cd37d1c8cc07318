// The suite as a person starts it: `biocloud up` from the built command, in a process of its own, on a data folder that the test owns.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
const bin = join(root, 'packages/cli/bin/biocloud.js')

export type Finished = { code: number | null; stdout: string; stderr: string }

/** Runs a program to its end and keeps what it printed. */
export const finished = async (child: ChildProcess): Promise<Finished> => {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  server.close()
  await once(server, 'close')
  return address.port
}

export type Suite = Awaited<ReturnType<typeof createSuite>>

/** A data folder and a port; `start` and `kill` may follow each other as often as a test likes. */
export const createSuite = async (o: { up?: string[] } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'biocloud-whole-'))
  // The engine's head and the tasks run under user ids of their own, which must be able to pass through.
  chmodSync(folder, 0o711)
  const data = join(folder, 'data')
  const port = await freePort()
  const url = `http://127.0.0.1:${String(port)}`
  const env: NodeJS.ProcessEnv = { ...process.env, BIOCLOUD_URL: url, XDG_DATA_HOME: folder }
  delete env.NODE_OPTIONS
  let up: ChildProcess | undefined
  let log = ''

  const cli = (args: string[], o: { stdin?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Finished> => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { ...env, ...o.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(o.stdin ?? '')
    return finished(child)
  }

  const ready = async (child: ChildProcess): Promise<void> => {
    const deadline = Date.now() + 30_000
    for (;;) {
      if (child.exitCode !== null) throw new Error(`biocloud up ended with ${child.exitCode}\n${log}`)
      const answer = await fetch(`${url}/readyz`).catch(() => undefined)
      if (answer?.status === 200) return
      if (Date.now() > deadline)
        throw new Error(`not ready after 30 s: ${(await answer?.text()) ?? 'no answer'}\n${log}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  const suite = {
    folder,
    data,
    url,
    port,
    log: (): string => log,
    pid: (): number => up?.pid ?? 0,
    async start(): Promise<void> {
      const args = ['up', '--listen', `127.0.0.1:${String(port)}`, '--data', data, ...(o.up ?? [])]
      up = spawn(process.execPath, [bin, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      for (const stream of [up.stdout, up.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => (log += text))
      await ready(up)
    },
    /** One Ctrl-C. Resolves to the exit code. */
    async stop(): Promise<number | null> {
      if (up === undefined || up.exitCode !== null || up.signalCode !== null) return up?.exitCode ?? null
      const gone = once(up, 'exit') as Promise<[number | null]>
      up.kill('SIGINT')
      return (await gone)[0]
    },
    /** The power cut. */
    async kill(): Promise<void> {
      if (up === undefined || up.exitCode !== null || up.signalCode !== null) return
      const gone = once(up, 'exit')
      up.kill('SIGKILL')
      await gone
    },
    cli,
    /** Runs a command that must succeed, as a demo user, and reads its JSON document. */
    async json<T>(as: string, ...args: string[]): Promise<T> {
      const { code, stdout, stderr } = await cli([...args, '--as', as, '--data', data, '--json'])
      if (code !== 0)
        throw new Error(
          `biocloud ${args.join(' ')} ended with ${String(code)}\n${stderr}${stdout}\n${log.slice(-4000)}`,
        )
      return JSON.parse(stdout) as T
    },
    async token(as: string): Promise<string> {
      const { code, stdout, stderr } = await cli(['token', '--as', as, '--data', data])
      if (code !== 0) throw new Error(stderr)
      return stdout.trim()
    },
    /** A request with a demo user's token, to a path of the suite. */
    async request(as: string | undefined, path: string, init: RequestInit = {}): Promise<Response> {
      const headers = new Headers(init.headers)
      if (as !== undefined) headers.set('authorization', `Bearer ${await suite.token(as)}`)
      return fetch(path.startsWith('http') ? path : `${url}${path}`, { ...init, headers })
    },
    async dispose(): Promise<void> {
      await suite.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return suite
}

/** Asks again until the answer is there. The bound is the test's own patience, not a measurement. */
export const until = async <T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> => {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`${what}: not after ${String(seconds)} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

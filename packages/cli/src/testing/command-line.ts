import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** The program as a process of its own, from source. Nothing of the test's own BIOCLOUD_… environment reaches it. */
export const startCli = (args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
  // eslint-disable-next-line no-restricted-properties -- a test process starts others: they need its PATH and DOCKER_HOST
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('BIOCLOUD_') && name !== 'NODE_OPTIONS',
  )
  return spawn(process.execPath, ['--conditions=source', '--import', 'tsx', MAIN, ...args], {
    cwd: ROOT, // where tsx is found
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export type Ended = { code: number | null; stdout: string; bytes: Buffer; stderr: string }

const bytesOf = (stream: ChildProcess['stdout']): (() => Buffer) => {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks)
}

export const runCli = async (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => {
  const child = startCli(args, env)
  const [stdout, stderr] = [bytesOf(child.stdout), bytesOf(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout().toString('utf8'), bytes: stdout(), stderr: stderr().toString('utf8') }
}

export type Suite = {
  url: string
  child: ChildProcess
  stderr(): string
  signal(name: NodeJS.Signals): void
  ended: Promise<number | null>
}

/** `biocloud up --json` until it says that it is ready. Throws what it said when it ends before. */
export const startSuite = async (args: readonly string[], env: Record<string, string> = {}): Promise<Suite> => {
  const child = startCli(['up', '--json', ...args], env)
  const [stdout, errors] = [bytesOf(child.stdout), bytesOf(child.stderr)]
  const stderr = (): string => errors().toString('utf8')
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const ready = new Promise<string>((done) => {
    child.stdout?.on('data', () => {
      const text = stdout().toString('utf8')
      if (text.endsWith('}\n')) done((JSON.parse(text) as { url: string }).url)
    })
  })
  const url = await Promise.race([
    ready,
    ended.then((code) => {
      throw new Error(`biocloud up ended with ${code}: ${stderr()}`)
    }),
  ])
  return { url, child, stderr, signal: (name) => void child.kill(name), ended }
}

// The servers as they run in production: each alone, from dist, with the Node flags that the README names.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createClient } from './load.ts'

export const root = join(import.meta.dirname, '../..')
export const FLAGS = ['--max-semi-space-size=2']

export type Server = { pid: number; port: number; url: string; stop: () => Promise<void> }

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  server.close()
  await once(server, 'close')
  return address.port
}

const stopper = (child: ChildProcess) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

export const ready = async (child: ChildProcess, url: string, log: () => string): Promise<void> => {
  const deadline = Date.now() + 60_000
  for (;;) {
    if (child.exitCode !== null) throw new Error(`ended with ${String(child.exitCode)}\n${log()}`)
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    if (Date.now() > deadline) throw new Error(`not ready: ${(await answer?.text()) ?? 'no answer'}\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Starts one server of ours alone. Settings are given as its environment gives them, without the prefix. */
export const startServer = async (
  name: 'drs' | 'tes' | 'wes',
  port: number,
  settings: Record<string, unknown>,
): Promise<Server> => {
  const prefix = `BIOCLOUD_${name.toUpperCase()}_`
  const env: NodeJS.ProcessEnv = { ...process.env, [`${prefix}PORT`]: String(port), [`${prefix}LOG_LEVEL`]: 'warn' }
  for (const [key, value] of Object.entries(settings)) {
    const variable = prefix + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
    env[variable] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  const child = spawn(process.execPath, [...FLAGS, join(root, 'packages', name, 'dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-8000)))
  const url = `http://127.0.0.1:${String(port)}`
  await ready(child, url, () => log)
  return { pid: child.pid ?? 0, port, url, stop: stopper(child) }
}

export const startBare = async (kind: 'drs' | 'tes'): Promise<Server> => {
  const port = await freePort()
  const child = fork(join(root, 'test/bench/bare.ts'), [String(port), kind], {
    execArgv: [...FLAGS, '--conditions=source', '--import', 'tsx'],
  })
  await once(child, 'message')
  return { pid: child.pid ?? 0, port, url: `http://127.0.0.1:${String(port)}`, stop: stopper(child) }
}

/** All three, each alone, on one data folder. */
export const startSite = async (folder: string, tes: Record<string, unknown>) => {
  const [drsPort, tesPort, wesPort] = [await freePort(), await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${String(drsPort)}`
  const dir = join(folder, 'issuer')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const peers = {
    drs: `${issuer}/ga4gh/drs/v1`,
    tes: `http://127.0.0.1:${String(tesPort)}/ga4gh/tes/v1`,
    wes: `http://127.0.0.1:${String(wesPort)}/ga4gh/wes/v1`,
  }
  const shared = { dataDir: folder, policyFile: join(folder, 'policy.yaml'), hosts: { localhost: issuer }, peers }
  const drs = await startServer('drs', drsPort, { ...shared, localIssuer: { dir, issuer, demo: true } })
  const tesServer = await startServer('tes', tesPort, { ...shared, localIssuer: { dir, issuer }, ...tes })
  const wes = await startServer('wes', wesPort, { ...shared, localIssuer: { dir, issuer } })
  const token = async (username: string): Promise<string> => {
    const secret = readFileSync(join(dir, 'cli-secret'), 'utf8').trim()
    const body = new URLSearchParams({
      grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
      username,
      secret,
    })
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body })
    const { access_token } = (await answer.json()) as { access_token?: string }
    if (access_token === undefined) throw new Error(`no token: ${String(answer.status)}`)
    return access_token
  }
  const stop = async (): Promise<void> => {
    for (const server of [wes, tesServer, drs]) await server.stop()
  }
  return { drs, tes: tesServer, wes, token, stop }
}

/** Speaks to the Docker engine as plainly as can be: the baseline of every task. */
export const createDocker = () => {
  const socketPath = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace('unix://', '')
  const client = createClient({ socketPath }, 16)
  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await client.send({
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.body}`)
    return answer.body
  }
  return {
    /** Create, start, wait, remove. The wait is plain and comes after the start: it answers for a container that has ended already too, where `next-exit` could miss the end. */
    async run(name: string, network: string): Promise<void> {
      const config = { Image: 'bb:1', Cmd: ['true'], HostConfig: { NetworkMode: network } }
      await call('POST', `/containers/create?name=${name}`, config)
      await call('POST', `/containers/${name}/start`)
      await call('POST', `/containers/${name}/wait`)
      await call('DELETE', `/containers/${name}?force=1`)
    },
    close: client.close,
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { TesTask } from '@biocloud/ga4gh-api'
import { createLocalIssuer, demoPolicy } from '@biocloud/passport-auth'
import { systemClock } from '@biocloud/service-kit'
import { removeContainersBelow, sh } from './server-fixture.ts'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => {
        resolve(port)
      })
    })
  })

let folder: string
let origin: string
let token: string
let child: ChildProcess | undefined
let environment: Record<string, string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tes-kill-'))
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  const issuer = await createLocalIssuer({ dir: join(folder, 'issuer'), issuer: origin, clock: systemClock })
  token = (await issuer.accessToken('researcher')).token
  await mkdir(join(folder, 'files'))
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'policy.yaml'), demoPolicy())
  environment = {
    BIOCLOUD_TES_PORT: String(port),
    BIOCLOUD_TES_DATA_DIR: join(folder, 'data'),
    BIOCLOUD_TES_POLICY_FILE: join(folder, 'policy.yaml'),
    BIOCLOUD_TES_LOCAL_ISSUER_DIR: join(folder, 'issuer'),
    BIOCLOUD_TES_LOCAL_ISSUER_ISSUER: origin,
    BIOCLOUD_TES_ROOTS: JSON.stringify([{ path: join(folder, 'files'), mode: 'rw' }]),
    BIOCLOUD_TES_MAX_RUNNING: '3',
    BIOCLOUD_TES_GRACE_SECONDS: '1',
    BIOCLOUD_TES_LOG_FILE: join(folder, 'log'),
  }
}, 20_000)

const start = async (): Promise<void> => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const running = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', main], {
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child = running
  let said = ''
  running.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  for (;;) {
    if (running.exitCode !== null) throw new Error(`the server ended with ${running.exitCode}: ${said}`)
    const ready = await fetch(`${origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const end = async (signal: NodeJS.Signals): Promise<void> => {
  const running = child
  child = undefined
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
  const gone = new Promise((resolve) => running.once('exit', resolve))
  running.kill(signal)
  await gone
}

afterEach(async () => {
  await end('SIGTERM')
  await removeContainersBelow(folder)
  await rm(folder, { recursive: true, force: true })
}, 20_000)

const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
  const answer = await fetch(`${origin}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
  return answer.json()
}
const reach = async (id: string, states: readonly string[]): Promise<TesTask> => {
  for (;;) {
    const task = (await call('GET', `/tasks/${id}?view=FULL`)) as TesTask
    if (states.includes(task.state ?? '')) return task
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const FINAL = ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED']

/** Each executor leaves one line; one that ran twice leaves two. */
const counting = (name: string, seconds: number): TesTask => ({
  volumes: ['/v'],
  outputs: [{ path: '/v/ran', url: `file://${folder}/files/${name}` }],
  executors: [sh(`echo one >> /v/ran; sleep ${seconds}`), sh('echo two >> /v/ran')],
})

describe('kill -9 of the server', () => {
  it('4.4 loses no task and runs none twice, whether queued, staging, running or ending', async () => {
    await start()
    const ids: string[] = []
    for (let i = 0; i < 8; i += 1) ids.push(((await call('POST', '/tasks', counting(`t${i}`, 1))) as { id: string }).id)
    await reach(ids[0] ?? '', ['RUNNING'])
    await end('SIGKILL')
    await start()
    await reach(ids[3] ?? '', ['INITIALIZING', 'RUNNING', ...FINAL])
    await end('SIGKILL')
    await start()
    for (const [i, id] of ids.entries()) {
      const task = await reach(id, FINAL)
      expect(task.logs?.[0]?.system_logs).toEqual([])
      expect(task.state).toBe('COMPLETE')
      expect(task.logs?.[0]?.metadata?.['attempts']).toBe('1')
      expect(task.logs?.[0]?.logs.map(({ exit_code }) => exit_code)).toEqual([0, 0])
      expect(await readFile(join(folder, 'files', `t${i}`), 'utf8')).toBe('one\ntwo\n')
    }
  }, 90_000)

  it('4.4 finishes a task whose container ended while no server ran', async () => {
    await start()
    const { id } = (await call('POST', '/tasks', counting('alone', 0.5))) as { id: string }
    await reach(id, ['RUNNING'])
    await end('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 1500)) // nobody is there to tell when it ends
    await start()
    expect((await reach(id, FINAL)).state).toBe('COMPLETE')
    expect(await readFile(join(folder, 'files', 'alone'), 'utf8')).toBe('one\ntwo\n')
  }, 60_000)

  it('1.7 ends a cancel that was accepted before the kill', async () => {
    await start()
    const { id } = (await call('POST', '/tasks', { executors: [sh('trap "" TERM; while :; do sleep 0.1; done')] })) as {
      id: string
    }
    await reach(id, ['RUNNING'])
    await call('POST', `/tasks/${id}:cancel`)
    await end('SIGKILL')
    await start()
    expect((await reach(id, FINAL)).state).toBe('CANCELED')
  }, 60_000)

  it('4.4 an attempt whose container is gone for good is lost, and the next one runs inside the same task', async () => {
    const { default: Docker } = await import('dockerode')
    await start()
    const { id } = (await call('POST', '/tasks', counting('again', 1))) as { id: string }
    await reach(id, ['RUNNING'])
    await end('SIGKILL')
    await new Docker().getContainer(`tes-${id}-1-0`).remove({ force: true })
    await start()
    const task = await reach(id, FINAL)
    expect(task.state).toBe('COMPLETE')
    expect(task.logs).toHaveLength(1)
    expect(task.logs?.[0]?.metadata).toMatchObject({ attempt: '2', attempts: '2' })
    const { attempts } = (await call('GET', `/tasks/${id}/attempts`)) as { attempts: { outcome: string }[] }
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'complete'])
  }, 60_000)

  it('a clean stop leaves running tasks running, and the next start takes them up', async () => {
    await start()
    const { id } = (await call('POST', '/tasks', counting('stop', 1))) as { id: string }
    await reach(id, ['RUNNING'])
    await end('SIGTERM')
    await start()
    expect((await reach(id, FINAL)).state).toBe('COMPLETE')
    expect(await readFile(join(folder, 'files', 'stop'), 'utf8')).toBe('one\ntwo\n')
  }, 60_000)
})

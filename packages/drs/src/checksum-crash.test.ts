import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer as createNetServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createLogger, openDatabase, systemClock } from '@biocloud/service-kit'
import { migrations } from './db/migrations.ts'
import { createServer } from './index.ts'
import { until } from './server-fixture.ts'

jest.setTimeout(90_000) // a loaded machine is slow, not wrong

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drs-crash-'))
})
afterEach(() => rm(folder, { recursive: true }))

const freePort = async (): Promise<number> => {
  const server = createNetServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

describe('kill -9', () => {
  it('in the middle of a checksum job: the next process finishes it once the lease is over, and not before', async () => {
    const port = await freePort()
    const origin = `http://127.0.0.1:${port}`
    const dataDir = join(folder, 'data')
    const root = join(folder, 'archive')
    await mkdir(root)
    const path = join(root, 'large')
    await writeFile(path, '')
    await truncate(path, 2 ** 29) // a second of hashing or more, no disk
    const settings = {
      port,
      dataDir,
      localIssuer: { dir: join(dataDir, 'issuer'), issuer: origin, demo: true },
      backends: [{ kind: 'posix', name: 'archive', root }],
    }
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      BIOCLOUD_DRS_PORT: String(port),
      BIOCLOUD_DRS_DATA_DIR: dataDir,
      BIOCLOUD_DRS_LOCAL_ISSUER: JSON.stringify(settings.localIssuer),
      BIOCLOUD_DRS_BACKENDS: JSON.stringify(settings.backends),
    }
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', main], { env, stdio: 'ignore' })
    const db = await (async () => {
      try {
        const call = async (url: string, body: unknown, bearer = ''): Promise<{ status: number; json: unknown }> => {
          const headers = { 'content-type': 'application/json', ...(bearer === '' ? {} : { authorization: bearer }) }
          const answer = await fetch(origin + url, { method: 'POST', headers, body: JSON.stringify(body) })
          return { status: answer.status, json: await answer.json() }
        }
        await until(
          () =>
            fetch(`${origin}/readyz`).then(
              ({ status }) => status,
              () => 0,
            ),
          (status) => status === 200,
        )
        const { json } = await call('/token', {
          grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
          username: 'operator',
          secret: (await readFile(join(dataDir, 'issuer', 'cli-secret'), 'utf8')).trim(),
        })
        const { access_token } = json as { access_token: string }
        const candidate = {
          x_dataset: 'demo-public',
          access_methods: [{ type: 'https', access_url: { url: `file://${path}` } }],
        }
        const made = await call('/ga4gh/drs/v1/objects/register', { candidates: [candidate] }, `Bearer ${access_token}`)
        expect(made.status).toBe(202)
        const opened = await openDatabase({ client: 'sqlite', filename: join(dataDir, 'drs', 'drs.db'), migrations })
        // Claimed: due after its lease. Then the process dies in the middle of the file.
        await until(
          async () => opened<{ due_at: string | null }>('jobs').first(),
          (job) => job?.due_at !== null && Date.parse(job?.due_at ?? '') > Date.now() + 30_000,
        )
        return opened
      } finally {
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }
    })()
    const state = async () => (await db<{ state: string }>('objects').first())?.state
    const log = createLogger({ name: 'drs', level: 'silent' })
    let ahead = 0
    const clock = { now: () => new Date(systemClock.now().getTime() + ahead) }
    const start = async () => {
      const server = await createServer({ ...settings, embedded: true }, { log, clock })
      await server.start()
      return server
    }
    try {
      await (await start()).stop()
      expect(await state()).toBe('pending')
      ahead = 61_000
      const next = await start()
      await until(state, (found) => found !== 'pending')
      await next.stop()
      const checksums = await db<{ type: string }>('object_checksums').orderBy('type')
      expect(checksums.map(({ type }) => type)).toEqual(['crc32c', 'md5', 'sha-256'])
      expect(await db<{ due_at: string | null; attempts: number }>('jobs').first()).toMatchObject({ due_at: null })
      expect(await state()).toBe('active')
    } finally {
      await db.destroy()
    }
  })
})

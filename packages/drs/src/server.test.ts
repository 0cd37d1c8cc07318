import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createLogger, openDatabase } from '@biocloud/service-kit'
import { migrations } from './db/migrations.ts'
import { createServer, settingsFromEnv } from './index.ts'

jest.setTimeout(60_000) // a loaded machine is slow, not wrong

const log = createLogger({ name: 'drs', level: 'silent' })
let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'drs-boot-'))
})
// Also after a test that failed: a database left open keeps the whole run alive.
const opened: { stop(): Promise<void> }[] = []
const boot = async (settings: unknown) => {
  const server = await createServer(settings, { log })
  opened.push(server)
  return server
}
afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop()
  await rm(dataDir, { recursive: true })
})

const origin = 'http://127.0.0.1:4501'
const demo = () => ({
  dataDir,
  localIssuer: { dir: join(dataDir, 'issuer'), issuer: origin, demo: true },
  embedded: true,
})

describe('boot', () => {
  it('names every wrong setting at once', async () => {
    const refused = createServer({ port: 70_000, role: 'boss', publicHost: 'a:1', unknown: 1 }, { log })
    await expect(refused).rejects.toMatchObject({ code: 'config_invalid' })
    for (const name of ['port', 'role', 'publicHost', 'unknown']) {
      await expect(
        createServer({ port: 70_000, role: 'boss', publicHost: 'a:1', unknown: 1 }, { log }),
      ).rejects.toThrow(name)
    }
  })

  it('stops without a policy, with a broken one, and with a store that is not there', async () => {
    await expect(boot({ dataDir, embedded: true })).rejects.toThrow('policyFile')
    const policyFile = join(dataDir, 'broken.yaml')
    await writeFile(policyFile, 'datasets: {a: {tier: compute-only}}')
    await expect(boot({ ...demo(), policyFile })).rejects.toMatchObject({ code: 'policy_invalid' })
    const backends = [{ kind: 'posix', name: 'x', root: join(tmpdir(), 'drs-store-that-is-absent') }]
    await expect(boot({ ...demo(), backends })).rejects.toMatchObject({ code: 'storage_not_found' })
  })

  it('R1 stops with a store or a folder of runs that meets the data folder, and names both', async () => {
    const backends = [{ kind: 'posix', name: 'x', root: join(dataDir, 'drs') }]
    const refused = boot({ ...demo(), backends, runRoots: [dataDir] })
    await expect(refused).rejects.toMatchObject({ code: 'config_invalid' })
    await expect(boot({ ...demo(), backends, runRoots: [dataDir] })).rejects.toThrow(
      /runRoots\.0.*overlaps the data folder[^]*backends\.0\.root.*overlaps the data folder/,
    )
  })

  it('keeps its keys and its database from other users', async () => {
    const server = await boot(demo())
    await server.stop()
    for (const name of ['link-keys.json', 'site-key', 'sts-key.json']) {
      expect((await stat(join(dataDir, 'drs', name))).mode & 0o077).toBe(0)
    }
    expect((await stat(join(dataDir, 'drs'))).mode & 0o077).toBe(0)
  })

  it('is ready with its checks, tells its metrics, and is no longer ready when it stops', async () => {
    const server = await boot(demo())
    await server.start()
    expect(await server.ready()).toMatchObject({ ok: true, checks: { database: 'ok', 'objects folder': 'ok' } })
    expect(await server.metrics()).toContain('drs_links_given_total')
    await server.stop()
    await server.stop()
    expect((await server.ready()).ok).toBe(false)
  })

  it('reads settings from the environment under its prefix', () => {
    expect(settingsFromEnv({ BIOCLOUD_DRS_PORT: '4600', BIOCLOUD_DRS_DRAFT16: 'off', PORT: '1' })).toEqual({
      port: 4600,
      draft16: 'off',
    })
  })
})

describe('the audit table', () => {
  it('refuses update and delete', async () => {
    const db = await openDatabase({ client: 'sqlite', filename: join(dataDir, 'drs.db'), migrations })
    opened.push({ stop: () => db.destroy() })
    await db('audit').insert({ id: 'a', time: 't', action: 'x', outcome: 'permit', request_id: 'r', event: '{}' })
    const refused: unknown = expect.objectContaining({ message: expect.stringContaining('append-only') })
    await expect(db('audit').update({ outcome: 'deny' }).then(String)).rejects.toEqual(refused)
    await expect(db('audit').delete().then(String)).rejects.toEqual(refused)
    expect(await db('audit')).toHaveLength(1)
  })
})

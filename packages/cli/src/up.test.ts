import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { existsSync } from 'node:fs'
import { mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import type { ServiceName } from './dispatcher.ts'
import type { EmbeddedServer, ServerModule } from './servers.ts'
import { run } from './program.ts'
import { createFakeTerminal, type FakeTerminal } from './testing/fake-terminal.ts'
import { up, type UpOptions } from './up.ts'

type Calls = { events: string[]; settings: Partial<Record<ServiceName, Record<string, unknown>>> }

const answer =
  (service: ServiceName): RequestListener =>
  (req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ service, url: req.url }))
  }

/** Stands in for the three servers: each answers with its name and notes what is asked of it. */
const standIns = (o: Partial<Record<ServiceName, Partial<EmbeddedServer> & { create?: () => Promise<void> }>> = {}) => {
  const calls: Calls = { events: [], settings: {} }
  const load = (service: ServiceName) => async (): Promise<ServerModule> =>
    await Promise.resolve({
      settingsFromEnv: (env) =>
        env[`BIOCLOUD_${service.toUpperCase()}_LOG_LEVEL`] === undefined
          ? {}
          : { logLevel: env[`BIOCLOUD_${service.toUpperCase()}_LOG_LEVEL`] },
      createServer: async (settings) => {
        calls.settings[service] = settings as Record<string, unknown>
        await o[service]?.create?.()
        calls.events.push(`create ${service}`)
        const note = (what: string) => async () => {
          calls.events.push(`${what} ${service}`)
          await Promise.resolve()
        }
        return {
          handler: answer(service),
          start: note('start'),
          stop: note('stop'),
          ready: async () => await Promise.resolve({ ok: true, checks: { database: 'ok' } }),
          metrics: async () => await Promise.resolve(`# TYPE ${service}_x counter\n${service}_x 1\n`),
          ...o[service],
        }
      },
    })
  return { calls, load: { drs: load('drs'), tes: load('tes'), wes: load('wes') } }
}

describe('biocloud up', () => {
  let scratch: string
  let data: string
  const running: { terminal: FakeTerminal; ended: Promise<number> }[] = []

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cli-up-'))
    data = join(scratch, 'data')
  })
  afterEach(async () => {
    for (const { terminal, ended } of running.splice(0)) {
      terminal.interrupt()
      await ended.catch(() => undefined) // a start that was refused has no more to say
    }
    await rm(scratch, { recursive: true })
  })

  const options = (more: Partial<UpOptions> = {}): UpOptions => ({ listen: '127.0.0.1:0', data, files: [], ...more })
  const begin = (
    load: ReturnType<typeof standIns>['load'],
    more: Partial<UpOptions> = {},
    env: Record<string, string> = {},
  ) => {
    const terminal = createFakeTerminal({ cwd: scratch, env })
    const ended = up(options(more), terminal, load)
    running.push({ terminal, ended })
    ended.catch(() => undefined)
    return { terminal, ended }
  }
  const urlOf = async (): Promise<string> =>
    (JSON.parse(await readFile(join(data, 'up.json'), 'utf8')) as { url: string }).url

  it('prints the three base URLs, how to get a token and what to try, and sends requests by prefix', async () => {
    const { calls, load } = standIns()
    const { terminal } = begin(load)
    await terminal.shown('Stop with Ctrl-C')
    const url = await urlOf()
    for (const path of ['/ga4gh/drs/v1', '/ga4gh/wes/v1', '/ga4gh/tes/v1'])
      expect(terminal.stdout()).toContain(url + path)
    expect(terminal.stdout()).toContain(`export BIOCLOUD_DATA=${data}`)
    expect(await (await fetch(`${url}/v1/tasks`)).json()).toEqual({ service: 'tes', url: '/v1/tasks' })
    expect(await (await fetch(`${url}/data/x`)).json()).toMatchObject({ service: 'drs' })
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)
    expect(calls.events).toEqual(['create drs', 'create tes', 'create wes', 'start drs', 'start tes', 'start wes'])
  })

  it('makes the data folder with closed folders, and runs that can be passed but not listed', async () => {
    const { terminal } = begin(standIns().load)
    await terminal.shown('Stop with Ctrl-C')
    const modes = await Promise.all(
      ['', 'issuer', 'drs', 'tes', 'wes', 'wes/runs', 'logs'].map(async (path) => [
        path,
        ((await stat(join(data, path))).mode & 0o777).toString(8),
      ]),
    )
    expect(Object.fromEntries(modes)).toEqual({
      '': '711',
      issuer: '700',
      drs: '700',
      tes: '700',
      wes: '711',
      'wes/runs': '711',
      logs: '700',
    })
  })

  it('answers 503 with Retry-After while it starts, /healthz is 200 and /readyz is not', async () => {
    let create = (): void => undefined
    const held = new Promise<void>((done) => (create = done))
    let reached = (): void => undefined
    const atTes = new Promise<void>((done) => (reached = done))
    const { load } = standIns({
      tes: {
        create: async () => {
          reached()
          await held
        },
      },
    })
    const { terminal } = begin(load)
    await atTes
    const url = await urlOf()
    const early = await fetch(`${url}/ga4gh/tes/v1/tasks`)
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await early.json()).toEqual({ msg: expect.stringContaining('starting'), status_code: 503 })
    expect((await fetch(`${url}/ga4gh/drs/v1/objects`)).status).toBe(200) // DRS is made: its peers may call it
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    create()
    await terminal.shown('Stop with Ctrl-C')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('merges health and metrics of the three', async () => {
    const { load } = standIns({
      tes: {
        ready: async () =>
          await Promise.resolve({ ok: false, checks: { docker: 'connect ENOENT /var/run/docker.sock' } }),
      },
    })
    const { terminal } = begin(load)
    await terminal.shown('Stop with Ctrl-C')
    const url = await urlOf()
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({
      ok: false,
      state: 'up',
      checks: { 'drs.database': 'ok', 'tes.docker': 'connect ENOENT /var/run/docker.sock', 'wes.database': 'ok' },
    })
    const metrics = await (await fetch(`${url}/metrics`)).text()
    for (const name of ['drs_x 1', 'tes_x 1', 'wes_x 1', 'process_resident_memory_bytes'])
      expect(metrics).toContain(name)
    expect(terminal.stdout()).toMatch(/Note {4}tes\.docker is not ready: .*Install Docker/)
  })

  it('says in one line that no workflow engine is there, and how to get one', async () => {
    const info: RequestListener = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"workflow_engine_versions":{}}')
    }
    const { terminal } = begin(standIns({ wes: { handler: info } }).load)
    await terminal.shown('Stop with Ctrl-C')
    expect(terminal.stdout()).toMatch(/Note {4}No workflow engine was found.*pip install cwltool/)
  })

  it('one Ctrl-C finishes what is under way, stops WES, TES, DRS in that order and frees the port', async () => {
    let finish = (): void => undefined
    let arrived = (): void => undefined
    const inHandler = new Promise<void>((done) => (arrived = done))
    const { calls, load } = standIns({
      drs: {
        handler: (_req, res) => {
          arrived()
          finish = () => res.end('late but whole')
        },
      },
    })
    const { terminal, ended } = begin(load)
    await terminal.shown('Stop with Ctrl-C')
    const url = await urlOf()
    const slow = fetch(`${url}/ga4gh/drs/v1/objects`)
    await inHandler
    terminal.interrupt()
    await terminal.shown('Stopping')
    expect((await fetch(`${url}/ga4gh/wes/v1/runs`)).status).toBe(503)
    finish()
    expect(await (await slow).text()).toBe('late but whole')
    expect(await ended).toBe(EXIT.ok)
    expect(calls.events.slice(-3)).toEqual(['stop wes', 'stop tes', 'stop drs'])
    await expect(fetch(url)).rejects.toThrow()
    expect(existsSync(join(data, 'up.json'))).toBe(false)
  })

  it('the second Ctrl-C gives the data folder free at once', async () => {
    let end = (): void => undefined
    const hanging = new Promise<void>((done) => (end = done))
    const { load } = standIns({
      wes: {
        stop: async () => {
          await hanging
        },
      },
    })
    const { terminal } = begin(load)
    await terminal.shown('Stop with Ctrl-C')
    terminal.interrupt()
    await terminal.shown('Stopping')
    terminal.forceStop()
    expect(existsSync(join(data, 'up.json'))).toBe(false)
    end() // main.ts ends the process here; the test must end by itself
  })

  it('refuses a second instance on the same data folder, and the first goes on', async () => {
    const { terminal } = begin(standIns().load)
    await terminal.shown('Stop with Ctrl-C')
    await expect(up(options(), createFakeTerminal({ cwd: scratch }), standIns().load)).rejects.toMatchObject({
      exitCode: EXIT.refused,
      message: expect.stringContaining('already runs on the data folder'),
    })
    expect((await fetch(`${await urlOf()}/healthz`)).status).toBe(200)
  })

  it.each(['0.0.0.0:4500', '192.168.1.5:4500', '[::]:4500', 'example.org:80'])(
    'refuses to listen at %s and says why',
    async (listen) => {
      await expect(
        up(options({ listen }), createFakeTerminal({ cwd: scratch }), standIns().load),
      ).rejects.toMatchObject({
        exitCode: EXIT.refused,
        message: expect.stringMatching(/demo users.*plain http/),
      })
      expect(existsSync(data)).toBe(false)
    },
  )

  it('a server that does not start is named, and nothing is left behind', async () => {
    const { calls, load } = standIns({
      wes: {
        create: async () => {
          await Promise.reject(new Error('policy.yaml: line 3'))
        },
      },
    })
    await expect(up(options(), createFakeTerminal({ cwd: scratch }), load)).rejects.toMatchObject({
      message: expect.stringMatching(/WES server did not start: policy\.yaml: line 3/),
    })
    expect(calls.events.slice(-2)).toEqual(['stop tes', 'stop drs'])
    expect(existsSync(join(data, 'up.json'))).toBe(false)
  })

  it('a port in use is named with what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => taken.once('listening', done))
    const { port } = taken.address() as AddressInfo
    await expect(
      up(options({ listen: `127.0.0.1:${port}` }), createFakeTerminal({ cwd: scratch }), standIns().load),
    ).rejects.toMatchObject({
      message: `Something already listens at 127.0.0.1:${port}`,
      hint: expect.stringContaining(`--listen 127.0.0.1:${port + 1}`),
    })
    expect(existsSync(join(data, 'up.json'))).toBe(false)
    await new Promise((done) => taken.close(done))
  })

  it('a folder that is not ours is neither used nor changed', async () => {
    await mkdir(data, { mode: 0o755 })
    await writeFile(join(data, 'thesis.txt'), 'mine')
    await expect(up(options(), createFakeTerminal({ cwd: scratch }), standIns().load)).rejects.toMatchObject({
      exitCode: EXIT.refused,
    })
    expect(((await stat(data)).mode & 0o777).toString(8)).toBe('755')
  })

  it('gives every server the same address, its peers and the data folder, and TES the roots of runs and --files', async () => {
    await mkdir(join(scratch, 'genomes'))
    const { calls, load } = standIns()
    const { terminal } = begin(load, { files: ['genomes'] }, { BIOCLOUD_TES_LOG_LEVEL: 'debug' })
    await terminal.shown('Stop with Ctrl-C')
    const url = await urlOf()
    const { drs, tes, wes } = calls.settings
    for (const settings of [drs, tes, wes]) {
      expect(settings).toMatchObject({
        publicUrl: url,
        dataDir: data,
        embedded: true,
        role: 'all',
        policyFile: join(data, 'policy.yaml'),
        peers: { drs: `${url}/ga4gh/drs/v1`, wes: `${url}/ga4gh/wes/v1`, tes: `${url}/ga4gh/tes/v1` },
      })
    }
    expect([drs, tes, wes].map((settings) => settings?.['localIssuer'])).toEqual([
      { dir: join(data, 'issuer'), issuer: url, demo: true },
      { dir: join(data, 'issuer'), issuer: url },
      { dir: join(data, 'issuer'), issuer: url },
    ])
    expect(tes).toMatchObject({
      logLevel: 'debug',
      roots: [
        { path: join(data, 'wes', 'runs'), mode: 'rw', kind: 'run' },
        { path: join(scratch, 'genomes'), mode: 'rw', kind: 'plain' },
      ],
    })
  })

  it.each([
    ['/', /root of the file system/],
    ['.', /overlaps the data folder/],
    ['data/drs', /overlaps the data folder/],
    ['absent', /no folder/],
  ])('--files %s is refused', async (path, reason) => {
    await expect(up(options({ files: [path] }), createFakeTerminal({ cwd: scratch }), standIns().load)).rejects.toThrow(
      reason,
    )
  })

  it('a policy that cannot be read is told before anything is made', async () => {
    await expect(
      up(options({ policy: 'absent.yaml' }), createFakeTerminal({ cwd: scratch }), standIns().load),
    ).rejects.toMatchObject({ exitCode: EXIT.usage })
    expect(existsSync(data)).toBe(false)
  })

  it('an unknown option is a usage error with exit code 2', async () => {
    const terminal = createFakeTerminal({ cwd: scratch })
    expect(await run(['up', '--lisen', 'x'], terminal)).toBe(EXIT.usage)
    expect(terminal.stderr()).toContain('--listen')
  })
})

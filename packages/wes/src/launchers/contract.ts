import { existsSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { headFiles, type HeadConfig } from '../head/head-files.ts'
import { startFakeReports } from '../testing/fake-reports.ts'
import { startFakeTes } from '../testing/fake-tes.ts'
import type { HeadHandle, HeadState, Launcher } from './launcher.ts'

const RUN_ID = '01testrun00000000000000000'
const TOKEN = 'rt_contract-token-of-the-run'

const until = async <T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> => {
  const end = Date.now() + 20_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what} did not happen within 20 s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** What every launcher must do (L1). `open` gives one as a worker has it: a second call is the worker after its restart. */
export const launcherContract = (kind: string, open: () => Promise<Launcher>): void => {
  describe(`L1 launcher contract: ${kind}`, () => {
    let root: string
    let tes: Awaited<ReturnType<typeof startFakeTes>>
    let reports: Awaited<ReturnType<typeof startFakeReports>>
    const handles: HeadHandle[] = []

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'wes-launcher-'))
      for (const part of ['job', 'logs', 'work']) await mkdir(join(root, part))
      tes = await startFakeTes({ token: TOKEN })
      reports = await startFakeReports()
    })
    afterEach(async () => {
      const launcher = await open()
      for (const handle of handles.splice(0)) await launcher.stop(handle, join(root, 'job'), 0)
      await tes.close()
      await reports.close()
      await rm(root, { recursive: true, force: true })
    })

    /** A head whose engine is a shell script; `$TES` is the gateway. */
    const writeRun = async (script: string, o: { attempt?: number; graceSeconds?: number } = {}): Promise<void> => {
      const job = join(root, 'job')
      const config: HeadConfig = {
        version: 1,
        runId: RUN_ID,
        attempt: o.attempt ?? 1,
        engine: 'cwltool',
        plan: {
          argv: ['/bin/sh', '-c', script],
          env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', TES: '{{TES_BASE_URL}}' },
          files: [],
          folders: [],
          cwd: job,
          events: join(job, 'events.jsonl'),
          result: join(job, 'result.json'),
          resources: { cpuCores: 1, ramGb: 1 },
          resume: true,
        },
        tes: tes.url,
        reports: reports.url,
        folders: { job, logs: join(root, 'logs') },
        limits: { logBytes: 10_000_000, graceSeconds: o.graceSeconds ?? 10, reportSeconds: 2 },
        deadline: new Date(Date.now() + 3_600_000).toISOString(),
      }
      await writeFile(headFiles(job).config, JSON.stringify(config))
    }
    const start = async (launcher: Launcher, attempt = 1): Promise<HeadHandle> => {
      const handle = await launcher.start({
        runId: RUN_ID,
        attempt,
        job: join(root, 'job'),
        logs: join(root, 'logs'),
        runToken: TOKEN,
      })
      handles.push(handle)
      return handle
    }
    const ended = (launcher: Launcher, handle: HeadHandle): Promise<Exclude<HeadState, { state: 'running' }>> =>
      until(async () => {
        const look = await launcher.look(handle, join(root, 'job'))
        return look.state === 'running' ? undefined : look
      }, 'the end of the head')
    const gone = (launcher: Launcher, handle: HeadHandle): Promise<void> =>
      new Promise((resolve) => {
        launcher.watch(handle, resolve)
      })
    const file = (name: string): string => join(root, 'work', name)
    const written = (name: string): Promise<string> =>
      until(async () => (existsSync(file(name)) ? readFile(file(name), 'utf8') : undefined), name)
    const isGone = (pid: number): boolean => {
      try {
        process.kill(pid, 0)
        return false
      } catch {
        return true
      }
    }

    it('L1 runs the engine and keeps its output and exit code', async () => {
      const launcher = await open()
      await writeRun('echo to-stdout; echo to-stderr >&2; exit 7')
      const look = await ended(launcher, await start(launcher))
      expect(look).toMatchObject({ state: 'ended', exit: { attempt: 1, cause: 'exited', exitCode: 7 } })
      expect(await readFile(join(root, 'logs', 'stdout'), 'utf8')).toBe('to-stdout\n')
      expect(await readFile(join(root, 'logs', 'stderr'), 'utf8')).toBe('to-stderr\n')
    })

    it('L1 reports start and exit, numbered, with the run token, until they are acknowledged', async () => {
      const launcher = await open()
      reports.failNext(2)
      await writeRun('exit 0')
      const handle = await start(launcher)
      await gone(launcher, handle)
      expect(reports.reports.map(({ n, type }) => [n, type])).toEqual([
        [1, 'started'],
        [2, 'exit'],
      ])
      expect(new Set(reports.tokens)).toEqual(new Set([`Bearer ${TOKEN}`]))
    })

    it('L1 the run token is in no file of the run, no argv and no environment', async () => {
      const launcher = await open()
      await writeRun(
        `env > ${file('env')}; tr '\\0' ' ' < /proc/$PPID/cmdline > ${file('argv')}; tr '\\0' ' ' < /proc/$PPID/environ >> ${file('argv')}; touch ${file('ready')}; sleep 60`,
      )
      await start(launcher)
      await written('ready')
      const found = await readdir(root, { recursive: true, withFileTypes: true })
      const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      expect(files).toContain(file('env'))
      for (const name of files) expect(await readFile(name, 'utf8')).not.toContain(TOKEN)
      const names = (await readFile(file('env'), 'utf8')).split('\n').flatMap((line) => line.split('=')[0] ?? [])
      expect(names.filter((name) => !['', '_', 'PWD', 'OLDPWD', 'SHLVL'].includes(name)).sort()).toEqual([
        'PATH',
        'TES',
      ])
    })

    it('L1 TERM lets the engine end, refuses new tasks, and cancels the live ones', async () => {
      const launcher = await open()
      const post =
        'node -e \'fetch(process.env.TES+"/v1/tasks",{method:"POST",body:"{}"}).then(r=>console.log(r.status))\''
      await writeRun(
        `${post}; trap '${post.replaceAll("'", `'\\''`)}; echo stopping; exit 143' TERM; touch ${file('ready')}; while :; do sleep 0.1; done`,
      )
      const handle = await start(launcher)
      await written('ready')
      await launcher.stop(handle, join(root, 'job'), 20)
      expect(await launcher.look(handle, join(root, 'job'))).toMatchObject({
        state: 'ended',
        exit: { cause: 'stopped', exitCode: 143 },
      })
      expect(await readFile(join(root, 'logs', 'stdout'), 'utf8')).toBe('200\n503\nstopping\n')
      expect([...tes.tasks.values()].map(({ state }) => state)).toEqual(['CANCELED'])
    })

    it('L1 an engine that ignores TERM is killed after the grace, with everything it started', async () => {
      const launcher = await open()
      await writeRun(
        `trap '' TERM; (trap '' TERM; echo $$ > ${file('child')}; sleep 600) & echo $$ > ${file('engine')}; touch ${file('ready')}; while :; do sleep 0.1; done`,
        { graceSeconds: 1 },
      )
      const handle = await start(launcher)
      await written('ready')
      const engine = Number(await written('engine'))
      await launcher.stop(handle, join(root, 'job'), 20)
      expect(await launcher.look(handle, join(root, 'job'))).toMatchObject({
        state: 'ended',
        exit: { cause: 'stopped', signal: 'SIGKILL' },
      })
      expect(isGone(engine)).toBe(true)
      expect(isGone(handle.pid)).toBe(true)
    })

    it('L1 a head outlives the worker: another one finds it running, and its exit', async () => {
      const first = await open()
      await writeRun(`touch ${file('ready')}; while [ ! -e ${file('go')} ]; do sleep 0.1; done; exit 0`)
      const handle = await start(first)
      await written('ready')
      const second = await open()
      const found = await second.find(join(root, 'job'), 1)
      expect(found).toEqual(handle)
      expect(await second.look(handle, join(root, 'job'))).toEqual({ state: 'running' })
      await writeFile(file('go'), '')
      expect(await ended(second, handle)).toMatchObject({ state: 'ended', exit: { exitCode: 0 } })
    })

    it('L1 kill -9 of the head reads as lost, and sweeping ends its engine', async () => {
      const launcher = await open()
      await writeRun(`echo $$ > ${file('engine')}; touch ${file('ready')}; sleep 600`)
      const handle = await start(launcher)
      await written('ready')
      const engine = Number(await written('engine'))
      await until(
        () => (existsSync(headFiles(join(root, 'job')).engine(1)) ? true : undefined),
        'the record of the engine',
      )
      process.kill(handle.pid, 'SIGKILL')
      expect(await ended(launcher, handle)).toEqual({ state: 'lost' })
      await launcher.sweep(handle, join(root, 'job'))
      await until(() => (isGone(engine) ? true : undefined), 'the end of the engine')
    })

    it('L1 the attempt after a lost head numbers its reports on', async () => {
      const launcher = await open()
      await writeRun(`touch ${file('ready')}; sleep 600`)
      const handle = await start(launcher)
      await until(() => (reports.reports.length > 0 ? true : undefined), 'the first report')
      process.kill(handle.pid, 'SIGKILL')
      await ended(launcher, handle)
      await launcher.sweep(handle, join(root, 'job'))
      await writeRun('exit 0', { attempt: 2 })
      const again = await start(launcher, 2)
      expect(await ended(launcher, again)).toMatchObject({ state: 'ended', exit: { attempt: 2, exitCode: 0 } })
      await gone(launcher, again)
      expect(reports.reports.map(({ n, type }) => [n, type])).toEqual([
        [1, 'started'],
        [2, 'started'],
        [3, 'exit'],
      ])
    })

    it('L1 what the engine said after a head was killed is reported by the next one, and nothing twice', async () => {
      const launcher = await open()
      const event = (step: string) => `{"event":"submitted","step":"${step}","task_id":"${step}"}\n`
      const steps = () => reports.reports.flatMap((report) => (report.type === 'step' ? [report.step] : []))
      await writeRun(`touch ${file('ready')}; sleep 600`)
      const handle = await start(launcher)
      await written('ready')
      const events = join(root, 'job', 'events.jsonl')
      await appendFile(events, event('one'))
      await until(() => (steps().includes('one') ? true : undefined), 'the first event')
      process.kill(handle.pid, 'SIGKILL')
      await ended(launcher, handle)
      await appendFile(events, event('two'))
      await launcher.sweep(handle, join(root, 'job'))
      await writeRun(`printf '%s' '${event('three').trim()}' >> ${events}; echo >> ${events}`, { attempt: 2 })
      const again = await start(launcher, 2)
      await ended(launcher, again)
      await gone(launcher, again)
      expect(steps()).toEqual(['one', 'two', 'three'])
    })

    it('L1 two starts under one name are one head: already there is success', async () => {
      const [one, two] = [await open(), await open()]
      await writeRun(`echo started >> ${file('starts')}; touch ${file('ready')}; sleep 600`)
      const [first, second] = await Promise.all([start(one), start(two)])
      expect(second).toEqual(first)
      expect(await start(one)).toEqual(first)
      await written('ready')
      expect(await written('starts')).toBe('started\n')
    })

    it('L1 an engine that cannot be started is an exit with its reason', async () => {
      const launcher = await open()
      await writeRun('true')
      const name = headFiles(join(root, 'job')).config
      const config = JSON.parse(await readFile(name, 'utf8')) as HeadConfig
      await writeFile(name, JSON.stringify({ ...config, plan: { ...config.plan, argv: ['/nowhere/engine'] } }))
      const look = await ended(launcher, await start(launcher))
      expect(look).toMatchObject({ state: 'ended', exit: { cause: 'not-started', exitCode: null } })
    })

    it('L1 a run past its deadline is stopped', async () => {
      const launcher = await open()
      await writeRun(`sleep 600`)
      const name = headFiles(join(root, 'job')).config
      const config = JSON.parse(await readFile(name, 'utf8')) as HeadConfig
      await writeFile(name, JSON.stringify({ ...config, deadline: new Date(Date.now() + 500).toISOString() }))
      const look = await ended(launcher, await start(launcher))
      expect(look).toMatchObject({ state: 'ended', exit: { cause: 'deadline', signal: 'SIGTERM' } })
    })
  })
}

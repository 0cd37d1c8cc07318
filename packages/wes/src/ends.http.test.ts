import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { headFiles } from './head/head-files.ts'
import { startWes } from './testing/server-fixture.ts'

const LONG = 60_000
const workflow = (orders: object) => ({ attached: { 'main.cwl': JSON.stringify(orders) } })

describe('how runs end: real STS, database, files and heads; fake DRS, TES and engine', () => {
  let wes: Awaited<ReturnType<typeof startWes>>
  beforeAll(async () => {
    wes = await startWes({ limits: { abandonedSeconds: 1, cancelGraceSeconds: 8 } })
  }, LONG)
  afterAll(async () => {
    await wes.stop()
  }, LONG)

  const tasksOf = (runId: string) => [...wes.tes.tasks.values()].filter(({ tags }) => tags?.['wes_run_id'] === runId)
  const running = async (orders: object): Promise<string> => {
    const runId = await wes.accepted({}, workflow(orders))
    await wes.reach(runId, ['RUNNING'])
    return runId
  }
  const withTask = async (runId: string): Promise<void> => {
    while (tasksOf(runId).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const messages = async (runId: string): Promise<string> =>
    ((await wes.call('GET', `/runs/${runId}`)).json as { run_log: { system_logs: string[] } }).run_log.system_logs.join(
      '\n',
    )

  it(
    'the outputs are one bundle of the dataset of the run, named in its messages',
    async () => {
      const runId = await wes.accepted({}, workflow({ do: 'succeed', outputs: { a: '1', b: '2' } }))
      const log = await wes.reach(runId)
      const bundle = wes.drs.registered.find(({ candidate }) => candidate['name'] === `run-${runId}`)
      expect((bundle?.candidate['contents'] as unknown[]).length).toBe(2)
      expect(log.run_log?.system_logs?.at(-1)).toContain(bundle?.self_uri)
    },
    LONG,
  )
  it.each(['done', 'failed'])(
    'a step that ended with another exit code than 0 shows what the engine made of it: %s',
    async (verdict) => {
      const runId = await wes.accepted({}, workflow({ do: 'succeed', tasks: 1, verdict }))
      await wes.reach(runId)
      const { task_logs: tasks } = (await wes.call('GET', `/runs/${runId}/tasks`)).json as {
        task_logs: { system_logs: string[] }[]
      }
      expect(tasks.map(({ system_logs: lines }) => lines.slice(0, 2))).toEqual([
        ['TES state: COMPLETE', `Step: ${verdict}`],
      ])
    },
    LONG,
  )
  it(
    'G6 an engine that waits for tasks which somebody else cancelled is stopped, and the run says why',
    async () => {
      const runId = await running({ do: 'poll', tasks: 2 })
      await withTask(runId)
      for (const task of tasksOf(runId)) task.state = 'CANCELED'
      const log = await wes.reach(runId)
      expect(log.state).toBe('EXECUTOR_ERROR')
      expect(log.run_log?.system_logs?.at(-1)).toContain('cancelled from outside')
    },
    LONG,
  )
  it(
    'a run whose grant is ended stops with that reason when TES refuses its token',
    async () => {
      const runId = await running({ do: 'poll', tasks: 1 })
      await withTask(runId)
      await wes.drs.endGrants(runId)
      wes.tes.failNext(401)
      const log = await wes.reach(runId)
      expect(log.state).toBe('SYSTEM_ERROR')
      expect(log.run_log?.system_logs?.at(-1)).toContain("The run's access to its inputs has ended")
    },
    LONG,
  )
  it(
    'a token that TES refuses by mistake costs a restart of the head, and not the run',
    async () => {
      const runId = await running({ do: 'poll', tasks: 1 })
      await withTask(runId)
      wes.tes.failNext(401)
      while (!(await messages(runId)).includes('attempt 2')) await new Promise((resolve) => setTimeout(resolve, 50))
      await wes.call('POST', `/runs/${runId}/cancel`)
      expect((await wes.reach(runId)).state).toBe('CANCELED')
    },
    LONG,
  )
  it(
    'CANCELED is not shown before the grant is dead',
    async () => {
      const runId = await running({ do: 'hang', tasks: 1 })
      wes.drs.failRevoke(1)
      await wes.call('POST', `/runs/${runId}/cancel`)
      expect((await wes.reach(runId)).state).toBe('CANCELED')
      const revoked = wes.drs.audit.events.filter(({ action, runId: id }) => action === 'sts:revoke' && id === runId)
      expect(revoked).toHaveLength(1)
      const end = Date.parse(
        ((await wes.call('GET', `/runs/${runId}`)).json as { run_log: { end_time: string } }).run_log.end_time,
      )
      expect(Date.parse(revoked[0]?.time ?? '')).toBeLessThan(end + 1000)
    },
    LONG,
  )
  it(
    'a server that stops in the middle of a cancel does not wait for it; the next one goes on with it',
    async () => {
      const runId = await running({ do: 'stubborn', tasks: 1 })
      await wes.call('POST', `/runs/${runId}/cancel`)
      await new Promise((resolve) => setTimeout(resolve, 500)) // the engine has its TERM, and ignores it for 8 s
      const begin = performance.now()
      let stopped = 0
      await wes.restart(() => {
        stopped = performance.now() - begin
        return Promise.resolve()
      })
      expect(stopped).toBeLessThan(3000)
      expect((await wes.reach(runId)).state).toBe('CANCELED')
      expect(tasksOf(runId).filter(({ state }) => state === 'RUNNING')).toEqual([])
    },
    LONG,
  )
  it(
    'while a head runs, no token or ticket is in its environment, argv or files, nor in the database or the log; the key of its gateway is in one file alone',
    async () => {
      const runId = await running({ do: 'hang', tasks: 1 })
      await withTask(runId)
      const job = join(wes.runs, runId, 'job')
      const read = (root: string): [string, string][] =>
        readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .map((name) => [name, readFileSync(name, 'latin1')])
      const processes: [string, string][] = []
      for (const file of [headFiles(job).head(1), headFiles(job).engine(1)]) {
        const { pid } = JSON.parse(await readFile(file, 'utf8')) as { pid: number }
        for (const part of ['environ', 'cmdline'])
          processes.push([`/proc/${pid}/${part}`, await readFile(`/proc/${pid}/${part}`, 'latin1')])
      }
      const places = [
        ...processes,
        ...read(join(wes.dataDir, 'wes')),
        ...wes.lines.map((line) => ['log', line] as const),
      ]
      const hits = (text: string) => places.filter(([, content]) => content.includes(text)).map(([name]) => name)
      expect(hits(runId)).toEqual(expect.arrayContaining([join(job, 'run.json'), processes[1]?.[0]])) // the search finds what is there
      const tokens = [...wes.drs.secrets, await wes.token('researcher')]
      expect(tokens.length).toBeGreaterThan(1)
      for (const token of tokens) expect(hits(token)).toEqual([])
      const { tes } = JSON.parse(await readFile(join(job, 'cwl.json'), 'utf8')) as { tes: string }
      expect(hits(new URL(tes).pathname.split('/')[1] ?? 'none')).toEqual([join(job, 'cwl.json')])
      await wes.call('POST', `/runs/${runId}/cancel`)
      await wes.reach(runId)
    },
    LONG,
  )
})

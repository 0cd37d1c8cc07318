import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { headFiles } from './head/head-files.ts'
import { startWes } from './testing/server-fixture.ts'

const SUCCEED = { 'main.cwl': '{"do":"succeed","tasks":2,"outputs":{"report":"hello"}}' }
const HANG = { 'main.cwl': '{"do":"hang","tasks":2}' }
const LONG = 60_000

describe('WES over HTTP: real STS, database, files and heads; fake DRS, TES and engine', () => {
  let wes: Awaited<ReturnType<typeof startWes>>
  beforeAll(async () => {
    wes = await startWes()
  }, LONG)
  afterAll(async () => {
    await wes.stop()
  }, LONG)

  describe('states', () => {
    it(
      'W19 a failed step is EXECUTOR_ERROR with the message of the engine',
      async () => {
        const log = await wes.reach(await wes.accepted({}, { attached: { 'main.cwl': '{"do":"fail","tasks":1}' } }))
        expect([log.state, log.run_log?.exit_code]).toEqual(['EXECUTOR_ERROR', 1])
        expect(log.run_log?.system_logs?.join('\n')).toMatch(
          /Step step_1 failed: the tool ended with 3[^]*step_1 failed/u,
        )
        expect(log.outputs).toEqual({})
      },
      LONG,
    )
    it(
      'W19 an engine that is killed is SYSTEM_ERROR',
      async () => {
        const log = await wes.reach(await wes.accepted({}, { attached: { 'main.cwl': '{"do":"crash"}' } }))
        expect(log.state).toBe('SYSTEM_ERROR')
        expect(log.run_log?.system_logs?.at(-1)).toContain('SIGKILL')
      },
      LONG,
    )
    it(
      'an output outside the run is refused',
      async () => {
        const extra = { stolen: { class: 'File', location: 'file:///etc/passwd' } }
        const log = await wes.reach(
          await wes.accepted({}, { attached: { 'main.cwl': JSON.stringify({ do: 'succeed', extra }) } }),
        )
        expect(log.state).toBe('EXECUTOR_ERROR')
        expect(log.run_log?.system_logs?.at(-1)).toContain('outside the run')
      },
      LONG,
    )
    it(
      'cancel stops head, engine and tasks, then is CANCELED; the grant is dead',
      async () => {
        const runId = await wes.accepted({}, { attached: HANG })
        await wes.reach(runId, ['RUNNING'])
        for (const task of wes.tes.tasks.values()) if (task.tags?.['wes_run_id'] === runId) task.state = 'RUNNING'
        const handle = JSON.parse(await readFile(headFiles(join(wes.runs, runId, 'job')).head(1), 'utf8')) as {
          pid: number
        }
        expect((await wes.call('POST', `/runs/${runId}/cancel`)).json).toEqual({ run_id: runId })
        const log = await wes.reach(runId)
        expect(log.state).toBe('CANCELED')
        expect(() => process.kill(handle.pid, 0)).toThrow()
        const live = [...wes.tes.tasks.values()].filter(
          (task) => task.tags?.['wes_run_id'] === runId && task.state === 'RUNNING',
        )
        expect(live).toEqual([])
        expect(
          wes.drs.audit.events.filter(({ action, runId: id }) => action === 'sts:revoke' && id === runId),
        ).toHaveLength(1)
      },
      LONG,
    )
    it(
      'a run lives through a restart of the server, and is found again',
      async () => {
        const runId = await wes.accepted({}, { attached: HANG })
        await wes.reach(runId, ['RUNNING'])
        const head = await readFile(headFiles(join(wes.runs, runId, 'job')).head(1), 'utf8')
        await wes.restart()
        expect(await readFile(headFiles(join(wes.runs, runId, 'job')).head(1), 'utf8')).toBe(head)
        await wes.call('POST', `/runs/${runId}/cancel`)
        expect((await wes.reach(runId)).state).toBe('CANCELED')
      },
      LONG,
    )
    it(
      'a head that is killed is started again, at most twice; then SYSTEM_ERROR',
      async () => {
        const runId = await wes.accepted({}, { attached: HANG })
        for (const attempt of [1, 2, 3]) {
          const file = headFiles(join(wes.runs, runId, 'job')).engine(attempt)
          while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50))
          const { pid } = JSON.parse(await readFile(headFiles(join(wes.runs, runId, 'job')).head(attempt), 'utf8')) as {
            pid: number
          }
          process.kill(pid, 'SIGKILL')
        }
        const log = await wes.reach(runId)
        expect(log.state).toBe('SYSTEM_ERROR')
        expect(log.run_log?.system_logs?.join('\n')).toContain('lost 3 times')
      },
      LONG,
    )
    it(
      'outputs wait for DRS: a registration that fails is repeated',
      async () => {
        const runId = await wes.accepted({}, { attached: SUCCEED })
        wes.drs.failRegister(1)
        const log = await wes.reach(runId)
        expect(log.state).toBe('COMPLETE')
        expect(log.run_log?.system_logs?.join('\n')).toContain(
          'The outputs could not be registered yet; it is tried again',
        )
        const made = wes.drs.registered.filter(({ candidate }) => candidate['x_dataset'] === `run:${runId}`)
        expect(made.map(({ candidate }) => candidate['name'])).toEqual(['report.txt', `run-${runId}`])
      },
      LONG,
    )
    it(
      'more than 100 tasks are listed by pages alone, each once, in the order of their creation',
      async () => {
        const runId = await wes.accepted({}, { attached: { 'main.cwl': '{"do":"succeed","tasks":130}' } })
        const log = await wes.reach(runId)
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- the deprecated member is what is tested
        expect(log.task_logs).toEqual([])
        const names: string[] = []
        let token = ''
        do {
          const page = (await wes.call('GET', `/runs/${runId}/tasks?page_size=50&page_token=${token}`)).json as {
            task_logs: { name: string }[]
            next_page_token: string
          }
          names.push(...page.task_logs.map(({ name }) => name))
          token = page.next_page_token
        } while (token !== '')
        expect(new Set(names).size).toBe(130)
        expect(names).toHaveLength(130)
      },
      LONG,
    )
  })
})

describe('a server that runs one head at a time', () => {
  let wes: Awaited<ReturnType<typeof startWes>>
  beforeAll(async () => {
    wes = await startWes({ limits: { heads: 1, queuedRuns: 2 } })
  }, LONG)
  afterAll(async () => {
    await wes.stop()
  }, LONG)

  it(
    'further runs stay QUEUED until it ends; one that is cancelled there is CANCELED at once; too many are 429',
    async () => {
      const first = await wes.accepted({}, { attached: HANG })
      await wes.reach(first, ['RUNNING'])
      const second = await wes.accepted()
      const third = await wes.accepted()
      const refused = await wes.submit()
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
      expect((await wes.call('GET', `/runs/${second}/status`)).json).toEqual({ run_id: second, state: 'QUEUED' })
      await wes.call('POST', `/runs/${third}/cancel`)
      const cancelled = (await wes.call('GET', `/runs/${third}`)).json as { state: string; run_log: object }
      expect(cancelled.state).toBe('CANCELED')
      expect(cancelled.run_log).not.toHaveProperty('stdout')
      await wes.call('POST', `/runs/${first}/cancel`)
      expect((await wes.reach(first)).state).toBe('CANCELED')
      expect((await wes.reach(second)).state).toBe('COMPLETE')
    },
    LONG,
  )
  it(
    'a folder that no run owns is removed at boot; those of runs stay',
    async () => {
      const runId = await wes.accepted()
      await wes.reach(runId)
      const orphan = '0'.repeat(26)
      await wes.restart(async () => {
        await mkdir(join(wes.runs, orphan, 'workflow'), { recursive: true })
      })
      expect(existsSync(join(wes.runs, orphan))).toBe(false)
      expect(existsSync(join(wes.runs, runId))).toBe(true)
    },
    LONG,
  )
})

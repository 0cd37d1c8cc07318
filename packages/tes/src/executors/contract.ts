import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { attemptName, type AttemptEvent, type AttemptSpec, type Executor } from './executor.ts'

export type ExecutorFixture = {
  executor: Executor
  /** Another server on the same engine. */
  neighbour: Executor
  /** An image that has `sh`, `sleep` and `echo`. */
  image: string
  /** Opens the same server again, as after a restart; the one before must be closed. */
  reopen(): Promise<Executor>
  /** A URL below which outputs may be written. */
  outputUrl: string
  dispose(): Promise<void>
}

let count = 0
const NEVER = new AbortController().signal

/** What every back end must do (tes.md 4.1). `setUp` opens a real one. */
export const executorContract = (kind: string, setUp: () => Promise<ExecutorFixture>): void => {
  describe(`executor contract: ${kind}`, () => {
    let fixture: ExecutorFixture
    beforeEach(async () => {
      fixture = await setUp()
    }, 30_000)
    afterEach(() => fixture.dispose(), 30_000)

    const spec = (script: string, more: Partial<AttemptSpec> = {}): AttemptSpec => {
      const taskId = `contract${Date.now()}x${(count += 1)}`
      return {
        name: attemptName(taskId, 1),
        taskId,
        attempt: 1,
        owner: 'o',
        drs: [],
        inputs: [],
        outputs: [],
        volumes: [],
        executors: [{ image: fixture.image, command: ['sh', '-c', script] }],
        resources: {},
        backendParameters: {},
        ...more,
      }
    }
    const collect = (executor: Executor) => {
      const events: AttemptEvent[] = []
      const waiting: { kind: AttemptEvent['kind']; resolve: () => void }[] = []
      executor.watch((batch) => {
        events.push(...batch)
        for (const { kind, resolve } of waiting) if (batch.some((event) => event.kind === kind)) resolve()
        return Promise.resolve()
      }, NEVER)
      return {
        events,
        kinds: () => events.map((event) => event.kind),
        until: (kind: AttemptEvent['kind']) =>
          events.some((event) => event.kind === kind)
            ? Promise.resolve()
            : new Promise<void>((resolve) => waiting.push({ kind, resolve })),
      }
    }
    const names = async (executor: Executor): Promise<string[]> => {
      const found: string[] = []
      for await (const { name } of executor.list()) found.push(name)
      return found
    }

    it('4.1 tells each step once, in order, with ascending numbers', async () => {
      const seen = collect(fixture.executor)
      await fixture.executor.start(spec('echo hi'), NEVER)
      expect(seen.kinds()).toEqual(['placed', 'staged', 'executor-started', 'executor-ended', 'uploaded', 'ended'])
      const numbers = seen.events.map(({ seq }) => seq)
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      expect(seen.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'complete' })
    }, 30_000)

    it('4.1 start is idempotent by name: two starts are one run', async () => {
      const seen = collect(fixture.executor)
      const one = spec('echo x >> /v/ran; cat /v/ran', { volumes: ['/v'] })
      await Promise.all([fixture.executor.start(one, NEVER), fixture.executor.start(one, NEVER)])
      const ends = seen.events.filter((event) => event.kind === 'executor-ended')
      expect(ends).toEqual([expect.objectContaining({ stdout: 'x\n', exitCode: 0 })])
    }, 30_000)

    it('4.4 a start after a restart goes on where the attempt is, and tells the same numbers', async () => {
      const seen = collect(fixture.executor)
      const detach = new AbortController()
      const one = spec('echo x >> /v/ran; sleep 1; cat /v/ran', { volumes: ['/v'] })
      const first = fixture.executor.start(one, detach.signal)
      await seen.until('executor-started')
      detach.abort()
      await first
      await fixture.executor.close()
      const again = await fixture.reopen()
      const later = collect(again)
      await again.start(one, NEVER)
      expect(later.events.find((event) => event.kind === 'executor-ended')).toMatchObject({
        stdout: 'x\n',
        exitCode: 0,
      })
      const seqOf = (events: AttemptEvent[], kind: string) => events.find((event) => event.kind === kind)?.seq
      expect(seqOf(later.events, 'executor-started')).toBe(seqOf(seen.events, 'executor-started'))
    }, 30_000)

    it('4.1 tells an event again whose watcher failed', async () => {
      let failures = 1
      const told: string[] = []
      fixture.executor.watch((batch) => {
        if (batch.some(({ kind }) => kind === 'ended') && failures-- > 0)
          return Promise.reject(new Error('the database is away'))
        told.push(...batch.map(({ kind }) => kind))
        return Promise.resolve()
      }, NEVER)
      await fixture.executor.start(spec('true'), NEVER)
      expect(told.filter((kind) => kind === 'ended')).toEqual(['ended'])
    }, 30_000)

    it('4.1 cancel ends what runs, and of something unknown is success', async () => {
      const seen = collect(fixture.executor)
      const one = spec('sleep 60')
      const run = fixture.executor.start(one, NEVER)
      await seen.until('executor-started')
      await fixture.executor.cancel(one.name, 1)
      await run
      expect(seen.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'canceled' })
      await fixture.executor.cancel('tes-nobody-1', 1)
    }, 30_000)

    it('4.1 lists what it holds until it is removed, and nothing of another server', async () => {
      const seen = collect(fixture.executor)
      const one = spec('echo kept')
      await fixture.executor.start(one, NEVER)
      await seen.until('ended')
      expect(await names(fixture.executor)).toEqual([one.name])
      expect(await names(fixture.neighbour)).toEqual([])
      await fixture.executor.remove(one.name)
      await fixture.executor.remove(one.name)
      expect(await names(fixture.executor)).toEqual([])
    }, 30_000)

    it('§1.8 keeps the full log after removal, until it is forgotten', async () => {
      collect(fixture.executor)
      const one = spec('echo out; echo err >&2')
      await fixture.executor.start(one, NEVER)
      await fixture.executor.remove(one.name)
      const log = await fixture.executor.log(one.name, 0, 'stderr')
      const chunks: Uint8Array[] = []
      for await (const chunk of log?.read(0, log.size) ?? []) chunks.push(chunk)
      await log?.close()
      expect(Buffer.concat(chunks).toString()).toBe('err\n')
      await fixture.executor.forget(one.name)
      expect(await fixture.executor.log(one.name, 0, 'stderr')).toBeNull()
    }, 30_000)

    it('1.6.3 uploads after a failure, and says how the attempt ended', async () => {
      const seen = collect(fixture.executor)
      await fixture.executor.start(
        spec('echo 7 > /o/x; exit 7', { outputs: [{ path: '/o/x', url: `${fixture.outputUrl}/x` }] }),
        NEVER,
      )
      expect(seen.events.find((event) => event.kind === 'uploaded')).toMatchObject({ outputs: [{ size_bytes: '2' }] })
      expect(seen.events.at(-1)).toMatchObject({ outcome: 'executor-error', reason: 'exit_code' })
    }, 30_000)
  })
}

import { describe, expect, it } from '@jest/globals'
import { PassThrough } from 'node:stream'
import { createLogger } from './logger.ts'
import { createInProcessQueue } from './queue.ts'

const gate = () => {
  let open: () => void = () => undefined
  const wait = new Promise<void>((resolve) => {
    open = resolve
  })
  return { wait, open }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))
const setUp = (concurrency = 2) => {
  const destination = new PassThrough()
  const queue = createInProcessQueue({ name: 'q', concurrency, log: createLogger({ name: 'test', destination }) })
  return { queue, log: () => String(destination.read() ?? '') }
}

describe('in-process queue', () => {
  it('delivers rings that came before the handler, in order', async () => {
    const { queue } = setUp(1)
    queue.wake('a')
    queue.wake('b')
    queue.wake('a')
    const seen: string[] = []
    queue.work((id) => Promise.resolve(void seen.push(id)))
    await turn()
    expect(seen).toEqual(['a', 'b'])
    await queue.close()
  })

  it('never runs one id twice at once, and runs it once more after rings during its run', async () => {
    const { queue } = setUp(4)
    const gates = [gate(), gate(), gate()]
    let running = 0
    let most = 0
    let runs = 0
    queue.work(async () => {
      most = Math.max(most, ++running)
      await gates[runs++]?.wait
      running--
    })
    queue.wake('a')
    await turn()
    for (let i = 0; i < 5; i++) queue.wake('a')
    gates[0]?.open()
    await turn()
    expect(runs).toBe(2)
    gates[1]?.open()
    await turn()
    expect([runs, most]).toEqual([2, 1])
    await queue.close()
  })

  it('runs at most `concurrency` ids at once', async () => {
    const { queue } = setUp(2)
    const { wait, open } = gate()
    const started: string[] = []
    queue.work((id) => {
      started.push(id)
      return wait
    })
    for (const id of ['a', 'b', 'c']) queue.wake(id)
    await turn()
    expect(started).toEqual(['a', 'b'])
    open()
    await turn()
    expect(started).toEqual(['a', 'b', 'c'])
    await queue.close()
  })

  it('rings after the delay, and a ring without delay does not cancel it', async () => {
    const { queue } = setUp()
    const second = gate()
    const times: number[] = []
    const begin = performance.now()
    queue.work(() => {
      times.push(performance.now() - begin)
      if (times.length === 2) second.open()
      return Promise.resolve()
    })
    queue.wake('a', { delayMs: 40 })
    queue.wake('a')
    const keepAlive = setInterval(() => undefined, 10) // the queue's own timers do not keep a process alive
    await second.wait
    clearInterval(keepAlive)
    expect(times[0]).toBeLessThan(35)
    expect(times[1]).toBeGreaterThanOrEqual(39)
    await queue.close()
  })

  it('logs what a handler throws, at once or later, and goes on', async () => {
    const { queue, log } = setUp()
    const seen: string[] = []
    queue.work((id) => {
      seen.push(id)
      if (id === 'a') throw new Error('sync trouble')
      return id === 'b' ? Promise.reject(new Error('late trouble')) : Promise.resolve()
    })
    for (const id of ['a', 'b', 'c']) queue.wake(id)
    await turn()
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(log()).toMatch(/sync trouble[\s\S]*late trouble/)
    await queue.close()
  })

  it('waits at close for what runs, starts nothing more and drops delayed rings', async () => {
    const { queue } = setUp(1)
    const { wait, open } = gate()
    const seen: string[] = []
    queue.work(async (id) => {
      await wait
      seen.push(id)
    })
    queue.wake('a')
    queue.wake('b')
    queue.wake('c', { delayMs: 1 })
    await turn()
    const closed = queue.close()
    queue.wake('d')
    open()
    await closed
    expect(seen).toEqual(['a'])
  })

  it('aborts the handlers that outlast the grace', async () => {
    const { queue } = setUp()
    let aborted = false
    queue.work(
      (_id, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true
            resolve()
          })
        }),
    )
    queue.wake('a')
    await turn()
    await queue.close({ graceMs: 5 })
    expect(aborted).toBe(true)
  })

  it('refuses a second handler and a concurrency below one', () => {
    const { queue } = setUp()
    queue.work(() => Promise.resolve())
    expect(() => {
      queue.work(() => Promise.resolve())
    }).toThrow('already has a handler')
    expect(() => setUp(0)).toThrow('at least 1')
  })
})

import { describe, expect, it } from '@jest/globals'
import { EngineError, type Engine } from './engine.ts'
import { createImages } from './images.ts'

/** An engine that has no image; `pull` is told by the test. */
const without = (pull: Engine['pull']) => ({ imageId: () => Promise.resolve(undefined), pull }) as unknown as Engine
const NEVER = new AbortController().signal
const ignore = (): void => undefined

describe('images', () => {
  it('4.4 says while it still tries what is missing, why, and what to do; the code too', async () => {
    let tries = 0
    const engine = without(() => {
      tries += 1
      return tries < 2 ? Promise.reject(new EngineError('manifest unknown', { status: 404 })) : Promise.resolve()
    })
    const told: [string, string | undefined][] = []
    const images = createImages({ engine, retrySeconds: 60, firstPauseMs: 1 })
    await images.ensure('nope:1', { signal: NEVER, note: (line, reason) => told.push([line, reason]) })
    expect(told).toEqual([
      [expect.stringMatching(/^the image nope:1 .*manifest unknown.*docker load/), 'image_missing'],
    ])
  })

  it('4.4 fails after the tries with the code, the name and what to do', async () => {
    const engine = without(() => Promise.reject(new EngineError('manifest unknown', { status: 404 })))
    const images = createImages({ engine, retrySeconds: 0, firstPauseMs: 1 })
    await expect(images.ensure('nope:1', { signal: NEVER, note: ignore })).rejects.toMatchObject({
      reason: 'image_missing',
      message: expect.stringMatching(/nope:1 .*check its name and tag/) as unknown as string,
    })
  })

  it('4.4 a registry whose name is unknown is waited for half a minute, and named', async () => {
    const error = new EngineError(
      'Get "https://r.invalid/v2/": dial tcp: lookup r.invalid on 1.1.1.1:53: no such host',
      { status: 500 },
    )
    const images = createImages({
      engine: without(() => Promise.reject(error)),
      retrySeconds: 300,
      firstPauseMs: 31_000,
    })
    await expect(images.ensure('r.invalid/x:1', { signal: NEVER, note: ignore })).rejects.toMatchObject({
      reason: 'image_unavailable',
      message: expect.stringContaining(
        'the name of its registry, r.invalid, cannot be resolved here',
      ) as unknown as string,
    })
  })

  it('4.4 a name that no image can have fails at once', async () => {
    const error = new EngineError('invalid reference format: repository name must be lowercase', { status: 400 })
    const images = createImages({ engine: without(() => Promise.reject(error)), retrySeconds: 300, firstPauseMs: 1 })
    await expect(images.ensure('BB:1', { signal: NEVER, note: ignore })).rejects.toMatchObject({
      reason: 'image_invalid',
    })
  })

  it('4.4 one that is canceled leaves the pull to the others; the last one ends it', async () => {
    let pulls = 0
    let finish = ignore
    let aborted = false
    const engine = without((_image, signal) => {
      pulls += 1
      signal.addEventListener('abort', () => (aborted = true))
      return new Promise<void>((resolve) => (finish = resolve))
    })
    const images = createImages({ engine, retrySeconds: 60, firstPauseMs: 1 })
    const [first, second] = [new AbortController(), new AbortController()]
    const canceled = images.ensure('bb:1', { signal: first.signal, note: ignore })
    const goesOn = images.ensure('bb:1', { signal: second.signal, note: ignore })
    await new Promise(setImmediate)
    first.abort(new Error('canceled'))
    await expect(canceled).rejects.toThrow('canceled')
    expect([pulls, aborted]).toEqual([1, false])
    finish()
    await goesOn
    const last = images.ensure('bb:1', { signal: second.signal, note: ignore })
    await new Promise(setImmediate)
    second.abort(new Error('canceled'))
    await expect(last).rejects.toThrow('canceled')
    expect([pulls, aborted]).toEqual([2, true])
  })

  it('1.7.2 a cancel does not wait for the pause between two tries', async () => {
    const engine = without(() => Promise.reject(new EngineError('manifest unknown', { status: 404 })))
    const stop = new AbortController()
    const images = createImages({ engine, retrySeconds: 300, firstPauseMs: 60_000 })
    const waiting = images.ensure('x:1', {
      signal: stop.signal,
      note: () => {
        setImmediate(() => {
          stop.abort(new Error('canceled'))
        })
      },
    })
    await expect(waiting).rejects.toThrow('canceled')
  })
})

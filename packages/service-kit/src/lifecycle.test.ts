import { describe, expect, it } from '@jest/globals'
import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { createHealth } from './health.ts'
import { createDisposer, runServer } from './lifecycle.ts'
import type { RunOptions } from './lifecycle.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'

const log = () => createLogger({ name: 'test', level: 'debug', destination: new PassThrough() })

const run = async (handler: RequestListener, over: Partial<RunOptions> = {}) => {
  const signals = new EventEmitter()
  const health = createHealth()
  const calls: string[] = []
  let port = 0
  let done: Promise<void> = Promise.resolve()
  await new Promise<void>((resolve, reject) => {
    done = runServer({
      name: 'tes',
      handler,
      host: '127.0.0.1',
      port: 0,
      log: log(),
      health,
      start: () => Promise.resolve(void calls.push('start')),
      stop: () => Promise.resolve(void calls.push('stop')),
      signals,
      onListening: (address) => {
        ;({ port } = address)
        resolve()
      },
      ...over,
    })
    done.catch(reject)
  })
  return { signals, health, calls, done, port, url: `http://127.0.0.1:${port}` }
}

describe('runServer', () => {
  it('becomes ready after start, and at SIGTERM not ready, lets the request in flight finish, then stops', async () => {
    let finish: () => void = () => undefined
    const arrived = new EventEmitter()
    const { signals, health, calls, done, url } = await run((_req, res) => {
      finish = () => res.end('whole')
      arrived.emit('request')
    })
    expect(await health.report()).toEqual({ ok: true, checks: { started: 'ok' } })
    const request = once(arrived, 'request')
    const answer = fetch(url)
    await request
    signals.emit('SIGTERM')
    expect((await health.report()).ok).toBe(false)
    await expect(fetch(url)).rejects.toThrow()
    expect(calls).toEqual(['start'])
    finish()
    expect(await (await answer).text()).toBe('whole')
    await done
    expect(calls).toEqual(['start', 'stop'])
    expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0)
  })

  it('does not wait for idle keep-alive connections', async () => {
    const { signals, done, url } = await run((_req, res) => res.end('x'))
    await (await fetch(url)).text()
    const begin = performance.now()
    signals.emit('SIGINT')
    await done
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  it('breaks requests that outlast the drain, and says so by the exit code', async () => {
    const { signals, done, url } = await run(() => undefined, { drainMs: 50 })
    const answer = fetch(url).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 50))
    signals.emit('SIGTERM')
    await done
    expect(await answer).toMatchObject({ message: 'fetch failed' })
    expect(process.exitCode).toBe(1)
    process.exitCode = 0
  })

  it('breaks them at once at the second signal', async () => {
    const { signals, done, url } = await run(() => undefined, { drainMs: 60_000 })
    const answer = fetch(url).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 50))
    signals.emit('SIGINT')
    await new Promise((resolve) => setImmediate(resolve))
    signals.emit('SIGINT')
    await done
    expect(await answer).toMatchObject({ message: 'fetch failed' })
    process.exitCode = 0
  })

  it('rejects when it cannot listen or start, having stopped', async () => {
    const first = await run((_req, res) => res.end())
    await expect(run((_req, res) => res.end(), { port: first.port })).rejects.toThrow('EADDRINUSE')
    first.signals.emit('SIGTERM')
    await first.done
    let stopped = 0
    const failing = run((_req, res) => res.end(), {
      start: () => Promise.reject(new Error('no database')),
      stop: () => {
        stopped++
        return Promise.resolve()
      },
    })
    await expect(failing).rejects.toThrow('no database')
    expect(stopped).toBe(1)
  })

  it('closes a connection that dribbles its header, and lets a slow upload go on', async () => {
    const { signals, done, port } = await run(
      (req, res) => {
        req.resume().on('end', () => res.end('got it'))
      },
      { timeouts: { headersMs: 100, idleMs: 2000 } },
    )
    const loris = connect(port, '127.0.0.1')
    let answer = ''
    loris.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    loris.on('error', () => undefined)
    loris.write('GET / HTTP/1.1\r\nHost: x\r\nX-A: ')
    const upload = connect(port, '127.0.0.1')
    let uploaded = ''
    upload.on('data', (chunk: Buffer) => (uploaded += chunk.toString()))
    upload.write('PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\n')
    const dribble = setInterval(() => {
      upload.write('x')
    }, 100)
    await once(loris, 'close')
    expect(answer).toContain('408 Request Timeout')
    await once(upload, 'close')
    clearInterval(dribble)
    expect(uploaded).toContain('got it')
    signals.emit('SIGTERM')
    await done
  })

  it('closes a silent connection', async () => {
    const { signals, done, port } = await run((_req, res) => res.end(), { timeouts: { idleMs: 50, headersMs: 60_000 } })
    const silent = connect(port, '127.0.0.1')
    await once(silent, 'close')
    signals.emit('SIGTERM')
    await done
  })
})

describe('what is no request that Node can read', () => {
  const send = async (text: string): Promise<string> => {
    const { signals, done, port } = await run((_req, res) => res.end('a request'))
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    let answer = ''
    socket.on('data', (chunk: string) => (answer += chunk))
    socket.write(text)
    await once(socket, 'close')
    signals.emit('SIGTERM')
    await done
    return answer
  }

  it.each([
    ['a path that is too long', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['no HTTP at all', 'hello there\r\n\r\n', 405],
    ['a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nbro ken: y\r\n\r\n', 400],
  ])('W29 %s is answered in the shape of every error', async (_what, text, status) => {
    const answer = await send(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { msg: string; status_code: number }
    expect(body).toEqual({ msg: expect.any(String), status_code: status })
  })
})

describe('disposer', () => {
  it('ends resources in reverse order, each once, whatever one of them throws', async () => {
    const order: string[] = []
    const disposer = createDisposer({ log: log() })
    disposer.add('database', () => void order.push('database'))
    disposer.add('broken', () => {
      throw new Error('no')
    })
    disposer.add('queue', () => Promise.resolve(void order.push('queue')))
    await Promise.all([disposer.dispose(), disposer.dispose()])
    expect(order).toEqual(['queue', 'database'])
  })
})

describe('health', () => {
  it('names what fails and what does not answer in time', async () => {
    const health = createHealth({ timeoutMs: 20 })
    health.check('a', () => Promise.resolve())
    health.check('b', () => Promise.reject(new Error('no connection')))
    health.check('c', () => new Promise(() => undefined))
    health.check('d', () => {
      throw new Error('at once')
    })
    const keepAlive = setInterval(() => undefined, 5)
    expect(await health.report()).toEqual({
      ok: false,
      checks: { a: 'ok', b: 'no connection', c: 'no answer within 20 ms', d: 'at once' },
    })
    clearInterval(keepAlive)
    expect(() => {
      health.check('a', () => Promise.resolve())
    }).toThrow('already')
  })
})

describe('metrics', () => {
  it('bear the service’s prefix once, and several services share a process', async () => {
    const drs = createMetrics({ service: 'drs', embedded: true })
    const tes = createMetrics({ service: 'tes', embedded: true })
    drs.counter('drs_access_total', 'help', ['backend']).inc({ backend: 'posix' })
    drs.counter('other_total', 'help').inc()
    tes.gauge('tasks', 'help', ['state']).set({ state: 'QUEUED' }, 3)
    expect(await drs.text()).toContain('drs_access_total{backend="posix"} 1')
    expect(await drs.text()).toContain('drs_other_total 1')
    expect(await tes.text()).toContain('tes_tasks{state="QUEUED"} 3')
    expect(await drs.text()).not.toContain('process_')
    expect(await tes.text()).not.toContain('drs_')
  })
})

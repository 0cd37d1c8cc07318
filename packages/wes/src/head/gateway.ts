import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const MOUNTS = ['/ga4gh/tes/v1', '/v1', ''] // clients probe all three (G1)
const MAX_BODY = 16 * 1024 * 1024
const RETRY_MS = 2 * 60 * 1000 // G3
const REQUEST_TIMEOUT_MS = 60_000
const TERMINAL = ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED', 'PREEMPTED']
const TAG = 'wes_run_id'

type Json = Record<string, unknown>
export type SeenTask = { id: string; state: string; name?: string }

export type Gateway = {
  /** What engines get: `http://127.0.0.1:<port>/<key>`, without a slash at the end. */
  url: string
  /** From now on no task is created; reads and cancels go on. */
  refuseTasks(): void
  /** Cancels the run's live tasks until two lists are empty of them. Resolves to the ids that are still live at the deadline. */
  cancelAll(deadlineMs: number): Promise<string[]>
  close(): Promise<void>
}

export type GatewayOptions = {
  runId: string
  /** Base URL of TES, without a slash at the end. */
  tes: string
  token: () => string
  /** Called for every task created or seen changing (G6). */
  seen(task: SeenTask): void
  /** Called when TES does not take the run token: the run's access has ended, and nothing more will succeed. */
  tokenRefused(): void
  /** Shorter in tests. */
  retryMs?: number
}

const gatewayClosed = (): GatewayRefusal =>
  new GatewayRefusal(503, 'gateway_closed', 'The run is being stopped: no task is accepted')

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

class GatewayRefusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Null members are removed at any depth: real clients send them, and TES documents have none (G2). */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])),
  )
}

/** G4: engines that know only TES 1.0's states drop a task in another one, or poll it for ever. */
export const clientSafe = (task: Json): Json => {
  const state =
    task['state'] === 'CANCELING' ? 'RUNNING' : task['state'] === 'PREEMPTED' ? 'SYSTEM_ERROR' : task['state']
  const logs = task['logs']
  return {
    ...task,
    ...(state === undefined ? {} : { state }),
    ...(Array.isArray(logs) ? { logs: logs.slice(-1) as unknown[] } : {}),
  }
}

const readBody = async (req: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new GatewayRefusal(413, 'payload_too_large', `The task is larger than ${MAX_BODY} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

type Answer = { status: number; headers: Headers; body: Buffer; json?: unknown }

/** The one TES that an engine sees. It adds the run's token and tag, hides other runs, and retries what may be repeated. */
export const startGateway = async (o: GatewayOptions): Promise<Gateway> => {
  const key = randomBytes(24).toString('hex')
  const states = new Map<string, string>()
  const retryMs = o.retryMs ?? RETRY_MS
  const creating = new Set<Promise<unknown>>()
  let refusing = false
  let closed = false
  const isRefusing = (): boolean => refusing

  const once = async (
    method: string,
    path: string,
    init: { body?: Buffer | string; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const answer = await fetch(`${o.tes}${path}`, {
      method,
      headers: { accept: 'application/json', ...init.headers, authorization: `Bearer ${o.token()}` },
      ...(init.body === undefined ? {} : { body: init.body }),
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    if (answer.status === 401) o.tokenRefused()
    const body = Buffer.from(await answer.arrayBuffer())
    let json: unknown
    if (answer.headers.get('content-type')?.includes('json') === true) {
      try {
        json = JSON.parse(body.toString('utf8'))
      } catch {
        json = undefined // passed on as it came
      }
    }
    return { status: answer.status, headers: answer.headers, body, json }
  }

  /** Repeats on connect errors, 429 and 5xx; the last answer counts. A create is not repeated once tasks are refused. Throws when there never was an answer. */
  const patiently = async (...call: Parameters<typeof once>): Promise<Answer> => {
    const isCreate = call[0] === 'POST' && call[1] === '/tasks'
    const end = Date.now() + retryMs
    for (let delay = 250; ; delay = Math.min(delay * 2, 10_000)) {
      let answer: Answer | undefined
      let trouble: unknown
      try {
        answer = await once(...call)
      } catch (error) {
        trouble = error
      }
      if (answer !== undefined && answer.status !== 429 && answer.status < 500) return answer
      const told = Number(answer?.headers.get('retry-after'))
      const wait =
        Number.isFinite(told) && told > 0 ? Math.min(told * 1000, 30_000) : delay * (0.75 + Math.random() / 2)
      if (Date.now() + wait > end || closed || (isCreate && refusing)) {
        if (answer !== undefined) return answer
        throw new GatewayRefusal(
          503,
          'tes_unreachable',
          `TES cannot be reached: ${trouble instanceof Error ? trouble.message : 'no answer'}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
      if (isCreate && refusing) throw gatewayClosed()
    }
  }

  const note = (task: unknown, name?: string): void => {
    if (!isObject(task) || typeof task['id'] !== 'string') return
    const state = typeof task['state'] === 'string' ? task['state'] : 'QUEUED'
    if (states.get(task['id']) === state) return
    states.set(task['id'], state)
    const known = typeof task['name'] === 'string' ? task['name'] : name
    o.seen({ id: task['id'], state, ...(known === undefined ? {} : { name: known }) })
  }

  const taskPath = (id: string): string => `/tasks/${encodeURIComponent(id)}`

  /** Tasks of other runs are 404, as tasks that do not exist. */
  const ownTask = async (id: string): Promise<void> => {
    if (states.has(id)) return
    const answer = await patiently('GET', `${taskPath(id)}?view=BASIC`)
    const tags = isObject(answer.json) ? answer.json['tags'] : undefined
    if (answer.status === 200 && isObject(tags) && tags[TAG] === o.runId) {
      note(answer.json)
      return
    }
    if (answer.status === 200 || answer.status === 404)
      throw new GatewayRefusal(404, 'task_not_found', 'There is no such task')
    throw new GatewayRefusal(answer.status, 'tes_error', 'TES refused the request')
  }

  const create = async (req: IncomingMessage): Promise<Answer> => {
    if (refusing) throw gatewayClosed()
    let task: unknown
    try {
      task = JSON.parse((await readBody(req)).toString('utf8'))
    } catch (error) {
      if (error instanceof GatewayRefusal) throw error
      throw new GatewayRefusal(400, 'bad_request', 'The task is not JSON')
    }
    if (!isObject(task)) throw new GatewayRefusal(400, 'bad_request', 'The task is not a JSON object')
    const clean = withoutNulls(task) as Json
    const tags = isObject(clean['tags']) ? clean['tags'] : {}
    const given = req.headers['idempotency-key']
    if (isRefusing()) throw gatewayClosed() // told while the body arrived
    const sent = patiently('POST', '/tasks', {
      body: JSON.stringify({ ...clean, tags: { ...tags, [TAG]: o.runId } }),
      headers: {
        'content-type': 'application/json',
        // G2: with it a repeated create makes no second task.
        'idempotency-key': typeof given === 'string' && given !== '' ? given : randomBytes(16).toString('hex'),
      },
    })
    creating.add(sent)
    const answer = await sent.finally(() => creating.delete(sent))
    if (answer.status === 200) note(answer.json, typeof clean['name'] === 'string' ? clean['name'] : undefined)
    return answer
  }

  const list = async (query: URLSearchParams): Promise<Answer> => {
    const keys = query.getAll('tag_key')
    const values = query.getAll('tag_value')
    const forwarded = new URLSearchParams([
      ['tag_key', TAG],
      ['tag_value', o.runId],
    ])
    keys.forEach((name, index) => {
      if (name === TAG) return
      forwarded.append('tag_key', name)
      forwarded.append('tag_value', values[index] ?? '')
    })
    for (const [name, value] of query) if (name !== 'tag_key' && name !== 'tag_value') forwarded.append(name, value)
    const answer = await patiently('GET', `/tasks?${forwarded.toString()}`)
    if (answer.status !== 200 || !isObject(answer.json) || !Array.isArray(answer.json['tasks'])) return answer
    const tasks = answer.json['tasks'] as unknown[]
    for (const task of tasks) note(task)
    return {
      ...answer,
      json: { ...answer.json, tasks: tasks.map((task) => (isObject(task) ? clientSafe(task) : task)) },
    }
  }

  const route = async (req: IncomingMessage, path: string, query: URLSearchParams): Promise<Answer> => {
    const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET')
    if (method === 'GET' && (path === '/service-info' || path === '/tasks/service-info')) return patiently('GET', path)
    if (path === '/tasks' && method === 'GET') return list(query)
    if (path === '/tasks' && method === 'POST') return create(req)
    const cancel = /^\/tasks\/([^/]+?)(?::|%3A)cancel$/iu.exec(path)
    if (cancel?.[1] !== undefined && method === 'POST') {
      const id = decodeURIComponent(cancel[1])
      await ownTask(id)
      return patiently('POST', `${taskPath(id)}:cancel`, {
        body: '{}',
        headers: { 'content-type': 'application/json' },
      })
    }
    const one = /^\/tasks\/([^/:]+)$/u.exec(path)
    if (one?.[1] !== undefined && method === 'GET') {
      const id = decodeURIComponent(one[1])
      await ownTask(id)
      const answer = await patiently('GET', `${taskPath(id)}${query.size === 0 ? '' : `?${query.toString()}`}`)
      if (answer.status !== 200 || !isObject(answer.json)) return answer
      note(answer.json)
      return { ...answer, json: clientSafe(answer.json) }
    }
    throw new GatewayRefusal(404, 'not_found', 'There is no such path')
  }

  const hasKey = (given: string): boolean => {
    const [a, b] = [Buffer.from(given), Buffer.from(key)]
    return a.length === b.length && timingSafeEqual(a, b)
  }

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const send = (status: number, body: Buffer, type: string): void => {
      res.writeHead(status, { 'content-type': type, 'content-length': body.length })
      res.end(req.method === 'HEAD' ? undefined : body)
    }
    try {
      const url = new URL(req.url ?? '/', 'http://gateway')
      const [, given = '', ...rest] = url.pathname.split('/')
      if (!hasKey(given)) throw new GatewayRefusal(404, 'not_found', 'There is no such path')
      const below = `/${rest.join('/')}`
      const mount = MOUNTS.find((base) => below === base || below.startsWith(`${base}/`)) ?? ''
      const answer = await route(req, below.slice(mount.length).replace(/\/$/u, ''), url.searchParams)
      const body = answer.json === undefined ? answer.body : Buffer.from(JSON.stringify(answer.json))
      send(answer.status, body, answer.headers.get('content-type') ?? 'application/json')
    } catch (error) {
      const refusal =
        error instanceof GatewayRefusal
          ? error
          : new GatewayRefusal(502, 'gateway_error', 'The gateway could not pass the request on')
      const { status, code, message } = refusal
      send(status, Buffer.from(JSON.stringify({ msg: message, status_code: status, code })), 'application/json')
    }
  }

  const server = createServer((req, res) => void serve(req, res))
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  const liveTasks = async (): Promise<string[]> => {
    const live: string[] = []
    let token = ''
    do {
      const query = new URLSearchParams([
        ['tag_key', TAG],
        ['tag_value', o.runId],
        ['view', 'MINIMAL'],
        ['page_size', '1000'],
      ])
      if (token !== '') query.set('page_token', token)
      const answer = await once('GET', `/tasks?${query.toString()}`)
      if (answer.status !== 200 || !isObject(answer.json) || !Array.isArray(answer.json['tasks']))
        throw new Error(`TES answered ${answer.status}`)
      for (const task of answer.json['tasks'] as unknown[]) {
        if (!isObject(task) || typeof task['id'] !== 'string') continue
        note(task)
        if (!TERMINAL.includes(String(task['state']))) live.push(task['id'])
      }
      token = typeof answer.json['next_page_token'] === 'string' ? answer.json['next_page_token'] : ''
    } while (token !== '')
    return live
  }

  return {
    url: `http://127.0.0.1:${port}/${key}`,
    refuseTasks() {
      refusing = true
    },
    async cancelAll(deadlineMs) {
      const end = Date.now() + deadlineMs
      let empty = 0
      let live: string[] = []
      // A create that is under way would make a task after the last look.
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        Promise.allSettled(creating),
        new Promise((resolve) => {
          timer = setTimeout(resolve, deadlineMs)
        }),
      ])
      clearTimeout(timer)
      while (empty < 2 && Date.now() < end) {
        try {
          live = await liveTasks()
          empty = live.length === 0 ? empty + 1 : 0
          const todo = [...live]
          const worker = async (): Promise<void> => {
            for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
              await once('POST', `${taskPath(id)}:cancel`, {
                body: '{}',
                headers: { 'content-type': 'application/json' },
              }).catch(() => undefined) // listed again
            }
          }
          await Promise.all(Array.from({ length: 16 }, worker))
        } catch {
          empty = 0 // TES did not answer: asked again until the deadline, and by WES after that
        }
        if (empty < 2) await new Promise((resolve) => setTimeout(resolve, 300))
      }
      return empty >= 2 ? [] : live
    },
    async close() {
      closed = true
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
      })
    },
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type FakeTask = {
  id: string
  state: string
  name?: string
  tags?: Record<string, string>
  creation_time: string
  [member: string]: unknown
}
export type FakeRequest = { method: string; path: string; headers: IncomingMessage['headers']; body: unknown }

/** A TES that runs nothing: it keeps tasks in memory over real HTTP, and fails when a test says so. Not a model of ours. */
export const startFakeTes = async (o: { token?: string; autoComplete?: boolean } = {}) => {
  const tasks = new Map<string, FakeTask>()
  const byKey = new Map<string, string>()
  const requests: FakeRequest[] = []
  const failures: (number | 'drop')[] = []
  let next = 1
  let slowMs = 0
  const read = async (req: IncomingMessage): Promise<unknown> => {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
  const answer = (res: ServerResponse, status: number, body: unknown): void => {
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify(body))
  }
  const server = createServer((req, res) => {
    void (async () => {
      const url = new URL(req.url ?? '/', 'http://tes')
      const body = await read(req)
      const path = url.pathname.replace(/^\/ga4gh\/tes\/v1/u, '')
      requests.push({ method: req.method ?? '', path: path + url.search, headers: req.headers, body })
      const failure = failures.shift()
      if (failure === 'drop') {
        req.socket.destroy()
        return
      }
      if (failure !== undefined) {
        answer(res, failure, { msg: 'told to fail', status_code: failure })
        return
      }
      if (o.token !== undefined && req.headers.authorization !== `Bearer ${o.token}`) {
        answer(res, 401, { msg: 'no', status_code: 401 })
        return
      }
      if (req.method === 'POST' && path === '/tasks') {
        if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs))
        const key = String(req.headers['idempotency-key'] ?? '')
        const known = key === '' ? undefined : byKey.get(key)
        const id = known ?? `task-${next++}`
        if (known === undefined)
          tasks.set(id, {
            ...(body as FakeTask),
            id,
            state: o.autoComplete === true ? 'COMPLETE' : 'RUNNING',
            creation_time: new Date().toISOString(),
          })
        if (key !== '') byKey.set(key, id)
        answer(res, 200, { id })
        return
      }
      const cancel = /^\/tasks\/([^/]+):cancel$/u.exec(path)
      const task = tasks.get(cancel?.[1] ?? path.slice('/tasks/'.length))
      if (req.method === 'GET' && path === '/tasks') {
        const keys = url.searchParams.getAll('tag_key')
        const values = url.searchParams.getAll('tag_value')
        const found = [...tasks.values()].filter((one) => keys.every((key, index) => one.tags?.[key] === values[index]))
        const size = Number(url.searchParams.get('page_size') ?? '256')
        const start = Number(url.searchParams.get('page_token') ?? '0')
        const page = found.slice(start, start + size)
        answer(res, 200, {
          tasks: page,
          ...(start + size < found.length ? { next_page_token: String(start + size) } : {}),
        })
      } else if (task === undefined) answer(res, 404, { msg: 'no task', status_code: 404 })
      else if (cancel !== null) {
        if (task.state === 'RUNNING' || task.state === 'QUEUED') task.state = 'CANCELED'
        answer(res, 200, {})
      } else answer(res, 200, task)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ga4gh/tes/v1`,
    tasks,
    requests,
    /** Creates take this long from now on. */
    slow(ms: number): void {
      slowMs = ms
    },
    /** The next requests fail: with a status, or by a broken connection. */
    failNext(...how: (number | 'drop')[]): void {
      failures.push(...how)
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
    },
  }
}

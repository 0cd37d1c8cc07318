import { Router } from 'express'
import type { Request, RequestHandler, Response } from 'express'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { assembleApp } from './app.ts'
import type { AppOptions, Mount } from './app.ts'
import { tesError } from './error-formats.ts'
import { Conflict, Internal, TooManyRequests } from './errors.ts'
import { createHealth } from './health.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import type { OpenApiDocument } from './operations.ts'

// For the app's tests only: documents, routes and real servers on loopback.

export const declare = (operationId: string, requirement = 'public'): RequestHandler =>
  Object.assign(
    ((_req, _res, next) => {
      next()
    }) as RequestHandler,
    { operationId, requirement },
  )

const ok = { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } }
const json = (schema: object, required = true) => ({ required, content: { 'application/json': { schema } } })
const idParameter = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

export const taskDocument = {
  openapi: '3.0.3',
  info: { title: 'tasks', version: '1' },
  paths: {
    '/tasks': {
      get: {
        operationId: 'ListTasks',
        parameters: [
          { name: 'page_size', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 2047, default: 256 } },
          { name: 'tag_key', in: 'query', explode: true, schema: { type: 'array', items: { type: 'string' } } },
          { $ref: '#/components/parameters/view' },
        ],
        responses: { 200: ok },
      },
      post: {
        operationId: 'CreateTask',
        requestBody: json({ $ref: '#/components/schemas/Task' }),
        responses: { 200: ok },
      },
    },
    '/tasks/{id}': {
      get: {
        operationId: 'GetTask',
        parameters: [idParameter, { $ref: '#/components/parameters/view' }],
        responses: {
          200: {
            description: 'ok',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } },
          },
        },
      },
    },
    '/tasks/service-info': { get: { operationId: 'GetInfo', responses: { 200: ok } } },
    '/tasks/{id}:cancel': { post: { operationId: 'CancelTask', parameters: [idParameter], responses: { 200: ok } } },
    '/later': { get: { operationId: 'Later', responses: { 200: ok } } },
    '/runs': {
      post: {
        operationId: 'RunWorkflow',
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', required: ['workflow_url'], properties: { workflow_url: { type: 'string' } } },
            },
            'multipart/form-data': {
              schema: { type: 'object', required: ['workflow_url'], properties: { workflow_url: { type: 'string' } } },
            },
          },
        },
        responses: { 200: ok },
      },
    },
  },
  components: {
    parameters: {
      view: {
        name: 'view',
        in: 'query',
        schema: { type: 'string', enum: ['MINIMAL', 'BASIC', 'FULL'], default: 'MINIMAL' },
      },
    },
    schemas: {
      Task: {
        type: 'object',
        required: ['executors'],
        properties: {
          executors: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Executor' } },
          name: { type: 'string', maxLength: 10 },
          state: { type: 'string', readOnly: true },
        },
      },
      Executor: {
        type: 'object',
        required: ['image'],
        properties: { image: { type: 'string' }, command: { type: 'array', items: { type: 'string' } } },
      },
      Answer: { type: 'object', required: ['id'], properties: { id: { type: 'string' } }, additionalProperties: false },
    },
  },
} satisfies OpenApiDocument & { info: object }

export const dataDocument = {
  openapi: '3.0.3',
  info: { title: 'data', version: '1' },
  paths: {
    '/data/{token}': {
      parameters: [{ name: 'token', in: 'path', required: true, schema: { type: 'string' } }],
      head: { operationId: 'HeadData', responses: { 200: { description: 'ok' } } },
      get: { operationId: 'GetData', responses: { 200: { description: 'ok' } } },
      put: {
        operationId: 'PutData',
        requestBody: {
          required: true,
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        },
        responses: { 200: ok },
      },
    },
  },
} satisfies OpenApiDocument & { info: object }

export const formDocument = {
  openapi: '3.0.3',
  info: { title: 'token', version: '1' },
  paths: {
    '/token': {
      post: {
        operationId: 'IssueToken',
        requestBody: {
          required: true,
          content: {
            'application/x-www-form-urlencoded': {
              schema: { type: 'object', required: ['grant_type'], properties: { grant_type: { type: 'string' } } },
            },
          },
        },
        responses: { 200: ok },
      },
    },
  },
} satisfies OpenApiDocument & { info: object }

export const collect = async (req: Request): Promise<string> => {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}

export const taskRoutes = (): Router => {
  const router = Router()
  router.get('/tasks', declare('ListTasks'), (req, res) => void res.json({ query: req.query, base: req.baseUrl }))
  router.post('/tasks', declare('CreateTask'), (req, res) => void res.json({ body: req.body as unknown }))
  router.get('/tasks/service-info', declare('GetInfo'), (_req, res) => void res.json({ name: 'x' }))
  router.get('/tasks/:id', declare('GetTask'), (req: Request<{ id: string }>, res: Response) => {
    const { id } = req.params
    if (id === 'boom') throw new Error('secret detail of the machine')
    if (id === 'internal') throw new Internal('secret detail')
    if (id === 'exposed')
      throw Object.assign(new Error('secret detail'), { code: 'engine_not_started', status: 500, expose: true })
    if (id === 'conflict') throw new Conflict('Already there', { code: 'task_exists', required: [{ visa: 'v' }] })
    if (id === 'slow') throw new TooManyRequests('Too many', { retryAfter: 1.2 })
    if (id === 'full') throw Object.assign(new Error('write failed on /var/x'), { code: 'SQLITE_FULL' })
    if (id === 'shape')
      throw Object.assign(new Error('No visa'), {
        code: 'denied',
        status: 403,
        expose: true,
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    if (id === 'wrong') res.json({ id, extra: 1 })
    else res.json({ id, ...(req.query.view === 'FULL' ? { view: 'FULL' } : {}) })
  })
  router.post(
    '/tasks/:id\\:cancel',
    declare('CancelTask'),
    (req: Request<{ id: string }>, res: Response) => void res.json({ cancelled: req.params.id }),
  )
  router.post('/runs', declare('RunWorkflow'), async (req, res) => {
    res.json({ parsed: req.body as unknown, raw: req.body === undefined ? await collect(req) : null })
  })
  return router
}

export const dataRoutes = (): Router => {
  const router = Router()
  router.head('/data/:token', declare('HeadData'), (_req, res) => void res.set('X-Head', 'yes').end())
  router.get('/data/:token', declare('GetData'), (_req, res) => void res.type('text/plain').send('bytes'))
  router.put('/data/:token', declare('PutData'), async (req, res) => {
    res.json({ length: (await collect(req)).length, parsed: req.body === undefined })
  })
  return router
}

export const formRoutes = (): Router => {
  const router = Router()
  router.post('/token', declare('IssueToken'), (req, res) => void res.json({ form: req.body as unknown }))
  return router
}

const lines = (): { stream: PassThrough; read: () => Record<string, unknown>[] } => {
  const stream = new PassThrough()
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return {
    stream,
    read: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}

export const options = (
  over: Partial<AppOptions> & { mounts?: readonly Mount[] } = {},
): AppOptions & { read: () => Record<string, unknown>[] } => {
  const log = lines()
  return {
    service: 'tes',
    log: createLogger({ name: 'test', level: 'debug', destination: log.stream }),
    metrics: createMetrics({ service: 'tes', embedded: true }),
    health: createHealth(),
    identify: (_req, _res, next) => {
      next()
    },
    formatError: tesError,
    bodyLimit: 1000,
    notYet: { Later: 'a later part' },
    publicUrl: 'http://127.0.0.1:4500',
    mounts: [{ document: taskDocument, bases: ['/ga4gh/tes/v1', '/v1', '/'], routes: taskRoutes() }],
    ...over,
    read: log.read,
  }
}

/** Opens apps on free ports of loopback; `close` ends all of them. */
export const createApps = () => {
  const servers: Server[] = []
  const open = async (
    over: Parameters<typeof options>[0] = {},
  ): Promise<{ url: string; port: number; log: () => Record<string, unknown>[]; o: AppOptions }> => {
    const o = options(over)
    const server = createServer(assembleApp(o))
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, port, log: o.read, o }
  }

  const close = (): void => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  }
  return { open, close, servers }
}

export const body = async (answer: globalThis.Response): Promise<Record<string, unknown>> =>
  (await answer.json()) as Record<string, unknown>
export const post = (value: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof value === 'string' ? value : JSON.stringify(value),
})
export const raw = async (port: number, text: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  socket.end(text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Router, type Request, type Response } from 'express'
import type { TesTask } from '@biocloud/ga4gh-api'
import { declare } from '@biocloud/passport-auth/express'
import { parseRange } from '@biocloud/service-kit'
import type { LogFile } from './executors/executor.ts'
import type { ServiceInfo } from './service-info.ts'
import type { Tasks } from './tasks.ts'
import type { View } from './views.ts'

export type RoutesDeps = { tasks: Tasks; serviceInfo: ServiceInfo }

/** The validator may have made a boolean of it. */
const isTrue = (value: unknown): boolean => value === true || value === 'true'

const viewOf = (req: Request): View => (req.query['view'] as View | undefined) ?? 'MINIMAL'

/** Weak: the same state and logs, not the same bytes. */
const etagOf = (view: View, seq: number): string => `W/"${view.toLowerCase()}-${seq}"`

const answerUnlessKnown = (req: Request, res: Response, etag: string, body: unknown): void => {
  res.set('ETag', etag).set('Cache-Control', 'private, no-cache')
  const known = req.headers['if-none-match']?.split(',').map((tag) => tag.trim())
  if (known?.includes(etag) === true || known?.includes('*') === true) res.status(304).end()
  else res.json(body)
}

/** All there is, then what is added until the command has ended or the client leaves. */
async function* followed(
  file: LogFile,
  over: () => Promise<boolean>,
  gone: AbortSignal,
  reopen: () => Promise<LogFile>,
): AsyncIterable<Uint8Array> {
  let at = 0
  for (let current = file; !gone.aborted; current = await reopen()) {
    const ended = await over()
    try {
      for await (const chunk of current.read(at, current.size)) {
        at += chunk.byteLength
        yield chunk
      }
    } finally {
      if (current !== file) await current.close()
    }
    if (ended) return
    await pause(250, undefined, { ref: false })
  }
}

const sendLog = async (req: Request, res: Response, tasks: Tasks): Promise<void> => {
  const { id = '', n = '', stream } = req.params as { id?: string; n?: string; stream?: 'stdout' | 'stderr' }
  const attempt = req.query['attempt'] === undefined ? undefined : Number(req.query['attempt'])
  const at = { n: Number(n), stream: stream ?? 'stdout', attempt }
  const { file, over } = await tasks.log(req.identity, id, at)
  const gone = new AbortController()
  res.once('close', () => {
    gone.abort()
  })
  res.set('Content-Type', 'text/plain; charset=utf-8').set('Cache-Control', 'no-store')
  try {
    if (isTrue(req.query['follow'])) {
      const reopen = async (): Promise<LogFile> => (await tasks.log(req.identity, id, at)).file
      await pipeline(Readable.from(followed(file, over, gone.signal, reopen)), res)
      return
    }
    const range = parseRange(req.headers.range, file.size)
    const { start, end } = range ?? { start: 0, end: file.size - 1 }
    res.set('Accept-Ranges', 'bytes').set('Content-Length', String(end - start + 1))
    if (range !== undefined) res.status(206).set('Content-Range', `bytes ${start}-${end}/${file.size}`)
    await pipeline(Readable.from(file.read(start, end + 1)), res)
  } catch (error) {
    if (!gone.signal.aborted) throw error // a client that leaves is no error
  } finally {
    await file.close()
  }
}

/** One handler per operation: parse → domain call → respond. */
export const createRoutes = ({ tasks, serviceInfo }: RoutesDeps): Router => {
  const router = Router({ caseSensitive: true })
  router.get('/service-info', declare('GetServiceInfo', 'public'), (req, res) => {
    res.json(serviceInfo.get(req.identity))
  })
  router.get('/tasks', declare('ListTasks', 'identity'), async (req, res) => {
    res.json(await tasks.list(req.identity, req.query, viewOf(req)))
  })
  router.post('/tasks', declare('CreateTask', 'identity'), async (req, res) => {
    res.json({ id: await tasks.create(req.identity, req.body as TesTask, req.get('idempotency-key')) })
  })
  // Before `/tasks/:id`: so `service-info` is never a task's id.
  router.get('/tasks/service-info', declare('GetTasksServiceInfo', 'public'), (req, res) => {
    res.json(serviceInfo.get10(req.identity))
  })
  router.get('/tasks/:id', declare('GetTask', 'identity'), async (req, res) => {
    const { id } = req.params
    const view = viewOf(req)
    if (view === 'MINIMAL') {
      const { state, seq, age } = await tasks.minimal(req.identity, id)
      if (age !== undefined) res.set('Age', String(age))
      answerUnlessKnown(req, res, etagOf(view, seq), { id, state })
      return
    }
    const { task, seq } = await tasks.get(req.identity, id, view)
    answerUnlessKnown(req, res, etagOf(view, seq), task)
  })
  router.post('/tasks/:id\\:cancel', declare('CancelTask', 'identity'), async (req, res) => {
    await tasks.cancel(req.identity, (req.params as unknown as { id: string }).id)
    res.json({})
  })
  router.get('/tasks/:id/attempts', declare('ListAttempts', 'identity'), async (req, res) => {
    res.json({ attempts: await tasks.attempts(req.identity, req.params.id) })
  })
  router.get('/tasks/:id/logs/:n/:stream', declare('GetExecutorLog', 'identity'), (req, res) =>
    sendLog(req, res, tasks),
  )
  return router
}

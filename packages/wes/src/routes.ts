import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ApiError } from '@biocloud/ga4gh-api'
import { declare } from '@biocloud/passport-auth/express'
import { BadRequest, OutboundFailed, RangeNotSatisfiable } from '@biocloud/service-kit'
import { Router, type Request } from 'express'
import { AccessRefused, AccessUnchecked, RunEnded } from './errors.ts'
import type { HeadReport } from './head/head-files.ts'
import type { HeadReports } from './head-reports.ts'
import type { Runs } from './runs.ts'
import { serveFile } from './served-file.ts'
import type { ServiceInfo } from './service-info.ts'
import type { Submit } from './submit.ts'

export type RoutesDeps = { runs: Runs; submit: Submit; serviceInfo: ServiceInfo; reports: HeadReports }

const LOG_HEADERS = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }

/** One handler per operation: parse → domain call → respond. declare() names the operation and its requirement; boot insists on it. */
export const createRoutes = ({ runs, submit, serviceInfo, reports }: RoutesDeps): Router => {
  const router = Router()
  router.get('/service-info', declare('GetServiceInfo', 'public'), async (req, res) => {
    res.json(await serviceInfo.get(req.identity))
  })
  router.get('/runs', declare('ListRuns', 'identity'), async (req, res) => {
    res.json(await runs.list(req.identity, req.query))
  })
  router.post('/runs', declare('RunWorkflow', 'identity'), async (req, res) => {
    // WES 1.1, RunWorkflow: 200, never 201: clients compare with 200.
    res.json({ run_id: await submit.run(req.identity, req, idempotencyKey(req)) })
  })
  router.get('/runs/:run_id', declare('GetRunLog', 'identity'), async (req, res) => {
    res.json(await runs.get(req.identity, req.params.run_id))
  })
  router.get('/runs/:run_id/status', declare('GetRunStatus', 'identity'), async (req, res) => {
    res.json(await runs.status(req.identity, req.params.run_id))
  })
  router.get('/runs/:run_id/tasks', declare('ListTasks', 'identity'), async (req, res) => {
    res.json(await runs.listTasks(req.identity, req.params.run_id, req.query))
  })
  router.get('/runs/:run_id/tasks/:task_id', declare('GetTask', 'identity'), async (req, res) => {
    res.json(await runs.getTask(req.identity, req.params.run_id, req.params.task_id))
  })
  router.post('/runs/:run_id/cancel', declare('CancelRun', 'identity'), async (req, res) => {
    await runs.cancel(req.identity, req.params.run_id)
    res.json({ run_id: req.params.run_id })
  })
  for (const stream of ['stdout', 'stderr'] as const) {
    const name = stream === 'stdout' ? 'Stdout' : 'Stderr'
    router.get(`/runs/:run_id/${stream}`, declare(`GetRun${name}`, 'identity'), async (req, res) => {
      await serveFile(req, res, await runs.logFile(req.identity, req.params.run_id, stream), LOG_HEADERS)
    })
    router.get(`/runs/:run_id/tasks/:task_id/${stream}`, declare(`GetTask${name}`, 'identity'), async (req, res) => {
      const { run_id: runId = '', task_id: taskId = '' } = req.params as Record<string, string>
      await passLog(req, res, () => runs.taskLog(req.identity, runId, taskId, stream, req.headers.range))
    })
  }
  router.get('/runs/:run_id/outputs', declare('ListRunOutputs', 'identity'), async (req, res) => {
    res.json(await runs.listOutputs(req.identity, req.params.run_id, req.query))
  })
  router.get('/runs/:run_id/outputs/:name', declare('GetRunOutput', 'identity'), async (req, res) => {
    const { handle, row } = await runs.output(req.identity, req.params.run_id, req.params.name)
    await serveFile(req, res, handle, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment',
      'Cache-Control': 'private, no-cache',
      ETag: `"${row.sha256}"`,
    })
  })
  router.post('/runs/:run_id/reports', declare('PostRunReports', 'identity'), async (req, res) => {
    if (req.identity.kind !== 'run' || req.identity.runId !== req.params.run_id)
      throw new AccessRefused("Reports are taken with the run's own token only")
    const { reports: batch } = req.body as { reports: HeadReport[] }
    const acknowledged = await reports.take(req.params.run_id, batch)
    if (acknowledged < 0) throw new RunEnded()
    res.json({ acknowledged })
  })
  return router
}

const idempotencyKey = (req: Request): string | undefined => {
  const key = req.headers['idempotency-key']
  if (key === undefined || key === '') return undefined
  if (typeof key !== 'string' || key.length > 255)
    throw new BadRequest('Idempotency-Key must be one value of at most 255 characters')
  return key
}

/** Passes a log on from TES. A task that has not written yet has an empty log, not a missing one. */
const passLog = async (req: IncomingMessage, res: ServerResponse, open: () => Promise<Response>): Promise<void> => {
  let answer: Response | undefined
  try {
    answer = await open()
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof OutboundFailed)) throw error
    if (error.status === 416)
      throw new RangeNotSatisfiable('The range lies beyond the end of the log', { cause: error })
    if (error.status !== 404)
      throw new AccessUnchecked('TES does not give the log now', { cause: error, retryAfter: 5 })
  }
  for (const [name, value] of Object.entries(LOG_HEADERS)) res.setHeader(name, value)
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Accept-Ranges', 'bytes')
  res.statusCode = answer?.status ?? 200
  for (const name of ['content-range', 'content-length', 'x-log-truncated']) {
    const value = answer?.headers.get(name)
    if (value != null && answer?.headers.get('content-encoding') == null) res.setHeader(name, value)
  }
  if (answer?.body == null || req.method === 'HEAD') {
    await answer?.body?.cancel()
    res.end()
    return
  }
  await pipeline(Readable.fromWeb(answer.body), res)
}

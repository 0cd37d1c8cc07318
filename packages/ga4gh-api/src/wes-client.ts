import { createHttpClient, path, type CallOptions, type ClientOptions } from './http-client.ts'
import type {
  RunId,
  RunListResponse,
  RunLog,
  RunOutputList,
  RunReports,
  RunReportsAcknowledged,
  RunRequest,
  RunState,
  RunStatus,
  WesServiceInfo,
  WesTaskListResponse,
  WesTaskLog,
} from './wes-schemas.ts'

export type PageQuery = { page_size?: number; page_token?: string }

export type ListRunsQuery = PageQuery & {
  state?: RunState
  tag?: readonly string[]
  type?: string
  since?: string
  until?: string
}

/** A file of the run. `name` may hold directories, with `/`. */
export type Attachment = { name: string; content: Blob | string }

export type RunWorkflowOptions = CallOptions & {
  attachments?: readonly Attachment[]
  /** Same key, owner and request: the same run, also if this call is made again. Ours only. */
  idempotencyKey?: string
}

/** `range`: one byte range, such as `bytes=0-99`. */
export type StreamOptions = CallOptions & { range?: string }

export type WesClient = ReturnType<typeof createWesClient>

/** One method per operation of WES 1.1 and of our extensions; all throw ApiError. What gives a Response leaves its body to the caller. */
export const createWesClient = (o: ClientOptions) => {
  const http = createHttpClient(o)
  const stream = (operationId: string, address: string, { range, ...call }: StreamOptions) =>
    http.send({
      operationId,
      method: 'GET',
      path: address,
      headers: { accept: '*/*', range },
      unhurried: true,
      ...call,
    })
  return {
    getServiceInfo: (call: CallOptions = {}) =>
      http.json<WesServiceInfo>({ operationId: 'GetServiceInfo', method: 'GET', path: '/service-info', ...call }),
    listRuns: (query: ListRunsQuery = {}, call: CallOptions = {}) =>
      http.json<RunListResponse>({ operationId: 'ListRuns', method: 'GET', path: '/runs', query, ...call }),
    /** Sent as a form, the only body that every WES server takes. */
    runWorkflow: (request: RunRequest, { attachments = [], idempotencyKey, ...call }: RunWorkflowOptions = {}) =>
      http.json<RunId>({
        operationId: 'RunWorkflow',
        method: 'POST',
        path: '/runs',
        headers: { 'idempotency-key': idempotencyKey },
        form: runForm(request, attachments),
        unhurried: true,
        ...call,
      }),
    getRunLog: (runId: string, call: CallOptions = {}) =>
      http.json<RunLog>({ operationId: 'GetRunLog', method: 'GET', path: path`/runs/${runId}`, ...call }),
    getRunStatus: (runId: string, call: CallOptions = {}) =>
      http.json<RunStatus>({ operationId: 'GetRunStatus', method: 'GET', path: path`/runs/${runId}/status`, ...call }),
    listTasks: (runId: string, query: PageQuery = {}, call: CallOptions = {}) =>
      http.json<WesTaskListResponse>({
        operationId: 'ListTasks',
        method: 'GET',
        path: path`/runs/${runId}/tasks`,
        query,
        ...call,
      }),
    getTask: (runId: string, taskId: string, call: CallOptions = {}) =>
      http.json<WesTaskLog>({
        operationId: 'GetTask',
        method: 'GET',
        path: path`/runs/${runId}/tasks/${taskId}`,
        ...call,
      }),
    cancelRun: (runId: string, call: CallOptions = {}) =>
      http.json<RunId>({ operationId: 'CancelRun', method: 'POST', path: path`/runs/${runId}/cancel`, ...call }),
    // Outside the released standard
    getRunStdout: (runId: string, call: StreamOptions = {}) =>
      stream('GetRunStdout', path`/runs/${runId}/stdout`, call),
    getRunStderr: (runId: string, call: StreamOptions = {}) =>
      stream('GetRunStderr', path`/runs/${runId}/stderr`, call),
    getTaskStdout: (runId: string, taskId: string, call: StreamOptions = {}) =>
      stream('GetTaskStdout', path`/runs/${runId}/tasks/${taskId}/stdout`, call),
    getTaskStderr: (runId: string, taskId: string, call: StreamOptions = {}) =>
      stream('GetTaskStderr', path`/runs/${runId}/tasks/${taskId}/stderr`, call),
    listRunOutputs: (runId: string, query: PageQuery = {}, call: CallOptions = {}) =>
      http.json<RunOutputList>({
        operationId: 'ListRunOutputs',
        method: 'GET',
        path: path`/runs/${runId}/outputs`,
        query,
        ...call,
      }),
    getRunOutput: (runId: string, name: string, call: StreamOptions = {}) =>
      stream('GetRunOutput', path`/runs/${runId}/outputs/${name}`, call),
    postRunReports: (runId: string, reports: RunReports, call: CallOptions = {}) =>
      http.json<RunReportsAcknowledged>({
        operationId: 'PostRunReports',
        method: 'POST',
        path: path`/runs/${runId}/reports`,
        json: reports,
        ...call,
      }),
  }
}

const runForm = (request: RunRequest, attachments: readonly Attachment[]): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(request))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  for (const { name, content } of attachments) form.append('workflow_attachment', new Blob([content]), name)
  return form
}

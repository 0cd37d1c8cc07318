import { createHttpClient, path, type CallOptions, type ClientOptions, type HttpClient } from './http-client.ts'
import type {
  TesCreateTaskResponse,
  TesListAttemptsResponse,
  TesServiceInfo,
  TesState,
  TesTask,
  TesTaskMinimal,
  TesView,
} from './tes-schemas.ts'

export type ListTasksQuery = {
  name_prefix?: string
  state?: TesState
  tag_key?: readonly string[]
  tag_value?: readonly string[]
  page_size?: number
  page_token?: string
}

export type TaskPage<T> = { tasks: T[]; next_page_token?: string }

/** What a view gives: MINIMAL, the default, lacks everything but id and state. */
export type TaskInView<V extends TesView> = V extends 'MINIMAL' ? TesTaskMinimal : TesTask

export type ExecutorLogOptions = CallOptions & { attempt?: number; follow?: boolean; range?: string }

export type TesClient = ReturnType<typeof createTesClient>

/** One method per operation of TES 1.1 and of our extensions; all throw ApiError. */
export const createTesClient = (o: ClientOptions) => {
  const http = createHttpClient(o)
  return {
    getServiceInfo: (call: CallOptions = {}) =>
      http.json<TesServiceInfo>({ operationId: 'GetServiceInfo', method: 'GET', path: '/service-info', ...call }),
    listTasks: <V extends TesView = 'MINIMAL'>(query: ListTasksQuery & { view?: V } = {}, call: CallOptions = {}) =>
      http.json<TaskPage<TaskInView<V>>>({ operationId: 'ListTasks', method: 'GET', path: '/tasks', query, ...call }),
    /** Sent once. `idempotencyKey` (ours only) lets the caller repeat it without a second task. */
    createTask: (task: TesTask, { idempotencyKey, ...call }: CallOptions & { idempotencyKey?: string } = {}) =>
      http.json<TesCreateTaskResponse>({
        operationId: 'CreateTask',
        method: 'POST',
        path: '/tasks',
        headers: { 'idempotency-key': idempotencyKey },
        json: task,
        ...call,
      }),
    getTask: <V extends TesView = 'MINIMAL'>(id: string, { view, ...call }: CallOptions & { view?: V } = {}) =>
      http.json<TaskInView<V>>({
        operationId: 'GetTask',
        method: 'GET',
        path: path`/tasks/${id}`,
        query: { view },
        ...call,
      }),
    cancelTask: (id: string, call: CallOptions = {}) => cancelTask(http, id, call),
    // Outside the released standard
    listAttempts: (id: string, call: CallOptions = {}) =>
      http.json<TesListAttemptsResponse>({
        operationId: 'ListAttempts',
        method: 'GET',
        path: path`/tasks/${id}/attempts`,
        ...call,
      }),
    /** The text as a Response, whose body the caller reads. `range`: one byte range, such as `bytes=-8192`. */
    getExecutorLog: (
      id: string,
      n: number,
      name: 'stdout' | 'stderr',
      { attempt, follow, range, ...call }: ExecutorLogOptions = {},
    ) =>
      http.send({
        operationId: 'GetExecutorLog',
        method: 'GET',
        path: path`/tasks/${id}/logs/${n}/${name}`,
        query: { attempt, follow },
        headers: { accept: 'text/plain, */*;q=0.5', range },
        unhurried: true,
        ...call,
      }),
  }
}

const cancelTask = async (http: HttpClient, id: string, call: CallOptions): Promise<void> => {
  // The colon is literal; an id that holds one would be encoded. The empty object of the answer says nothing.
  const response = await http.send({
    operationId: 'CancelTask',
    method: 'POST',
    path: path`/tasks/${id}:cancel`,
    ...call,
  })
  await response.body?.cancel()
}

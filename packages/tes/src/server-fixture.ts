import { createServer as createHttpServer, request } from 'node:http'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TesAttempt, TesState, TesTask } from '@biocloud/ga4gh-api'
import { createLocalIssuer, demoPolicy } from '@biocloud/passport-auth'
import { createLogger, systemClock } from '@biocloud/service-kit'
import { createServer } from './index.ts'

export type Who = 'researcher' | 'registered' | 'guest' | 'operator' | 'nobody'
export type Call = { as?: Who; bearer?: string; body?: unknown; headers?: Record<string, string> }
/** The members of all answers: a test reads those that it asserts. */
type Body = {
  id: string
  state: TesState
  tasks: TesTask[]
  next_page_token: string | undefined
  attempts: TesAttempt[]
  type: { artifact: string }
  storage: string[]
  tesResources_backend_parameters: string[]
  msg: string
  code: string
  required: unknown[]
}
export type Answer = {
  status: number
  headers: Headers
  text: string
  json: Body
}

/** Tasks outlive their server by design; those of a test do not outlive it. */
export const removeContainersBelow = async (folder: string): Promise<void> => {
  // eslint-disable-next-line no-restricted-properties -- the engine of the tests is where DOCKER_HOST says
  const socketPath = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace('unix://', '')
  const call = (method: string, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath, method, path }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.once('end', () => {
          resolve(text)
        })
      })
      asked.once('error', reject).end()
    })
  const filters = encodeURIComponent(JSON.stringify({ label: ['biocloud.server'] }))
  const containers = JSON.parse(await call('GET', `/containers/json?all=1&filters=${filters}`)) as {
    Id: string
    Mounts: { Source: string }[]
  }[]
  for (const { Id, Mounts } of containers) {
    if (Mounts.some(({ Source }) => Source.startsWith(`${folder}/`))) await call('DELETE', `/containers/${Id}?force=1`)
  }
}

export const IMAGE = 'bb:1'

/** The image of the tests; where there is no engine the suites that need one fail with what to do. */
export const sh = (script: string, more: Partial<TesTask['executors'][number]> = {}): TesTask['executors'][number] => ({
  image: IMAGE,
  command: ['sh', '-c', script],
  ...more,
})

/** The real TES on a real port, a real database, real files and the real container engine. */
export const startTes = async (
  settings: Record<string, unknown> = {},
  o: { prepare?: (origin: string, dataDir: string) => Record<string, unknown> } = {},
) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tes-'))
  const lines: string[] = []
  const log = createLogger({
    name: 'tes',
    level: 'debug',
    destination: { write: (line: string) => lines.push(line) > 0 },
  })
  let handler: Awaited<ReturnType<typeof createServer>>['handler'] = (_req, res) => res.writeHead(503).end()
  const http = createHttpServer((req, res) => {
    handler(req, res)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const data = join(dataDir, 'data')
  const files = join(dataDir, 'files')
  const runs = join(data, 'wes', 'runs')
  for (const folder of [data, files]) await mkdir(folder, { recursive: true })
  const issuer = await createLocalIssuer({ dir: join(data, 'issuer'), issuer: origin, clock: systemClock })
  await writeFile(join(data, 'policy.yaml'), demoPolicy())
  const boot = () =>
    createServer(
      {
        dataDir: data,
        publicUrl: origin,
        localIssuer: { dir: join(data, 'issuer'), issuer: origin },
        policyFile: join(data, 'policy.yaml'),
        validateResponses: true,
        roots: [
          { path: files, mode: 'rw' },
          { path: runs, mode: 'rw', kind: 'run' },
        ],
        graceSeconds: 2,
        ...settings,
        ...o.prepare?.(origin, data),
      },
      { log },
    )
  let server = await boot()
  handler = server.handler
  await server.start()

  const tokens = new Map<Who, string>()
  const token = async (who: Who): Promise<string> => {
    const known = tokens.get(who) ?? (await issuer.accessToken(who)).token
    tokens.set(who, known)
    return known
  }
  const raw = async (method: string, path: string, call: Call = {}): Promise<Answer> => {
    const { as = 'researcher', body, headers = {} } = call
    const bearer = call.bearer ?? (as === 'nobody' ? undefined : await token(as))
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
    return { status: response.status, headers: response.headers, text, json: (isJson ? JSON.parse(text) : {}) as Body }
  }
  const call = (method: string, path: string, more?: Call): Promise<Answer> => raw(method, `/ga4gh/tes/v1${path}`, more)

  const post = async (task: TesTask, more: Call = {}): Promise<string> => {
    const answer = await call('POST', '/tasks', { ...more, body: task })
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
    return (answer.json as { id: string }).id
  }
  const get = async (id: string, view = 'FULL', more: Call = {}): Promise<TesTask> => {
    const answer = await call('GET', `/tasks/${id}?view=${view}`, more)
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
    return answer.json as unknown as TesTask
  }
  /** Asks until the task is in one of the states; the test's time limit ends the wait. */
  const reach = async (id: string, states: readonly TesState[], more: Call = {}): Promise<TesTask> => {
    for (;;) {
      const { state } = await get(id, 'MINIMAL', more)
      if (state !== undefined && states.includes(state)) return get(id, 'FULL', more)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const ended = (id: string, more: Call = {}): Promise<TesTask> =>
    reach(id, ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED'], more)

  return {
    origin,
    dataDir,
    data,
    /** A root that tasks may read and write. */
    files,
    /** A root of kind `run`. */
    runs,
    issuer,
    lines,
    token,
    raw,
    call,
    post,
    get,
    reach,
    ended,
    run: async (task: TesTask, more: Call = {}): Promise<TesTask> => ended(await post(task, more), more),
    server: () => server,
    async restart(): Promise<void> {
      await server.stop()
      server = await boot()
      handler = server.handler
      await server.start()
    },
    async stop(): Promise<void> {
      await new Promise<void>((resolve) => {
        http.close(() => {
          resolve()
        })
        http.closeAllConnections()
      })
      await server.stop()
      await removeContainersBelow(dataDir)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
export type Tes = Awaited<ReturnType<typeof startTes>>

import { createHash, randomBytes } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  AccessMethod,
  Authorizations,
  Checksum,
  ContentsObject,
  DrsObject,
  DrsObjectCandidate,
  DrsServiceInfo,
  StsGrant,
} from '@biocloud/ga4gh-api'
import { createServiceIdentity, type ServiceIdentity } from '@biocloud/passport-auth'
import { createLogger, systemClock } from '@biocloud/service-kit'
import { createServer } from './index.ts'

export type Who = 'researcher' | 'registered' | 'guest' | 'operator' | 'nobody'

export interface Call {
  as?: Who
  /** A bearer of any kind, in place of `as`. */
  bearer?: string
  body?: unknown
  headers?: Record<string, string>
}

type Some<T> = [T, ...T[]]
type Shown = Omit<DrsObject, 'access_methods' | 'checksums' | 'contents'> & {
  access_methods: Some<AccessMethod & { access_id: string }>
  checksums: Some<Checksum>
  contents: Some<ContentsObject>
}

/** Every member that a test reads of some answer; which of them are there is what the test asserts. */
export type Body = Shown &
  Omit<DrsServiceInfo, 'id' | 'name' | 'version'> &
  Required<Authorizations> &
  Pick<StsGrant, 'grant_id'> & {
    msg: string
    status_code: number
    code: string
    required: unknown[]
    objects: Some<Shown>
    next_page_token?: string
    responses: Some<{ upload_methods: Some<{ access_url: { url: string }; upload_details: { upload_id: string } }> }>
    summary: { requested: number; resolved: number; unresolved: number }
    unresolved_drs_objects: unknown[]
    resolved_drs_object: Some<Shown & { drs_object_id: string }>
    resolved_drs_object_access_urls: Some<{ url: string }>
    url: string
    access_token: string
    ticket: string
    run_token: string
  }

export interface Answer {
  status: number
  headers: Headers
  text: string
  json: Body
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

/** A clock that tests move: expiry without waiting. */
const createMovableClock = () => {
  let ahead = 0
  return {
    now: () => new Date(systemClock.now().getTime() + ahead),
    advance(seconds: number) {
      ahead += seconds * 1000
    },
  }
}

/** The real DRS on a real port, a real database and real files, with the demo policy and its users. */
export const startDrs = async (settings: Record<string, unknown> = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'drs-'))
  const lines: string[] = []
  const log = createLogger({
    name: 'drs',
    level: 'debug',
    destination: { write: (line: string) => lines.push(line) > 0 },
  })
  let handler: Awaited<ReturnType<typeof createServer>>['handler'] = (_req, res) => res.writeHead(503).end()
  const http = createHttpServer((req, res) => {
    handler(req, res)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const issuer = join(dataDir, 'issuer')
  const clock = createMovableClock()
  const boot = () =>
    createServer(
      {
        dataDir,
        publicUrl: origin,
        localIssuer: { dir: issuer, issuer: origin, demo: true },
        validateResponses: true,
        embedded: true,
        ...settings,
      },
      { log, clock },
    )
  let server = await boot()
  handler = server.handler
  await server.start()

  const secret = async (): Promise<string> => (await readFile(join(issuer, 'cli-secret'), 'utf8')).trim()
  const tokens = new Map<Who, string>()
  const token = async (who: Who): Promise<string> => {
    const known = tokens.get(who)
    if (known !== undefined) return known
    const response = await fetch(`${origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
        username: who,
        secret: await secret(),
      }),
    })
    const { access_token } = (await response.json()) as { access_token: string }
    tokens.set(who, access_token)
    return access_token
  }

  const raw = async (method: string, path: string, call: Call = {}): Promise<Answer> => {
    const { as = 'nobody', body, headers = {} } = call
    const bearer = call.bearer ?? (as === 'nobody' ? undefined : await token(as))
    const response = await fetch(path.startsWith('http') ? path : origin + path, {
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
  const call = (method: string, path: string, o?: Call): Promise<Answer> => raw(method, `/ga4gh/drs/v1${path}`, o)

  const register = (candidates: unknown[], o: Call = { as: 'operator' }): Promise<Answer> =>
    call('POST', '/objects/register', { ...o, body: { candidates } })

  /** An object of these bytes, brought in as an operator does: upload-request, PUT, register. */
  const give = async (dataset: string, bytes: Buffer, more: DrsObjectCandidate = {}): Promise<DrsObject> => {
    const requests = [{ name: more.name ?? 'file.txt', size: bytes.length, x_dataset: dataset }]
    const asked = await call('POST', '/upload-request', { as: 'operator', body: { requests } })
    const { access_url, upload_details } = asked.json.responses[0].upload_methods[0]
    const put = await fetch(access_url.url, { method: 'PUT', body: bytes })
    if (put.status !== 201) throw new Error(`PUT answered ${put.status}: ${await put.text()}`)
    const made = await register([{ ...more, x_upload: upload_details.upload_id, x_dataset: dataset }])
    if (made.status !== 201) throw new Error(made.text)
    return made.json.objects[0]
  }

  const identities = new Map<string, Promise<ServiceIdentity>>()
  /** A call to the STS under a server's own identity. */
  const sts = async (service: 'wes' | 'tes', path: string, body: Record<string, unknown>): Promise<Answer> => {
    const identity =
      identities.get(service) ??
      createServiceIdentity({
        dir: issuer,
        keyFile: join(dataDir, `${service}-key.json`),
        service,
        audience: origin,
        clock,
      })
    identities.set(service, identity)
    return raw('POST', `/sts/v1/${path}`, { body: { ...(await (await identity).fields()), ...body } })
  }

  const write = async (path: string, bytes: Buffer | string): Promise<string> => {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    return pathToFileURL(path).href
  }

  return {
    origin,
    dataDir,
    lines,
    clock,
    token,
    secret,
    raw,
    call,
    register,
    give,
    sts,
    /** A file of a store or run folder, and its file: URL. */
    write,
    runs: join(dataDir, 'wes', 'runs'),
    link: async (id: string, as: Who): Promise<string> => {
      const object = (await call('GET', `/objects/${id}`, { as })).json as DrsObject
      const answer = await call('GET', `/objects/${id}/access/${object.access_methods?.[0]?.access_id ?? ''}`, { as })
      if (answer.status !== 200) throw new Error(answer.text)
      return (answer.json as { url: string }).url
    },
    /** Stops and starts the server on the same data. */
    async restart(): Promise<void> {
      await server.stop()
      server = await boot()
      handler = server.handler
      await server.start()
    },
    server: () => server,
    async stop(): Promise<void> {
      await new Promise<void>((resolve) => {
        http.close(() => {
          resolve()
        })
        http.closeAllConnections()
      })
      await server.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}
export type Drs = Awaited<ReturnType<typeof startDrs>>

/** Asks again until it holds; the test's time limit ends the wait. */
export const until = async <T>(work: () => Promise<T>, holds: (found: T) => boolean): Promise<T> => {
  for (;;) {
    const found = await work()
    if (holds(found)) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const someBytes = (size: number): Buffer => randomBytes(size)

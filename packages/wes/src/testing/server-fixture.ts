import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunLog } from '@biocloud/ga4gh-api'
import { demoPolicy } from '@biocloud/passport-auth'
import { createLogger } from '@biocloud/service-kit'
import { createServer } from '../index.ts'
import { startFakeDrs } from './fake-drs.ts'
import { startFakeTes } from './fake-tes.ts'

export type Who = 'researcher' | 'registered' | 'guest' | 'operator' | 'nobody'
export type Answer = {
  status: number
  headers: Headers
  text: string
  // What a test reads of an answer is what it asserts.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any
}
export type Attached = Record<string, string>

export const FAKE_ENGINE = fileURLToPath(new URL('fake-cwltool.mjs', import.meta.url))
export const ENDED = ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED']

/** Ends the heads that a test left running, and their engines: every process whose arguments name this folder, which no other test has. */
const killHeads = (folder: string): void => {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/u.test(entry))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/`)) continue
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // it has ended by itself
    }
  }
}

/** The real WES on a real port, a real database, real files and real heads; STS real, DRS and TES and engine fake. */
export const startWes = async (settings: Record<string, unknown> = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'wes-'))
  const lines: string[] = []
  const log = createLogger({
    name: 'wes',
    level: 'debug',
    destination: { write: (line: string) => lines.push(line) > 0 },
  })
  const issuerDir = join(dataDir, 'issuer')
  await mkdir(issuerDir, { recursive: true })
  const drs = await startFakeDrs(issuerDir)
  const tes = await startFakeTes({ autoComplete: true })
  await writeFile(join(dataDir, 'policy.yaml'), demoPolicy())
  let handler: Awaited<ReturnType<typeof createServer>>['handler'] = (_req, res) => res.writeHead(503).end()
  const http = createHttpServer((req, res) => {
    handler(req, res)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const boot = (more: Record<string, unknown> = {}) =>
    createServer(
      {
        dataDir,
        publicUrl: origin,
        policyFile: join(dataDir, 'policy.yaml'),
        localIssuer: { dir: issuerDir, issuer: drs.origin },
        peers: { drs: drs.url, tes: tes.url },
        hosts: { localhost: drs.url },
        validateResponses: true,
        separateUsers: false,
        engines: { cwltool: { python: FAKE_ENGINE } },
        ...settings,
        ...more,
      },
      { log },
    )
  let server = await boot()
  handler = server.handler
  await server.start()

  const tokens = new Map<Who, string>()
  const token = async (who: Who): Promise<string> => {
    const known = tokens.get(who) ?? (await drs.issuer.accessToken(who)).token
    tokens.set(who, known)
    return known
  }
  const call = async (
    method: string,
    path: string,
    o: { as?: Who; bearer?: string; body?: NonNullable<RequestInit['body']>; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const who = o.as ?? 'researcher'
    const bearer = o.bearer ?? (who === 'nobody' ? undefined : await token(who))
    const answer = await fetch(path.startsWith('http') ? path : `${origin}/ga4gh/wes/v1${path}`, {
      method,
      headers: { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...o.headers },
      ...(o.body === undefined ? {} : { body: o.body }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson ? (JSON.parse(text) as unknown) : undefined,
    }
  }
  /** POST /runs as a form: a CWL run of the attached `main.cwl` unless the fields say otherwise. */
  const submit = (
    fields: Record<string, string | undefined> = {},
    o: { as?: Who; attached?: Attached; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const form = new FormData()
    const all: Record<string, string | undefined> = {
      workflow_type: 'CWL',
      workflow_type_version: 'v1.2',
      workflow_url: 'main.cwl',
      ...fields,
    }
    for (const [name, value] of Object.entries(all)) if (value !== undefined) form.append(name, value)
    for (const [name, content] of Object.entries(o.attached ?? { 'main.cwl': '{"do":"succeed"}' }))
      form.append('workflow_attachment', new Blob([content]), name)
    return call('POST', '/runs', {
      ...(o.as === undefined ? {} : { as: o.as }),
      ...(o.headers === undefined ? {} : { headers: o.headers }),
      body: form,
    })
  }
  const accepted = async (...args: Parameters<typeof submit>): Promise<string> => {
    const answer = await submit(...args)
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
    return (answer.json as { run_id: string }).run_id
  }
  /** Asks until the run is in one of the states; the test's time limit ends the wait. */
  const reach = async (runId: string, states: readonly string[] = ENDED): Promise<RunLog> => {
    for (;;) {
      const { state } = (await call('GET', `/runs/${runId}/status`)).json as { state: string }
      if (states.includes(state)) return (await call('GET', `/runs/${runId}`)).json as RunLog
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    origin,
    dataDir,
    runs: join(dataDir, 'wes', 'runs'),
    drs,
    tes,
    lines,
    token,
    call,
    submit,
    accepted,
    reach,
    /** Stops the server, heads live on, and starts it again; `stopped` runs in between. */
    async restart(stopped: () => Promise<void> = () => Promise.resolve()): Promise<void> {
      handler = (_req, res) => res.writeHead(503).end()
      await server.stop()
      await stopped()
      server = await boot()
      handler = server.handler
      await server.start()
    },
    async stop(): Promise<void> {
      handler = (_req, res) => res.writeHead(503).end()
      killHeads(dataDir)
      await server.stop()
      killHeads(dataDir) // one that was being started
      http.closeAllConnections()
      await new Promise<void>((resolve) =>
        http.close(() => {
          resolve()
        }),
      )
      await tes.close()
      await drs.close()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

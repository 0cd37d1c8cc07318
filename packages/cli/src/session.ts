import { readFile } from 'node:fs/promises'
import type { DrsClient, TesClient, WesClient } from '@biocloud/ga4gh-api'
import { dataFolder, secretPath } from './data-folder.ts'
import { CliError, EXIT, redact, usage } from './errors.ts'
import { answerError, createFetch, noServer, type Fetch } from './http.ts'
import { isLoopbackHost } from './listen-address.ts'
import type { Terminal } from './terminal.ts'
import { liveState } from './up-state.ts'

/** The options that every client command takes. */
export type SharedOptions = { server?: string; as?: string; data?: string; json?: boolean; progress?: boolean }

export type Standard = 'drs' | 'wes' | 'tes'

export type Session = {
  /** Where the suite is, without the path of a standard. */
  origin: string
  baseOf(standard: Standard): string
  drs: DrsClient
  tes: TesClient
  wes: WesClient
  /** GET of an address that an answer named, with the token if it is this server's own. */
  open(url: string, headers: Record<string, string>): Promise<Response>
}

export const DEFAULT_URL = 'http://127.0.0.1:4500'
export const DEFAULT_USER = 'researcher'
const SECRET_LIMIT = 4096

const parseServer = (text: string): URL => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw usage(`--server ${redact(text)}: expected an http or https URL such as ${DEFAULT_URL}`)
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw usage('--server: a URL with a name or password in it is not taken; use BIOCLOUD_TOKEN')
  url.search = ''
  url.hash = ''
  return url
}

/** `--server` may name the suite or one standard's base (`…/ga4gh/wes/v1`); the others are expected beside it. */
const baseOf = (server: URL, standard: Standard): string => {
  const path = server.pathname.replace(/\/+$/, '')
  const before = /^(.*)\/ga4gh\/(?:drs|wes|tes)\/v1$/.exec(path)
  return `${server.origin}${before === null ? path : (before[1] ?? '')}/ga4gh/${standard}/v1`
}

/** Where to go: `--server`, BIOCLOUD_URL, the suite that serves this person's data folder, the default address. */
const findServer = async (options: SharedOptions, terminal: Terminal): Promise<URL> => {
  const named = options.server ?? terminal.env['BIOCLOUD_URL']
  if (named !== undefined && named !== '') return parseServer(named)
  const state = await liveState(dataFolder(terminal, options.data))
  return new URL(state?.url ?? DEFAULT_URL)
}

const readSecret = async (dataDir: string): Promise<string | undefined> => {
  try {
    return (await readFile(secretPath(dataDir), 'utf8')).slice(0, SECRET_LIMIT).trim()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/**
 * A token of the local issuer for a demo user, got with the secret file of the data folder and never kept. The secret
 * goes to the suite of that folder only: any other process on this machine could listen on the port it expects.
 */
export const localToken = async (
  terminal: Terminal,
  o: { server: URL; user: string; dataDir: string; dataGiven: boolean },
): Promise<string> => {
  const state = await liveState(o.dataDir)
  if (state?.url === undefined && !o.dataGiven) {
    throw new CliError(`No suite runs on the data folder ${o.dataDir}, so nobody can give a token for ${o.user}`, {
      exitCode: EXIT.unavailable,
      hint: 'Start it with: biocloud up   (for another data folder add --data DIR; for another server set BIOCLOUD_TOKEN)',
    })
  }
  if (state?.url !== undefined && new URL(state.url).origin !== o.server.origin) {
    throw new CliError(
      `The suite of ${o.dataDir} listens at ${state.url}, not at ${o.server.origin}: its secret is not sent there`,
      {
        exitCode: EXIT.refused,
        hint: 'Leave --server away, name the right --data DIR, or set BIOCLOUD_TOKEN.',
      },
    )
  }
  const secret = await readSecret(o.dataDir)
  if (secret === undefined || secret === '') {
    throw new CliError(`${secretPath(o.dataDir)} cannot be read, so no token for ${o.user} can be had`, {
      exitCode: EXIT.refused,
      hint: 'Tokens are for the user who started biocloud up. Name that data folder with --data DIR, or set BIOCLOUD_TOKEN.',
    })
  }
  return await requestToken(terminal, o.server, o.user, secret)
}

const requestToken = async (terminal: Terminal, server: URL, user: string, secret: string): Promise<string> => {
  const url = `${server.origin}/token`
  const body = new URLSearchParams({
    grant_type: 'urn:biocloud:params:oauth:grant-type:local-user',
    username: user,
    secret,
  })
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.any([terminal.stop, AbortSignal.timeout(10_000)]),
    })
  } catch (error) {
    if (terminal.stop.aborted) throw error
    throw noServer(url, error)
  }
  if (!answer.ok) {
    const { msg, status } = await answerError(answer)
    throw new CliError(`No token for ${user}: ${msg}`, {
      exitCode: status >= 500 ? EXIT.unavailable : EXIT.refused,
      hint: status >= 500 ? 'Try again in a moment.' : 'The demo users are researcher, registered, guest and operator.',
    })
  }
  const told: unknown = await answer.json()
  if (typeof told !== 'object' || told === null || !('access_token' in told) || typeof told.access_token !== 'string') {
    throw new CliError(`${url} answered without an access_token`)
  }
  return told.access_token
}

const isLoopback = (server: URL): boolean => isLoopbackHost(server.hostname)

/** Who speaks: `--as` (loopback only), BIOCLOUD_TOKEN, the default user of the own suite; else nobody, and the server decides. */
const findToken = async (options: SharedOptions, terminal: Terminal, server: URL): Promise<string | undefined> => {
  const given = terminal.env['BIOCLOUD_TOKEN']
  const dataDir = dataFolder(terminal, options.data)
  const dataGiven = options.data !== undefined || terminal.env['BIOCLOUD_DATA'] !== undefined
  if (options.as !== undefined) {
    if (!isLoopback(server))
      throw usage(`--as is for a suite on this machine; for ${server.origin} put a token into BIOCLOUD_TOKEN`)
    return await localToken(terminal, { server, user: options.as, dataDir, dataGiven })
  }
  if (given !== undefined && given !== '') {
    if (server.protocol === 'http:' && !isLoopback(server)) {
      throw new CliError(`BIOCLOUD_TOKEN is not sent to ${server.origin}: anyone on the way could read it`, {
        exitCode: EXIT.refused,
        hint: 'Use the https address of the server.',
      })
    }
    if (/[^\x21-\x7e]/.test(given)) throw usage('BIOCLOUD_TOKEN holds a space or a line break: it is no bearer token')
    return given
  }
  if (!isLoopback(server)) return undefined
  const state = await liveState(dataDir)
  const own = state?.url === undefined ? dataGiven : new URL(state.url).origin === server.origin
  if (!own || (await readSecret(dataDir)) === undefined) return undefined
  return await localToken(terminal, { server, user: DEFAULT_USER, dataDir, dataGiven })
}

export const openSession = async (options: SharedOptions, terminal: Terminal): Promise<Session> => {
  const server = await findServer(options, terminal)
  const [bearer, { createDrsClient, createTesClient, createWesClient }] = await Promise.all([
    findToken(options, terminal, server),
    import('@biocloud/ga4gh-api'),
  ])
  const call: Fetch = createFetch(terminal.stop)
  const token = (): string | undefined => bearer
  const of = (standard: Standard) => ({ baseUrl: baseOf(server, standard), token, fetch: call })
  return {
    origin: server.origin,
    baseOf: (standard) => baseOf(server, standard),
    drs: createDrsClient(of('drs')),
    tes: createTesClient(of('tes')),
    wes: createWesClient(of('wes')),
    open: async (url, headers) => {
      const own = new URL(url).origin === server.origin && bearer !== undefined
      return await call(url, {
        method: 'GET',
        headers: own ? { ...headers, authorization: `Bearer ${bearer}` } : headers,
      })
    },
  }
}

/** `biocloud token`: for a script, so nothing but the token. */
export const printToken = async (options: SharedOptions, terminal: Terminal): Promise<void> => {
  const server = await findServer(options, terminal)
  const user = options.as ?? DEFAULT_USER
  if (!isLoopback(server))
    throw usage(`biocloud token asks a suite on this machine; ${server.origin} has an issuer of its own`)
  const token = await localToken(terminal, {
    server,
    user,
    dataDir: dataFolder(terminal, options.data),
    dataGiven: options.data !== undefined,
  })
  terminal.out.write(
    options.json === true ? `${JSON.stringify({ token, token_type: 'Bearer', user })}\n` : `${token}\n`,
  )
}

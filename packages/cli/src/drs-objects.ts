import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessMethod, AccessURL, DrsClient, DrsObject } from '@biocloud/ga4gh-api'
import { CliError, EXIT, usage } from './errors.ts'
import { createFetch } from './http.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'
import type { Source } from './download.ts'

export type Located = { drs: DrsClient; id: string; base: string }

/**
 * An id of this server, or a drs:// URI: `drs://localhost/…` and the server's own name mean this server, another name
 * that one (over https, without our token: a token is for the server it was given for).
 */
export const locate = async (session: Session, text: string, terminal: Terminal): Promise<Located> => {
  const base = session.baseOf('drs')
  if (!text.startsWith('drs://')) {
    if (text === '' || /\s/.test(text)) throw usage(`${JSON.stringify(text)} is no object id and no drs:// URI`)
    return { drs: session.drs, id: text, base }
  }
  const { createDrsClient, parseDrsUri } = await import('@biocloud/ga4gh-api')
  const own = new URL(session.origin).hostname
  let uri: { host: string; id: string; baseUrl: string }
  try {
    uri = parseDrsUri(text, { hosts: { localhost: base, [own]: base } })
  } catch (error) {
    throw usage(error instanceof Error ? error.message : `${text} is no drs:// URI`)
  }
  if (uri.baseUrl === base) return { drs: session.drs, id: uri.id, base }
  return {
    drs: createDrsClient({ baseUrl: uri.baseUrl, fetch: createFetch(terminal.stop) }),
    id: uri.id,
    base: uri.baseUrl,
  }
}

/** What fetch can open: a link that the server signs for us, or an address over HTTP. */
const usable = (method: AccessMethod): boolean =>
  method.access_id !== undefined || /^https?:/.test(method.access_url?.url ?? '')

const WAIT_LIMIT_SECONDS = 3600

/** Link of the bytes, made at the moment of use; 202 (bytes still on their way) is waited for. */
const accessUrl = async ({ drs, id }: Located, object: DrsObject, terminal: Terminal): Promise<AccessURL> => {
  const methods = (object.access_methods ?? []).filter((method) => usable(method))
  const method = methods.find(({ type }) => type === 'https') ?? methods[0]
  if (method === undefined) {
    const types = (object.access_methods ?? []).map(({ type }) => type).join(', ')
    throw new CliError(`${id} cannot be downloaded from here: its access is ${types === '' ? 'not stated' : types}`, {
      hint: 'See all of it with: biocloud drs get --info ID',
    })
  }
  if (method.access_id === undefined) return method.access_url as AccessURL
  const until = Date.now() + WAIT_LIMIT_SECONDS * 1000
  for (;;) {
    const link = await drs.getAccessURL(id, method.access_id)
    if (!('retryAfter' in link)) return link
    if (Date.now() + link.retryAfter * 1000 > until) {
      throw new CliError(`The bytes of ${id} are not there yet`, {
        exitCode: EXIT.unavailable,
        hint: 'They are fetched from slow storage: try again later.',
      })
    }
    await sleep(Math.max(link.retryAfter, 1) * 1000, undefined, { signal: terminal.stop })
  }
}

/** DRS 1.5, AccessURL: headers are a list of "Name: value". */
export const headersOf = (link: AccessURL): Record<string, string> =>
  Object.fromEntries(
    (link.headers ?? []).flatMap((line) => {
      const at = line.indexOf(':')
      return at > 0 ? [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]] : []
    }),
  )

/**
 * Asks for access now, so that a refusal comes before anything else, also before "the file is here already". Each later
 * call takes a fresh link: a download that outlives one goes on with the next. The API's token never goes to a link.
 */
export const openObject = async (located: Located, object: DrsObject, terminal: Terminal): Promise<Source> => {
  let first: AccessURL | undefined = await accessUrl(located, object, terminal)
  return async (extra) => {
    const link = first ?? (await accessUrl(located, object, terminal))
    first = undefined
    return await fetch(new URL(link.url, located.base), {
      headers: { ...headersOf(link), ...extra },
      signal: terminal.stop,
    })
  }
}

/** A file name for this machine: the object's own name without folders, else its id. */
export const fileName = (object: Pick<DrsObject, 'id' | 'name'>): string => {
  for (const candidate of [object.name, object.id]) {
    const name = basename((candidate ?? '').replaceAll('\\', '/')).replace(/[^\w.+=@,-]/g, '_')
    if (name !== '' && name !== '.' && name !== '..') return name
  }
  return 'object'
}

export const targetPath = (
  terminal: Terminal,
  object: Pick<DrsObject, 'id' | 'name'>,
  output: string | undefined,
  isFolder: boolean,
): string => {
  if (output === undefined) return join(terminal.cwd, fileName(object))
  const path = resolve(terminal.cwd, output)
  return isFolder || output.endsWith('/') ? join(path, fileName(object)) : path
}

import { isIP } from 'node:net'
import { DrsUriError, readDrsUri } from '@biocloud/ga4gh-api'
import { refusalOf } from '@biocloud/service-kit'
import { InvalidTask } from './errors.ts'
import type { FileUser, Roots } from './roots.ts'

/** Schemes that a TES server knows; which of them work here is a matter of configuration (tes.md §3). */
const DRIVER_SCHEMES = ['s3', 'gs', 'azure', 'swift', 'davs', 'irods']
const INPUT_SCHEMES = ['file', 'https', 'http', 'drs', ...DRIVER_SCHEMES]
const OUTPUT_SCHEMES = ['file', ...DRIVER_SCHEMES]

/** Query parameters that make a URL a credential. */
const SIGNED =
  /^(x-amz-(signature|credential|security-token)|x-goog-(signature|credential)|awsaccesskeyid|signature|sig|temp_url_sig|authz|access_token|token)$/i

export type UrlRules = {
  roots: Roots
  /** Signed URLs are credentials: a task document must hold none, unless the operator admits them. */
  admitSignedUrls: boolean
  /** Origins that may be read over plain http: those listed under outbound.inputs. */
  httpOrigins: readonly string[]
  /** Origins that the operator listed under outbound.inputs, whatever their addresses; staging checks them again. */
  inputOrigins: readonly string[]
  /** Hosts whose `drs://` URIs can be resolved. Empty: no DRS is configured. */
  drsHosts: readonly string[]
}

export const schemeOf = (url: string): string =>
  url.startsWith('/') ? 'file' : (/^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '')

const checkDrs = (rules: UrlRules, url: string, refuse: (why: string) => InvalidTask): void => {
  if (rules.drsHosts.length === 0) throw refuse('is a drs:// URI, and no DRS server is configured here')
  let host: string
  try {
    const read = readDrsUri(url)
    if (read.kind === 'compact') throw refuse('is a compact identifier; write it as drs://<host>/<id>')
    host = read.host
  } catch (error) {
    if (error instanceof DrsUriError) throw refuse(`is no valid DRS URI: ${error.message}`)
    throw error
  }
  if (rules.drsHosts.includes(host)) return
  throw refuse(`names the DRS host ${host}, which this server does not reach; known: ${rules.drsHosts.join(', ')}`)
}

/** Scheme, credentials, and for files the root. Throws InvalidTask, FileForbidden. Staging checks again. */
export const checkUrl = (
  rules: UrlRules,
  url: string,
  use: 'input' | 'output',
  field: string,
  user: FileUser,
): void => {
  const refuse = (why: string): InvalidTask => new InvalidTask([`${field} ${why}`])
  const scheme = schemeOf(url)
  const known = use === 'input' ? INPUT_SCHEMES : OUTPUT_SCHEMES
  if (!known.includes(scheme)) {
    const why =
      scheme === '' ? 'is no URL' : `has the scheme ${scheme}:, which cannot be ${use === 'input' ? 'read' : 'written'}`
    throw refuse(`${why}; known: ${known.map((name) => `${name}://`).join(' ')} and absolute paths`)
  }
  if (scheme === 'file') {
    rules.roots.find(url, user, use === 'input' ? 'read' : 'write', field)
    return
  }
  if (scheme === 'drs') {
    checkDrs(rules, url, refuse)
    return
  }
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw refuse('is no valid URL')
  }
  if (parsed.username !== '' || parsed.password !== '')
    throw refuse('holds a user name or password: a task document must hold no secret')
  if (!rules.admitSignedUrls && [...parsed.searchParams.keys()].some((name) => SIGNED.test(name))) {
    throw refuse('is a signed URL: a task document must hold no secret. Use a drs:// URI, or a URL without a signature')
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) === 0 || rules.inputOrigins.includes(parsed.origin) ? undefined : refusalOf(host, {})
  if (['http', 'https'].includes(scheme) && refusal !== undefined)
    throw refuse(`names an address that is not public (it ${refusal}) and that the operator did not list`)
  if (scheme === 'http' && !rules.httpOrigins.includes(parsed.origin)) {
    throw refuse('must be https:// (plain http only from hosts that the operator listed)')
  }
}

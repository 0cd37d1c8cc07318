/** `drs://` URIs: the hostname form, which names a server, and the compact form, which needs a resolver first. */

export type HostnameDrsUri = { kind: 'hostname'; host: string; id: string }
export type CompactDrsUri = { kind: 'compact'; providerCode?: string; namespace: string; accession: string }
export type DrsUri = HostnameDrsUri | CompactDrsUri

export type DrsUriErrorCode = 'drs_uri_invalid' | 'drs_uri_compact'

/** `drs_uri_invalid`: not a URI of either form. `drs_uri_compact`: well-formed, but somebody has to resolve the prefix. */
export class DrsUriError extends Error {
  override readonly name = 'DrsUriError'
  readonly code: DrsUriErrorCode
  readonly uri: string

  constructor(code: DrsUriErrorCode, uri: string, reason: string) {
    super(`${JSON.stringify(uri.length > 300 ? `${uri.slice(0, 300)}…` : uri)}: ${reason}`)
    this.code = code
    this.uri = uri
  }
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`)
const PREFIX = /^[a-z0-9_.]+$/
const API = '/ga4gh/drs/v1'

/**
 * Reads a URI without asking anybody. Ids come back decoded. Throws DrsUriError `drs_uri_invalid`.
 *
 * DRS 1.5, Hostname-based DRS URIs: a colon can only stand in the compact form. So `drs://localhost:5000/x` is not a
 * port but the accession `5000/x` in the namespace `localhost`.
 */
export const readDrsUri = (uri: string): DrsUri => {
  const invalid = (reason: string) => new DrsUriError('drs_uri_invalid', uri, reason)
  // RFC 3986, 3.1: schemes are compared without case.
  if (!/^drs:\/\//i.test(uri)) throw invalid('a DRS URI begins with drs://')
  const rest = uri.slice('drs://'.length)
  if (/[\u0000-\u0020\u007f]/.test(rest)) throw invalid('spaces and control characters must be percent-encoded')
  return rest.includes(':') ? readCompact(rest, invalid) : readHostname(rest, invalid)
}

const readHostname = (rest: string, invalid: (reason: string) => DrsUriError): HostnameDrsUri => {
  const slash = rest.indexOf('/')
  if (slash < 1) throw invalid('expected drs://<host>/<id>')
  const host = rest.slice(0, slash).toLowerCase()
  if (host.length > 253 || !HOST.test(host)) throw invalid('the host is not a host name')
  const encoded = rest.slice(slash + 1)
  if (/[?#]/.test(encoded)) throw invalid('a DRS URI has no query and no fragment: write ? as %3F and # as %23')
  let id: string
  try {
    id = decodeURIComponent(encoded)
  } catch {
    throw invalid('the id is not valid percent-encoding of UTF-8')
  }
  if (!isUsableId(id)) throw invalid('the id is empty, or a name that addresses cannot hold (. and ..)')
  return { kind: 'hostname', host, id }
}

const readCompact = (rest: string, invalid: (reason: string) => DrsUriError): CompactDrsUri => {
  // DRS 1.5: the first colon parts prefix and accession, and the accession may hold more of them.
  const colon = rest.indexOf(':')
  const [first = '', second, ...more] = rest.slice(0, colon).split('/')
  const namespace = second ?? first
  const accession = rest.slice(colon + 1)
  if (more.length > 0 || !PREFIX.test(first) || !PREFIX.test(namespace))
    throw invalid(
      'expected drs://[provider_code/]namespace:accession with lower-case letters, digits, _ and . before the colon',
    )
  if (!isUsableId(accession)) throw invalid('the accession after the colon is empty or unusable')
  return second === undefined
    ? { kind: 'compact', namespace, accession }
    : { kind: 'compact', providerCode: first, namespace, accession }
}

/** URL parsers drop `.` and `..`, also when percent-encoded: such an id would address something else. */
const isUsableId = (id: string): boolean => id !== '' && id !== '.' && id !== '..'

/**
 * Where the object of a hostname URI is: its decoded id and the base URL of its server (`…/ga4gh/drs/v1`). The URL is
 * https on 443, unless `hosts` maps the host name to another one (an origin, or the whole base URL).
 * Throws DrsUriError; `drs_uri_compact` for a compact URI, which no table of hosts can answer.
 */
export const parseDrsUri = (
  uri: string,
  o: { hosts?: Readonly<Record<string, string>> } = {},
): { host: string; id: string; baseUrl: string } => {
  const parsed = readDrsUri(uri)
  if (parsed.kind === 'compact') {
    const hint = /^\d+\//.test(parsed.accession) ? '. A port cannot stand in a DRS URI' : ''
    throw new DrsUriError(
      'drs_uri_compact',
      uri,
      `this is a compact identifier in the namespace ${parsed.namespace}, which needs a resolver${hint}`,
    )
  }
  const { host, id } = parsed
  const mapped = o.hosts !== undefined && Object.hasOwn(o.hosts, host) ? o.hosts[host] : undefined
  return { host, id, baseUrl: mapped === undefined ? `https://${host}${API}` : withApi(mapped) }
}

const withApi = (url: string): string => {
  const trimmed = url.replace(/\/+$/, '')
  return trimmed.endsWith(API) ? trimmed : `${trimmed}${API}`
}

/** `drs://host/id`, the id percent-encoded. Throws DrsUriError for a host with a port or an id that no address can hold. */
export const drsUri = (host: string, id: string): string => {
  const uri = `drs://${host.toLowerCase()}/${encodeId(id)}`
  if (!HOST.test(host.toLowerCase()))
    throw new DrsUriError('drs_uri_invalid', uri, 'a DRS URI names a host without a port')
  if (!isUsableId(id))
    throw new DrsUriError('drs_uri_invalid', uri, 'the id is empty, or a name that addresses cannot hold (. and ..)')
  return uri
}

/**
 * Percent-encodes an id once, as a path segment. DRS 1.5, DRS IDs: only letters, digits and `-._~` stand as they are;
 * encodeURIComponent would let `!'()*` through.
 */
export const encodeId = (id: string): string =>
  encodeURIComponent(id).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

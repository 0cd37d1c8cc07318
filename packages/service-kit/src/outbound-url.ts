import { isIP } from 'node:net'
import { OutboundRefused } from './outbound-errors.ts'

const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i

/**
 * The URL, if there is only one way to read it. The WHATWG parser repairs what others read differently (tabs, newlines,
 * backslashes, numeric hosts), so a text that it would have to repair is refused. Throws OutboundRefused.
 */
export const readOutboundUrl = (input: string | URL): URL => {
  const text = typeof input === 'string' ? input : input.href
  const refuse = (why: string): OutboundRefused => new OutboundRefused(`The URL ${why}`)
  if (text.length > 8192) throw refuse('is longer than 8192 characters')
  if (/[\u0000-\u0020\u007f\\]/.test(text)) throw refuse('holds a space, a control character or a backslash')
  const authority = AUTHORITY.exec(text)?.[1]
  if (authority === undefined) throw refuse('is not absolute: it needs https:// and a host')
  if (authority.includes('@')) throw refuse('holds user information before its host')
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw refuse('is not valid')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse(`has the scheme ${url.protocol.slice(0, -1)}; allowed: https`)
  const host = bareHost(url)
  const written = authority
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && written !== host) throw refuse('writes its address in a form that can be read in two ways')
  if (host.endsWith('.')) throw refuse('has a host that ends in a dot')
  return url
}

/** The host as the resolver and the address check want it: IPv6 without brackets. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

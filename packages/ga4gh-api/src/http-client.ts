import { ApiError, textMember } from './api-error.ts'
import { encodeId } from './drs-uri.ts'

export type ClientOptions = {
  /** Base URL of the API, such as `https://drs.example.org/ga4gh/drs/v1`. */
  baseUrl: string
  /** Asked before each request, so that a token may change. Undefined: no credential is sent. */
  token?: () => string | undefined | Promise<string | undefined>
  /** What fetches; a server gives its guarded fetch. Default: the global fetch. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** Longest wait for an answer in JSON, in milliseconds (default 60,000). Streams and uploads have only the caller's signal. */
  timeoutMs?: number
}

export type CallOptions = { signal?: AbortSignal }

type QueryValue = string | number | boolean | readonly string[] | undefined

export type Call = {
  operationId: string
  method: 'GET' | 'POST' | 'OPTIONS'
  path: string
  query?: Record<string, QueryValue>
  headers?: Record<string, string | undefined>
  /** Sent as JSON. */
  json?: unknown
  form?: FormData
  /** No limit in time of ours: the answer is a stream, or the request is a large upload. */
  unhurried?: boolean
  signal?: AbortSignal | undefined
}

export type HttpClient = {
  /** The answer, whatever its body. Throws ApiError unless the status is 2xx or 304. Sends once: nothing is repeated. */
  send(call: Call): Promise<Response>
  /** The JSON body of the answer. Throws ApiError, also for 202: the answer is not there yet. */
  json<T>(call: Call): Promise<T>
}

/**
 * One path of the API. Each value is encoded once, as one segment. Throws TypeError for a value that is empty or that URL
 * parsers resolve as a step in the path: the request would reach another resource.
 */
export const path = (parts: TemplateStringsArray, ...values: (string | number)[]): string =>
  values.reduce<string>((whole, value, index) => {
    const text = String(value)
    if (text === '' || text === '.' || text === '..')
      throw new TypeError(`${JSON.stringify(text)} cannot be part of an address`)
    return `${whole}${encodeId(text)}${parts[index + 1] ?? ''}`
  }, parts[0] ?? '')

export const createHttpClient = (o: ClientOptions): HttpClient => {
  const base = baseOf(o.baseUrl)
  const doFetch = o.fetch ?? ((url: string, init: RequestInit) => fetch(url, init))
  const timeoutMs = o.timeoutMs ?? 60_000

  const send = async (call: Call): Promise<Response> => {
    const token = await o.token?.()
    const headers = new Headers({ accept: 'application/json, */*;q=0.5' })
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    for (const [name, value] of Object.entries(call.headers ?? {})) if (value !== undefined) headers.set(name, value)
    const init: RequestInit = { method: call.method, headers }
    if (call.json !== undefined) {
      headers.set('content-type', 'application/json')
      init.body = JSON.stringify(call.json)
    } else if (call.form !== undefined) init.body = call.form
    const signals = [call.signal, call.unhurried === true ? undefined : AbortSignal.timeout(timeoutMs)].filter(
      (signal) => signal !== undefined,
    )
    if (signals.length > 0) init.signal = AbortSignal.any(signals)
    const response = await doFetch(`${base}${call.path}${queryString(call.query)}`, init)
    if (response.ok || response.status === 304) return response
    throw await errorOf(call.operationId, response)
  }

  const json = async <T>(call: Call): Promise<T> => {
    const response = await send(call)
    if (response.status === 202) throw await errorOf(call.operationId, response)
    const text = await response.text()
    try {
      return JSON.parse(text) as T
    } catch (cause) {
      const msg = 'the answer is not JSON: is this the base URL of the API?'
      throw new ApiError({ operationId: call.operationId, status: response.status, msg, body: text, cause })
    }
  }

  return { send, json }
}

const baseOf = (baseUrl: string): string => {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new TypeError(`Not a base URL: ${baseUrl}. Expected http(s)://host/path`)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError(`A base URL holds no credentials, query or fragment: ${url.origin}${url.pathname}`)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

const queryString = (query: Record<string, QueryValue> = {}): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const item of value) search.append(name, item)
    else search.append(name, String(value))
  }
  return search.size === 0 ? '' : `?${search.toString()}`
}

/** Whole seconds of `Retry-After`; a date counts from now. Undefined if absent or unreadable. */
export const retryAfterOf = (response: Response, now: number = Date.now()): number | undefined => {
  const value = response.headers.get('retry-after')?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

const errorOf = async (operationId: string, response: Response): Promise<ApiError> => {
  const text = await response.text()
  let body: unknown = text
  try {
    body = JSON.parse(text)
  } catch {
    // Not JSON: a proxy's page, or nothing at all. The text is kept as the body.
  }
  const msg =
    textMember(body, 'msg') ??
    textMember(body, 'message') ??
    textMember(body, 'error_description') ??
    (response.statusText || 'no message')
  return new ApiError({ operationId, status: response.status, msg, body, retryAfter: retryAfterOf(response) })
}

import { setTimeout as sleep } from 'node:timers/promises'
import { Readable } from 'node:stream'
import type { Backend, ByteRange, ReadOptions, Stat } from './backend.ts'
import {
  Forbidden,
  NotFound,
  NotSupported,
  PreconditionFailed,
  RangeNotSatisfiable,
  Throttled,
  Unavailable,
} from './errors.ts'
import type { StorageError } from './errors.ts'
import { encodeKey } from './key.ts'
import { resolveRange } from './byte-range.ts'

export interface HttpsOptions {
  /** Keys lie below it. `http:` is for the injected fetch to allow. */
  prefix: string
  /** Follows no redirect and carries no credential of ours; decides which addresses may be reached. */
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Tries of a request that was throttled (429, 503), with growing waits between; default 4. */
  attempts?: number
  /** First wait in milliseconds; doubles, with full jitter, up to 10 s. Default 250. */
  backoffMs?: number
}

const MAX_WAIT_MS = 10_000

const retryAfterOf = (response: Response): number | undefined => {
  const header = response.headers.get('retry-after')
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined
}

/** A weak tag does not promise equal bytes, so it is no tag here. */
const strongEtag = (response: Response): string | undefined => {
  const etag = response.headers.get('etag')
  return etag !== null && /^"[^"]*"$/.test(etag) ? etag : undefined
}

const statOf = (response: Response, size: number): Stat => {
  const etag = strongEtag(response)
  const header = response.headers.get('last-modified')
  const modified = header === null ? undefined : new Date(header)
  return {
    size,
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined || Number.isNaN(modified.getTime()) ? {} : { modified }),
    checksums: [],
    tier: 'online',
  }
}

const wholeSize = (response: Response, key: string): number => {
  const ranged = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  const text =
    ranged?.[1] ?? (response.status === 206 ? undefined : (response.headers.get('content-length') ?? undefined))
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new Unavailable(`the store does not tell the size of ${key}`, { code: 'storage_size_unknown' })
  }
  return Number(text)
}

const refuse = (response: Response, key: string): StorageError => {
  const { status } = response
  if (status === 404 || status === 410) return new NotFound(`${key} does not exist`)
  if (status === 401 || status === 403) return new Forbidden(`the store refuses this server ${key}`)
  if (status === 412) return new PreconditionFailed('the file has changed')
  if (status >= 300 && status < 400) {
    return new Unavailable(`the store redirects ${key}, and redirects are not followed: register the final address`, {
      code: 'storage_redirects',
    })
  }
  return new Unavailable(`the store answered ${status} for ${key}`)
}

const rangeHeader = (range: ByteRange): string =>
  'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.start}-${range.end ?? ''}`

const drop = async (response: Response): Promise<void> => {
  await response.body?.cancel().catch(() => undefined) // the connection may be gone already
}

async function* slice(body: AsyncIterable<Uint8Array>, start: number, end: number): AsyncGenerator<Uint8Array> {
  let position = 0
  for await (const chunk of body) {
    const from = Math.max(0, start - position)
    const to = Math.min(chunk.length, end + 1 - position)
    if (from < to) yield chunk.subarray(from, to)
    position += chunk.length
    if (position > end) return
  }
}

const readOnly = (call: string) => (): Promise<never> =>
  Promise.reject(new NotSupported(`https is read-only: it has no ${call}`))

/** Files at an https address: read only. */
export const create = (o: HttpsOptions): Promise<Backend> => {
  const prefix = o.prefix.endsWith('/') ? o.prefix : `${o.prefix}/`
  const attempts = o.attempts ?? 4

  const request = async (key: string, init: RequestInit): Promise<Response> => {
    const url = prefix + encodeKey(key)
    for (let attempt = 1; ; attempt++) {
      let response: Response
      try {
        response = await o.fetch(url, { ...init, redirect: 'manual' })
      } catch (cause) {
        init.signal?.throwIfAborted()
        throw new Unavailable(`the store of ${key} does not answer`, { cause })
      }
      if (response.status !== 429 && response.status !== 503) return response
      await drop(response)
      const asked = retryAfterOf(response)
      const wait = Math.random() * Math.min(MAX_WAIT_MS, (o.backoffMs ?? 250) * 2 ** (attempt - 1))
      if (attempt >= attempts || (asked ?? 0) * 1000 > MAX_WAIT_MS) {
        throw new Throttled(`the store of ${key} asks for fewer requests`, Math.max(1, asked ?? 5))
      }
      await sleep(Math.max(wait, (asked ?? 0) * 1000), undefined, init.signal ? { signal: init.signal } : {})
    }
  }
  // fetch would ask for gzip and unpack it: the size and every range would be of other bytes.
  const identity = { 'accept-encoding': 'identity' }

  const stat = async (key: string, signal?: AbortSignal): Promise<Stat> => {
    const aborting = signal === undefined ? {} : { signal }
    const head = await request(key, { method: 'HEAD', headers: identity, ...aborting })
    await drop(head)
    if (head.ok && head.headers.has('content-length')) return statOf(head, wholeSize(head, key))
    if (!head.ok && head.status !== 405 && head.status !== 501) throw refuse(head, key)
    const probe = await request(key, { method: 'GET', headers: { ...identity, range: 'bytes=0-0' }, ...aborting })
    await drop(probe)
    if (probe.status === 416) return statOf(probe, wholeSize(probe, key)) // an empty file has no first byte
    if (!probe.ok) throw refuse(probe, key)
    return statOf(probe, wholeSize(probe, key))
  }

  const read = async (key: string, options: ReadOptions = {}) => {
    const { range, ifMatch, signal } = options
    const response = await request(key, {
      method: 'GET',
      headers: {
        ...identity,
        ...(range === undefined ? {} : { range: rangeHeader(range) }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      if (response.status === 416) throw new RangeNotSatisfiable(wholeSize(response, key))
      if (!response.ok) throw refuse(response, key)
      if (response.headers.has('content-encoding')) {
        throw new Unavailable(`the store sends ${key} encoded although it was asked not to`)
      }
      const found = statOf(response, wholeSize(response, key))
      // Not every server knows If-Match.
      if (ifMatch !== undefined && found.etag !== ifMatch) throw new PreconditionFailed('the file has changed')
      const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
      if (range === undefined) return { stat: found, body }
      const { start, end } = resolveRange(range, found.size)
      if (response.status !== 206)
        return { stat: found, body: Readable.from(slice(body, start, end), { objectMode: false }) }
      if (response.headers.get('content-range') !== `bytes ${start}-${end}/${found.size}`) {
        throw new Unavailable(`the store answers another range of ${key} than it was asked for`)
      }
      return { stat: found, body }
    } catch (error) {
      await drop(response)
      throw error
    }
  }

  return Promise.resolve({
    kind: 'https',
    capabilities: {
      signedGet: false,
      signedPut: false,
      range: 'single',
      serverCopy: [],
      multipart: false,
      checksumTypes: [],
      thaw: false,
      list: false,
      write: false,
    },
    stat: (key, options) => stat(key, options?.signal),
    read,
    link: () => Promise.reject(new NotSupported('https signs no links: give its plain address, or proxy it')),
    put: readOnly('put'),
    multipart: {
      create: readOnly('multipart upload'),
      linkPart: readOnly('multipart upload'),
      putPart: readOnly('multipart upload'),
      listParts: readOnly('multipart upload'),
      complete: readOnly('multipart upload'),
      abort: readOnly('multipart upload'),
    },
    copyFrom: readOnly('copyFrom'),
    delete: readOnly('delete'),
    async *list() {
      throw new NotSupported('https has no listing')
    },
    async stage(key) {
      await stat(key)
      return { state: 'online' }
    },
    close: () => Promise.resolve(),
  })
}

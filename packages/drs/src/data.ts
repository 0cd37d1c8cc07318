import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { randomBytes } from 'node:crypto'
import { NotFound, PreconditionFailed, RangeNotSatisfiable, StorageError, type Stat } from '@biocloud/storage'
import type { Clock } from '@biocloud/service-kit'
import { matchesEtag, parseRanges, type ByteSpan } from './byte-ranges.ts'
import type { DataTokens, LinkClaims } from './data-token.ts'
import type { ObjectStore } from './db/objects.ts'
import type { AccessMethodRow, ObjectRecord } from './db/rows.ts'
import { BytesNotSatisfiable, EtagMismatch, LinkRefused, StoreUnavailable } from './errors.ts'
import type { Events } from './events.ts'
import type { Stores } from './stores.ts'

export interface DataRequest {
  token: string
  range?: string
  ifRange?: string
  ifMatch?: string
  ifNoneMatch?: string
  requestId: string
  ip?: string
}

export interface DataAnswer {
  status: 200 | 206 | 304
  headers: Record<string, string>
  /** GET only. Resolves when the bytes are out and the close is recorded; a client that goes away is no error. */
  send?: (sink: Writable) => Promise<void>
}

/** The close of a stream of bytes, for the audit record. */
export interface ByteClose {
  claims: LinkClaims
  dataset: string
  bytes: number
  complete: boolean
  requestId: string
  ip?: string
}

interface Opened {
  claims: LinkClaims
  record: ObjectRecord
  method: AccessMethodRow
}

const RECHECK_MS = 2000 // revocation takes effect within 5 s, open streams included (L3)
const UNKNOWN_MS = 5000 // passports.md §4: a grant that cannot be looked up for so long counts as revoked

/** An answer whose bytes are on their way. */
interface OpenStream {
  grant: string | undefined
  until: number
  /** When the grant was last known to hold; ms. */
  known: number
  stopper: AbortController
}

/** Own signed links, `GET|HEAD /data/{token}` (drs.md 4.3). */
export const createData = (o: {
  store: ObjectStore
  stores: Stores
  tokens: DataTokens
  events: Events
  clock: Clock
  alive: (grantId: string, now: string) => Promise<boolean>
  recordClose: (close: ByteClose) => Promise<void>
}) => {
  const open = new Set<OpenStream>()

  const seconds = (): number => o.clock.now().getTime() / 1000
  const revoked = async (grant: string | undefined): Promise<boolean> =>
    grant !== undefined && !(await o.alive(grant, o.clock.now().toISOString()))

  /** All that an edited, expired, revoked or outdated link has in common: the same refusal. */
  const check = async (token: string): Promise<Opened> => {
    const claims = o.tokens.open(token)
    if (claims?.op !== 'get' || claims.exp <= seconds() || (await revoked(claims.grant))) throw new LinkRefused()
    const record = await o.store.get(claims.id)
    const method = record?.accessMethods.find(({ access_id }) => access_id === claims.access)
    if (record?.row.state !== 'active' || method === undefined) throw new LinkRefused()
    if (record.row.generation !== claims.generation) throw new LinkRefused()
    return { claims, record, method }
  }

  /** I5: bytes that are no longer those registered are not given out under this id again. */
  const quarantine = async (id: string, reason: 'changed' | 'missing'): Promise<never> => {
    if (await o.store.move(id, 'quarantined')) o.events.quarantined(id, reason)
    throw new LinkRefused()
  }

  const fromStore = async <T extends Stat | { stat: Stat }>(
    { record, method }: Opened,
    work: () => Promise<T>,
  ): Promise<T> => {
    const { row } = record
    try {
      const found = await work()
      const stat: Stat = 'stat' in found ? found.stat : found
      if (stat.size === row.size && (method.etag === null || stat.etag === method.etag)) return found
      if ('body' in found) (found.body as Readable).destroy()
    } catch (error) {
      if (error instanceof NotFound) return quarantine(row.id, 'missing')
      // Shorter than the range asked for: other bytes, too.
      if (!(error instanceof PreconditionFailed) && !(error instanceof RangeNotSatisfiable)) {
        if (!(error instanceof StorageError)) throw error
        o.events.storeFailed(row.id, error)
        throw new StoreUnavailable(error, error.retryAfter)
      }
    }
    return quarantine(row.id, 'changed')
  }

  const read = (opened: Opened, signal: AbortSignal, span?: ByteSpan) => {
    const { backend } = o.stores.named(opened.method.backend)
    return fromStore(opened, () =>
      backend.read(opened.method.key, {
        signal,
        ...(span === undefined ? {} : { range: span }),
        ...(opened.method.etag === null ? {} : { ifMatch: opened.method.etag }),
      }),
    )
  }

  /** L2: the sha-256 where it is known, else the store's tag bound to the generation; always strong. */
  const etagOf = ({ record, method }: Opened): string => {
    const sha256 = record.checksums.find(({ type }) => type === 'sha-256')
    if (sha256 !== undefined) return `"${sha256.checksum}"`
    return `"${record.row.generation}-${(method.etag ?? String(record.row.size)).replaceAll('"', '')}"`
  }

  /** The bytes, after the first read has succeeded: until then an error can still be told by its status. */
  const sender =
    (
      opened: Opened,
      request: DataRequest,
      expected: number,
      produce: (signal: AbortSignal) => AsyncIterable<Buffer>,
      release: () => void = () => undefined,
    ) =>
    async (sink: Writable): Promise<void> => {
      const { claims, record } = opened
      const stopper = new AbortController()
      const entry = { grant: claims.grant, until: claims.until, known: o.clock.now().getTime(), stopper }
      open.add(entry)
      // setTimeout counts at most 2^31-1 ms; the regular check ends what lasts longer.
      const timer = setTimeout(
        () => {
          stopper.abort(new LinkRefused())
        },
        Math.min(Math.max(0, (claims.until - seconds()) * 1000), 2 ** 31 - 1),
      )
      let bytes = 0
      const counted = async function* (): AsyncGenerator<Buffer> {
        for await (const chunk of produce(stopper.signal)) {
          bytes += chunk.length
          yield chunk
        }
        // A short answer must break the connection: the client was told a length.
        if (bytes !== expected) throw new Error(`the store gave ${bytes} of ${expected} bytes`)
      }
      try {
        await pipeline(Readable.from(counted(), { objectMode: false, highWaterMark: 256 * 1024 }), sink, {
          signal: stopper.signal,
        })
      } catch (error) {
        stopper.abort(error)
        // The client went away, or the link ended: the connection is closed, and that is all there is to tell.
        if (!isHangUp(error) && !isStop(error)) throw error
      } finally {
        clearTimeout(timer)
        open.delete(entry)
        release()
        o.events.bytesServed(record.row.id, opened.method.backend, bytes, bytes === expected)
        await o
          .recordClose({
            claims,
            dataset: record.row.dataset_id,
            bytes,
            complete: bytes === expected,
            requestId: request.requestId,
            ...(request.ip === undefined ? {} : { ip: request.ip }),
          })
          .catch((error: unknown) => {
            o.events.auditFailed(error) // the bytes are out already; the decision before them was recorded
          })
      }
    }

  const wholeOrPart = async (opened: Opened, request: DataRequest, span: ByteSpan | undefined) => {
    const first = new AbortController()
    const { body } = await read(opened, first.signal, span)
    const length = span === undefined ? opened.record.row.size : span.end - span.start + 1
    // The body is open before the first byte is asked for: it ends with the stream, whether or not that ever began.
    const release = (): void => {
      first.abort()
      body.destroy()
    }
    return sender(
      opened,
      request,
      length,
      async function* (signal) {
        signal.addEventListener('abort', release)
        yield* body as AsyncIterable<Buffer>
      },
      release,
    )
  }

  const multipart = (opened: Opened, request: DataRequest, spans: ByteSpan[], type: string) => {
    const boundary = randomBytes(18).toString('hex')
    const { size } = opened.record.row
    const heads = spans.map(({ start, end }) =>
      Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${start}-${end}/${size}\r\n\r\n`),
    )
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
    const length = spans.reduce(
      (sum, { start, end }, i) => sum + (heads[i]?.length ?? 0) + end - start + 1,
      tail.length,
    )
    const send = sender(opened, request, length, async function* (signal) {
      for (const [i, span] of spans.entries()) {
        yield heads[i] ?? tail
        yield* (await read(opened, signal, span)).body as AsyncIterable<Buffer>
      }
      yield tail
    })
    return { send, length, type: `multipart/byteranges; boundary=${boundary}` }
  }

  return {
    /** Throws LinkRefused, BytesNotSatisfiable, EtagMismatch and what the store throws. */
    async get(request: DataRequest, method: 'GET' | 'HEAD'): Promise<DataAnswer> {
      const opened = await check(request.token)
      const { row } = opened.record
      const etag = etagOf(opened)
      const type = row.mime_type ?? 'application/octet-stream'
      const common = {
        'accept-ranges': 'bytes',
        etag,
        'cache-control': 'private, no-store',
        'content-disposition': `attachment; filename="${row.name ?? row.id}"`,
      }
      if (request.ifMatch !== undefined && !matchesEtag(request.ifMatch, etag, true)) throw new EtagMismatch()
      if (request.ifNoneMatch !== undefined && matchesEtag(request.ifNoneMatch, etag, false)) {
        return { status: 304, headers: common }
      }
      // L2: If-Range with another or a weak tag means the whole.
      const ranged = request.ifRange === undefined || request.ifRange.trim() === etag
      const spans = ranged ? parseRanges(request.range, row.size) : undefined
      if (spans === 'unsatisfiable') throw new BytesNotSatisfiable(row.size)
      if (method === 'HEAD') {
        const { backend } = o.stores.named(opened.method.backend)
        await fromStore(opened, () => backend.stat(opened.method.key))
      }
      const get = method === 'GET'
      if (spans !== undefined && spans.length > 1) {
        const parts = multipart(opened, request, spans, type)
        return {
          status: 206,
          headers: { ...common, 'content-type': parts.type, 'content-length': String(parts.length) },
          ...(get ? { send: parts.send } : {}),
        }
      }
      const span = spans?.[0]
      const length = span === undefined ? row.size : span.end - span.start + 1
      return {
        status: span === undefined ? 200 : 206,
        headers: {
          ...common,
          'content-type': type,
          'content-length': String(length),
          ...(span === undefined ? {} : { 'content-range': `bytes ${span.start}-${span.end}/${row.size}` }),
        },
        ...(get ? { send: await wholeOrPart(opened, request, span) } : {}),
      }
    },

    /** For the server's clock: ends open streams whose grant was revoked or whose decision is over. */
    async recheck(): Promise<void> {
      for (const entry of open) {
        try {
          if (entry.until <= seconds() || (await revoked(entry.grant))) entry.stopper.abort(new LinkRefused())
          else entry.known = o.clock.now().getTime()
        } catch (error) {
          o.events.grantUnknown(error)
          if (o.clock.now().getTime() - entry.known > UNKNOWN_MS) entry.stopper.abort(new LinkRefused())
        }
      }
    },
    recheckMs: RECHECK_MS,

    /** At shutdown, after the grace: breaks what is still open. */
    async close(): Promise<void> {
      for (const { stopper } of open) stopper.abort(new LinkRefused())
      while (open.size > 0) await once(AbortSignal.timeout(20), 'abort')
    },
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code
const isHangUp = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED'].includes(String(codeOf(error)))
const isStop = (error: unknown): boolean => error instanceof LinkRefused || codeOf(error) === 'ABORT_ERR'

export type Data = ReturnType<typeof createData>

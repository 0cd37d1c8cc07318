import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { UploadRequest, UploadResponse } from '@biocloud/ga4gh-api'
import { PreconditionFailed, StorageError } from '@biocloud/storage'
import type { Clock } from '@biocloud/service-kit'
import { contradiction, createDigester, parseChecksums, type Checksum } from './checksums.ts'
import type { DataTokens } from './data-token.ts'
import type { UploadRow } from './db/rows.ts'
import type { UploadStore } from './db/uploads.ts'
import {
  InvalidCandidate,
  LinkRefused,
  StorageFull,
  StoreUnavailable,
  TooManyItems,
  UploadMismatch,
  UploadRegistered,
} from './errors.ts'
import type { Events } from './events.ts'
import { checkMediaType, checkName } from './names.ts'
import type { Caller } from './permissions.ts'
import type { Stores } from './stores.ts'
import type { Writers } from './writers.ts'

/** upload-request → PUT /data/{token} → register. Nothing is an object before it is registered. */
export const createUploads = (o: {
  uploads: UploadStore
  stores: Stores
  tokens: DataTokens
  writers: Writers
  events: Events
  clock: Clock
  newId: () => string
  publicUrl: string
  subjectOf: (caller: Caller) => string
  /** Whether a grant still holds; asked at every use of a link that rests on one. */
  alive: (grantId: string, now: string) => Promise<boolean>
  limit: number
  maxBytes: number
  ttlSeconds: number
}) => {
  const check = (request: UploadRequest, index: number): Checksum[] => {
    const field = `requests[${index}]`
    checkName(request.name, `${field}.name`)
    checkMediaType(request.mime_type, `${field}.mime_type`)
    if (request.size > o.maxBytes) {
      throw new InvalidCandidate(`${field}.size: ${request.size} bytes are more than the ${o.maxBytes} allowed here`)
    }
    return parseChecksums(request.checksums ?? [], `${field}.checksums`)
  }

  /** The bytes of a PUT under a key of their own: two PUTs at once never write into one another. */
  const receive = async (upload: UploadRow, body: Readable) => {
    const { backend } = o.stores.objects
    const key = `${upload.upload_id.slice(0, 5)}/${upload.upload_id}-${randomBytes(6).toString('hex')}`
    const digester = createDigester()
    const passing = async function* (): AsyncGenerator<Buffer> {
      // Broken off, for example by a full disk, the request stays open: its answer goes out over the same connection.
      for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        digester.update(chunk)
        yield chunk
      }
    }
    const stat = await backend
      .put(key, Readable.from(passing(), { objectMode: false }), { size: upload.size })
      .catch((error: unknown) => {
        if (error instanceof PreconditionFailed) throw new UploadMismatch(error.message)
        if ((error as { code?: string }).code === 'storage_full') throw new StorageFull(error)
        if (error instanceof StorageError) throw new StoreUnavailable(error)
        throw error
      })
    return { key, etag: stat.etag ?? null, checksums: digester.finish().checksums }
  }

  return {
    /** Throws RegistrationClosed, InvalidCandidate, AuthError. */
    async request(caller: Caller, requests: readonly UploadRequest[]): Promise<UploadResponse[]> {
      o.writers.admit(caller)
      if (requests.length > o.limit) throw new TooManyItems('requests', requests.length, o.limit)
      const checksums = requests.map(check)
      const datasets = new Set<string>()
      for (const { x_dataset } of requests) datasets.add(await o.writers.dataset(caller, x_dataset))
      const now = o.clock.now().getTime()
      const expires = new Date(now + o.ttlSeconds * 1000)
      // O9: the link ends with the decision it rests on, at the latest; what was uploaded may be registered until `expires`.
      let until = expires
      for (const dataset of datasets) {
        const { notAfter } = await o.writers.authorize(caller, dataset, { locations: [], objectIds: [] })
        if (notAfter < until) until = notAfter
      }
      const planned = requests.map((request, index) => ({ request, checksums: checksums[index] ?? [], id: o.newId() }))
      await o.uploads.insert(
        planned.map(({ request, checksums: declared, id }) => ({
          upload_id: id,
          owner: caller.identity.key,
          name: request.name,
          size: request.size,
          mime_type: request.mime_type ?? null,
          declared: JSON.stringify(declared),
          computed: '[]',
          key: null,
          etag: null,
          state: 'requested' as const,
          expires_at: expires.toISOString(),
        })),
      )
      return planned.map(({ request, checksums: declared, id }) => {
        const seconds = Math.floor(until.getTime() / 1000)
        const token = o.tokens.sign({
          op: 'put',
          id,
          access: '',
          generation: 0,
          subject: o.subjectOf(caller),
          ...(caller.identity.grantId === undefined ? {} : { grant: caller.identity.grantId }),
          exp: seconds,
          until: seconds,
        })
        const { name, size, mime_type, x_dataset } = request
        return {
          name,
          size,
          ...(mime_type === undefined ? {} : { mime_type }),
          ...(declared.length === 0 ? {} : { checksums: declared }),
          ...(x_dataset === undefined ? {} : { x_dataset }),
          upload_methods: [
            {
              type: 'https' as const,
              access_url: { url: `${o.publicUrl}/data/${token}` },
              upload_details: { upload_id: id, expires_at: until.toISOString() },
            },
          ],
        }
      })
    },

    /** The upload that one of our links is for, whether or not the link has expired: the row decides. */
    idOf(url: string): string | undefined {
      const prefix = `${o.publicUrl}/data/`
      if (!url.startsWith(prefix)) return undefined
      const claims = o.tokens.open(url.slice(prefix.length))
      return claims?.op === 'put' ? claims.id : undefined
    },

    /**
     * Stores the bytes of a PUT: exactly those announced, durable before it resolves. A repeated PUT replaces what an
     * earlier one left. Throws LinkRefused, UploadMismatch, UploadRegistered, StorageFull.
     */
    async put(token: string, body: Readable, contentLength: number | undefined): Promise<{ again: boolean }> {
      const claims = o.tokens.open(token)
      const now = o.clock.now()
      if (claims?.op !== 'put' || claims.exp <= now.getTime() / 1000) throw new LinkRefused()
      const { grant } = claims
      const revoked = async (): Promise<boolean> =>
        grant !== undefined && !(await o.alive(grant, o.clock.now().toISOString()))
      if (await revoked()) throw new LinkRefused()
      const upload = await o.uploads.get(claims.id)
      if (upload === undefined) throw new LinkRefused()
      if (upload.state === 'registered') throw new UploadRegistered()
      if (contentLength !== undefined && contentLength !== upload.size) {
        throw new UploadMismatch(`the body has ${contentLength} bytes, ${upload.size} were announced`)
      }
      const { backend } = o.stores.objects
      const { key, etag, checksums } = await receive(upload, body)
      const wrong = contradiction(JSON.parse(upload.declared) as Checksum[], checksums)
      if (wrong !== undefined) {
        await backend.delete(key)
        throw new UploadMismatch(`the bytes do not have the announced ${wrong.type}`)
      }
      // L3: the grant may have been revoked while the bytes came.
      if (await revoked()) {
        await backend.delete(key)
        throw new LinkRefused()
      }
      const done = await o.uploads.complete(claims.id, { key, etag, computed: JSON.stringify(checksums) })
      if (done === undefined) {
        await backend.delete(key)
        throw new UploadRegistered()
      }
      if (done.replaced !== null) await backend.delete(done.replaced)
      o.events.uploaded(claims.id, upload.size)
      return { again: done.replaced !== null }
    },

    /** For the worker: removes what was announced and never registered. */
    async sweep(): Promise<void> {
      const keys = await o.uploads.sweep(o.clock.now().toISOString(), 500)
      for (const key of keys) await o.stores.objects.backend.delete(key)
      if (keys.length > 0) o.events.uploadsSwept(keys.length)
    },
  }
}
export type Uploads = ReturnType<typeof createUploads>

import type { Readable } from 'node:stream'

export interface Checksum {
  /** IANA name: `sha-256`, `md5`, `crc32c` … */
  type: string
  /** Lower-case hex. */
  checksum: string
}

export interface Stat {
  size: number
  /** A strong entity tag with its quotes; absent where the store gives none. */
  etag?: string
  modified?: Date
  /** What the store itself knows; not computed here. */
  checksums: Checksum[]
  tier: 'online' | 'offline' | 'staging'
}

/** Bytes, both ends included (`end` absent: to the end), or the last `suffix` bytes. */
export type ByteRange = { start: number; end?: number } | { suffix: number }

export interface Entry {
  key: string
  size: number
  etag?: string
  modified?: Date
}

export interface Capabilities {
  signedGet: boolean
  signedPut: boolean
  range: 'single' | 'multi' | 'none'
  serverCopy: string[]
  multipart: boolean
  checksumTypes: string[]
  thaw: boolean
  list: boolean
  /** False: `put` and `delete` give NotSupported. */
  write: boolean
}

export interface ReadOptions {
  range?: ByteRange
  /** An entity tag with its quotes. */
  ifMatch?: string
  signal?: AbortSignal
}

export interface PutOptions {
  size?: number
  checksums?: Checksum[]
  ifAbsent?: boolean
  signal?: AbortSignal
}

export interface LinkOptions {
  op: 'get' | 'put'
  ttlSeconds: number
  filename?: string
  contentType?: string
  clientIp?: string
  payer?: string
}

export interface Link {
  url: string
  /** `Name: value` each. */
  headers: string[]
  expiresAt: Date
}

export interface Multipart {
  create(key: string): Promise<{ uploadId: string }>
  linkPart(key: string, uploadId: string, part: number, o: { ttlSeconds: number }): Promise<Link>
  putPart(key: string, uploadId: string, part: number, body: Readable): Promise<{ etag: string }>
  listParts(key: string, uploadId: string): Promise<{ part: number; size: number; etag: string }[]>
  complete(key: string, uploadId: string): Promise<Stat>
  abort(key: string, uploadId: string): Promise<void>
}

/**
 * Bytes at a key of one store. A key is a relative path of `/`-separated names; names `.`, `..` and empty ones are
 * refused (Forbidden). Every call throws only StorageErrors for what the store answers.
 */
export interface Backend {
  readonly kind: string
  readonly capabilities: Capabilities
  stat(key: string, o?: { signal?: AbortSignal }): Promise<Stat>
  /** The caller reads `body` to its end or destroys it: either closes the file or the connection. */
  read(key: string, o?: ReadOptions): Promise<{ stat: Stat; body: Readable }>
  link(key: string, o: LinkOptions): Promise<Link>
  /** All or nothing: the key shows the old bytes or the new ones, never a part. Durable when it resolves. */
  put(key: string, body: Readable, o?: PutOptions): Promise<Stat>
  readonly multipart: Multipart
  /** Inside the store only. */
  copyFrom(source: { kind: string; key: string }, key: string, o?: { ifMatch?: string }): Promise<Stat>
  /** Absent = success. */
  delete(key: string, o?: { ifMatch?: string }): Promise<void>
  /** In byte order of the keys, those after `after`. */
  list(prefix: string, o: { after?: string; limit: number }): AsyncIterable<Entry>
  stage(key: string): Promise<{ state: 'online' | 'staging' | 'offline'; retryAfterSeconds?: number }>
  close(): Promise<void>
}

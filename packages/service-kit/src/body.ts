import type { IncomingMessage } from 'node:http'
import { BadRequest, PayloadTooLarge, ServiceError } from './errors.ts'
import { findJsonError } from './json-position.ts'

/** The client went away while it sent its body: there is nobody to answer. */
export class ClientClosed extends ServiceError {
  readonly code = 'client_closed'
  readonly status = 400
}

const MAX_DEPTH = 100
const READ_TIMEOUT_MS = 60_000

/**
 * The whole stream as one buffer. Throws PayloadTooLarge beyond `limit` bytes (the rest is read away by Node so that
 * the client sees the answer), BadRequest when the body takes longer than `timeoutMs`, ClientClosed when it breaks off.
 */
export const boundedBody = (
  stream: IncomingMessage,
  limit: number,
  o: { timeoutMs?: number } = {},
): Promise<Buffer> => {
  const { timeoutMs = READ_TIMEOUT_MS } = o
  const tooLarge = (): PayloadTooLarge => new PayloadTooLarge(`The body is larger than the ${limit} bytes allowed here`)
  if (Number(stream.headers['content-length']) > limit) return Promise.reject(tooLarge())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (error?: Error): void => {
      clearTimeout(timer)
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose)
      if (error === undefined)
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
      else {
        stream.on('error', ignore)
        reject(error)
      }
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) finish(tooLarge())
      else chunks.push(chunk)
    }
    const onEnd = (): void => {
      finish()
    }
    const onError = (cause: unknown): void => {
      finish(new ClientClosed('The connection broke before the body was complete', { cause }))
    }
    const onClose = (): void => {
      onError(undefined)
    }
    const timer = setTimeout(() => {
      finish(new BadRequest(`The body did not arrive within ${timeoutMs / 1000} s`, { code: 'body_too_slow' }))
    }, timeoutMs)
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
  })
}

const ignore = (): void => undefined

/** Refuses nesting deeper than MAX_DEPTH: whatever walks the value later may be recursive. */
const checkDepth = (bytes: Buffer): void => {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > MAX_DEPTH) {
        throw new BadRequest(`The JSON body is nested deeper than ${MAX_DEPTH} levels`, { code: 'body_too_deep' })
      }
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
}

/** The JSON value of a request body. Throws BadRequest naming the position of the first error. */
export const parseJsonBody = (bytes: Buffer): unknown => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new BadRequest('The body is not valid UTF-8', { code: 'body_malformed' })
  }
  checkDepth(bytes)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { position, line, column, reason } = findJsonError(text)
    throw new BadRequest(
      `The body is not valid JSON: ${reason} at position ${position} (line ${line}, column ${column})`,
      { code: 'body_malformed', cause },
    )
  }
}

/** The members of an application/x-www-form-urlencoded body. RFC 6749 §3.2: none may be given twice. */
export const parseFormBody = (bytes: Buffer): Record<string, string> => {
  const members = new URLSearchParams(bytes.toString('utf8'))
  const names = [...members.keys()]
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new BadRequest(`${twice} is given twice`, { code: 'body_malformed' })
  return Object.fromEntries(members)
}

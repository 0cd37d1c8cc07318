import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, EXIT, redact } from './errors.ts'
import { plain } from './terminal.ts'

/** A refusal by an address that no typed client stands for: a signed link, the token endpoint. */
export class AnswerError extends Error {
  readonly status: number
  readonly msg: string
  readonly body: unknown
  constructor(status: number, msg: string, body: unknown) {
    super(msg)
    this.status = status
    this.msg = msg
    this.body = body
  }
}

export const noServer = (url: string, cause: unknown): CliError =>
  new CliError(`No server answers at ${new URL(url).origin}`, {
    exitCode: EXIT.unavailable,
    hint: 'Start one with: biocloud up   (or name another with --server URL or BIOCLOUD_URL)',
    cause,
  })

/** Seconds of a Retry-After header; undefined where there is none, or a date. */
export const retryAfterSeconds = (answer: Response): number | undefined => {
  const text = answer.headers.get('retry-after')
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

const MAX_ERROR_BODY = 1_048_576

export const answerError = async (answer: Response): Promise<AnswerError> => {
  const text = (await answer.text().catch(() => '')).slice(0, MAX_ERROR_BODY)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined // a proxy's page, or nothing: the status has to do
  }
  const told = (name: string): string | undefined => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const msg = told('msg') ?? told('error_description') ?? (answer.statusText || 'The server gave no reason')
  return new AnswerError(answer.status, plain(redact(msg)), body)
}

const START_UP_PATIENCE_MS = 10_000

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * What the typed clients fetch with. Redirects are not followed: a token is for one server. A GET that meets 503 with
 * Retry-After is tried again for ten seconds, so that a command typed right after `biocloud up` just works.
 */
export const createFetch = (stop: AbortSignal): Fetch => {
  const once = async (url: string, init: RequestInit): Promise<Response> => {
    const signals = [stop, init.signal].filter((signal) => signal instanceof AbortSignal)
    try {
      return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) })
    } catch (error) {
      if (stop.aborted) throw error
      if (error instanceof Error && error.name === 'TimeoutError') {
        throw new CliError(`${new URL(url).origin} does not answer`, {
          exitCode: EXIT.unavailable,
          hint: 'Is it overloaded? Try again in a moment.',
          cause: error,
        })
      }
      throw refusedLocally(error) ?? noServer(url, error)
    }
  }
  return async (url, init) => {
    const until = Date.now() + START_UP_PATIENCE_MS
    for (;;) {
      const answer = await once(url, init)
      const wait = retryAfterSeconds(answer)
      if (init.method !== 'GET' || answer.status !== 503 || wait === undefined || Date.now() + wait * 1000 > until)
        return answer
      await answer.body?.cancel()
      await sleep(Math.max(wait * 1000, 200), undefined, { signal: stop })
    }
  }
}

/** A file that was sent along changed meanwhile: the blob behind it refuses to be read. */
const refusedLocally = (error: unknown): CliError | undefined => {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'NotReadableError')
      return new CliError('A file changed while it was sent', { hint: 'Give the command again.', cause: error })
  }
  return undefined
}

/** What a shell script may rely on; `biocloud --help` prints this list. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  unsuccessful: 5,
  unavailable: 6,
  interrupted: 130,
} as const

export const EXIT_HELP: readonly [number, string][] = [
  [EXIT.ok, 'done'],
  [EXIT.failure, 'it failed; the message says why'],
  [EXIT.usage, 'the command line was not understood'],
  [EXIT.refused, 'refused: not allowed for you, or not safe'],
  [EXIT.notFound, 'there is no such thing, or you may not know of it'],
  [EXIT.unsuccessful, 'the run or task that was waited for did not end as COMPLETE'],
  [EXIT.unavailable, 'no server answers, or it cannot serve now'],
  [EXIT.interrupted, 'interrupted with Ctrl-C'],
]

/** An error meant for the person at the keyboard: one line of what was wrong, one of what to do next. */
export class CliError extends Error {
  readonly exitCode: number
  readonly hint?: string
  constructor(message: string, options: { exitCode?: number; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.exitCode = options.exitCode ?? EXIT.failure
    if (options.hint !== undefined) this.hint = options.hint
  }
}

export const usage = (message: string, hint?: string): CliError =>
  new CliError(message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) })

const WHY_UNREADABLE: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'you have no permission to',
  EISDIR: 'it is a folder',
}

/** Why a local file cannot be opened, in words. */
export const unreadable = (path: string, error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  return `${path} cannot be read: ${WHY_UNREADABLE[code] ?? code}`
}

export const interrupted = (hint?: string): CliError =>
  new CliError('Interrupted', { exitCode: EXIT.interrupted, ...(hint === undefined ? {} : { hint }) })

/** Removes what opens something: JWTs, opaque tokens, our signed links, signatures in queries, userinfo in URLs. */
export const redact = (text: string): string =>
  text
    .replace(/eyJ[\w-]+\.[\w-]*\.?[\w-]*/g, '[redacted]')
    .replace(/\brt_[\w-]+/g, '[redacted]')
    .replace(/\/data\/[^\s"'<>/]+/g, '/data/[redacted]')
    .replace(
      /([?&](?:sig|signature|x-amz-[\w-]*|x-goog-[\w-]*|temp_url_\w+|token|authz)=)[^\s&"'<>]+/gi,
      '$1[redacted]',
    )
    .replace(/(\w+:\/\/)[^\s/@"'<>]+@/g, '$1[redacted]@')

/** An answer of a server, known by its shape so that no command needs the client package to explain it. */
type Answered = { status: number; msg?: unknown; body?: unknown; message: string; retryAfter?: unknown }

const isAnswered = (error: unknown): error is Answered =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

/** The HTTP status of a refusal by a server; undefined for any other error. */
export const statusOf = (error: unknown): number | undefined => (isAnswered(error) ? error.status : undefined)

const EXIT_BY_STATUS: Record<number, number> = {
  401: EXIT.refused,
  403: EXIT.refused,
  404: EXIT.notFound,
  410: EXIT.notFound,
  429: EXIT.unavailable,
  502: EXIT.unavailable,
  503: EXIT.unavailable,
  504: EXIT.unavailable,
}

const HINT_BY_STATUS: Record<number, string> = {
  401: 'Against a server of your own give --as NAME; elsewhere put a token into BIOCLOUD_TOKEN.',
  429: 'Too much at once: wait a little and try again.',
  503: 'Try again in a moment; /readyz of the server says what it waits for.',
}

/** The visas that would open it, one line each: DRS and TES answer them as `required`. */
const requirements = (body: unknown): string[] => {
  if (typeof body !== 'object' || body === null || !('required' in body) || !Array.isArray(body.required)) return []
  return body.required.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return `  needs: ${String(entry)}`
    const { object, dataset, visas, ...rest } = entry as Record<string, unknown>
    const what = [typeof object === 'string' ? object : '', typeof dataset === 'string' ? `dataset ${dataset}` : '']
      .filter((part) => part !== '')
      .join(', ')
    const needed = Array.isArray(visas) ? visas.map((visa) => describeVisa(visa)).join(' or ') : describeVisa(rest)
    return `  needs: ${needed === '' ? 'another permission' : needed}${what === '' ? '' : ` (${what})`}`
  })
}

const describeVisa = (visa: unknown): string => {
  if (typeof visa === 'string') return visa
  if (typeof visa !== 'object' || visa === null) return String(visa)
  const { type, issuers, ...rest } = visa as Record<string, unknown>
  if (typeof type === 'string') {
    const from = Array.isArray(issuers) && issuers.length > 0 ? ` from ${issuers.join(' or ')}` : ''
    return [
      `a visa of type ${type}${from}`,
      ...Object.entries(rest).map(([key, value]) => `${key} ${JSON.stringify(value)}`),
    ].join(', ')
  }
  return Object.entries(visa)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

/** Everything that is printed about an error, and the exit code. Never holds a token or a signed link. */
export const explain = (error: unknown): { lines: string[]; exitCode: number } => {
  if (error instanceof CliError) {
    const lines = [error.message, ...(error.hint === undefined ? [] : [error.hint])]
    return { lines: lines.map(redact), exitCode: error.exitCode }
  }
  if (isAnswered(error)) {
    const told = typeof error.msg === 'string' && error.msg !== '' ? error.msg : error.message
    const needed = requirements(error.body)
    const hint = needed.length > 0 ? undefined : HINT_BY_STATUS[error.status]
    return {
      lines: [`${told} (HTTP ${error.status})`, ...needed, ...(hint === undefined ? [] : [hint])].map(redact),
      exitCode: EXIT_BY_STATUS[error.status] ?? EXIT.failure,
    }
  }
  if (error instanceof Error && error.name === 'AbortError')
    return { lines: ['Interrupted'], exitCode: EXIT.interrupted }
  return { lines: [redact(error instanceof Error ? error.message : String(error))], exitCode: EXIT.failure }
}

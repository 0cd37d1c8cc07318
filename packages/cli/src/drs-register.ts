import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessMethodType, DrsClient, DrsObject, DrsObjectCandidate } from '@biocloud/ga4gh-api'
import { keyValues } from './key-values.ts'
import { headersOf } from './drs-objects.ts'
import { CliError, redact, statusOf, unreadable, usage } from './errors.ts'
import { answerError, AnswerError } from './http.ts'
import { createProgress } from './progress.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatBytes, printJson, printLine, tellLine, type Terminal } from './terminal.ts'

export type RegisterOptions = SharedOptions & {
  dataset: string
  name?: string
  mimeType?: string
  description?: string
  sha256?: string
  tag: string[]
  size?: number
  wait?: boolean
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.bam': 'application/vnd.ga4gh.bam',
  '.cram': 'application/vnd.ga4gh.cram',
  '.vcf': 'text/x-vcf',
  '.bed': 'text/x-bed',
  '.fa': 'text/x-fasta',
  '.fasta': 'text/x-fasta',
  '.gz': 'application/gzip',
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
}

/** What the server files it under. */
const placed = (options: RegisterOptions): Pick<DrsObjectCandidate, 'x_dataset' | 'x_tags'> => ({
  x_dataset: options.dataset,
  ...(options.tag.length === 0 ? {} : { x_tags: keyValues(options.tag, '--tag') }),
})

type Described = {
  name: string
  size?: number
  mime_type?: string
  description?: string
  checksums?: { type: string; checksum: string }[]
}

/** DRS 1.5, name: "a portable file name": letters, digits, dot, underscore, hyphen. */
const portableName = (name: string, given: boolean): string => {
  if (/^[\w.-]+$/.test(name)) return name
  if (given) throw usage(`--name ${name}: only letters, digits, dot, underscore and hyphen`)
  return name.replace(/[^\w.-]/g, '_')
}

const describe = (options: RegisterOptions, original: string): Described => {
  const mime = options.mimeType ?? MIME_TYPES[extname(original).toLowerCase()]
  return {
    name: portableName(options.name ?? original, options.name !== undefined),
    ...(mime === undefined ? {} : { mime_type: mime }),
    ...(options.description === undefined ? {} : { description: options.description }),
  }
}

const sha256Of = async (path: string, size: number, terminal: Terminal, show: boolean | undefined): Promise<string> => {
  const hash = createHash('sha256')
  const progress = createProgress(terminal, { label: 'sha-256', total: size, show })
  let done = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal: terminal.stop })) {
    hash.update(chunk as Buffer)
    done += (chunk as Buffer).length
    progress.set(done)
  }
  progress.end()
  return hash.digest('hex')
}

type Upload = { id: string; url: string; headers: Record<string, string> }

const requestUpload = async (
  drs: DrsClient,
  described: Described & { size: number },
  dataset: string,
): Promise<Upload> => {
  const answer = await drs.postUploadRequest({ requests: [{ ...described, x_dataset: dataset }] })
  const method = answer.responses[0]?.upload_methods.find(
    ({ upload_details }) => upload_details?.upload_id !== undefined,
  )
  if (method?.upload_details?.upload_id === undefined) {
    throw new CliError('The server offers no upload over https', {
      hint: 'Register the file by a URL that the server can read.',
    })
  }
  return { id: method.upload_details.upload_id, url: method.access_url.url, headers: headersOf(method.access_url) }
}

const putFile = async (
  path: string,
  size: number,
  upload: Upload,
  terminal: Terminal,
  show: boolean | undefined,
): Promise<void> => {
  const progress = createProgress(terminal, { label: basename(path), total: size, show })
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    if (size === 0) return
    let sent = 0
    // `end` keeps to the declared length if the file grows meanwhile.
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18, end: size - 1 })) {
      sent += (chunk as Buffer).length
      progress.set(sent)
      yield chunk as Buffer
    }
    if (sent < size) throw new CliError(`${path} became shorter while it was sent`)
  }
  let failure: unknown
  // Pulled, not pushed: where the server answers before it has read everything, fetch just stops asking.
  const chunks = counted()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const step = await chunks.next()
        if (step.done === true) controller.close()
        else controller.enqueue(step.value)
      } catch (error) {
        failure = error
        controller.error(error)
      }
    },
    async cancel() {
      await chunks.return(undefined)
    },
  })
  try {
    const answer = await fetch(upload.url, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', ...upload.headers, 'content-length': String(size) },
      body: size === 0 ? new Uint8Array() : body,
      duplex: 'half',
      redirect: 'error',
      signal: terminal.stop,
    })
    if (!answer.ok) throw await answerError(answer)
  } catch (error) {
    if (failure instanceof CliError) throw failure
    if (terminal.stop.aborted || error instanceof AnswerError) throw error
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CliError(`The upload of ${path} broke off: ${redact(reason)}`, {
      hint: 'Nothing was registered: give the command again.',
      cause: error,
    })
  } finally {
    progress.end()
  }
}

const registerFile = async (
  drs: DrsClient,
  path: string,
  options: RegisterOptions,
  terminal: Terminal,
): Promise<DrsObject> => {
  const before = await stat(path).catch((error: unknown) => {
    throw new CliError(unreadable(path, error))
  })
  if (!before.isFile()) throw usage(`${path} is no file`, 'Register the files of a folder one by one.')
  if (options.size !== undefined && options.size !== before.size)
    throw new CliError(`${path} has ${before.size} bytes, not the ${options.size} given with --size`)
  const digest = await sha256Of(path, before.size, terminal, options.progress)
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== digest) {
    throw new CliError(`${path} has the sha-256 ${digest}, not the one given with --sha256`)
  }
  const described = {
    ...describe(options, basename(path)),
    size: before.size,
    checksums: [{ type: 'sha-256', checksum: digest }],
  }
  const upload = await requestUpload(drs, described, options.dataset)
  await putFile(path, before.size, upload, terminal, options.progress)
  return await register(drs, { ...described, x_upload: upload.id, ...placed(options) }, options, terminal)
}

const registerUrl = async (
  drs: DrsClient,
  url: URL,
  options: RegisterOptions,
  terminal: Terminal,
): Promise<DrsObject> => {
  const original = basename(decodeURIComponent(url.pathname)) || 'object'
  const described: Described = {
    ...describe(options, original),
    ...(options.size === undefined ? {} : { size: options.size }),
    ...(options.sha256 === undefined
      ? {}
      : { checksums: [{ type: 'sha-256', checksum: options.sha256.toLowerCase() }] }),
  }
  const scheme = url.protocol.replace(':', '')
  const type = (scheme === 'http' ? 'https' : scheme) as AccessMethodType // the server says which types it takes
  return await register(
    drs,
    {
      ...described,
      ...placed(options),
      access_methods: [{ type, access_url: { url: url.href } }],
    },
    options,
    terminal,
  )
}

const register = async (
  drs: DrsClient,
  candidate: DrsObjectCandidate,
  options: RegisterOptions,
  terminal: Terminal,
): Promise<DrsObject> => {
  for (;;) {
    let objects: DrsObject[]
    let retryAfter: number | undefined
    try {
      objects = (await drs.registerObjects({ candidates: [candidate] })).objects
    } catch (error) {
      // 202: taken, and read by the server for its checksum. The same request again tells when that is done.
      if (statusOf(error) !== 202) throw error
      const { body, retryAfter: seconds } = error as Error & { body: { objects?: DrsObject[] }; retryAfter?: number }
      objects = body.objects ?? []
      retryAfter = seconds ?? 1
    }
    const [object] = objects
    if (object === undefined) throw new CliError('The server registered nothing and gave no reason')
    if (retryAfter === undefined) return object
    if (options.wait !== true) {
      tellLine(terminal, `${object.id} can be read once the server has computed its checksum; --wait waits for that`)
      return object
    }
    await sleep(Math.max(retryAfter, 1) * 1000, undefined, { signal: terminal.stop })
  }
}

/** `drs register FILE|URL`. A Windows path is no URL: only known schemes are. */
export const drsRegister = async (what: string, options: RegisterOptions, terminal: Terminal): Promise<void> => {
  if (options.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(options.sha256))
    throw usage('--sha256 takes 64 hexadecimal digits')
  // A file:// URL is a file of the server, below a folder that it was told of; a path is a file of this machine.
  const isUrl = /^[a-z][a-z0-9+.-]+:\/\//i.test(what)
  if (isUrl && !URL.canParse(what)) throw usage(`${what} is no URL`)
  const { drs } = await openSession(options, terminal)
  const object = isUrl
    ? await registerUrl(drs, new URL(what), options, terminal)
    : await registerFile(drs, resolve(terminal.cwd, what), options, terminal)
  if (options.json === true) printJson(terminal, object)
  else {
    printLine(
      terminal,
      `${object.self_uri}  ${object.name ?? ''}  ${formatBytes(object.size)}, in dataset ${options.dataset}`,
    )
  }
}

import { PassThrough, type Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import Docker from 'dockerode'
import type { Logger } from '@biocloud/service-kit'

/** What the engine answered, or that it did not answer (`status` undefined). Docker and Podman word things differently. */
export class EngineError extends Error {
  readonly status: number | undefined
  constructor(message: string, o: { status?: number | undefined; cause?: unknown }) {
    super(message, { cause: o.cause })
    this.name = 'EngineError'
    this.status = o.status
  }
}

/** How a container ended, as far as the engine tells. */
export type ContainerEnd = { exitCode: number; oom: boolean } | 'gone'
export type ContainerState = {
  id: string
  status: string
  running: boolean
  exitCode: number
  oom: boolean
  error: string
  labels: Record<string, string>
}
export type LabelledContainer = { id: string; name: string; labels: Record<string, string>; running: boolean }

/** The calls that a back end makes to an engine that speaks the Docker API (1.41: Docker 20.10, Podman 4.3). */
export type Engine = ReturnType<typeof createEngine>

const engineError = (error: unknown): EngineError => {
  if (error instanceof EngineError) return error
  const known = error as { statusCode?: unknown; json?: { message?: unknown } | string | null; message?: unknown }
  const status = typeof known.statusCode === 'number' ? known.statusCode : undefined
  const told = typeof known.json === 'object' ? known.json?.message : undefined
  // The client puts the HTTP status before what the engine said: people need the latter.
  const message = String(told ?? known.message ?? error).replace(/^\(HTTP code \d+\) [a-z ]+ - /, '')
  return new EngineError(message.trim(), { status, cause: error })
}

const asked = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call
  } catch (error) {
    throw engineError(error)
  }
}

const stateOf = (info: Docker.ContainerInspectInfo): ContainerState => ({
  id: info.Id,
  status: info.State.Status,
  running: info.State.Running,
  exitCode: info.State.ExitCode,
  oom: info.State.OOMKilled,
  error: info.State.Error,
  labels: info.Config.Labels,
})

const hasEnded = (state: ContainerState): boolean => state.status === 'exited' || state.status === 'dead'

export type EngineOptions = {
  /** `unix:///…` or `http(s)://host:port`; absent: DOCKER_HOST, else the default socket. */
  host?: string | undefined
  /** Label that all our containers carry: only their events are asked for. */
  label: string
  log: Logger
  /** Every registered container is looked at this often, whatever the events said. */
  checkSeconds: number
}

/** The options of docker-modem: it reads DOCKER_HOST itself only if nothing is given. */
const connection = (host: string | undefined): Docker.DockerOptions => {
  if (host === undefined || host === '') return {}
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const url = new URL(host.replace(/^tcp:/, 'http:'))
  return { protocol: url.protocol === 'https:' ? 'https' : 'http', host: url.hostname, port: url.port || '2375' }
}

/** An engine that says nothing for this long does not answer; a pull tells its progress meanwhile. */
const CALL_TIMEOUT_MS = 120_000

export const createEngine = ({ host, label, log, checkSeconds }: EngineOptions) => {
  const docker = new Docker(connection(host)) // for what may be silent for long: events, waits for a stop
  const calls = new Docker({ ...connection(host), timeout: CALL_TIMEOUT_MS })
  const waiting = new Map<string, { resolve: (end: ContainerEnd) => void; oom: boolean }>()
  const closing = new AbortController()
  const isClosed = (): boolean => closing.signal.aborted
  let stream: Readable | undefined

  const inspect = async (nameOrId: string): Promise<ContainerState | undefined> => {
    try {
      return stateOf(await calls.getContainer(nameOrId).inspect())
    } catch (error) {
      const told = engineError(error)
      if (told.status === 404) return undefined
      throw told
    }
  }

  const settle = (id: string, end: ContainerEnd): void => {
    const entry = waiting.get(id)
    if (entry === undefined) return
    waiting.delete(id)
    entry.resolve(end === 'gone' ? end : { exitCode: end.exitCode, oom: end.oom || entry.oom })
  }

  /** A stream that was closed says nothing about containers: they are looked at. */
  const checkAll = async (): Promise<void> => {
    for (const id of waiting.keys()) {
      const state = await inspect(id)
      if (state === undefined) settle(id, 'gone')
      else if (hasEnded(state)) settle(id, { exitCode: state.exitCode, oom: state.oom })
    }
  }

  const onEvent = (line: string): void => {
    const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } }
    const id = event.Actor?.ID ?? ''
    const entry = waiting.get(id)
    if (entry === undefined) return
    if (event.Action === 'oom') entry.oom = true
    else if (event.Action === 'die')
      settle(id, { exitCode: Number(event.Actor?.Attributes?.['exitCode'] ?? Number.NaN), oom: false })
    else if (event.Action === 'destroy') settle(id, 'gone')
  }

  const follow = async (): Promise<void> => {
    stream = (await docker.getEvents({
      filters: { type: ['container'], label: [label], event: ['die', 'oom', 'destroy'] },
      abortSignal: closing.signal,
    })) as unknown as Readable
    if (isClosed()) {
      stream.destroy()
      return
    }
    await checkAll()
    let rest = ''
    stream.setEncoding('utf8')
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') onEvent(line)
    }
  }

  const watch = async (): Promise<void> => {
    let delay = 100
    while (!isClosed()) {
      const began = Date.now()
      try {
        await follow()
      } catch (error) {
        if (!isClosed()) log.warn({ err: error }, 'the event stream of the container engine broke off')
      }
      delay = Date.now() - began > 10_000 ? 100 : Math.min(delay * 2, 5000)
      await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())).unref())
    }
  }

  const check = setInterval(() => {
    checkAll().catch((error: unknown) => {
      log.debug({ err: error }, 'the container engine does not answer')
    })
  }, checkSeconds * 1000)
  check.unref()
  let isWatching = false
  /** Only where containers are run: a server that answers requests alone asks the engine nothing. */
  const beginWatch = (): void => {
    if (!isWatching && !isClosed()) void watch()
    isWatching = true
  }

  return {
    inspect,

    /** Bytes that a container wrote to its own file system, outside its mounts. */
    async layerBytes(id: string): Promise<number> {
      const info = (await asked(calls.getContainer(id).inspect({ size: true } as object))) as { SizeRw?: number }
      return info.SizeRw ?? 0
    },

    async ping(): Promise<void> {
      beginWatch()
      await asked(calls.ping())
    },
    async size(): Promise<{ cpus: number; ramBytes: number; warnings: string[] }> {
      const info = (await asked(calls.info())) as { NCPU?: number; MemTotal?: number; Warnings?: string[] | null }
      return { cpus: info.NCPU ?? 1, ramBytes: info.MemTotal ?? 0, warnings: info.Warnings ?? [] }
    },

    /** The image's id, or undefined if it is not there. */
    async imageId(name: string): Promise<string | undefined> {
      try {
        return (await calls.getImage(name).inspect()).Id
      } catch (error) {
        const told = engineError(error)
        if (told.status === 404) return undefined
        throw told
      }
    },

    /** Errors arrive *inside* a 200 stream too. */
    async pull(image: string, signal: AbortSignal): Promise<void> {
      const read = async (): Promise<void> => {
        const body = (await calls.pull(withTag(image), { abortSignal: signal })) as unknown as Readable
        let rest = ''
        body.setEncoding('utf8')
        for await (const chunk of body as AsyncIterable<string>) {
          const lines = `${rest}${chunk}`.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) {
            if (line.trim() === '') continue
            const told = JSON.parse(line) as { error?: string }
            if (told.error !== undefined) throw new EngineError(told.error, { status: 200 })
          }
        }
      }
      await asked(read()) // an answer that breaks off is the engine's failure too
    },

    async importImage(tar: Buffer, tag: string): Promise<void> {
      const [repo = tag, name = 'latest'] = tag.split(':')
      const body = new PassThrough()
      body.end(tar)
      const answer = (await asked(calls.importImage(body, { repo, tag: name }))) as unknown as Readable
      answer.resume()
      await finished(answer)
    },

    /** The container's id. One that is there already under this name, and has our labels, is success. */
    async create(body: Docker.ContainerCreateOptions): Promise<string> {
      try {
        return (await calls.createContainer(body)).id
      } catch (error) {
        const told = engineError(error)
        const there = told.status === 409 && body.name !== undefined ? await inspect(body.name) : undefined
        const ours = Object.entries(body.Labels ?? {}).every(([name, value]) => there?.labels[name] === value)
        if (there !== undefined && ours) return there.id
        throw told
      }
    },

    /** To be called before `start`, so that no end is missed. */
    ended: (id: string): Promise<ContainerEnd> =>
      new Promise((resolve) => {
        beginWatch()
        waiting.set(id, { resolve, oom: false })
      }),

    /** Of a container found running: its end may lie behind us. */
    async checkNow(id: string): Promise<void> {
      const state = await inspect(id)
      if (state === undefined) settle(id, 'gone')
      else if (hasEnded(state)) settle(id, { exitCode: state.exitCode, oom: state.oom })
    },

    /** One that runs already is success. */
    start: async (id: string): Promise<void> => {
      try {
        await calls.getContainer(id).start()
      } catch (error) {
        const told = engineError(error)
        if (told.status !== 304) throw told
      }
    },

    /** TERM, after the grace KILL. Stopped or unknown is success. */
    stop: async (nameOrId: string, graceSeconds: number): Promise<void> => {
      try {
        await docker.getContainer(nameOrId).stop({ t: graceSeconds })
      } catch (error) {
        const told = engineError(error)
        if (told.status !== 304 && told.status !== 404) throw told
      }
    },

    remove: async (nameOrId: string): Promise<void> => {
      try {
        await calls.getContainer(nameOrId).remove({ force: true, v: true })
      } catch (error) {
        const told = engineError(error)
        // 409: another call removes it already.
        if (told.status !== 404 && told.status !== 409) throw told
      }
    },

    async list(labels: readonly string[]): Promise<LabelledContainer[]> {
      const found = await asked(calls.listContainers({ all: true, filters: { label: [...labels] } }))
      return found.map((info) => ({
        id: info.Id,
        name: (info.Names[0] ?? '').replace(/^\//, ''),
        labels: info.Labels,
        running: info.State === 'running' || info.State === 'paused',
      }))
    },

    async close(): Promise<void> {
      closing.abort()
      clearInterval(check)
      stream?.destroy()
      waiting.clear()
      await Promise.resolve()
    },
  }
}

/** Without a tag the engine would pull every tag there is. A digest is one already. */
export const withTag = (image: string): string => {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') || name.includes('@') ? image : `${image}:latest`
}

import { AttemptFault, type FaultReason } from '../errors.ts'
import { pause } from '../pause.ts'
import { EngineError, type Engine } from './engine.ts'

/** What an engine says of a name that no registry could ever have. */
export const isInvalidName = (error: unknown): error is EngineError =>
  error instanceof EngineError &&
  (error.status === 400 || error.status === 500 || error.status === 200) &&
  /invalid reference format|reference format|repository name must be lowercase/i.test(error.message)

export const invalidName = (image: string, cause: EngineError): AttemptFault =>
  new AttemptFault(
    'image_invalid',
    `"${image}" is no valid image name (${cause.message}); write it as [registry/]name[:tag] in lower case`,
    { cause },
  )

const WHAT_TO_DO =
  'check its name and tag, and that its registry can be reached and gives it without a login; or load it into the container engine (docker pull, docker load)'

/** A registry whose name nobody knows is no matter of throttling: it is waited for only this long. */
const UNKNOWN_HOST_SECONDS = 30
const unreachable = (error: EngineError): string | undefined =>
  /no such host|server misbehaving|ENOTFOUND|Temporary failure in name resolution/i.test(error.message)
    ? (/lookup ([\w.-]+)/.exec(error.message)?.[1] ?? /https?:\/\/([\w.:-]+)/.exec(error.message)?.[1] ?? 'its host')
    : undefined

/** One line of system_logs; `reason` where it says why the attempt waits, for `metadata.reason`. */
export type ImageNote = (line: string, reason?: FaultReason) => void
export type Images = {
  /** Has the engine hold the image, pulling it if it must. Throws AttemptFault image_*. */
  ensure(image: string, o: { signal: AbortSignal; note: ImageNote }): Promise<void>
  /** The image's id, once known: for the metadata of tasks. Never asks twice within a minute. */
  id(image: string): Promise<string | undefined>
}

type Pull = { done: Promise<void>; waiting: number; stop: AbortController }

/** Throttling may look like "not found", so a pull is tried again for `retrySeconds` before it fails (tes.md 4.4). */
export const createImages = (o: { engine: Engine; retrySeconds: number; firstPauseMs: number }): Images => {
  const pulling = new Map<string, Pull>()
  const ids = new Map<string, { until: number; id: string }>()

  const begin = (image: string): Pull => {
    const stop = new AbortController()
    const done = o.engine.pull(image, stop.signal).finally(() => {
      if (pulling.get(image) === pull) pulling.delete(image)
    })
    const pull: Pull = { done, waiting: 0, stop }
    pulling.set(image, pull)
    return pull
  }

  /** One pull for all that wait for it; it ends when the last of them has left. */
  const pullOnce = async (image: string, signal: AbortSignal): Promise<void> => {
    const pull = pulling.get(image) ?? begin(image)
    pull.waiting += 1
    let leave = (): void => undefined
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
    })
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    try {
      await Promise.race([pull.done, left])
    } finally {
      signal.removeEventListener('abort', leave)
      pull.waiting -= 1
      if (pull.waiting === 0) {
        if (pulling.get(image) === pull) pulling.delete(image)
        pull.stop.abort()
        pull.done.catch(() => undefined) // nobody waits for it any more
      }
    }
  }

  return {
    async ensure(image, { signal, note }) {
      const began = Date.now()
      let wait = o.firstPauseMs
      for (let tries = 1; ; tries += 1) {
        signal.throwIfAborted()
        try {
          if ((await o.engine.imageId(image)) !== undefined) return
          await pullOnce(image, signal)
          return
        } catch (error) {
          signal.throwIfAborted()
          if (isInvalidName(error)) throw invalidName(image, error)
          if (!(error instanceof EngineError)) throw error
          const missing =
            error.status === 404 || /not found|manifest unknown|does not exist|denied/i.test(error.message)
          const reason = missing ? 'image_missing' : 'image_unavailable'
          const host = unreachable(error)
          const seconds = host === undefined ? o.retrySeconds : Math.min(o.retrySeconds, UNKNOWN_HOST_SECONDS)
          const why = host === undefined ? error.message : `the name of its registry, ${host}, cannot be resolved here`
          if (Date.now() + wait >= began + seconds * 1000) {
            throw new AttemptFault(
              reason,
              `the image ${image} could not be pulled in ${tries} tries over ${seconds} s: ${why}; ${WHAT_TO_DO}`,
              { cause: error },
            )
          }
          if (tries === 1)
            note(
              `the image ${image} is not on this machine and cannot be pulled yet: ${why}; tried again for ${seconds} s. If that does not help, ${WHAT_TO_DO}`,
              reason,
            )
          await pause(wait * (0.75 + Math.random() / 2), signal)
          wait = Math.min(wait * 2, 30_000)
        }
      }
    },
    async id(image) {
      const known = ids.get(image)
      if (known !== undefined && known.until > Date.now()) return known.id
      const id = await o.engine.imageId(image).catch(() => undefined) // metadata only: a task never fails for it
      if (ids.size > 1000) ids.clear()
      if (id !== undefined) ids.set(image, { until: Date.now() + 60_000, id })
      return id
    },
  }
}

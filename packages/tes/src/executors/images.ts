import { AttemptFault } from '../errors.ts'
import { EngineError, type Engine } from './engine.ts'

/** What an engine says of a name that no registry could ever have. */
const isInvalidName = (error: EngineError): boolean =>
  error.status === 400 || /invalid reference format|repository name must be lowercase/i.test(error.message)

export type Images = {
  /** Has the engine hold the image, pulling it if it must. Throws AttemptFault image_*. */
  ensure(image: string, o: { signal: AbortSignal; note: (line: string) => void }): Promise<void>
  /** The image's id, once known: for the metadata of tasks. Never asks twice within a minute. */
  id(image: string): Promise<string | undefined>
}

/** Throttling may look like "not found", so a pull is tried again for `retrySeconds` before it fails (tes.md 4.4). */
export const createImages = (o: { engine: Engine; retrySeconds: number; firstPauseMs: number }): Images => {
  const pulling = new Map<string, Promise<void>>()
  const ids = new Map<string, { until: number; id: string }>()

  const pullOnce = (image: string, signal: AbortSignal): Promise<void> => {
    const underway = pulling.get(image)
    if (underway !== undefined) return underway
    const started = o.engine.pull(image, signal).finally(() => pulling.delete(image))
    pulling.set(image, started)
    return started
  }

  return {
    async ensure(image, { signal, note }) {
      const give = Date.now() + o.retrySeconds * 1000
      let pause = o.firstPauseMs
      for (let tries = 1; ; tries += 1) {
        signal.throwIfAborted()
        try {
          if ((await o.engine.imageId(image)) !== undefined) return
          await pullOnce(image, signal)
          return
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof EngineError)) throw error
          if (isInvalidName(error))
            throw new AttemptFault('image_invalid', `"${image}" is no valid image name: ${error.message}`, {
              cause: error,
            })
          if (Date.now() + pause >= give) {
            const missing =
              error.status === 404 || /not found|manifest unknown|does not exist|denied/i.test(error.message)
            throw new AttemptFault(
              missing ? 'image_missing' : 'image_unavailable',
              `the image ${image} could not be pulled in ${tries} tries over ${o.retrySeconds} s: ${error.message}`,
              { cause: error },
            )
          }
          if (tries === 1)
            note(`the image ${image} cannot be pulled yet (${error.message}); trying again for ${o.retrySeconds} s`)
          await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)).unref())
          pause = Math.min(pause * 2, 30_000)
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

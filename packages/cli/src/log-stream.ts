import { CliError, statusOf } from './errors.ts'

/** Reads a growing text from where the last look ended. Its offset counts bytes, so characters are never lost or doubled. */
export type LogStream = {
  /** Copies what is new; true if there was something. */
  copy(write: (chunk: Uint8Array) => void): Promise<boolean>
}

/** `open` gets the range to ask for. A log that is not there yet (404), or not longer yet (416), is no error. */
export const createLogStream = (open: (range: { range?: string }) => Promise<Response>): LogStream => {
  let offset = 0
  return {
    async copy(write) {
      let answer: Response
      try {
        answer = await open(offset === 0 ? {} : { range: `bytes=${offset}-` })
      } catch (error) {
        if ([404, 416].includes(statusOf(error) ?? 0)) return false
        throw error
      }
      let skip = answer.status === 200 ? offset : 0 // a server that does not know ranges sends everything again
      let moved = false
      const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader()
      try {
        for (;;) {
          const step = await reader?.read()
          if (step === undefined || step.done) break
          const chunk = step.value.subarray(Math.min(skip, step.value.length))
          skip -= step.value.length - chunk.length
          if (chunk.length === 0) continue
          write(chunk)
          offset += chunk.length
          moved = true
        }
      } catch (error) {
        if (moved) return true // the connection broke; the next look goes on at the offset
        throw new CliError('The log could not be read: the connection broke', { cause: error })
      }
      return moved
    },
  }
}

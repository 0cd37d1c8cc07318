import { pino } from 'pino'
import { createLogSink } from './log-sink.ts'
import { scrub } from './scrub.ts'

export type Logger = pino.Logger

/**
 * JSON lines on stdout, or appended to `file` (made with mode 0600), or to `destination`. Every finished line passes {@link scrub}, whatever member or nesting a secret
 * came in by, so redaction does not depend on a list of paths.
 */
export const createLogger = (o: {
  name: string
  level?: string | undefined
  file?: string | undefined
  destination?: pino.DestinationStream
}): Logger => {
  const sink = o.destination ?? createLogSink({ file: o.file })
  return pino(
    {
      name: o.name,
      level: o.level ?? 'info',
      base: { name: o.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(line: string): void {
        sink.write(scrub(line))
      },
    },
  )
}

import type { Logger } from '@biocloud/service-kit'
import type { AttemptEvent } from './executor.ts'

/**
 * How long an event may wait for others of its attempt, in ms: each write is a flush of the disk (tes.md 7.3). A task
 * that only runs `true` is written once after its claim, not six times. The end never waits.
 */
const PATIENCE: Record<AttemptEvent['kind'], number> = {
  placed: 500,
  staged: 500,
  note: 200,
  'executor-started': 250,
  'executor-ended': 100,
  uploaded: 100,
  ended: 0,
}

type Line = {
  events: AttemptEvent[]
  due: number
  timer: NodeJS.Timeout | undefined
  telling: Promise<void> | undefined
}

/**
 * Tells the events of each attempt in order, those that wait together, and again when the watcher failed: an event is
 * done only when it is written.
 */
export const createEventChain = (log: Logger) => {
  const lines = new Map<string, Line>()
  let watcher: ((events: readonly AttemptEvent[]) => Promise<void>) | undefined
  let over = new AbortController().signal

  const tell = async (name: string, line: Line): Promise<void> => {
    for (let pause = 100; line.events.length > 0 && !over.aborted;) {
      const count = line.events.length
      try {
        if (watcher === undefined) throw new Error('nobody watches the executor')
        await watcher(line.events.slice(0, count))
        line.events.splice(0, count)
        pause = 100
      } catch (error) {
        log.error({ err: error, attempt: name }, 'the events of an attempt could not be written; told again')
        await new Promise((resolve) => setTimeout(resolve, pause).unref())
        pause = Math.min(pause * 2, 5000)
      }
    }
    line.telling = undefined
    lines.delete(name)
  }

  const flush = (name: string, line: Line): void => {
    clearTimeout(line.timer)
    line.timer = undefined
    line.due = Infinity
    // What comes while it tells is told in its next round.
    line.telling ??= tell(name, line)
  }

  return {
    watch(on: (events: readonly AttemptEvent[]) => Promise<void>, signal: AbortSignal): void {
      watcher = on
      over = signal
    },
    push(event: AttemptEvent): void {
      const line = lines.get(event.name) ?? { events: [], due: Infinity, timer: undefined, telling: undefined }
      lines.set(event.name, line)
      line.events.push(event)
      if (line.telling !== undefined) return
      const patience = PATIENCE[event.kind]
      const due = performance.now() + patience
      if (due >= line.due) return
      clearTimeout(line.timer)
      line.due = due
      line.timer = setTimeout(flush, patience, event.name, line)
      line.timer.unref()
    },
    /** Resolves when everything that was pushed for this attempt is written, or `signal` aborts. */
    async settled(name: string, signal: AbortSignal): Promise<void> {
      for (let line = lines.get(name); line !== undefined && !signal.aborted; line = lines.get(name)) {
        flush(name, line)
        await line.telling
      }
    },
  }
}

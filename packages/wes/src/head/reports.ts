import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { HeadReport, ReportBody } from './head-files.ts'

const BATCH = 200
const FIRST_DELAY_MS = 200
const LAST_DELAY_MS = 5000
const REQUEST_TIMEOUT_MS = 10_000

export type ReportSender = {
  /** Writes the report to disk and sends it soon. */
  add(body: ReportBody & { events_read?: number }): void
  /** Waits until all is acknowledged, at most this long. False: the rest lies on disk, where WES finds it. */
  flush(timeoutMs: number): Promise<boolean>
  close(): void
}

/** Reads a reports file; a last line cut off by a crash is left out. */
export const readReports = (file: string): HeadReport[] => {
  if (!existsSync(file)) return []
  const reports: HeadReport[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    try {
      const report = JSON.parse(line) as HeadReport
      if (Number.isInteger(report.n)) reports.push(report)
    } catch {
      // an empty or unfinished line
    }
  }
  return reports
}

/** Numbered reports to WES: buffered on disk, repeated until acknowledged, numbered on across head restarts. */
export const createReports = (o: {
  file: string
  url: string
  token: () => string
  post?: typeof fetch
}): ReportSender => {
  const post = o.post ?? fetch
  const queue = readReports(o.file)
  let next = (queue.at(-1)?.n ?? 0) + 1
  // Newlines end lines that a crash may have cut off.
  if (queue.length > 0) appendFileSync(o.file, '\n', { mode: 0o600 })
  const ended = { closed: false, refused: false }
  let running: Promise<void> | undefined
  let wakeUp: (() => void) | undefined

  const sendBatch = async (): Promise<boolean> => {
    const answer = await post(o.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${o.token()}` },
      body: JSON.stringify({ reports: queue.slice(0, BATCH) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    const body = (await answer.json().catch(() => undefined)) as { acknowledged?: unknown } | undefined
    if ([401, 403, 404, 409, 410].includes(answer.status)) {
      ended.refused = true // the run has ended for WES: nobody wants these reports
      return false
    }
    const acknowledged = body?.acknowledged
    if (!answer.ok || typeof acknowledged !== 'number') return false
    while (queue[0] !== undefined && queue[0].n <= acknowledged) queue.shift()
    return true
  }

  const run = async (): Promise<void> => {
    let delay = FIRST_DELAY_MS
    const over = (): boolean => queue.length === 0 || ended.closed || ended.refused
    while (!over()) {
      const sent = await sendBatch().catch(() => false)
      if (sent) delay = FIRST_DELAY_MS
      else if (!over()) {
        await new Promise<void>((resolve) => {
          wakeUp = resolve
          setTimeout(resolve, delay * (0.75 + Math.random() / 2)).unref()
        })
        delay = Math.min(delay * 2, LAST_DELAY_MS)
      }
    }
    running = undefined
  }
  const start = (): void => {
    if (running === undefined && !ended.closed && !ended.refused) running = run()
  }
  if (queue.length > 0) start()

  return {
    add(body) {
      const report: HeadReport = { n: next, time: new Date().toISOString(), ...body }
      next += 1
      appendFileSync(o.file, `${JSON.stringify(report)}\n`, { mode: 0o600 })
      queue.push(report)
      start()
    },
    async flush(timeoutMs) {
      const end = Date.now() + timeoutMs
      while (queue.length > 0 && !ended.refused && Date.now() < end) {
        start()
        await Promise.race([
          running,
          new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.min(250, end - Date.now())))),
        ])
      }
      return queue.length === 0
    },
    close() {
      ended.closed = true
      wakeUp?.()
    },
  }
}

import type { Clock, Logger, Queue } from '@biocloud/service-kit'
import type { RunRows } from './db/run-rows.ts'
import type { Events } from './events.ts'
import type { RunFolders } from './run-folder.ts'

const EVERY_MS = 30_000
const KEYS_KEPT_MS = 24 * 3600 * 1000

/** Rings for every run that is due: at boot, and from time to time, for rings that were lost. */
export const createReconcile = (d: {
  rows: RunRows
  folders: RunFolders
  queue: Queue
  events: Events
  log: Logger
  clock: Clock
}) => {
  let timer: NodeJS.Timeout | undefined
  const pass = async (): Promise<void> => {
    for (const { run_id } of await d.rows.due()) d.queue.wake(run_id)
    await d.rows.forgetKeys(new Date(d.clock.now().getTime() - KEYS_KEPT_MS).toISOString())
  }
  return {
    /** For the boot of the one worker: what a crash left of requests that never became runs goes away. */
    async start(): Promise<void> {
      const present = await d.folders.list()
      const known = await d.rows.exists(present)
      for (const runId of present) {
        if (known.has(runId) || !/^[0-9a-z]{26}$/u.test(runId)) continue
        await d.folders.remove(runId)
        d.events.orphanRemoved(runId)
      }
      await pass()
      timer = setInterval(() => {
        pass().catch((error: unknown) => {
          d.log.error({ err: error }, 'reconcile failed; it comes again')
        })
      }, EVERY_MS).unref()
    },
    stop(): void {
      clearInterval(timer)
    },
  }
}

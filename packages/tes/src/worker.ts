import type { Context } from './context.ts'
import { LauncherRefused } from './executors/launcher.ts'

/** The background work of one process: takes tasks and watches them. An engine that answers and fails stops the boot. */
export const createWorker = ({ settings, executor, queue, attempts, reconcile, log }: Context) => {
  const works = settings.role !== 'api'
  return {
    async start(): Promise<void> {
      if (!works) return
      try {
        await executor.ready()
      } catch (error) {
        if (error instanceof LauncherRefused) throw error
        log.warn({ err: error }, 'tasks wait until the container engine answers')
      }
      queue.work((id) => attempts.ring(id))
      await reconcile.start()
    },
    async stop(): Promise<void> {
      if (!works) return
      await reconcile.stop()
      await attempts.stop()
    },
  }
}

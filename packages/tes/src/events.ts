import type { TesState } from '@biocloud/ga4gh-api'
import type { Logger, Metrics } from '@biocloud/service-kit'

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200]

/** One function per business event: a counter and a log line. Never a label by user, task or object. */
export const createEvents = ({ log, metrics }: { log: Logger; metrics: Metrics }) => {
  const created = metrics.counter('tasks_created_total', 'Tasks accepted')
  const moves = metrics.counter('task_transitions_total', 'Changes of state, by the state that was reached', ['state'])
  const waited = metrics.histogram('task_queue_seconds', 'From creation to the first attempt', [], SECONDS)
  const lasted = metrics.histogram('task_total_seconds', 'From creation to the final state', ['state'], SECONDS)
  const faults = metrics.counter('attempt_faults_total', 'Attempts that did not complete, by reason', ['reason'])
  const live = metrics.gauge('tasks', 'Tasks that are not over, by state, at the last reconcile', ['state'])
  const bytes = metrics.counter('staged_bytes_total', 'Bytes of inputs, by where they came from', ['from'])
  return {
    taskCreated(id: string): void {
      created.inc()
      log.info({ task_id: id }, 'task created')
    },
    taskMoved(o: {
      id: string
      attempt: number
      state: TesState
      createdAt: string
      now: Date
      isFinal: boolean
    }): void {
      moves.inc({ state: o.state })
      const seconds = (o.now.getTime() - Date.parse(o.createdAt)) / 1000
      if (o.state === 'INITIALIZING' && o.attempt === 1) waited.observe(seconds)
      if (o.isFinal) lasted.observe({ state: o.state }, seconds)
      log.info({ task_id: o.id, attempt: o.attempt, state: o.state }, 'task state')
    },
    attemptEnded(o: { name: string; outcome: string; reason: string | undefined }): void {
      if (o.reason !== undefined) faults.inc({ reason: o.reason })
      log.info(
        { attempt: o.name, outcome: o.outcome, ...(o.reason === undefined ? {} : { reason: o.reason }) },
        'attempt ended',
      )
    },
    staged(o: { bytesLocal: number; bytesMoved: number }): void {
      bytes.inc({ from: 'local' }, o.bytesLocal)
      bytes.inc({ from: 'network' }, o.bytesMoved)
    },
    idempotentRepeat(id: string): void {
      log.info({ task_id: id }, 'task posted again with its Idempotency-Key')
    },
    liveTasks(counts: readonly { state: string; n: number }[]): void {
      live.reset()
      for (const { state, n } of counts) live.set({ state }, n)
    },
    grantNotRevoked(error: unknown): void {
      log.warn({ err: error }, 'the grant of a task that is over could not be revoked; it ends by itself')
    },
    strayRemoved(name: string): void {
      log.warn({ attempt: name }, 'containers without a live attempt were removed')
    },
  }
}
export type Events = ReturnType<typeof createEvents>

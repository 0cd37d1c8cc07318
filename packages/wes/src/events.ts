import type { Logger, Metrics } from '@biocloud/service-kit'
import type { RunState } from './run-state.ts'

export type Events = ReturnType<typeof createEvents>

/** One function per business event = a log line and a counter. Never a token, never a parameter's value. */
export const createEvents = ({ log, metrics }: { log: Logger; metrics: Metrics }) => {
  const accepted = metrics.counter('wes_runs_accepted_total', 'Runs accepted')
  const ended = metrics.counter('wes_runs_ended_total', 'Runs ended, by state', ['state'])
  const heads = metrics.counter('wes_heads_started_total', 'Heads started')
  const lost = metrics.counter('wes_heads_lost_total', 'Heads that ended without an exit')
  const adopted = metrics.counter('wes_heads_adopted_total', 'Running heads found again after a restart')
  const outputs = metrics.counter('wes_outputs_registered_total', 'Output files registered in DRS')
  const orphans = metrics.counter('wes_orphan_folders_total', 'Folders removed that no run owned')
  return {
    runAccepted(runId: string): void {
      accepted.inc()
      log.info({ run_id: runId }, 'run accepted')
    },
    headStarted(runId: string, attempt: number): void {
      heads.inc()
      log.info({ run_id: runId, attempt }, 'head started')
    },
    headAdopted(runId: string, pid: number): void {
      adopted.inc()
      log.info({ run_id: runId, pid }, 'running head found again')
    },
    headLost(runId: string, attempt: number): void {
      lost.inc()
      log.warn({ run_id: runId, attempt }, 'head lost')
    },
    runEnded(runId: string, state: RunState): void {
      ended.inc({ state })
      log.info({ run_id: runId, state }, 'run ended')
    },
    outputsRegistered(runId: string, count: number): void {
      outputs.inc(count)
      log.info({ run_id: runId, count }, 'outputs registered')
    },
    orphanRemoved(runId: string): void {
      orphans.inc()
      log.warn({ run_id: runId }, 'removed a run folder without a run')
    },
    trouble(runId: string, what: string, error: unknown): void {
      log.warn({ run_id: runId, err: error }, what)
    },
  }
}

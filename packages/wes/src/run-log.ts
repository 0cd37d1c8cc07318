import type { RunLog, RunSummary, WesLog, WesTaskLog } from '@biocloud/ga4gh-api'
import type { RunRow, RunSummaryRow } from './db/run-rows.ts'
import type { RunUrls } from './run-urls.ts'
import { wesTime } from './times.ts'

/** The standard's view of a row: times without milliseconds, and a member without a value is absent, never null. */
export const summaryOf = (row: RunSummaryRow): RunSummary => {
  const start = wesTime(row.start_time)
  const end = wesTime(row.end_time)
  return {
    run_id: row.run_id,
    state: row.state,
    tags: row.tags,
    ...(start === undefined ? {} : { start_time: start }),
    ...(end === undefined ? {} : { end_time: end }),
  }
}

/** `tasks`: the whole list where it is short, else [] (deprecated member). */
export const runLogOf = (
  row: RunRow,
  o: { urls: RunUrls; messages: readonly { time: string; text: string }[]; tasks: readonly WesTaskLog[] },
): RunLog => {
  const start = wesTime(row.start_time)
  const end = wesTime(row.end_time)
  const log: WesLog = {
    name: row.request.workflow_url.split(/[?#]/u)[0]?.split('/').at(-1) ?? 'workflow',
    ...(row.cmd === undefined ? {} : { cmd: row.cmd }),
    ...(start === undefined ? {} : { start_time: start }),
    ...(end === undefined ? {} : { end_time: end }),
    // W20: present from RUNNING on; empty before the first byte, not 404.
    ...(row.start_time === undefined && row.attempt === 0
      ? {}
      : { stdout: o.urls.log(row.run_id, 'stdout'), stderr: o.urls.log(row.run_id, 'stderr') }),
    ...(row.exit_code === undefined ? {} : { exit_code: row.exit_code }),
    system_logs: o.messages.map(({ time, text }) => `${wesTime(time) ?? ''} ${text}`),
  }
  return {
    run_id: row.run_id,
    request: row.request,
    state: row.state,
    run_log: log,
    task_logs_url: o.urls.tasks(row.run_id),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the standard still names it, and clients read it
    task_logs: [...o.tasks],
    outputs: row.outputs ?? {},
  }
}

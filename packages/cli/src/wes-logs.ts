import type { WesClient, WesTaskLog } from '@biocloud/ga4gh-api'
import { CliError, EXIT, usage } from './errors.ts'
import { createLogStream } from './log-stream.ts'
import { openSession, type SharedOptions } from './session.ts'
import { printJson, tellLine, type Terminal } from './terminal.ts'
import { watch } from './watch.ts'
import { listSteps, stepState, TERMINAL_STATES } from './wes-runs.ts'

export type LogOptions = SharedOptions & { follow?: boolean; step?: string; stream?: string }

const STREAMS = ['stdout', 'stderr'] as const

const findStep = async (wes: WesClient, id: string, wanted: string): Promise<WesTaskLog> => {
  const steps = await listSteps(wes, id)
  const found = steps.findLast((step) => step.id === wanted || step.name === wanted) // the last attempt of a step
  if (found !== undefined) return found
  const names = [...new Set(steps.map(({ name }) => name))]
  throw new CliError(`Run ${id} has no step ${wanted}`, {
    exitCode: EXIT.notFound,
    hint: names.length === 0 ? 'No step has started yet.' : `Its steps so far: ${names.slice(0, 20).join(', ')}`,
  })
}

/** `wes logs`: what the engine says, or with --step one step; stdout to stdout, stderr to stderr. */
export const wesLogs = async (id: string, options: LogOptions, terminal: Terminal): Promise<void> => {
  if (options.stream !== undefined && !STREAMS.some((name) => name === options.stream))
    throw usage(`--stream takes ${STREAMS.join(' or ')}`)
  const { wes } = await openSession(options, terminal)
  const step = options.step === undefined ? undefined : await findStep(wes, id, options.step)
  const open = {
    stdout: async (range: { range?: string }) =>
      await (step === undefined ? wes.getRunStdout(id, range) : wes.getTaskStdout(id, step.id, range)),
    stderr: async (range: { range?: string }) =>
      await (step === undefined ? wes.getRunStderr(id, range) : wes.getTaskStderr(id, step.id, range)),
  }
  if (options.json === true) {
    const log = step ?? (await wes.getRunLog(id)).run_log
    printJson(terminal, {
      id,
      log,
      stdout: await (await open.stdout({})).text(),
      stderr: await (await open.stderr({})).text(),
    })
    return
  }
  const streams = STREAMS.filter((name) => options.stream === undefined || options.stream === name).map((name) => ({
    log: createLogStream(open[name]),
    to: name === 'stdout' ? terminal.out : terminal.err,
  }))
  const copyAll = async (): Promise<boolean> => {
    let moved = false
    for (const { log, to } of streams) if (await log.copy((chunk) => to.write(chunk))) moved = true
    return moved
  }
  if (options.follow !== true) {
    await wes.getRunStatus(id) // an unknown run is an error, an empty log is none
    await copyAll()
    return
  }
  const hasEnded = async (): Promise<boolean> => {
    if (TERMINAL_STATES.has((await wes.getRunStatus(id)).state)) return true
    if (step === undefined) return false
    const now = stepState(await wes.getTask(id, step.id))
    return now === 'done' || now === 'failed'
  }
  await watch(
    {
      stop: terminal.stop,
      onOutage: () => {
        tellLine(terminal, 'The server does not answer; waiting for it …')
      },
    },
    async () => {
      const ended = await hasEnded() // before the copy: what was written before the end is read
      const moved = await copyAll()
      return ended ? 'ended' : moved ? 'changed' : 'same'
    },
  )
}

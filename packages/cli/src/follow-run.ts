import type { WesClient, WesTaskLog } from '@biocloud/ga4gh-api'
import { CliError, EXIT } from './errors.ts'
import { formatDuration, plain, table, tellLine, type Terminal } from './terminal.ts'
import { watch } from './watch.ts'
import { listSteps, stepState, stepTook, TERMINAL_STATES } from './wes-runs.ts'

/** Draws a block of lines over its last version. Lines are cut to the width, so that each takes exactly one row. */
export const createBlock = (terminal: Terminal): { draw(lines: readonly string[]): void } => {
  let height = 0
  return {
    draw(lines) {
      const up = height === 0 ? '' : `\u001b[${height}A`
      const body = lines.map((line) => `\u001b[2K${line.slice(0, Math.max(20, terminal.columns - 1))}\n`).join('')
      terminal.err.write(`${up}\u001b[0J${body}`)
      height = lines.length
    },
  }
}

const SHOWN_STEPS = 15

/** The head line and the steps that matter now: what runs or failed before what is done, newest last. */
export const blockLines = (
  id: string,
  state: string,
  steps: readonly WesTaskLog[],
  o: { began: number; now: number },
): string[] => {
  const count = (wanted: string): number => steps.filter((step) => stepState(step) === wanted).length
  const parts = (['done', 'running', 'waiting', 'failed'] as const)
    .map((one) => [one, count(one)] as const)
    .filter(([, n]) => n > 0)
  const head = `run ${id}  ${state}  ${formatDuration(o.now - o.began)}${parts.length === 0 ? '' : `  steps: ${parts.map(([one, n]) => `${n} ${one}`).join(', ')}`}`
  const live = steps.filter((step) => stepState(step) !== 'done')
  const done = steps.filter((step) => stepState(step) === 'done')
  const room = Math.max(0, SHOWN_STEPS - live.length)
  const shown = new Set([...(room === 0 ? [] : done.slice(-room)), ...live.slice(0, SHOWN_STEPS)])
  const rows = steps
    .filter((step) => shown.has(step))
    .map((step) => [`  ${plain(step.name)}`, stepState(step), stepTook(step, o.now)])
  const hidden = steps.length - shown.size
  if (rows.length === 0) return [head]
  const [, ...lines] = table(['', '', ''], rows).split('\n')
  return [head, ...lines, ...(hidden > 0 ? [`  … ${hidden} more`] : [])]
}

/** Follows a run to its end: a live block on a terminal, one line for each change elsewhere. Resolves to its last state. */
export const followRun = async (wes: WesClient, id: string, terminal: Terminal, show: boolean): Promise<string> => {
  const began = Date.now()
  const block = createBlock(terminal)
  const known = new Map<string, string>()
  let state = ''
  const tell = (text: string): void => {
    tellLine(terminal, `${formatDuration(Date.now() - began).padStart(8)}  ${plain(text)}`)
  }
  const look = async (): Promise<'ended' | 'changed' | 'same'> => {
    const latest = (await wes.getRunStatus(id)).state
    const steps = show ? await listSteps(wes, id) : []
    let changed = latest !== state
    if (show && changed && !terminal.errIsTty) tell(`run ${latest}`)
    state = latest
    for (const step of steps) {
      const now = stepState(step)
      if (known.get(step.id) === now) continue
      known.set(step.id, now)
      changed = true
      if (!terminal.errIsTty) {
        const end = now === 'done' || now === 'failed'
        tell(
          `${step.name} ${now}${end ? ` after ${stepTook(step, Date.now())}` : ''}${now === 'failed' && step.exit_code !== undefined ? `, exit code ${step.exit_code}` : ''}`,
        )
      }
    }
    if (show && terminal.errIsTty) block.draw(blockLines(id, state, steps, { began, now: Date.now() }))
    return TERMINAL_STATES.has(state) ? 'ended' : changed ? 'changed' : 'same'
  }
  try {
    await watch(
      {
        stop: terminal.stop,
        onOutage: () => {
          tell('The server does not answer; waiting for it …')
        },
      },
      look,
    )
  } catch (error) {
    if (!terminal.stop.aborted) throw error
    throw new CliError(`Interrupted; run ${id} goes on`, {
      exitCode: EXIT.interrupted,
      hint: `See it with: biocloud wes status ${id}   stop it with: biocloud wes cancel ${id}`,
    })
  }
  return state
}

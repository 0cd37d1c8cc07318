// The run while it goes on: asked of WES by plain HTTP, drawn as one line for the genome and one for each sample.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBlock, cyan, dim, green, red, seconds, table } from './screen.mjs'

const FINAL = new Set(['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED', 'PREEMPTED'])
const STEPS = ['align', 'sort', 'call', 'compare']
const LIMIT_MS = 10 * 60_000

const stateOf = (task) => {
  if (task === undefined) return 'waiting'
  if (task.end_time) return task.exit_code === 0 ? 'done' : 'failed'
  return task.start_time ? 'running' : 'queued'
}

const spanOf = (task, now) =>
  Math.max(0, (task.end_time ? Date.parse(task.end_time) : now) - Date.parse(task.start_time))

const MARKS = {
  waiting: () => dim('·'),
  queued: () => dim('○'),
  running: (spin) => cyan(spin),
  done: () => green('✔'),
  failed: () => red('✘'),
}

/** The steps as people think of them: one line for the genome and one for each sample. */
const progressLines = (run, tasks, samples, began, spin) => {
  const now = Date.now()
  const byName = new Map(tasks.map((task) => [task.name, task]))
  const cell = (label, name) => {
    const task = byName.get(name)
    const state = stateOf(task)
    const took = state === 'running' || state === 'done' || state === 'failed' ? seconds(spanOf(task, now)) : ''
    return `${MARKS[state](spin)} ${state === 'waiting' ? dim(label) : label} ${dim(took.padStart(6))}`
  }
  const rows = [
    ['genome', cell('index', 'index')],
    ...samples.map(({ name }, n) => [name, ...STEPS.map((step) => cell(step, `sample_${n + 1}/${step}`))]),
  ]
  const ended = tasks.filter((task) => task.end_time)
  const nameOf = (name) => name.replace(/^sample_(\d+)\//, (_, n) => `${samples[n - 1]?.name} `)
  return {
    lines: [
      ...table(rows),
      dim(
        `${run.state}   ${seconds(now - began)}   ${ended.length} of ${1 + samples.length * STEPS.length} steps done`,
      ),
    ],
    steady: ended.map(
      (task) => `${stateOf(task) === 'done' ? '✔' : '✘'} ${nameOf(task.name)}   ${seconds(spanOf(task, now))}`,
    ),
  }
}

/** Draws the run until it ends: `{ run, took }`. `check` throws when the demo is to stop. */
export const follow = async ({ url, token, runId, samples, check }) => {
  const get = async (path) => {
    const answer = await fetch(`${url}/ga4gh/wes/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(15_000),
    })
    if (!answer.ok) throw new Error(`WES answered ${answer.status} to ${path}: ${(await answer.text()).slice(0, 500)}`)
    return answer.json()
  }
  const block = createBlock()
  const began = Date.now()
  let run = { state: 'QUEUED' }
  let tasks = []
  for (let turn = 0; ; turn += 1) {
    // The clock on the screen ticks faster than the server is asked.
    if (turn % 4 === 0) {
      run = await get(`/runs/${runId}/status`)
      tasks = (await get(`/runs/${runId}/tasks?page_size=100`)).task_logs ?? []
    }
    const { lines, steady } = progressLines(run, tasks, samples, began, block.spinner())
    block.draw(lines, steady)
    check()
    if (FINAL.has(run.state)) break
    if (Date.now() - began > LIMIT_MS) throw new Error(`The run is still ${run.state} after ${seconds(LIMIT_MS)}`)
    await sleep(125)
  }
  return { run: await get(`/runs/${runId}`), took: Date.now() - began }
}

/** Waits, within reason, for a run that was cancelled. */
export const untilEnded = async (url, token, runId) => {
  for (let n = 0; n < 100; n += 1) {
    const answer = await fetch(`${url}/ga4gh/wes/v1/runs/${runId}/status`, {
      headers: { authorization: `Bearer ${token}` },
    })
    if (!answer.ok || FINAL.has((await answer.json()).state)) return
    await sleep(200)
  }
}

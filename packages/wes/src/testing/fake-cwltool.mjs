#!/usr/bin/env node
// Stands for Python with cwltool and our plug-in, so that the server is tested without them. The "workflow" is JSON that
// says what to do: {"do": "succeed" | "fail" | "poll" | "stubborn" | "hang" | "crash", "tasks": n, "verdict": event,
// "outputs": {name: text}}. `poll` asks for its tasks for ever, `stubborn` ignores TERM.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , , , file] = process.argv
if (file === '--version') {
  console.log('cwltool 3.1.20990101000000')
  process.exit(0)
}
const config = JSON.parse(readFileSync(file, 'utf8'))
const orders = JSON.parse(readFileSync(config.workflow.split('#')[0], 'utf8'))
const event = (body) =>
  appendFileSync(config.events, `${JSON.stringify({ time: new Date().toISOString(), ...body })}\n`)
const result = (body) => writeFileSync(config.result, JSON.stringify({ version: 1, ...body }))

process.on('SIGTERM', () => {
  if (orders.do === 'stubborn') return
  result({ status: 'cancelled', outputs: {}, message: 'stopped' })
  process.exit(143)
})
console.error('fake engine starts')
for (let n = 1; n <= (orders.tasks ?? 0); n++) {
  const answer = await fetch(`${config.tes}/tasks`, {
    method: 'POST',
    body: JSON.stringify({
      name: `step_${n}`,
      tags: { cwl_step: `step_${n}` },
      executors: [{ image: 'i', command: ['echo', String(n)] }],
    }),
  })
  const { id } = await answer.json()
  event({ event: 'submitted', step: `step_${n}`, task_id: id })
  if (orders.verdict !== undefined) {
    event({ event: 'done', step: `step_${n}`, task_id: id, state: 'COMPLETE', exit_code: 2 })
    if (orders.verdict === 'failed') event({ event: 'failed', step: `step_${n}`, task_id: id, message: 'said so' })
  }
}
switch (orders.do) {
  case 'succeed': {
    const outputs = {}
    for (const [name, text] of Object.entries(orders.outputs ?? {})) {
      const folder = join(config.work_dir, name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `${name}.txt`), text)
      outputs[name] = { class: 'File', basename: `${name}.txt`, location: `${config.work_url}/${name}/${name}.txt` }
    }
    result({
      status: 'success',
      outputs: { ...outputs, ...orders.extra, params: JSON.parse(readFileSync(config.params, 'utf8')) },
    })
    process.exit(0)
    break
  }
  case 'fail':
    event({ event: 'failed', step: 'step_1', state: 'EXECUTOR_ERROR', message: 'the tool ended with 3' })
    result({ status: 'permanentFail', outputs: {}, message: 'step_1 failed' })
    process.exit(1)
    break
  case 'crash':
    process.kill(process.pid, 'SIGKILL')
    break
  case 'poll':
    for (;;) {
      await fetch(`${config.tes}/tasks?view=MINIMAL`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  default:
    setInterval(() => undefined, 1000)
}

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { DrsObject } from '@biocloud/ga4gh-api'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSuite, root, type Suite, until } from './suite.ts'

jest.setTimeout(180_000)

const workflow = join(root, 'test/whole/workflows/slow-read.cwl')

/** What no row, log, task document, environment or argv may hold, whoever made it. */
const SHAPES: Record<string, RegExp> = {
  'a token': /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/,
  'a run token': /\brt_[A-Za-z0-9_-]{16,}/,
  'a signed link': /\/data\/[A-Za-z0-9_.-]{40,}/,
}

/** Where a text holds a marked secret or anything of a secret's shape: raw, base64 at each of three offsets, or percent-encoded. */
const findings = (place: string, bytes: Buffer, markers: readonly string[]): string[] => {
  const text = bytes.toString('latin1')
  const found = Object.entries(SHAPES)
    .filter(([, shape]) => shape.test(text))
    .map(([what]) => `${what} in ${place}`)
  for (const marker of markers) {
    const encoded = [0, 1, 2].map((offset) => {
      const base64 = Buffer.from('x'.repeat(offset) + marker).toString('base64')
      return base64.slice(4, base64.length - 4) // the edges depend on what stands beside the marker
    })
    if ([marker, encodeURIComponent(marker), ...encoded].some((form) => text.includes(form)))
      found.push(`a marked token in ${place}`)
  }
  return found
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)

const searchFiles = (folder: string, markers: readonly string[]): string[] =>
  filesBelow(folder).flatMap((file) => findings(file, readFileSync(file), markers))

/** Environment and argv of every process of this machine but the test runner and those that it started as a person. */
const searchProcesses = (markers: readonly string[], skip: ReadonlySet<number>): string[] => {
  const found: string[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || skip.has(Number(name))) continue
    for (const part of ['environ', 'cmdline']) {
      try {
        found.push(...findings(`${part} of process ${name}`, readFileSync(`/proc/${name}/${part}`), markers))
      } catch {
        continue // the process has ended meanwhile
      }
    }
  }
  return found
}

const searchContainers = (markers: readonly string[]): string[] => {
  const ids = execFileSync('docker', ['ps', '--all', '--quiet'], { encoding: 'utf8' })
    .split('\n')
    .filter((id) => id !== '')
  // One by one: a container that ended and was removed since the listing is no fault.
  return ids.flatMap((id) => {
    const shown = spawnSync('docker', ['inspect', id])
    return shown.status === 0 ? findings('a container', shown.stdout, markers) : []
  })
}

describe('a run on controlled data with marked tokens', () => {
  let suite: Suite
  let markers: string[] = []

  beforeAll(async () => {
    suite = await createSuite()
    await suite.start()
  })
  afterAll(() => suite.dispose())

  it('leaves no token, run token or signed link in any row, log, document, environment, argv or container', async () => {
    const file = join(suite.folder, 'reads.txt')
    writeFileSync(file, 'ACGT\n')
    const object = await suite.json<DrsObject>('operator', 'drs', 'register', file, '--dataset', 'demo-cohort')
    const token = await suite.token('researcher')
    markers = [token.split('.')[2] ?? '']
    const headers = { authorization: `Bearer ${token}` }
    const form = new FormData()
    form.set('workflow_type', 'CWL')
    form.set('workflow_type_version', 'v1.2')
    form.set('workflow_url', 'slow-read.cwl')
    form.set('workflow_params', JSON.stringify({ reads: { class: 'File', location: object.self_uri } }))
    form.append('workflow_attachment', new Blob([readFileSync(workflow)]), 'slow-read.cwl')
    const posted = await fetch(`${suite.url}/ga4gh/wes/v1/runs`, { method: 'POST', body: form, headers })
    const answer = (await posted.json()) as { run_id: string }
    expect({ status: posted.status, answer }).toMatchObject({ status: 200 })

    const seen = new Set<string>()
    let samples = 0
    const state = await until('the run has ended', 90, async () => {
      samples += 1
      for (const finding of [...searchProcesses(markers, new Set([process.pid])), ...searchContainers(markers)])
        seen.add(finding)
      const status = await fetch(`${suite.url}/ga4gh/wes/v1/runs/${answer.run_id}/status`, { headers })
      const now = ((await status.json()) as { state: string }).state
      return ['COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELED'].includes(now) ? now : undefined
    })
    expect(state).toBe('COMPLETE')
    expect(samples).toBeGreaterThan(5)
    const listed = await fetch(`${suite.url}/ga4gh/tes/v1/tasks?view=FULL`, { headers })
    for (const finding of findings('a task document', Buffer.from(await listed.text()), markers)) seen.add(finding)
    for (const finding of [
      ...searchFiles(suite.data, markers),
      ...findings('the log of up', Buffer.from(suite.log()), markers),
    ])
      seen.add(finding)
    expect([...seen]).toEqual([])
  })

  it('would have found them: a planted copy is found in a file, in an environment and in an argv', async () => {
    const planted = `Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.${markers[0] ?? ''}`
    const plant = join(suite.data, 'planted')
    writeFileSync(plant, planted)
    expect(searchFiles(suite.data, markers)).toEqual([`a token in ${plant}`, `a marked token in ${plant}`])
    writeFileSync(plant, Buffer.from(`xx${planted}`).toString('base64'))
    expect(searchFiles(suite.data, markers)).toEqual([`a marked token in ${plant}`])
    const child = spawn('sleep', ['60'], { env: { PLANTED: planted }, argv0: planted })
    await once(child, 'spawn')
    const found = searchProcesses(markers, new Set([process.pid]))
    const gone = once(child, 'exit')
    child.kill()
    await gone
    expect(found).toContain(`a marked token in environ of process ${String(child.pid)}`)
    expect(found).toContain(`a marked token in cmdline of process ${String(child.pid)}`)
  })
})

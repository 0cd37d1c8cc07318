import { describe, expect, it } from '@jest/globals'
import { TES_PLACEHOLDER, type Engine, type EngineEvent, type PlannedRun } from './engine.ts'

const SECRETS = ['rt_contract-run-token', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln']

export const plannedRun = (engine: Engine, more: Partial<PlannedRun> = {}): PlannedRun => ({
  runId: '01testrun00000000000000000',
  type: engine.types[0] ?? 'CWL',
  workflow: '/runs/r/workflow/main.cwl',
  folders: { workflow: '/runs/r/workflow', job: '/runs/r/job', work: '/runs/r/work' },
  urls: { workflow: 'file:///runs/r/workflow', work: 'file:///runs/r/work' },
  params: { reads: { class: 'File', location: 'drs://localhost/a', basename: 'reads.fq' } },
  objects: [{ uri: 'drs://localhost/a', size: 12, name: 'reads.fq', checksums: [{ type: 'sha-256', checksum: 'ab' }] }],
  parameters: {},
  install: { program: '/opt/engine/bin/python', version: '1.0' },
  pythonPath: '/srv/python',
  path: ['/opt/engine/bin', '/usr/bin'],
  ...more,
})

export type EngineFixtures = {
  /** Recorded event lines, and what they mean. */
  events: { line: string; events: EngineEvent[] }[]
  /** Recorded ends. */
  results: { name: string; files: Parameters<Engine['result']>[0]; ok: boolean; fault?: string; text?: string }[]
  /** Recorded answers of the probe's program. */
  probes: { name: string; answer: { code: number | null; stdout: string; stderr: string }; version?: string }[]
  references: { content: string; found: string[] }[]
}

/** What every adapter must do: plans without secrets and without I/O, events and ends of recorded runs. */
export const engineContract = (engine: Engine, fixtures: EngineFixtures): void => {
  describe(`engine contract: ${engine.name}`, () => {
    it('the same run gives the same plan', () => {
      expect(engine.plan(plannedRun(engine))).toEqual(engine.plan(plannedRun(engine)))
    })
    it('G1 argv, environment and files hold no secret, and TES only as the placeholder of the gateway', () => {
      const text = JSON.stringify(engine.plan(plannedRun(engine)))
      for (const secret of SECRETS) expect(text).not.toContain(secret)
      expect(text).toContain(TES_PLACEHOLDER)
      expect(text).not.toMatch(/https?:\/\/(?:127\.|localhost)/u)
    })
    it('files and folders of the plan lie in the job folder, private to the user of the head', () => {
      const { files, folders, cwd, events, result } = engine.plan(plannedRun(engine))
      for (const path of [...files.map((file) => file.path), ...folders, cwd, events, result])
        expect(path.startsWith('/runs/r/job')).toBe(true)
      for (const { mode } of files) expect(mode & 0o077).toBe(0)
    })
    it('the environment is complete: PATH, HOME and TMPDIR are the run’s own', () => {
      const { env } = engine.plan(plannedRun(engine))
      expect(env['PATH']).toContain('/opt/engine/bin')
      expect(env['HOME']).toMatch(/^\/runs\/r\/job/u)
      expect(env['TMPDIR']).toMatch(/^\/runs\/r\/job/u)
    })
    it('no parameter on its list moves the TES endpoint, storage or credentials', () => {
      for (const name of Object.keys(engine.parameters))
        expect(name).not.toMatch(/tes|url|endpoint|token|secret|password|credential|work_?dir|storage/iu)
    })
    it.each(fixtures.events)('reads the event $line', ({ line, events }) => {
      expect(engine.parse(line, { lines: 0 })).toEqual(events)
    })
    it('a line that is cut off or no event is no event', () => {
      for (const line of ['', '{', '[]', 'null', '{"event":"later"}', '{"event":1}', '{"event":"done"}'])
        expect(engine.parse(line, { lines: 0 })).toEqual([])
    })
    it.each(fixtures.results)('reads the end: $name', ({ files, ok, fault, text }) => {
      const result = engine.result(files)
      expect(result.ok).toBe(ok)
      if (!result.ok) {
        expect(result.fault).toBe(fault)
        expect(result.message).toContain(text ?? '')
      }
    })
    it.each(fixtures.probes)('probe: $name', async ({ answer, version }) => {
      const found = await engine.probe(() => Promise.resolve(answer), 'python', {})
      expect('version' in found ? found.version : undefined).toBe(version)
      if ('absent' in found) expect(found.absent).not.toBe('')
    })
    it.each(fixtures.references)('references of $content', ({ content, found }) => {
      expect(engine.references({ name: 'main', content })).toEqual(found)
    })
    it('a task without a name still has one for people', () => {
      expect(engine.stepName({})).not.toBe('')
    })
  })
}

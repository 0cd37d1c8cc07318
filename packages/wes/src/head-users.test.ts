import { execFileSync } from 'node:child_process'
import { chmod, link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createLogger } from '@biocloud/service-kit'
import { createHeadUsers } from './head-users.ts'
import { ownerOf } from './ownership.ts'
import { createRunFolders } from './run-folder.ts'

const isRoot = process.getuid?.() === 0
const asRoot = isRoot ? it : it.skip
const RUN = '01testrun00000000000000000'

describe('users of heads', () => {
  let dir: string
  let lines: string[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wes-users-'))
    await chmod(dir, 0o711)
    lines = []
    await mkdir(join(dir, 'python', 'biocloud_cwl'), { recursive: true })
    await writeFile(join(dir, 'python', 'biocloud_cwl', '__init__.py'), '')
    await writeFile(join(dir, 'main.js'), '')
  })
  afterEach(() => rm(dir, { recursive: true }))
  const users = (enabled = true) =>
    createHeadUsers({
      enabled,
      runs: join(dir, 'runs'),
      headMain: join(dir, 'main.js'),
      pythonPath: join(dir, 'python'),
      log: createLogger({ name: 'test', destination: { write: (line: string) => lines.push(line) > 0 } }),
    })

  it('each run has a user of its own, always the same, which no account of the host has', () => {
    expect(ownerOf(RUN)).toEqual(ownerOf(RUN))
    const ids = Array.from({ length: 50 }, (_, n) => ownerOf(`01testrun0000000000000${n}`).uid)
    expect(new Set(ids).size).toBeGreaterThan(40)
    for (const uid of ids) expect(uid >= 61_184 && uid < 65_280).toBe(true)
  })
  asRoot('where that user reaches all it needs, the head gets it, without a warning', async () => {
    expect(await users().ownerFor(RUN, process.execPath)).toEqual(ownerOf(RUN))
    expect(lines).toEqual([])
  })
  asRoot('where it cannot read the engine, the head runs as the server, with one warning that says why', async () => {
    const hidden = join(dir, 'hidden')
    await mkdir(hidden, { mode: 0o700 })
    const program = join(hidden, 'python')
    await writeFile(program, '', { mode: 0o755 })
    const asked = users()
    expect(await asked.ownerFor(RUN, program)).toBeUndefined()
    expect(await asked.ownerFor(RUN, program)).toBeUndefined()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(program)
  })
  it('switched off, heads run as the server', async () => {
    expect(await users(false).ownerFor(RUN, process.execPath)).toBeUndefined()
  })
  asRoot('the user of a run reads and writes its own folder, and neither its outputs nor another run', async () => {
    const folders = createRunFolders(join(dir, 'runs'))
    const other = '01testrun00000000000000001'
    for (const runId of [RUN, other]) {
      const folder = await folders.make(runId)
      await writeFile(join(folder.workflow, 'main.cwl'), runId)
      await writeFile(join(folder.outputs, 'x'), 'secret')
      await folders.handOver(runId, ownerOf(runId))
    }
    await chmod(join(dir, 'runs'), 0o711)
    const owner = ownerOf(RUN)
    const sh = (script: string): string =>
      execFileSync('/bin/sh', ['-c', `${script} 2>/dev/null || echo refused`], {
        uid: owner.uid,
        gid: owner.gid,
        cwd: '/',
        encoding: 'utf8',
      })
    const own = folders.of(RUN)
    expect(sh(`cat ${own.workflow}/main.cwl`)).toBe(RUN)
    expect(sh(`echo mine > ${own.work}/made && cat ${own.work}/made`)).toBe('mine\n')
    expect(sh(`cat ${own.outputs}/x`)).toBe('refused\n')
    expect(sh(`cat ${folders.of(other).workflow}/main.cwl`)).toBe('refused\n')
    expect(sh(`ls ${join(dir, 'runs')}`)).toBe('refused\n')
    // Who could rename a part of the run's folder could make this server write wherever a link points.
    expect(sh(`mv ${own.outputs} ${own.root}/moved`)).toBe('refused\n')
    expect(sh(`mv ${own.logs} ${own.root}/moved`)).toBe('refused\n')
    expect(sh(`ln -s /etc ${own.root}/link`)).toBe('refused\n')
    expect((await stat(own.outputs)).uid).toBe(process.getuid?.())
    expect(await readFile(join(own.work, 'made'), 'utf8')).toBe('mine\n')
  })
  asRoot('a folder that was handed over before is not walked again: links in it hit nothing', async () => {
    const folders = createRunFolders(join(dir, 'runs'))
    const folder = await folders.make(RUN)
    await folders.handOver(RUN, ownerOf(RUN))
    await writeFile(join(dir, 'victim'), '')
    await link(join(dir, 'victim'), join(folder.work, 'hard'))
    await folders.handOver(RUN, ownerOf(RUN))
    expect((await stat(join(dir, 'victim'))).uid).toBe(0)
  })
})

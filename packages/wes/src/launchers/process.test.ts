import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { headFiles } from '../head/head-files.ts'
import { launcherContract } from './contract.ts'
import { HeadNotStarted } from './launcher.ts'
import { create } from './process.ts'
import { identifyProcess } from './process-id.ts'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = fileURLToPath(new URL('../head/main.ts', import.meta.url))
const launcher = create({ command: [process.execPath, '--conditions=source', '--import', tsx, main] })

launcherContract('process', () => Promise.resolve(launcher))

describe('process launcher: what the user of a head leaves in its folders is not believed', () => {
  const asRoot = process.getuid?.() === 0 ? it : it.skip
  const FOREIGN = { uid: 61_184, gid: 61_184 }
  let root: string
  let job: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wes-forged-'))
    job = join(root, 'job')
    for (const part of ['job', 'logs']) await mkdir(join(root, part))
  })
  afterEach(() => rm(root, { recursive: true }))

  asRoot('a record that names a process of somebody else is no head, and nothing of it is signalled', async () => {
    await chown(job, FOREIGN.uid, FOREIGN.gid)
    const victim = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    await once(victim, 'spawn')
    const id = await identifyProcess(victim.pid ?? 0)
    if (id === undefined) throw new Error('the process has ended')
    for (const file of [headFiles(job).head(1), headFiles(job).engine(1)])
      await writeFile(file, JSON.stringify({ ...id, attempt: 1 }))
    expect(await launcher.find(job, 1)).toBeUndefined()
    await launcher.stop({ launcher: 'process', attempt: 1, ...id }, job, 0)
    expect(await identifyProcess(id.pid)).toEqual(id)
    victim.kill('SIGKILL')
    await once(victim, 'exit')
  })
  it('a link in place of the log of the head is refused, and what it points to stays as it is', async () => {
    await writeFile(join(root, 'outside'), 'as it was')
    await symlink(join(root, 'outside'), join(root, 'logs', 'head.log'))
    const start = launcher.start({ runId: 'r', attempt: 1, job, logs: join(root, 'logs'), runToken: 't' })
    await expect(start).rejects.toThrow(HeadNotStarted)
    expect(await readFile(join(root, 'outside'), 'utf8')).toBe('as it was')
  })
  it('a pipe in place of a record or of the exit does not hold the server up', async () => {
    const made = spawn('mkfifo', [headFiles(job).head(1), headFiles(job).exit])
    await once(made, 'exit')
    expect(await launcher.find(job, 1)).toBeUndefined()
    const handle = { launcher: 'process', attempt: 1, pid: 2 ** 22 + 1, start: '1', boot: 'b' } as const
    expect(await launcher.look(handle, job)).toEqual({ state: 'lost' })
  })
})

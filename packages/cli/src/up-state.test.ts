import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import { claimDataFolder, liveState, processStart, statePath } from './up-state.ts'

describe('up.json', () => {
  let data: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'cli-up-state-'))
  })
  afterEach(async () => {
    await rm(data, { recursive: true })
  })
  const leave = async (state: unknown): Promise<void> => {
    await writeFile(statePath(data), typeof state === 'string' ? state : JSON.stringify(state))
  }

  it('tells clients where the suite is, and is readable by its owner alone', async () => {
    const claim = await claimDataFolder(data)
    await claim.publish('http://127.0.0.1:4500')
    expect(await liveState(data)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:4500' })
    expect((await stat(statePath(data))).mode & 0o777).toBe(0o600)
    claim.release()
    expect(existsSync(statePath(data))).toBe(false)
    expect(await readdir(data)).toEqual([])
  })

  it('a second claim is refused and says who holds it', async () => {
    const claim = await claimDataFolder(data)
    await claim.publish('http://127.0.0.1:4500')
    await expect(claimDataFolder(data)).rejects.toMatchObject({
      exitCode: EXIT.refused,
      message: expect.stringContaining(`process ${process.pid}, http://127.0.0.1:4500`),
    })
    claim.release()
  })

  it('of twenty claims at once exactly one succeeds, also over a stale file', async () => {
    await leave({ pid: 4_000_000, started: 'long ago', since: '' })
    await mkdir(`${statePath(data)}.takeover`) // of a starter that died while it took over
    await utimes(`${statePath(data)}.takeover`, 0, 0)
    const results = await Promise.allSettled(Array.from({ length: 20 }, async () => await claimDataFolder(data)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('takes over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    await leave({ pid: child.pid, started: processStart(child.pid ?? 0), since: '' })
    await expect(claimDataFolder(data)).rejects.toMatchObject({ exitCode: EXIT.refused })
    child.kill('SIGKILL')
    await once(child, 'exit')
    ;(await claimDataFolder(data)).release()
  })

  it('a process that only has the same id is not taken for the suite', async () => {
    await leave({ pid: process.pid, started: 'another boot/1', since: '', url: 'http://127.0.0.1:1' })
    expect(await liveState(data)).toBeUndefined()
    ;(await claimDataFolder(data)).release()
  })

  it('a file cut off by a crash does not lock the folder for ever', async () => {
    await leave('{"pid": 12')
    ;(await claimDataFolder(data)).release()
  })

  it('releases only its own claim', async () => {
    const claim = await claimDataFolder(data)
    await leave({ pid: 1, started: 'x', since: '' })
    claim.release()
    expect(await readFile(statePath(data), 'utf8')).toContain('"pid":1')
  })
})

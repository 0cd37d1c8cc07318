import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createLogger } from '@biocloud/service-kit'
import { createEngineFinder } from './engine-finder.ts'

describe('finding engines: real programs that answer as one would', () => {
  let dir: string
  const lines: string[] = []
  const log = createLogger({ name: 'test', destination: { write: (line: string) => lines.push(line) > 0 } })
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wes-engines-'))
    lines.length = 0
  })
  afterEach(() => rm(dir, { recursive: true }))

  const program = async (path: string, script: string): Promise<string> => {
    const file = join(dir, path)
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o755)
    return file
  }
  const finder = (configured: { cwltool?: string } = {}) =>
    createEngineFinder({ configured, dir, env: { PATH: `${join(dir, 'path')}:/usr/bin:/bin` }, log })

  it('takes the program of the setting, before .engines and PATH', async () => {
    const set = await program('set/python', 'echo cwltool 3.1')
    await program('cwltool/bin/python', 'echo cwltool 3.2')
    expect((await finder({ cwltool: set }).found())[0]?.install).toEqual({ program: set, version: '3.1' })
  })
  it('takes .engines before PATH, and PATH when nothing else is there', async () => {
    await program('path/python3', 'echo cwltool 3.3')
    expect((await finder().found())[0]?.install).toEqual({ program: 'python3', version: '3.3' })
    const local = await program('cwltool/bin/python', 'echo cwltool 3.2')
    expect((await finder().found())[0]?.install).toEqual({ program: local, version: '3.2' })
  })
  it('a program of the setting that does not answer is not replaced by another', async () => {
    await program('path/python3', 'echo cwltool 3.3')
    expect(await finder({ cwltool: join(dir, 'nowhere') }).found()).toEqual([])
  })
  it('an absent engine is one log line with the reason, and a run that needs it names what is here', async () => {
    await program('path/python3', 'echo "No module named cwltool" >&2; exit 1')
    const found = finder()
    await expect(found.choose({ type: 'CWL' })).rejects.toMatchObject({
      status: 400,
      message: 'No engine for CWL on this server: cwltool ≥ 3.1 was not found (engines.cwltool.python). Here: none.',
    })
    await found.found()
    expect(lines.filter((line) => line.includes('engine not found'))).toHaveLength(1)
    expect(lines.join('')).toContain('No module named cwltool')
  })
  it('W8 chooses by name and version, and refuses others with what is installed', async () => {
    await program('cwltool/bin/python', 'echo cwltool 3.2')
    const found = finder()
    expect((await found.choose({ type: 'CWL', engine: 'CWLTOOL', version: '3.2' })).install.version).toBe('3.2')
    await expect(found.choose({ type: 'CWL', engine: 'cwltool', version: '3.1' })).rejects.toThrow('installed: 3.2')
    await expect(found.choose({ type: 'WDL', engine: 'cwltool' })).rejects.toThrow('does not run WDL')
    await expect(found.choose({ type: 'CWL', engine: 'toil' })).rejects.toThrow('Here: cwltool 3.2')
  })
  it('the program gets nothing of the environment of the server', async () => {
    process.env['WES_CANARY'] = 'leak'
    await program('cwltool/bin/python', 'test -z "$WES_CANARY" && echo cwltool 3.2')
    expect(await finder().found()).toHaveLength(1)
    delete process.env['WES_CANARY']
  })
})

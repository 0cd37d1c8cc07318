import { describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = (program: string, ...argv: string[]) =>
  promisify(execFile)(process.execPath, [
    '--conditions=source',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
    ...argv,
  ])
const module = JSON.stringify(new URL('./logger.ts', import.meta.url).href)

describe('logger of a process', () => {
  it('loses no line when the process exits at once', async () => {
    const { stdout } = await run(`
      const { createLogger } = await import(${module})
      const log = createLogger({ name: 'x' })
      for (let i = 0; i < 2000; i++) log.info({ i }, 'line')
      process.exit(0)`)
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(2000)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ i: 1999, level: 'info', name: 'x', msg: 'line' })
  }, 30_000)

  it('appends to a file that only its owner reads', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kit-log-'))
    const file = join(dir, 'logs', 'x.log')
    const program = `
      const { createLogger } = await import(${module})
      createLogger({ name: 'x', file: process.argv[1] }).info('line')`
    await run(program, file)
    await run(program, file)
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(2)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await rm(dir, { recursive: true })
  }, 30_000)

  it('lets the server go on when the disk of its log is full, and says later how many lines were lost', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'kit-disk-'))
    const mounted = await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).then(
      () => true,
      () => false, // not root: /dev/full stands for the full disk, and nothing can be written again
    )
    const file = mounted ? join(disk, 'x.log') : '/dev/full'
    try {
      const { stdout, stderr } = await run(
        `
        const { rmSync, writeFileSync } = await import('node:fs')
        const { createLogger } = await import(${module})
        const log = createLogger({ name: 'x', file: process.argv[1] })
        if (process.argv[2]) try { writeFileSync(process.argv[2], Buffer.alloc(1e6)) } catch {}
        for (let i = 0; i < 1000; i++) log.info({ i }, 'line')
        if (process.argv[2]) rmSync(process.argv[2])
        log.info('after')
        process.stdout.write('went on')`,
        file,
        ...(mounted ? [join(disk, 'filler')] : []),
      )
      expect(stdout).toBe('went on')
      expect(stderr.match(/cannot be written: .*ENOSPC/g)).toHaveLength(1)
      if (mounted) {
        const lines = (await readFile(file, 'utf8')).trim().split('\n')
        expect(lines.at(-2)).toMatch(/"lines":\d+,"msg":"log lines were lost"/)
        expect(lines.at(-1)).toContain('"msg":"after"')
      }
    } finally {
      if (mounted) await promisify(execFile)('umount', [disk])
      await rm(disk, { recursive: true })
    }
  }, 30_000)
})

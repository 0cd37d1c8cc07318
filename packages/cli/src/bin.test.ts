import { execFile } from 'node:child_process'
import { access, constants, cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { EXIT } from './errors.ts'
import { startCli } from './testing/command-line.ts'
import { once } from 'node:events'

const bin = fileURLToPath(new URL('../bin/biocloud.js', import.meta.url))
const root = fileURLToPath(new URL('../../../', import.meta.url))
const execute = promisify(execFile)

describe('the program', () => {
  it('npx biocloud is a link to the committed, executable file: it is there before anything is built', async () => {
    const linked = join(root, 'node_modules', '.bin', 'biocloud')
    expect(await realpath(linked)).toBe(await realpath(bin))
    await access(linked, constants.X_OK)
    expect(await readFile(bin, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))).toMatchObject({
      bin: { biocloud: 'bin/biocloud.js' },
    })
  })

  it('unbuilt it says what to do; built it runs dist/main.js', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-bin-'))
    await cp(bin, join(folder, 'bin', 'biocloud.js'))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await expect(execute(process.execPath, [join(folder, 'bin', 'biocloud.js')])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm run build'),
    })
    await mkdir(join(folder, 'dist'))
    await writeFile(join(folder, 'dist', 'main.js'), 'console.log("ran", process.argv[2])')
    expect((await execute(process.execPath, [join(folder, 'bin', 'biocloud.js'), 'drs'])).stdout).toBe('ran drs\n')
    await rm(folder, { recursive: true })
  })

  it.each([
    [['--help'], []],
    [['drs', 'ls', '--help'], []],
    [['drs', 'ls', '--server', 'http://127.0.0.1:9'], ['ga4gh-api']], // port 9: nobody answers
  ])(
    '%j loads no server',
    async (args, packages) => {
      const coverage = await mkdtemp(join(tmpdir(), 'cli-loaded-'))
      const child = startCli(args, { NODE_V8_COVERAGE: coverage })
      child.stdout?.resume()
      child.stderr?.resume()
      await once(child, 'close')
      const urls = (
        await Promise.all(
          (await readdir(coverage)).map(
            async (name) => JSON.parse(await readFile(join(coverage, name), 'utf8')) as { result: { url: string }[] },
          ),
        )
      ).flatMap(({ result }) => result.map(({ url }) => url))
      const loaded = new Set(
        urls.map((url) => /\/packages\/([\w-]+)\//.exec(url)?.[1]).filter((name) => name !== undefined),
      )
      expect([...loaded].toSorted()).toEqual(['cli', ...packages].toSorted())
      expect(urls.some((url) => url.includes('/node_modules/express/'))).toBe(false)
      await rm(coverage, { recursive: true })
    },
    30_000,
  )

  it('exit codes of the process are those of the commands', async () => {
    const codes = await Promise.all(
      [['--version'], ['drs', 'ls', '--server', 'http://127.0.0.1:9'], ['drs', 'lss']].map(async (args) => {
        const child = startCli(args)
        child.stdout?.resume()
        child.stderr?.resume()
        return ((await once(child, 'close')) as [number])[0]
      }),
    )
    expect(codes).toEqual([EXIT.ok, EXIT.unavailable, EXIT.usage])
  }, 30_000)
})

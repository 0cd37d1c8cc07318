import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The rules that a file would break, were it written there. */
const broken = (file: string, text: string): string[] => {
  const path = join(root, file)
  if (existsSync(path)) throw new Error(`${file} exists: the test would overwrite it`)
  mkdirSync(join(path, '..'), { recursive: true })
  try {
    writeFileSync(path, text)
    const args = ['--config', 'test/dependency-rules.cjs', '--output-type', 'json', file]
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
    })
    const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } }
    return report.summary.violations.filter((v) => v.from === file).map((v) => v.rule.name)
  } finally {
    rmSync(path)
  }
}

describe('the package arrows', () => {
  it('catch a server that imports another server', () => {
    const text = "import { createServer } from '@biocloud/wes'\nexport const forbidden = createServer\n"
    expect(broken('packages/drs/src/forbidden-arrow.ts', text)).toContain('arrows-of-drs')
  })

  it('catch a command line that reaches behind the servers', () => {
    const text = "import { createLogger } from '@biocloud/service-kit'\nexport const forbidden = createLogger\n"
    expect(broken('packages/cli/src/forbidden-arrow.ts', text)).toContain('arrows-of-cli')
  })

  it('catch SQL outside db/', () => {
    const text = "import knex from 'knex'\nexport const forbidden = knex\n"
    expect(broken('packages/tes/src/forbidden-arrow.ts', text)).toContain('only-knex')
  })

  it('let a server import the kit', () => {
    const text = "import { createLogger } from '@biocloud/service-kit'\nexport const allowed = createLogger\n"
    expect(broken('packages/drs/src/allowed-arrow.ts', text)).toEqual([])
  })
})

describe('the command', () => {
  it('is linked by npm to a committed, executable file', () => {
    const link = join(root, 'node_modules/.bin/biocloud')
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    const target = realpathSync(link)
    expect(target).toBe(join(root, 'packages/cli/bin/biocloud.js'))
    expect(statSync(target).mode & 0o111).not.toBe(0)
    const { stdout } = spawnSync('git', ['ls-files', '-s', 'packages/cli/bin/biocloud.js'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/^100755 /)
  })
})

describe('the repository', () => {
  it('names every package in the workspaces, the references and the arrows alike', () => {
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] }
    const rules = readFileSync(join(root, 'test/dependency-rules.cjs'), 'utf8')
    for (const workspace of workspaces) {
      const name = workspace.replace('packages/', '')
      expect(rules).toMatch(new RegExp(`^  '?${name}'?:`, 'm'))
      const { references } = JSON.parse(readFileSync(join(root, workspace, 'tsconfig.json'), 'utf8')) as {
        references: { path: string }[]
      }
      const manifest = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>
      }
      const ours = Object.keys(manifest.dependencies ?? {}).filter((d) => d.startsWith('@biocloud/'))
      expect(references.map((r) => r.path.replace('../', '@biocloud/')).sort()).toEqual(ours.sort())
    }
  })
})

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAttemptFolder } from './attempt-folder.ts'
import { diskUse } from './disk-use.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tes-folder-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Folders so deep that their path is longer than the kernel takes; made from within, as a task does. */
const nest = (at: string): void => {
  execFileSync(
    'bash',
    [
      '-c',
      'for i in $(seq 1 60); do d=$(printf "%0200d" $i); mkdir "$d" && cd -P "./$d" || exit 1; done; dd if=/dev/zero of=big bs=1M count=3 2>/dev/null',
    ],
    {
      cwd: at,
    },
  )
}

describe('the folder of an attempt', () => {
  it('4.4 a control folder is made anew: nothing is written or given away through links that a task left there', async () => {
    const owner = { uid: 4321, gid: 4322 }
    const folder = createAttemptFolder(root, 'tes-a-1', process.getuid?.() === 0 ? owner : undefined)
    const precious = join(root, 'precious')
    await writeFile(precious, 'as it was')
    await mkdir(join(root, 'elsewhere'))
    await mkdir(folder.control(0), { recursive: true })
    await symlink(precious, join(folder.control(0), 'go'))
    await symlink(join(root, 'elsewhere'), join(folder.control(0), 'home'))
    await folder.prepareControl(0)
    expect(await readFile(precious, 'utf8')).toBe('as it was')
    expect((await stat(join(root, 'elsewhere'))).uid).toBe(process.getuid?.())
    expect((await readdir(folder.control(0))).sort()).toEqual(['go', 'home'])
  })

  it('4.4 a plan that a power failure cut off is no plan: the inputs are staged again', async () => {
    const folder = createAttemptFolder(root, 'tes-a-1', undefined)
    await folder.clear()
    await writeFile(join(folder.path, 'plan.json'), '{"plan":')
    expect(await folder.readPlan()).toBeUndefined()
  })

  it('removes what is nested deeper than a path can say, and keeps the logs', async () => {
    const folder = createAttemptFolder(root, 'tes-a-1', undefined)
    await mkdir(folder.data(0), { recursive: true })
    await mkdir(folder.logs)
    nest(folder.data(0))
    await folder.removeWork()
    expect(await readdir(folder.path)).toEqual(['logs'])
  }, 20_000)
})

describe('the disk use of a task', () => {
  it('4.3.5 counts what is nested deeper than a path can say', async () => {
    nest(root)
    expect(await diskUse(root)).toBeGreaterThan(3 * 2 ** 20)
    execFileSync('rm', ['-rf', ...(await readdir(root)).map((name) => join(root, name))])
  }, 20_000)

  it('4.3.5 counts a block for a file without bytes, and what a sparse file holds', async () => {
    for (let i = 0; i < 100; i += 1) await writeFile(join(root, String(i)), '')
    await writeFile(join(root, 'sparse'), '')
    await truncate(join(root, 'sparse'), 2 ** 30)
    const used = await diskUse(root)
    expect(used).toBeGreaterThanOrEqual(100 * 4096)
    expect(used).toBeLessThan(2 ** 20)
  })

  it('4.3.5 stops looking once it is over the limit', async () => {
    for (let i = 0; i < 50; i += 1) await writeFile(join(root, String(i)), '')
    expect(await diskUse(root, 10 * 4096)).toBe(11 * 4096)
  })
})

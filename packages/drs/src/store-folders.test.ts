import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { checkStoreFolders } from './store-folders.ts'

let top: string
let dataDir: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'drs-folders-'))
  dataDir = join(top, 'data')
  await mkdir(join(dataDir, 'drs'), { recursive: true })
  await mkdir(join(top, 'issuer'))
  await mkdir(join(top, 'files', 'in'), { recursive: true })
  await symlink(dataDir, join(top, 'files', 'link'))
})
afterEach(() => rm(top, { recursive: true }))

const check = (o: { roots?: string[]; runRoots?: string[] }) =>
  checkStoreFolders(
    {
      backends: (o.roots ?? []).map((root, i) => ({ kind: 'posix' as const, name: `s${i}`, root })),
      localIssuer: { dir: join(top, 'issuer'), issuer: 'http://127.0.0.1:1', demo: true },
    },
    { dataDir, runRoots: o.runRoots ?? [join(dataDir, 'wes', 'runs')] },
  )

describe('R1 folders of stores', () => {
  it('apart from the data folder, the issuer and the runs are taken', async () => {
    await check({ roots: [join(top, 'files'), join(top, 'not-there-yet')] })
    await check({ roots: [`${dataDir}-of-others`], runRoots: [join(top, 'runs'), join(dataDir, 'wes', 'runs')] })
  })

  it.each([
    ['the data folder', 'data'],
    ['a folder in it', 'data/drs'],
    ['a folder in it that is not there yet', 'data/later/on'],
    ['a folder that holds it', ''],
    ['the root of all files', '/'],
    ['a link to it', 'files/link'],
    ['a folder behind a link to it', 'files/link/drs'],
    ["the issuer's folder", 'issuer'],
    ['a folder of runs', 'data/wes/runs'],
  ])('that are %s are refused at boot', async (_what, path) => {
    const root = path.startsWith('/') ? path : join(top, path)
    await expect(check({ roots: [join(top, 'files', 'in'), root] })).rejects.toMatchObject({
      code: 'config_invalid',
      problems: [expect.stringContaining('backends.1.root')],
    })
  })

  it.each([
    ['holds the data folder', ''],
    ['is the data folder', 'data'],
    ['is the folder of WES with its database and key', 'data/wes'],
    ['lies in the folder of DRS', 'data/drs/objects'],
    ["is the issuer's", 'issuer'],
  ])('a folder of runs that %s is refused at boot', async (_what, path) => {
    await expect(check({ runRoots: [join(top, path)] })).rejects.toThrow('runRoots.0')
  })

  it('a store that meets a folder of runs is refused, and every problem is told at once', async () => {
    const refused = check({ roots: [join(top, 'runs', 'x'), join(top, 'issuer')], runRoots: [join(top, 'runs')] })
    await expect(refused).rejects.toMatchObject({
      problems: [expect.stringContaining('overlaps a folder of runs'), expect.stringContaining('localIssuer.dir')],
    })
  })
})

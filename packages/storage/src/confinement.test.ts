import { execFileSync } from 'node:child_process'
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { confinedList, confinedRemove } from './confined-tree.ts'
import { confinedCreate, confinedMkdir, confinedMove, confinedOpen, confinedStat } from './confinement.ts'
import { segmentsOf } from './key.ts'

let top: string
let root: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'confine-'))
  root = join(top, 'root')
  await mkdir(join(root, 'in'), { recursive: true })
  await mkdir(join(top, 'outside'))
  await writeFile(join(top, 'outside', 'secret'), 'secret')
  await writeFile(join(root, 'in', 'file'), 'inside')
})
afterEach(() => rm(top, { recursive: true }))

const write = async (path: string, bytes: string, o?: Parameters<typeof confinedCreate>[2]): Promise<void> => {
  const file = await confinedCreate(root, segmentsOf(path), o)
  await file.handle.writeFile(bytes)
  await file.commit()
}

describe('confined file access', () => {
  it('reads a file below the root', async () => {
    const handle = await confinedOpen(root, ['in', 'file'])
    expect(await handle.readFile('utf8')).toBe('inside')
    await handle.close()
  })

  it.each([
    ['a link to a file', 'leaf', '../outside/secret', ['leaf']],
    ['a link to a folder', 'out', '../outside', ['out', 'secret']],
    ['an absolute link', 'abs', '/etc', ['abs', 'passwd']],
    ['a link that stays inside', 'again', 'in', ['again', 'file']],
  ])('refuses %s for reading and writing', async (_what, name, target, segments) => {
    await symlink(target, join(root, name))
    await expect(confinedOpen(root, segments)).rejects.toMatchObject({ code: 'storage_forbidden', status: 403 })
    const into = segments.length === 1 ? [...segments, 'new'] : segments
    await expect(confinedCreate(root, into)).rejects.toMatchObject({ status: 403 })
    await expect(confinedMkdir(root, [name, 'new'])).rejects.toMatchObject({ status: 403 })
    expect(await readdir(join(top, 'outside'))).toEqual(['secret'])
  })

  it('replaces a link at the place of a new file and leaves what it points to', async () => {
    await symlink('../outside/secret', join(root, 'leaf'))
    await write('leaf', 'mine')
    expect(await readFile(join(root, 'leaf'), 'utf8')).toBe('mine')
    expect(await readFile(join(top, 'outside', 'secret'), 'utf8')).toBe('secret')
  })

  it.each([['..', 'outside', 'secret'], ['in', '..', 'x'], ['in/file'], [''], ['.'], ['in', 'a\0b']])(
    'refuses the segments %j %j %j',
    async (...given: string[]) => {
      await expect(confinedOpen(root, given)).rejects.toMatchObject({ code: 'path_refused' })
      await expect(confinedCreate(root, given)).rejects.toMatchObject({ code: 'path_refused' })
      await expect(confinedRemove(root, given)).rejects.toMatchObject({ code: 'path_refused' })
    },
  )

  it('refuses a folder and a pipe as a file, without waiting for a writer', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    await expect(confinedOpen(root, ['pipe'])).rejects.toMatchObject({ status: 403 })
    await expect(confinedOpen(root, ['in'])).rejects.toMatchObject({ status: 403 })
  })

  it('a file in the middle of a path is not found, not forbidden', async () => {
    await expect(confinedOpen(root, ['in', 'file', 'x'])).rejects.toMatchObject({ status: 404 })
  })

  it('a folder swapped for a link between check and use does not lead outside', async () => {
    let escaped = 0
    for (let round = 0; round < 60; round++) {
      await mkdir(join(root, 'race'))
      const swap = (async () => {
        await rename(join(root, 'race'), join(root, `was-${round}`))
        await symlink('../outside', join(root, 'race'))
      })()
      await Promise.allSettled([swap, write('race/planted', 'x'), write('race/deeper/planted', 'x')])
      escaped += (await readdir(join(top, 'outside'))).length - 1
      await rm(join(root, 'race'), { recursive: true, force: true })
    }
    expect(escaped).toBe(0)
  })

  it('shows nothing before commit and leaves nothing after abort', async () => {
    const file = await confinedCreate(root, ['new', 'deep', 'file'])
    await file.handle.writeFile('x')
    await expect(confinedStat(root, ['new', 'deep', 'file'])).rejects.toMatchObject({ status: 404 })
    await file.abort()
    await file.abort()
    expect(await readdir(join(root, 'new', 'deep'))).toEqual([])
  })

  it('an exclusive file never replaces another, even one made after it was begun', async () => {
    const first = await confinedCreate(root, ['x'], { exclusive: true })
    const second = await confinedCreate(root, ['x'], { exclusive: true })
    await first.handle.writeFile('first')
    await first.commit()
    await expect(second.commit()).rejects.toMatchObject({ code: 'storage_precondition_failed' })
    expect(await readdir(root)).toEqual(['in', 'x'])
    expect(await readFile(join(root, 'x'), 'utf8')).toBe('first')
  })

  it('gives the mode that was asked for to the file and the parents it makes', async () => {
    await write('p/q/file', 'x', { mode: 0o640, directoryMode: 0o750 })
    expect((await stat(join(root, 'p', 'q', 'file'))).mode & 0o777).toBe(0o640)
    expect((await stat(join(root, 'p'))).mode & 0o777).toBe(0o750)
  })

  const asRoot = process.getuid?.() === 0 ? it : it.skip
  asRoot(
    'gives the owner that was asked for to the file and the parents it makes, and to no older folder',
    async () => {
      await write('in/q/file', 'x', { owner: { uid: 1234, gid: 2345 } })
      for (const path of ['in/q', 'in/q/file']) {
        expect(await stat(join(root, path))).toMatchObject({ uid: 1234, gid: 2345 })
      }
      expect((await stat(join(root, 'in'))).uid).toBe(0)
    },
  )

  it('passes a folder that may be searched but not read', async () => {
    await chmod(join(root, 'in'), 0o311)
    const handle = await confinedOpen(root, ['in', 'file'])
    await handle.close()
  })

  it('lists a tree in byte order and tells links without following them', async () => {
    await symlink('../outside', join(root, 'in', 'link'))
    await write('in/sub/a', 'x')
    await write('in/sub.txt', 'x')
    const found: string[] = []
    for await (const entry of confinedList(root, [])) found.push(`${entry.segments.join('/')} ${entry.kind}`)
    expect(found).toEqual([
      'in directory',
      'in/file file',
      'in/link link',
      'in/sub.txt file',
      'in/sub directory',
      'in/sub/a file',
    ])
  })

  it('removes a tree with the links in it and not what they point to; absent is success', async () => {
    await symlink('../outside', join(root, 'in', 'link'))
    await symlink('../../outside/secret', join(root, 'in', 'leaf'))
    await confinedRemove(root, ['in'])
    await confinedRemove(root, ['in'])
    await confinedRemove(root, ['no', 'such', 'place'])
    expect(await readdir(root)).toEqual([])
    expect(await readFile(join(top, 'outside', 'secret'), 'utf8')).toBe('secret')
  })

  it('a hard link is a file like another', async () => {
    await link(join(root, 'in', 'file'), join(root, 'hard'))
    await confinedRemove(root, ['hard'])
    expect(await readFile(join(root, 'in', 'file'), 'utf8')).toBe('inside')
  })

  it('moves a file between two roots, making its parents and replacing a file', async () => {
    const to = (...segments: string[]) => confinedMove({ root, segments: ['in', 'file'] }, { root: top, segments })
    await to('new', 'folder', 'moved')
    expect(await readFile(join(top, 'new', 'folder', 'moved'), 'utf8')).toBe('inside')
    await expect(to('again')).rejects.toMatchObject({ status: 404 })
    await write('in/file', 'second')
    await to('new', 'folder', 'moved')
    expect(await readFile(join(top, 'new', 'folder', 'moved'), 'utf8')).toBe('second')
  })

  it('moves no link, no folder, and nothing through a link on either side', async () => {
    const move = (from: string, to: string) =>
      confinedMove({ root, segments: segmentsOf(from) }, { root, segments: segmentsOf(to) })
    await symlink('../../outside/secret', join(root, 'in', 'leaf'))
    await symlink('../outside', join(root, 'link'))
    for (const [from, to] of [
      ['in/leaf', 'x'],
      ['in', 'x'],
      ['link/secret', 'x'],
      ['in/file', 'link/x'],
    ] as const)
      await expect(move(from, to)).rejects.toMatchObject({ status: 403 })
    expect(await readdir(join(top, 'outside'))).toEqual(['secret'])
    expect(await readFile(join(root, 'in', 'file'), 'utf8')).toBe('inside')
  })
})

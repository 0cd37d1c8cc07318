import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { confinedList, confinedRemove } from './confined-tree.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tree-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const deep = async (levels: number): Promise<void> => {
  await mkdir(join(root, 'd', ...Array<string>(levels - 1).fill('d')), { recursive: true })
}
const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length

/** The most descriptors open at any look while `work` runs. */
const peak = async (work: Promise<unknown>): Promise<number> => {
  let most = 0
  const state = { running: true }
  const done = work.finally(() => {
    state.running = false
  })
  while (state.running) most = Math.max(most, await descriptors())
  await done
  return most
}

describe('deep trees', () => {
  it('are listed to 256 levels with few descriptors, and refused below that', async () => {
    await deep(256)
    const before = await descriptors()
    const names: string[] = []
    let most = 0
    for await (const entry of confinedList(root, [])) {
      names.push(entry.segments.join('/'))
      most = Math.max(most, await descriptors())
    }
    expect(names).toHaveLength(256)
    expect(names.at(-1)).toBe(Array<string>(256).fill('d').join('/'))
    expect(most - before).toBeLessThan(24)
    expect(await descriptors()).toBe(before)

    await mkdir(join(root, ...Array<string>(258).fill('d')), { recursive: true })
    const all = async (): Promise<void> => {
      for await (const entry of confinedList(root, [])) expect(entry.kind).toBe('directory')
    }
    await expect(all()).rejects.toMatchObject({ code: 'path_refused', status: 403 })
    expect(await descriptors()).toBe(before)
  })

  it('a listing that is left early closes what it had open', async () => {
    await deep(100)
    const before = await descriptors()
    for await (const entry of confinedList(root, [])) if (entry.segments.length === 80) break
    expect(await descriptors()).toBe(before)
  })

  it('the work of a listing grows with the tree, not with the square of its depth', async () => {
    const timed = async (levels: number): Promise<number> => {
      await deep(levels)
      const start = performance.now()
      for await (const entry of confinedList(root, ['d'])) expect(entry.kind).toBe('directory')
      return performance.now() - start
    }
    await timed(30)
    const short = await timed(60)
    // Four times as deep took sixteen times as long when each level was walked to from the root.
    expect(await timed(240)).toBeLessThan(9 * short + 50)
  })

  it('of 1,200 levels are removed with at most 100 descriptors', async () => {
    await deep(1200)
    await writeFile(join(root, 'd', 'd', 'file'), 'x')
    await mkdir(join(root, 'd', 'other', 'place'), { recursive: true })
    const before = await descriptors()
    expect((await peak(confinedRemove(root, ['d']))) - before).toBeLessThan(100)
    expect(await readdir(root)).toEqual([])
    expect(await descriptors()).toBe(before)
  })
})

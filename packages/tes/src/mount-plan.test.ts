import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isWithin, normalise, parentOf } from './container-path.ts'
import { LAUNCHER_HOME, mayMount, planMounts, type Wishes } from './mount-plan.ts'
import { literalParent } from './path-pattern.ts'

const part = fc.constantFrom('a', 'b', 'c:d', 'usr', 'bin', 'lib64', 'etc', 'data', 'x y')
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`)
const wishes: fc.Arbitrary<Wishes> = fc.record({
  inputs: fc.array(fc.record({ path, type: fc.constantFrom('FILE' as const, 'DIRECTORY' as const) }), { maxLength: 5 }),
  outputs: fc.array(
    fc.oneof(
      fc.record({
        path,
        type: fc.constantFrom('FILE' as const, 'DIRECTORY' as const, undefined),
        pattern: fc.constant(false),
      }),
      path.map((p) => ({ path: `${p}/*`, pattern: true })),
    ),
    { maxLength: 5 },
  ),
  volumes: fc.array(path, { maxLength: 3 }),
  executors: fc.array(
    fc.record({
      stdin: fc.option(path, { nil: undefined }),
      stdout: fc.option(path, { nil: undefined }),
      stderr: fc.constant(undefined),
      workdir: fc.option(path, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

describe('mount plan', () => {
  it('4.3.1 mounts no directory below another, and none twice', () => {
    fc.assert(
      fc.property(wishes, (w) => {
        const { directories } = planMounts(w)
        return directories.every((a, i) => directories.every((b, j) => i === j || !isWithin(a, b)))
      }),
    )
  })
  it('4.3.2 never mounts over programs, libraries, the kernel or the launcher', () => {
    fc.assert(
      fc.property(wishes, (w) => planMounts(w).directories.every((d) => mayMount(d) && !isWithin(d, LAUNCHER_HOME))),
    )
    for (const directory of [
      '/',
      '/bin',
      '/sbin',
      '/usr',
      '/etc',
      '/lib',
      '/lib64',
      '/usr/lib',
      '/usr/bin',
      '/.biocloud',
      '/.biocloud/x',
      '/proc',
      '/dev',
    ])
      expect([directory, mayMount(directory)]).toEqual([directory, false])
    for (const directory of ['/tmp', '/usr/share/x', '/etc/conf.d', '/library', '/data', '/binary'])
      expect([directory, mayMount(directory)]).toEqual([directory, true])
  })
  it('4.3.3 every input file is in a mounted directory or alone, every output in one or copied out', () => {
    fc.assert(
      fc.property(wishes, (w) => {
        const { directories, loneFiles, copyOut } = planMounts(w)
        const isHeld = (p: string) => directories.some((d) => isWithin(d, p))
        const inputs = w.inputs
          .filter(({ type }) => type === 'FILE')
          .every(({ path: p }) => isHeld(p) !== loneFiles.includes(p))
        const outputs = w.outputs.every(
          (o) => isHeld(o.pattern ? literalParent(o.path) : o.path) !== copyOut.some((c) => c.path === o.path),
        )
        return inputs && outputs
      }),
    )
  })
  it('every parent of what a command writes below a mount is made', () => {
    fc.assert(
      fc.property(wishes, (w) => {
        const { directories, make } = planMounts(w)
        return w.executors.every(
          ({ stdout }) =>
            stdout === undefined ||
            !directories.some((d) => isWithin(d, parentOf(stdout))) ||
            make.includes(parentOf(normalise(stdout))),
        )
      }),
    )
  })
  it('is the same for the same wishes in another order', () => {
    fc.assert(
      fc.property(wishes, (w) => {
        const turned = {
          ...w,
          inputs: [...w.inputs].reverse(),
          outputs: [...w.outputs].reverse(),
          volumes: [...w.volumes].reverse(),
        }
        expect(planMounts(turned)).toEqual(planMounts(w))
      }),
    )
  })
  it('4.3.1 keeps inputs and outputs of one work directory together, as Nextflow and Snakemake need', () => {
    const plan = planMounts({
      inputs: [
        { path: '/work/ab/.command.run', type: 'FILE' },
        { path: '/work/ab/in', type: 'DIRECTORY' },
      ],
      outputs: [{ path: '/work/ab/*.txt', pattern: true }],
      volumes: [],
      executors: [{ workdir: '/work/ab', stdout: '/work/ab/.command.out' }],
    })
    expect(plan).toEqual({ directories: ['/work/ab'], loneFiles: [], copyOut: [], make: ['/work/ab', '/work/ab/in'] })
  })
  it('4.3.1 workdir alone is not mounted', () => {
    expect(planMounts({ inputs: [], outputs: [], volumes: [], executors: [{ workdir: '/srv' }] })).toEqual({
      directories: [],
      loneFiles: [],
      copyOut: [],
      make: [],
    })
  })
})

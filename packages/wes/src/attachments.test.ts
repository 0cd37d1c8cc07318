import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAttachmentWriter, createNameRegister, nameProblem } from './attachments.ts'
import { limitsSchema } from './limits.ts'

const limits = { ...limitsSchema.parse({}), attachmentBytes: 10, attachmentsBytes: 25 }

describe('attachment names', () => {
  it.each([
    'a',
    'main.cwl',
    'tools/align.cwl',
    'a b/ä.txt',
    '日本/語.txt',
    '.hidden',
    'a..b',
    '..a',
    'x'.repeat(255),
    'workflow/Snakefile',
    '%41',
    '100%',
    'e\u0301.txt',
  ])('W13 keeps %j as sent', (name) => {
    expect(nameProblem(name)).toBeUndefined()
  })
  it.each([
    '',
    '/etc/passwd',
    '//a',
    '..',
    '.',
    '../a',
    'a/../b',
    'a/..',
    './a',
    'a/./b',
    'a//b',
    'a/',
    'a\\b',
    '..\\a',
    'C:a',
    'c:/a',
    'a\0b',
    'a\nb',
    'a\u007fb',
    'a\u0085b',
    'a%2Fb',
    'a%2fb',
    '%2e%2e/a',
    'a%5Cb',
    'a%00',
    'x'.repeat(256),
    'é'.repeat(128),
    `${'a/'.repeat(2500)}a`,
    '\ud800',
    'a\ufffdb',
    '.nextflow/history',
    '.snakemake',
    '.command.sh',
    '.COMMAND.run',
    'work/x',
    'WORK',
  ])('W13 refuses %j and repairs nothing', (name) => {
    expect(nameProblem(name)).toEqual(expect.any(String))
  })
  it.each([
    [['a.txt', 'a.txt'], 'comes twice'],
    [['a.txt', 'A.TXT'], 'only in case or Unicode form'],
    [['\u00e9', 'e\u0301'], 'only in case or Unicode form'],
    [['STRASSE', 'straße'], 'only in case or Unicode form'],
    [['a', 'a/b'], 'needs a folder where "a" is a file'],
    [['a/b', 'a'], 'is a file, and "a/b" needs a folder'],
    [['A/b', 'a'], 'needs a folder of that name'],
  ])('W13 refuses the second of %j', (names, problem) => {
    const register = createNameRegister((name, why) => new Error(`${name} ${why}`))
    const [first = '', second = ''] = names
    register.add(first)
    expect(() => {
      register.add(second)
    }).toThrow(problem)
  })
})

describe('attachments on disk', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wes-attached-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('W14 are written with their folders, digests and sizes', async () => {
    const writer = createAttachmentWriter({ folder, limits })
    await writer.write('sub/a b.txt', Readable.from([Buffer.from('hel'), Buffer.from('lo')]))
    expect(await readFile(join(folder, 'sub', 'a b.txt'), 'utf8')).toBe('hello')
    expect(writer.stored).toEqual([
      { name: 'sub/a b.txt', size: 5, sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' },
    ])
  })
  it('W14 a link in the way is not followed', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'wes-outside-'))
    await symlink(outside, join(folder, 'sub'))
    const writer = createAttachmentWriter({ folder, limits })
    await expect(writer.write('sub/a', Readable.from([Buffer.from('x')]))).rejects.toThrow('symbolic link')
    expect(await readdir(outside)).toEqual([])
    await rm(outside, { recursive: true })
  })
  it.each([
    ['one byte over the limit of a file', [11]],
    ['one byte over the limit of all', [10, 10, 6]],
  ])('W11 %s is 413 and leaves no part of the file', async (_name, sizes) => {
    const writer = createAttachmentWriter({ folder, limits })
    const write = async (): Promise<void> => {
      for (const [index, size] of sizes.entries()) await writer.write(`f${index}`, Readable.from([Buffer.alloc(size)]))
    }
    await expect(write()).rejects.toMatchObject({ status: 413 })
    expect(await readdir(folder)).toHaveLength(sizes.length - 1)
  })
  it('exactly the limits are taken', async () => {
    const writer = createAttachmentWriter({ folder, limits })
    for (const [index, size] of [10, 10, 5].entries())
      await writer.write(`f${index}`, Readable.from([Buffer.alloc(size)]))
    expect(writer.stored).toHaveLength(3)
  })
})

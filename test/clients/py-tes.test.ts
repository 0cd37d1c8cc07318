import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createSuite, finished, root, type Suite } from '../whole/suite.ts'

jest.setTimeout(120_000)

const python = join(root, '.engines/py-tes/bin/python')

describe('py-tes 1.1.4, unmodified', () => {
  let suite: Suite
  let files = ''

  beforeAll(async () => {
    files = join(process.env.TMPDIR ?? '/tmp', `biocloud-py-tes-${String(process.pid)}`)
    mkdirSync(files, { mode: 0o755 })
    suite = await createSuite({ up: ['--files', files] })
    await suite.start()
  })
  afterAll(() => suite.dispose())

  it.each([
    ['at the root', ''],
    ['at the full base', '/ga4gh/tes/v1'],
  ])('creates, waits for, reads, lists and cancels tasks %s', async (_where, base) => {
    const env = {
      ...process.env,
      TES_URL: `${suite.url}${base}`,
      TES_TOKEN: await suite.token('researcher'),
      FILES: files,
    }
    const script = join(root, 'test/clients/use-py-tes.py')
    const { code, stdout, stderr } = await finished(spawn(python, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] }))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      service: 'tes',
      created: 'COMPLETE',
      stdout: 'hello from py-tes\n',
      output: 'HELLO FROM PY-TES\n',
      listed: true,
      canceled: 'CANCELED',
      failed: 3,
    })
    expect(readFileSync(join(files, 'out.txt'), 'utf8')).toBe('HELLO FROM PY-TES\n')
  })
})

import { describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError, loadSettings, parseSettings, readSettingFile, settingsFromEnv, settingsHelp } from './config.ts'

const schema = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(4501).describe('Port to listen on'),
  logLevel: z.enum(['debug', 'info']).default('info').describe('Least level that is logged'),
  embedded: z.boolean().default(false).describe('Whether another process serves health and metrics'),
  publicUrl: z.url().exactOptional().describe('How clients reach this server'),
  dataDir: z.string().min(1).describe('Folder of everything kept'),
  localIssuer: z.object({ dir: z.string(), issuer: z.url() }).exactOptional().describe('The local issuer'),
  roots: z
    .array(z.object({ path: z.string(), mode: z.enum(['ro', 'rw']) }))
    .default([])
    .describe('Roots of file URLs'),
  outbound: z
    .union([z.literal('public-https'), z.array(z.string())])
    .default('public-https')
    .describe('Inputs from'),
})
const prefix = 'BIOCLOUD_TES_'

const problems = (work: () => unknown): readonly string[] => {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  it('come from the environment by prefix and upper-snake path, typed by the schema', () => {
    const env = {
      BIOCLOUD_TES_PORT: '8000',
      BIOCLOUD_TES_EMBEDDED: 'true',
      BIOCLOUD_TES_DATA_DIR: '/d',
      BIOCLOUD_TES_LOCAL_ISSUER: '{"dir":"/i","issuer":"http://a"}',
      BIOCLOUD_TES_LOCAL_ISSUER_ISSUER: 'http://b',
      BIOCLOUD_TES_ROOTS: '[{"path":"/r","mode":"ro"}]',
      BIOCLOUD_TES_OUTBOUND: 'public-https',
      BIOCLOUD_TES_LOG_LEVEL: '',
      BIOCLOUD_DRS_PORT: '1',
    }
    expect(parseSettings(schema, settingsFromEnv(schema, prefix, env))).toEqual({
      port: 8000,
      logLevel: 'info',
      embedded: true,
      dataDir: '/d',
      localIssuer: { dir: '/i', issuer: 'http://b' },
      roots: [{ path: '/r', mode: 'ro' }],
      outbound: 'public-https',
    })
  })

  it('give every error at once, with the setting, its variable and what is allowed', () => {
    const env = {
      BIOCLOUD_TES_PORT: 'many',
      BIOCLOUD_TES_LOG_LEVEL: 'loud',
      BIOCLOUD_TES_EMBEDDED: 'perhaps',
      BIOCLOUD_TES_ROOTS: '[{"path":"/r","mode":"x"}]',
      BIOCLOUD_TES_LOCAL_ISSUER_DIR: '/i',
    }
    const found = problems(() => parseSettings(schema, settingsFromEnv(schema, prefix, env), { prefix }))
    expect(found).toEqual([
      'port (BIOCLOUD_TES_PORT): is not a number; allowed: whole number ≥ 0 ≤ 65535',
      'logLevel (BIOCLOUD_TES_LOG_LEVEL): Invalid option: expected one of "debug"|"info"',
      'embedded (BIOCLOUD_TES_EMBEDDED): Invalid input: expected boolean, received string',
      'dataDir (BIOCLOUD_TES_DATA_DIR): is required: text',
      'localIssuer.issuer (BIOCLOUD_TES_LOCAL_ISSUER_ISSUER): is required: URL',
      'roots[0].mode (BIOCLOUD_TES_ROOTS): Invalid option: expected one of "ro"|"rw"',
    ])
  })

  it('ask for JSON where a plain word is given for a list', () => {
    const env = { BIOCLOUD_TES_DATA_DIR: '/d', BIOCLOUD_TES_ROOTS: '/r' }
    expect(problems(() => parseSettings(schema, settingsFromEnv(schema, prefix, env), { prefix }))).toEqual([
      'roots (BIOCLOUD_TES_ROOTS): Invalid input: expected array, received string, given as JSON',
    ])
  })

  it('refuse a setting that does not exist', () => {
    expect(problems(() => parseSettings(schema, { dataDir: '/d', prot: 1 }))).toEqual([
      'prot: there is no such setting; known are port, logLevel, embedded, publicUrl, dataDir, localIssuer, roots, outbound',
    ])
  })

  it('are all in the help, with type, default, variable and description', () => {
    const help = settingsHelp(schema, { name: 'tes', prefix })
    expect(help).toContain(
      '  port\n      BIOCLOUD_TES_PORT  (whole number ≥ 0 ≤ 65535; default 4501)\n      Port to listen on',
    )
    expect(help).toContain('BIOCLOUD_TES_LOG_LEVEL  (debug | info; default "info")')
    expect(help).toContain('BIOCLOUD_TES_PUBLIC_URL  (URL; optional)')
    expect(help).toContain('BIOCLOUD_TES_DATA_DIR  (text; required)')
    expect(help).toContain('localIssuer.issuer\n      BIOCLOUD_TES_LOCAL_ISSUER_ISSUER')
    expect(help).toContain('BIOCLOUD_TES_ROOTS  (list of object, as JSON in the environment; default [])')
    for (const key of Object.keys(schema.shape)) expect(help).toContain(`  ${key}\n`)
  })
})

describe('loadSettings', () => {
  const load = (argv: string[], env = {}) => loadSettings(schema, { name: 'tes', prefix, argv, env })

  it('puts the environment over the file, member by member', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kit-'))
    const file = join(dir, 'c.json')
    await writeFile(file, JSON.stringify({ dataDir: '/file', port: 1, localIssuer: { dir: '/i', issuer: 'http://a' } }))
    const loaded = await load(['--config', file], { BIOCLOUD_TES_PORT: '2', BIOCLOUD_TES_LOCAL_ISSUER_DIR: '/j' })
    await rm(dir, { recursive: true })
    expect(loaded).toMatchObject({
      settings: { dataDir: '/file', port: 2, localIssuer: { dir: '/j', issuer: 'http://a' } },
    })
  })

  it('gives the help for --help and refuses unknown options and unreadable files', async () => {
    expect(await load(['--help'])).toHaveProperty('help')
    await expect(load(['--port=1'])).rejects.toThrow('there is no such option; known are --help and --config FILE')
    await expect(load(['--config'])).rejects.toThrow('--config needs the name')
    await expect(load(['--config=/nowhere.json'])).rejects.toThrow('ENOENT')
  })
})

describe('the file that a setting names', () => {
  const read = (file: string | undefined) => readSettingFile('policyFile', file, (text) => JSON.parse(text) as unknown)

  it('is an error that names setting and file when it is missing or does not parse', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kit-setting-'))
    const file = join(dir, 'policy')
    await expect(read(undefined)).rejects.toThrow('policyFile: is required')
    await expect(read(file)).rejects.toThrow(`policyFile: ${file}: ENOENT`)
    await writeFile(file, '{')
    await expect(read(file)).rejects.toThrow(`policyFile: ${file}: `)
    await writeFile(file, '{"a":1}')
    expect(await read(file)).toEqual({ a: 1 })
    await rm(dir, { recursive: true })
  })
})

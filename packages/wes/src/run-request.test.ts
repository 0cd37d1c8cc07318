import { describe, expect, it } from '@jest/globals'
import { limitsSchema } from './limits.ts'
import { parseRunRequest } from './run-request.ts'

const limits = limitsSchema.parse({})
const base = { workflow_type: 'CWL', workflow_type_version: 'v1.2', workflow_url: 'main.cwl' }
const parse = (more: Record<string, unknown> = {}) => parseRunRequest({ ...base, ...more }, limits)

describe('run requests', () => {
  it.each([
    ['cwl', 'CWL', '1.0'],
    ['wdl', 'WDL', 'v1.1'],
    ['Nextflow', 'NFL', 'DSL2'],
    ['nfl', 'NFL', 'anything'],
    ['SMK', 'SMK', '7.32'],
    ['snakemake', 'SMK', '9'],
  ])('W7 %s is %s, and %s a version of it', (sent, type, version) => {
    const parsed = parse({ workflow_type: sent, workflow_type_version: version })
    expect(parsed.type).toBe(type)
    expect(parsed.request).toMatchObject({ workflow_type: sent, workflow_type_version: version })
  })
  it.each([
    ['CWL', '2.0'],
    ['CWL', 'v1.2.1'],
    ['WDL', '0.9'],
    ['XYZ', '1'],
  ])('W7 %s %s is 400', (type, version) => {
    expect(() => parse({ workflow_type: type, workflow_type_version: version })).toThrow(/allowed|known/u)
  })
  it.each(['workflow_type', 'workflow_type_version', 'workflow_url'])('W5 %s is required', (name) => {
    expect(() => parse({ [name]: '' })).toThrow(`${name} is required`)
    expect(() => parse({ [name]: undefined })).toThrow(`${name} is required`)
  })
  it('W5 workflow_params may be left out', () => {
    expect(parse().params).toEqual({})
    expect(parse({ workflow_params: '' }).params).toEqual({})
  })
  it.each(['workflow_params', 'tags', 'workflow_engine_parameters'])(
    'W5 %s that is broken JSON or no object is 400 by its name',
    (name) => {
      for (const bad of ['{', '[]', '1', '"x"', 'null', []]) expect(() => parse({ [name]: bad })).toThrow(name)
    },
  )
  it.each(['tags', 'workflow_engine_parameters'])(
    'W6 numbers and booleans in %s become strings; null, arrays and objects are 400 with the path',
    (name) => {
      const sent = parse({ [name]: { a: 1, b: true, c: 'x' } }).request[name as 'tags']
      expect(sent).toEqual({ a: '1', b: 'true', c: 'x' })
      expect(() => parse({ [name]: { a: null } })).toThrow(`${name}.a`)
      expect(() => parse({ [name]: { a: [1] } })).toThrow(`${name}.a`)
      expect(() => parse({ [name]: { a: { b: 1 } } })).toThrow(`${name}.a.b`)
    },
  )
  it('W6 tag names that begin with wes_ are reserved', () => {
    expect(() => parse({ tags: { wes_run_id: 'x' } })).toThrow('wes_')
    expect(() => parse({ tags: { WES_role: 'x' } })).toThrow('wes_')
  })
  it('W8 a version without an engine is 400', () => {
    expect(() => parse({ workflow_engine_version: '3' })).toThrow('without workflow_engine')
  })
  it('refuses over the limits of tags and of workflow_url', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`t${n}`, 'x']))
    expect(() => parse({ tags: many })).toThrow('at most 64')
    expect(() => parse({ tags: { ['k'.repeat(129)]: 'x' } })).toThrow('128')
    expect(() => parse({ tags: { k: 'x'.repeat(1025) } })).toThrow('1024')
    expect(() => parse({ workflow_url: 'x'.repeat(4097) })).toThrow('4096')
  })
  it('refuses trees that are too deep, and __proto__', () => {
    expect(() => parse({ workflow_params: `{"a":${'['.repeat(80)}${']'.repeat(80)}}` })).toThrow('64 levels')
    expect(() => parse({ workflow_params: '{"__proto__":{"x":1}}' })).toThrow('__proto__')
    expect(() => parse({ tags: '{"__proto__":"x"}' })).toThrow('__proto__')
  })
  it.each([
    ['workflow_params.a[0].b', { workflow_params: { a: [{ b: 'x eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA y' }] } }],
    ['tags.t', { tags: { t: 'https://user:pass@host/x' } }],
    ['workflow_engine_parameters.p', { workflow_engine_parameters: { p: 'Bearer abcdefghijklmnopqrstuvwxyz' } }],
    ['workflow_url', { workflow_url: 'https://b.example/x.cwl?sig=abcdef' }],
    ['workflow_params.k', { workflow_params: { k: '-----BEGIN EC PRIVATE KEY-----' } }],
    ['workflow_params', { workflow_params: { AKIAABCDEFGHIJKLMNOP: 1 } }],
  ])('W-credentials a secret at %s is 400 by its path, and the value is not repeated', (path, more) => {
    let message = ''
    try {
      parse(more)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message.startsWith(`${path} holds`)).toBe(true)
    expect(message).not.toMatch(/AAAA|pass@|abcdef|AKIA|BEGIN/u)
  })
  it('W-credentials long plain values are no secrets', () => {
    expect(
      parse({
        workflow_params: {
          seq: 'ACGT'.repeat(1000),
          sha: 'a'.repeat(64),
          url: 'https://e.example/x?signal=1&design=2',
          mail: 'a@b.example',
        },
      }).params,
    ).toBeDefined()
  })
})

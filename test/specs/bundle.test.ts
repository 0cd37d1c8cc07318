import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import {
  drsDocument,
  drsOperations,
  drsRootDocument,
  drsRootOperations,
  serviceInfoDocument,
  tesDocument,
  tesOperations,
  wesDocument,
  wesOperations,
  type OpenApiDocument,
} from '@biocloud/ga4gh-api'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const ROOT = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

const DOCUMENTS: Record<string, OpenApiDocument> = {
  'service-info': serviceInfoDocument,
  drs: drsDocument,
  'drs-root': drsRootDocument,
  wes: wesDocument,
  tes: tesDocument,
}
const SERVED = ['drs', 'drs-root', 'wes', 'tes'] as const

type Schema = Record<string, unknown> & { $ref?: string; type?: string; additionalProperties?: unknown }
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every node of a value with its path, references followed once each. */
const walk = function* (
  value: unknown,
  at: string,
  document: OpenApiDocument,
  seen = new Set<unknown>(),
): Generator<[string, Schema]> {
  if (seen.has(value)) return
  seen.add(value)
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* walk(item, `${at}/${String(index)}`, document, seen)
  if (!isSchema(value)) return
  yield [at, value]
  if (typeof value.$ref === 'string')
    yield* walk(resolve(value.$ref, document), value.$ref.split('/').slice(2).join('/'), document, seen)
  for (const [key, member] of Object.entries(value))
    if (key !== 'example') yield* walk(member, `${at}/${key}`, document, seen)
}

const resolve = (ref: string, document: OpenApiDocument): unknown => {
  const [, , part = '', name = ''] = ref.split('/')
  const found = document.components?.[part]?.[name]
  if (found === undefined) throw new Error(`${ref} leads nowhere`)
  return found
}

const operationsOf = (document: OpenApiDocument) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )

const documentOf = (name: string): OpenApiDocument => {
  const document = DOCUMENTS[name]
  if (document === undefined) throw new Error(`no document ${name}`)
  return document
}

describe('bundled documents', () => {
  it('are what specs/ gives', async () => {
    await run(process.execPath, [join(ROOT, 'packages', 'ga4gh-api', 'bundle.mjs'), '--check'])
  }, 180_000)

  it.each(Object.keys(DOCUMENTS))('%s: every reference stays inside the document and leads somewhere', (name) => {
    const document = documentOf(name)
    const refs = [...walk(document, '', document)].flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []))
    for (const ref of refs) expect(ref).toMatch(/^#\/components\//)
  })

  it.each(Object.keys(DOCUMENTS))(
    '%s: objects in answers are closed, but for those that say what else they hold',
    (name) => {
      const document = documentOf(name)
      const seen = new Set<unknown>()
      const undecided: string[] = []
      for (const { path, method, operation } of operationsOf(document))
        for (const [at, schema] of walk(operation.responses, `${method} ${path}`, document, seen))
          if (schema.type === 'object' && schema.additionalProperties === undefined) undecided.push(at)
      expect(undecided).toEqual([])
    },
  )

  it('the objects that answers leave open are these, whose members are not ours to name', () => {
    const open = SERVED.flatMap((name) => {
      const document = documentOf(name)
      const seen = new Set<unknown>()
      return operationsOf(document).flatMap(({ path, method, operation }) =>
        [...walk(operation.responses, `${method} ${path}`, document, seen)]
          .filter(([, schema]) => schema.type === 'object' && schema.additionalProperties === true)
          .map(([at]) => `${name} ${at}`),
      )
    })
    expect(open.sort()).toEqual([
      'drs schemas/Error/properties/required/items',
      'drs-root schemas/Error/properties/required/items',
      'drs-root schemas/Jwks/properties/keys/items',
      'drs-root schemas/OpenidConfiguration',
      'drs-root schemas/Userinfo',
      'tes schemas/Error/properties/required/items',
      'wes schemas/RunLog/properties/outputs',
      'wes schemas/RunRequest/properties/workflow_params',
    ])
  })

  it.each(SERVED)(
    '%s: every error of every operation has the one error schema, and any other status is covered',
    (name) => {
      const document = documentOf(name)
      for (const { path, method, operation } of operationsOf(document)) {
        expect(Object.keys(operation.responses)).toContain('default')
        for (const [status, raw] of Object.entries(operation.responses)) {
          if (/^[23]/.test(status) || (method === 'options' && status === '405')) continue
          const response = isSchema(raw) && raw.$ref !== undefined ? resolve(raw.$ref, document) : raw
          const oauth = ['/token', '/userinfo'].includes(path) || path.startsWith('/.well-known/')
          const error = oauth ? 'OAuthError' : name === 'wes' ? 'ErrorResponse' : 'Error'
          expect([status, response]).toMatchObject([
            status,
            { content: { 'application/json': { schema: { $ref: `#/components/schemas/${error}` } } } },
          ])
        }
      }
    },
  )

  it('have plain paths as servers, since the validator passes by a templated one', () => {
    const urls = (name: string) => documentOf(name).servers?.map(({ url }) => url)
    expect(SERVED.map(urls)).toEqual([['/ga4gh/drs/v1'], ['/'], ['/ga4gh/wes/v1'], ['/ga4gh/tes/v1', '/v1', '/']])
    for (const document of Object.values(DOCUMENTS))
      for (const item of Object.values(document.paths)) expect(item).not.toHaveProperty('servers')
  })

  it('1.1.7 the only default is that of the view: the validator writes defaults into documents', () => {
    for (const name of SERVED) {
      const document = documentOf(name)
      const defaults = [...walk(document, '', document)]
        .filter(([at, node]) => 'default' in node && !at.endsWith('/responses'))
        .map(([at]) => at)
      expect(defaults.filter((at) => !at.endsWith('/view/schema'))).toEqual([])
    }
  })

  it('1.1.7 what is read-only is a member of a task, never a schema that a query parameter shares', () => {
    for (const name of SERVED) {
      const document = documentOf(name)
      const readOnly = [...walk(document, '', document)]
        .filter(([, { readOnly }]) => readOnly === true)
        .map(([at]) => at)
      for (const at of readOnly) expect(at).toMatch(/schemas\/tesTask\/properties\/(id|state|logs|creation_time)$/)
    }
  })

  it('an operation is marked as an extension if and only if the released standard lacks it', () => {
    const ours = [...drsOperations, ...drsRootOperations, ...wesOperations, ...tesOperations].filter(
      ({ extension }) => extension,
    )
    expect(ours.map(({ operationId }) => operationId).sort()).toEqual([
      'CreateGrant',
      'CreateTicket',
      'GetData',
      'GetExecutorLog',
      'GetJwks',
      'GetOpenidConfiguration',
      'GetRunOutput',
      'GetRunStderr',
      'GetRunStdout',
      'GetTaskStderr',
      'GetTaskStdout',
      'GetTasksServiceInfo',
      'GetUserinfo',
      'HeadData',
      'IntrospectToken',
      'IssueToken',
      'ListAttempts',
      'ListObjects',
      'ListRunOutputs',
      'PostRunReports',
      'PostUploadRequest',
      'PutData',
      'RegisterObjects',
      'RevokeGrant',
    ])
  })
})

describe('bundle.mjs', () => {
  let copy: string
  const bundle = () => run(process.execPath, [join(copy, 'packages', 'ga4gh-api', 'bundle.mjs'), '--check'])
  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const path = join(copy, 'specs', file)
    const before = await readFile(join(ROOT, 'specs', file), 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`the edit of ${file} changes nothing`)
    await writeFile(path, after)
  }
  const restore = (file: string) => cp(join(ROOT, 'specs', file), join(copy, 'specs', file))

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'biocloud-bundle-'))
    await cp(join(ROOT, 'specs'), join(copy, 'specs'), { recursive: true })
    await cp(join(ROOT, 'packages', 'ga4gh-api', 'bundle.mjs'), join(copy, 'packages', 'ga4gh-api', 'bundle.mjs'))
    await cp(
      join(ROOT, 'packages', 'ga4gh-api', 'src', 'generated'),
      join(copy, 'packages', 'ga4gh-api', 'src', 'generated'),
      { recursive: true },
    )
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  })
  afterAll(() => rm(copy, { recursive: true }))

  it('--check names the files that a changed spec makes stale, and writes nothing', async () => {
    const stale = join(copy, 'packages', 'ga4gh-api', 'src', 'generated', 'tes-types.ts')
    const before = await readFile(stale, 'utf8')
    await edit('tes.yaml', (text) => text.replace('ignore_error: { type: boolean', 'ignore_error: { type: string'))
    await expect(bundle()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('tes-document.ts, tes-types.ts'),
    })
    expect(await readFile(stale, 'utf8')).toBe(before)
    await restore('tes.yaml')
  }, 180_000)

  it.each([
    [
      'an operation given twice',
      'tes-extensions.yaml',
      (text: string) => text.replace('/tasks/{id}/attempts:', '/service-info:'),
      'is defined twice',
    ],
    [
      'an unmarked operation of ours',
      'tes-extensions.yaml',
      (text: string) => text.replace('x-biocloud-extension: true\n      security', 'security'),
      'lacks x-biocloud-extension',
    ],
    [
      'a reference to nothing',
      'wes.yaml',
      (text: string) => text.replaceAll("#/components/schemas/RunId'", "#/components/schemas/RunIdent'"),
      'leads nowhere',
    ],
    [
      'an operationId given twice',
      'wes.yaml',
      (text: string) => text.replace('operationId: GetRunStatus', 'operationId: GetRunLog'),
      'given twice',
    ],
    [
      'a parameter for an operation that is not there',
      'wes-extensions.yaml',
      (text: string) => text.replace('x-extends: ListRuns', 'x-extends: ListRun'),
      'extends nothing',
    ],
  ])(
    'refuses %s',
    async (_what, file, change, message) => {
      await edit(file, change)
      await expect(bundle()).rejects.toMatchObject({ stderr: expect.stringContaining(message) })
      await restore(file)
    },
    180_000,
  )
})

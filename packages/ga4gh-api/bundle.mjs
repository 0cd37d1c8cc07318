#!/usr/bin/env node
// Makes src/generated from specs/: per mount one OpenAPI document without external references, and the types of its
// schemas. `--check` writes nothing and fails if a file is not what the specs would give; `--json NAME` prints one document.
import { readFile, writeFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parse } from 'yaml'

const HERE = dirname(fileURLToPath(import.meta.url))
const SPECS = join(HERE, '..', '..', 'specs')
const OUT = join(HERE, 'src', 'generated')
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const PARTS = ['schemas', 'responses', 'parameters', 'requestBodies', 'headers']

/** One entry per mount. `paths` chooses by the path item's own `servers`; the validator itself never looks at those. */
const MOUNTS = [
  { name: 'service-info', files: ['service-info'], at: null },
  { name: 'drs', files: ['drs', 'drs-extensions'], at: '/ga4gh/drs/v1' },
  {
    name: 'drs-root',
    files: ['drs-extensions', 'sts-extensions'],
    at: '/',
    title: 'DRS server: data links, local issuer and STS',
  },
  { name: 'wes', files: ['wes', 'wes-extensions'], at: '/ga4gh/wes/v1' },
  { name: 'tes', files: ['tes', 'tes-extensions'], at: '/ga4gh/tes/v1' },
]

const documents = new Map()
const load = async (name) => {
  if (!documents.has(name)) {
    const text = await readFile(join(SPECS, `${name}.yaml`), 'utf8')
    const document = parse(text, { merge: true, maxAliasCount: -1 })
    refuseNull(document, name)
    documents.set(name, document)
  }
  return documents.get(name)
}

/** In `{ description: If so, then }` YAML takes `then` for a key of its own: its null value gives it away. */
const refuseNull = (value, at) => {
  if (value === null) throw new Error(`${at} is null: a comma or colon in a text that lacks its quotes?`)
  if (typeof value === 'object') for (const [key, member] of Object.entries(value)) refuseNull(member, `${at}/${key}`)
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Copies `node` of file `from` into the bundle; every component it refers to follows, whatever file it stands in. */
const copy = async (node, from, bundle) => {
  if (Array.isArray(node)) return Promise.all(node.map((item) => copy(item, from, bundle)))
  if (!isObject(node)) return node
  if (typeof node.$ref === 'string') return { $ref: await adopt(node.$ref, from, bundle) }
  const result = {}
  for (const [key, value] of Object.entries(node)) result[key] = await copy(value, from, bundle)
  return result
}

/** Puts the component behind `ref` into the bundle, once, and returns the local reference to it. */
const adopt = async (ref, from, bundle) => {
  const [file, pointer] = ref.split('#')
  const source = file === '' ? from : file.replace(/\.yaml$/, '')
  const [, root, part, name, ...deeper] = pointer.split('/')
  // A member of a component has no name to stand under in the bundle: name it, or write it out.
  if (root !== 'components' || !PARTS.includes(part) || name === undefined || deeper.length > 0)
    throw new Error(`${from}: cannot follow ${ref}`)
  const target = (await load(source)).components?.[part]?.[name]
  if (target === undefined) throw new Error(`${from}: ${ref} leads nowhere`)
  // A component that is nothing but a reference to the same name elsewhere is that one.
  if (typeof target.$ref === 'string' && target.$ref.endsWith(`/${name}`)) return adopt(target.$ref, source, bundle)
  const known = bundle.origin.get(`${part}/${name}`)
  if (known !== undefined && known !== source)
    throw new Error(`${part}/${name} is defined in ${known} and in ${source}`)
  if (known === undefined) {
    bundle.origin.set(`${part}/${name}`, source)
    bundle.components[part] ??= {}
    bundle.components[part][name] = {} // holds the place: a schema may refer to itself
    bundle.components[part][name] = await copy(target, source, bundle)
  }
  return `#/components/${part}/${name}`
}

const serversOf = (item, document) => (item.servers ?? document.servers ?? []).map(({ url }) => url)

const merge = async ({ name, files, at, title }) => {
  const first = await load(files[0])
  const bundle = { origin: new Map(), components: {} }
  const paths = {}
  for (const file of files) {
    const document = await load(file)
    for (const [path, item] of Object.entries(document.paths)) {
      if (at !== null && !serversOf(item, document).includes(at)) continue
      if (at === '/' && item.servers === undefined && !document.servers.some(({ url }) => url === '/')) continue
      paths[path] ??= {}
      for (const method of METHODS.filter((m) => item[m] !== undefined)) {
        const operation = await copy(item[method], file, bundle)
        const there = paths[path][method]
        if (operation['x-extends'] !== undefined) {
          if (there?.operationId !== operation['x-extends'])
            throw new Error(`${file}: ${method} ${path} extends nothing`)
          there.parameters = [...(there.parameters ?? []), ...operation.parameters]
          continue
        }
        if (there !== undefined) throw new Error(`${file}: ${method} ${path} is defined twice`)
        if (file.endsWith('-extensions') && operation['x-biocloud-extension'] !== true)
          throw new Error(`${file}: ${method} ${path} lacks x-biocloud-extension: true`)
        paths[path][method] = operation
      }
    }
    // Schemas of the standard that no operation uses are part of the standard all the same.
    if (file === files[0] && !file.endsWith('-extensions'))
      for (const part of PARTS)
        for (const key of Object.keys(document.components?.[part] ?? {}))
          await adopt(`#/components/${part}/${key}`, file, bundle)
  }
  const securitySchemes = (await load(files[0] === 'drs-extensions' ? 'drs' : files[0])).components.securitySchemes
  const components = { securitySchemes }
  for (const part of PARTS) {
    const entries = Object.entries(bundle.components[part] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    if (entries.length > 0) components[part] = Object.fromEntries(entries)
  }
  const document = {
    openapi: first.openapi,
    info: title === undefined ? first.info : { ...first.info, title },
    servers: at === '/' ? [{ url: '/' }] : first.servers,
    ...(at !== '/' && first.security !== undefined ? { security: first.security } : {}),
    ...(at !== '/' && first.tags !== undefined ? { tags: first.tags } : {}),
    paths,
    components,
  }
  const flat = flatten(document, document)
  close(flat)
  assertUniqueOperations(name, flat)
  return flat
}

const resolve = (ref, document) => {
  const [, , part, name] = ref.split('/')
  return document.components[part][name]
}

/** `allOf` of object schemas becomes one object schema: only such a schema can be closed. `allOf` of one reference stays. */
const flatten = (node, document) => {
  if (Array.isArray(node)) return node.map((item) => flatten(item, document))
  if (!isObject(node)) return node
  if (Array.isArray(node.allOf) && node.allOf.length > 1) return flattenAllOf(node, document)
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, flatten(value, document)]))
}

const flattenAllOf = (node, document) => {
  const { allOf, ...rest } = node
  const members = [...allOf, rest].map((member) => {
    const schema = typeof member.$ref === 'string' ? resolve(member.$ref, document) : member
    return schema.allOf?.length > 1 ? flattenAllOf(schema, document) : flatten(schema, document)
  })
  const result = { type: 'object' }
  for (const { properties = {}, required = [], ...others } of members) {
    Object.assign(result, others)
    result.properties = { ...result.properties }
    for (const [name, property] of Object.entries(properties))
      result.properties[name] = narrower(result.properties[name], property, document)
    if (required.length > 0) result.required = [...new Set([...(result.required ?? []), ...required])]
  }
  return result
}

/** Where a later member of an `allOf` repeats a property as an inline object, it narrows the earlier one; else it replaces it. */
const narrower = (before, after, document) =>
  before?.$ref === undefined || after.type !== 'object' ? after : flattenAllOf({ allOf: [before, after] }, document)

/** Closes every object schema that an answer can hold, unless it says itself what else it takes. */
const close = (document) => {
  const seen = new Set()
  const visit = (node) => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (!isObject(node) || seen.has(node)) return
    seen.add(node)
    if (typeof node.$ref === 'string') return visit(resolve(node.$ref, document))
    const isPartOfAllOf = node.allOf !== undefined
    if (node.type === 'object' && !isPartOfAllOf && node.additionalProperties === undefined)
      node.additionalProperties = false
    for (const key of ['properties', 'patternProperties'])
      if (isObject(node[key])) Object.values(node[key]).forEach(visit)
    for (const key of ['items', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'not']) visit(node[key])
  }
  for (const item of Object.values(document.paths))
    for (const operation of Object.values(item))
      for (const response of Object.values(operation.responses ?? {})) {
        const whole = typeof response.$ref === 'string' ? resolve(response.$ref, document) : response
        for (const { schema } of Object.values(whole.content ?? {})) visit(schema)
      }
}

const assertUniqueOperations = (name, document) => {
  const ids = operationsOf(document).map(({ operationId }) => operationId)
  const twice = ids.filter((id, index) => id === undefined || ids.indexOf(id) !== index)
  if (twice.length > 0) throw new Error(`${name}: operationId missing or given twice: ${twice.join(', ')}`)
}

const operationsOf = (document) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, ...rest }]) => ({
      operationId,
      method,
      path,
      extension: rest['x-biocloud-extension'] === true,
    })),
  )

const BANNER =
  '// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.\n'
const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())

const documentFile = (name, document) =>
  `${BANNER}import type { OpenApiDocument } from '../document.ts'\n\n` +
  `export const ${camel(name)}Document: OpenApiDocument = ${JSON.stringify(document, null, 2)}\n\n` +
  `export const ${camel(name)}Operations = ${JSON.stringify(operationsOf(document), null, 2)} as const\n`

const typesFile = async (document) => {
  // Loaded late: it brings the TypeScript compiler along, and a fault in the specs is told before that.
  const { default: openapiTS, astToString } = await import('openapi-typescript')
  return `${BANNER}\n${astToString(await openapiTS(structuredClone(document), { defaultNonNullable: false }))}`
}

const main = async () => {
  const only = process.argv.includes('--json') ? process.argv[process.argv.indexOf('--json') + 1] : undefined
  const check = process.argv.includes('--check')
  const files = new Map()
  const bundled = new Map()
  for (const mount of MOUNTS) bundled.set(mount.name, await merge(mount))
  if (bundled.has(only)) {
    process.stdout.write(`${JSON.stringify(bundled.get(only), null, 2)}\n`)
    return
  }
  if (only !== undefined)
    throw new Error(`There is no document ${only}. There are: ${MOUNTS.map(({ name }) => name).join(', ')}`)
  for (const [name, document] of bundled) {
    files.set(`${name}-document.ts`, documentFile(name, document))
    files.set(`${name}-types.ts`, await typesFile(document))
  }
  const stale = []
  await mkdir(OUT, { recursive: true })
  for (const [file, text] of files) {
    const before = await readFile(join(OUT, file), 'utf8').catch(() => '')
    if (before === text) continue
    stale.push(file)
    if (!check) await writeFile(join(OUT, file), text)
  }
  if (check && stale.length > 0) {
    process.stderr.write(`Not what specs/ gives: ${stale.join(', ')}. Run: npm run specs\n`)
    process.exitCode = 1
  }
}

await main()

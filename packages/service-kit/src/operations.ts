import { BadRequest } from './errors.ts'

/** A bundled single-file OpenAPI 3.0 document, as JSON. */
export type OpenApiDocument = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, unknown>>
  readonly components?: unknown
}

export type Json = Readonly<Record<string, unknown>>

type Parameter = { name: string; in: string; required: boolean; schema: Json }

/** What an operation takes as its body. `raw`: streamed to the handler, parsed and checked by nobody before it. */
type BodyRule = { required: boolean; json: readonly string[]; form: boolean; raw: readonly string[] | 'any' }

export type Operation = {
  operationId: string
  /** Lower case, as in the document. */
  method: string
  template: string
  parameters: readonly Parameter[]
  body: BodyRule | undefined
}

export type Path = {
  template: string
  regexp: RegExp
  operations: ReadonlyMap<string, Operation>
  /** For Allow. */
  methods: readonly string[]
}

export type Located = { path: Path; operation: Operation; values: readonly string[] }

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const asJson = (value: unknown): Json => (isJson(value) ? value : {})

/** The value that a local reference (`#/components/…`) names; other values as they are. */
export const resolveReference = (document: OpenApiDocument, value: unknown): Json => {
  let place: unknown = value
  for (let hops = 0; isJson(place) && typeof place.$ref === 'string'; hops++) {
    const reference = place.$ref
    if (!reference.startsWith('#/') || hops > 16) throw new Error(`${reference} is no local reference of the document`)
    place = reference
      .slice(2)
      .split('/')
      .reduce<unknown>(
        (at, part) => asJson(at)[decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~')],
        document,
      )
  }
  if (!isJson(place)) throw new Error(`${JSON.stringify(value)} names nothing in the document`)
  return place
}

const isBinary = (document: OpenApiDocument, content: unknown): boolean => {
  const { schema } = asJson(content)
  if (schema === undefined) return true
  const { type, format } = resolveReference(document, schema)
  return type === 'string' && format === 'binary'
}

const bodyRule = (document: OpenApiDocument, requestBody: unknown): BodyRule | undefined => {
  if (requestBody === undefined) return undefined
  const { required = false, content } = resolveReference(document, requestBody)
  const entries = Object.entries(asJson(content))
  const types = entries.map(([type]) => type.toLowerCase().split(';')[0]?.trim() ?? '')
  const json = types.filter((type) => type === 'application/json' || type.endsWith('+json'))
  const form = types.includes('application/x-www-form-urlencoded')
  const raw = types.filter((type) => !json.includes(type) && type !== 'application/x-www-form-urlencoded')
  // A body that is nothing but bytes is taken whatever a client calls it: curl -T names no type at all.
  const bytes = entries.length > 0 && entries.every(([, entry]) => isBinary(document, entry))
  return { required: required === true, json, form, raw: bytes || raw.includes('*/*') ? 'any' : raw }
}

const parametersOf = (document: OpenApiDocument, item: Json, operation: Json): Parameter[] => {
  const found = new Map<string, Parameter>()
  for (const list of [item.parameters, operation.parameters]) {
    for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
      const { name, in: place, required, schema, content } = resolveReference(document, entry)
      const parameter = {
        name: String(name),
        in: String(place),
        required: required === true,
        schema: schema === undefined ? { content } : resolveReference(document, schema),
      }
      found.set(`${parameter.in} ${parameter.name}`, parameter) // the operation's own wins
    }
  }
  return [...found.values()]
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const toRegExp = (template: string): RegExp => {
  const source = template.split(/(\{[^}]+\})/).map((part) => (part.startsWith('{') ? '([^/]+?)' : escape(part)))
  return new RegExp(`^${source.join('')}/?$`)
}

const byPrecision = (a: Path, b: Path): number => {
  const parameters = (path: Path): number => path.template.split('{').length
  const literal = (path: Path): number => path.template.replace(/\{[^}]+\}/g, '').length
  return parameters(a) - parameters(b) || literal(b) - literal(a) || (a.template < b.template ? -1 : 1)
}

/** The document's paths, the most literal first. Throws when an operation lacks its id or two share one. */
export const readPaths = (document: OpenApiDocument): Path[] => {
  const ids = new Set<string>()
  return Object.entries(document.paths)
    .map(([template, value]): Path => {
      const item = resolveReference(document, value)
      const operations = new Map<string, Operation>()
      for (const method of METHODS) {
        if (item[method] === undefined) continue
        const operation = asJson(item[method])
        const { operationId } = operation
        if (typeof operationId !== 'string') throw new Error(`${method.toUpperCase()} ${template} has no operationId`)
        if (ids.has(operationId)) throw new Error(`Two operations of the document are named ${operationId}`)
        ids.add(operationId)
        const parameters = parametersOf(document, item, operation)
        const body = bodyRule(document, operation.requestBody)
        operations.set(method, { operationId, method, template, parameters, body })
      }
      const methods = [...operations.keys()].map((method) => method.toUpperCase())
      if (operations.has('get') && !operations.has('head')) methods.push('HEAD')
      return { template, regexp: toRegExp(template), operations, methods }
    })
    .sort(byPrecision)
}

/**
 * The operation for a method and a path below the base, the list of allowed methods when only the method is wrong, or
 * undefined. HEAD is answered by GET where the document has no HEAD. Throws BadRequest for malformed percent-encoding.
 */
export const locate = (paths: readonly Path[], method: string, pathname: string): Located | string[] | undefined => {
  const name = method.toLowerCase()
  let allowed: string[] | undefined
  for (const path of paths) {
    const match = path.regexp.exec(pathname)
    if (match === null) continue
    const operation = path.operations.get(name) ?? (name === 'head' ? path.operations.get('get') : undefined)
    if (operation !== undefined) return { path, operation, values: match.slice(1) }
    allowed = [...(allowed ?? []), ...path.methods]
  }
  return allowed
}

/** Throws BadRequest where a path or query is not valid percent-encoded UTF-8. */
export const checkEncoding = (url: string): void => {
  if (!url.includes('%')) return
  try {
    decodeURIComponent(url)
  } catch {
    throw new BadRequest('The URL holds malformed percent-encoding: each % needs two hexadecimal digits of UTF-8', {
      code: 'url_malformed',
    })
  }
}

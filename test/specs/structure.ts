/** Reduces an OpenAPI document to a set of facts, one line each, so that two documents can be compared. Texts are left out. */

type Node = Record<string, unknown>
export type Document = { paths: Record<string, Node>; components?: Record<string, Node>; security?: unknown }

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const KEYWORDS = [
  'type',
  'format',
  'nullable',
  'readOnly',
  'writeOnly',
  'default',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'pattern',
  'deprecated',
]

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)
const nodeOf = (value: unknown): Node => (isNode(value) ? value : {})
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** `#/components/<part>/<name>`; the official files of WES and TES also name service-info by a web address. */
const refOf = (node: Node): { part: string; name: string } | undefined => {
  if (typeof node.$ref !== 'string') return undefined
  const [part = '', name = ''] = node.$ref.slice(node.$ref.indexOf('#/components/') + '#/components/'.length).split('/')
  return { part, name }
}

const follow = (node: Node, document: Document): Node => {
  const ref = refOf(node)
  if (ref === undefined) return node
  const target = document.components?.[ref.part]?.[ref.name]
  if (!isNode(target)) throw new Error(`${String(node.$ref)} leads nowhere`)
  return follow(target, document)
}

/** `allOf` with one member that adds nothing but text is that member; any other becomes one merged schema. */
const withoutAllOf = (schema: Node, document: Document): Node => {
  if (!Array.isArray(schema.allOf)) return schema
  const { allOf, description: _description, title: _title, ...rest } = schema
  const members = [...listOf(allOf).map(nodeOf), rest].filter((member) =>
    Object.keys(member).some((key) => key !== 'description'),
  )
  const [only] = members
  if (members.length === 1 && only !== undefined) return only
  const merged: Node = {}
  for (const member of members) {
    const { properties, required, ...others } = withoutAllOf(follow(member, document), document)
    Object.assign(merged, others)
    if (isNode(properties)) merged.properties = mergeProperties(nodeOf(merged.properties), properties, document)
    merged.required = [...new Set([...listOf(merged.required), ...listOf(required)])]
  }
  return merged
}

const mergeProperties = (before: Node, after: Node, document: Document): Node => {
  const merged = { ...before }
  for (const [name, property] of Object.entries(after)) {
    const inline = isNode(property) && property.$ref === undefined && property.properties !== undefined
    merged[name] = name in before && inline ? withoutAllOf({ allOf: [before[name], property] }, document) : property
  }
  return merged
}

const schemaFacts = function* (raw: unknown, at: string, document: Document): Generator<string> {
  if (typeof raw === 'boolean') {
    yield `${at} = ${String(raw)}`
    return
  }
  const schema = withoutAllOf(nodeOf(raw), document)
  const ref = refOf(schema)
  if (ref !== undefined) {
    yield `${at} is ${ref.name}`
    return
  }
  for (const keyword of KEYWORDS) {
    const value = schema[keyword]
    // `readOnly: false` says as much as nothing; `default: false` says something.
    if (value !== undefined && (value !== false || keyword === 'default')) yield `${at} ${keyword} ${text(value)}`
  }
  if (Array.isArray(schema.enum)) yield `${at} enum ${schema.enum.map(text).sort().join(' ')}`
  for (const name of listOf(schema.required)) yield `${at} requires ${text(name)}`
  for (const [name, property] of Object.entries(nodeOf(schema.properties))) {
    yield `${at} has ${name}`
    yield* schemaFacts(property, `${at}.${name}`, document)
  }
  if (schema.items !== undefined) yield* schemaFacts(schema.items, `${at}[]`, document)
  if (schema.additionalProperties !== undefined) yield* schemaFacts(schema.additionalProperties, `${at}.*`, document)
  for (const keyword of ['anyOf', 'oneOf', 'not'])
    for (const [index, member] of listOf(schema[keyword]).entries())
      yield* schemaFacts(member, `${at} ${keyword}(${String(index)})`, document)
}

const contentFacts = function* (content: unknown, at: string, document: Document): Generator<string> {
  for (const [type, media] of Object.entries(nodeOf(content))) {
    yield `${at} as ${type}`
    yield* schemaFacts(nodeOf(media).schema, `${at} as ${type}`, document)
  }
}

const parameterFacts = function* (raw: unknown, at: string, document: Document): Generator<string> {
  const parameter = follow(nodeOf(raw), document)
  const inQuery = parameter.in === 'query'
  const name = `${at} ${text(parameter.in)} ${text(parameter.name)}`
  yield name
  if (parameter.required === true) yield `${name} is required`
  const style = parameter.style ?? (inQuery ? 'form' : 'simple')
  yield `${name} style ${text(style)}${(parameter.explode ?? style === 'form') === true ? ' exploded' : ''}`
  for (const keyword of ['allowReserved', 'allowEmptyValue', 'deprecated'])
    if (parameter[keyword] === true) yield `${name} ${keyword}`
  yield* schemaFacts(parameter.schema, name, document)
}

const securityOf = (operation: Node, document: Document): string =>
  listOf(operation.security ?? document.security)
    .map((requirement) => Object.keys(nodeOf(requirement)).join('+') || 'nothing')
    .sort()
    .join(' or ') || 'unsaid'

const operationFacts = function* (
  operation: Node,
  shared: unknown[],
  at: string,
  document: Document,
): Generator<string> {
  yield `${at} is ${text(operation.operationId)}`
  yield `${at} takes ${securityOf(operation, document)}`
  for (const parameter of [...shared, ...listOf(operation.parameters)]) yield* parameterFacts(parameter, at, document)
  if (operation.requestBody !== undefined) {
    const body = follow(nodeOf(operation.requestBody), document)
    yield `${at} body${body.required === true ? ' is required' : ''}`
    yield* contentFacts(body.content, `${at} body`, document)
  }
  for (const [status, raw] of Object.entries(nodeOf(operation.responses))) {
    const response = follow(nodeOf(raw), document)
    yield `${at} ${status}`
    for (const header of Object.keys(nodeOf(response.headers))) yield `${at} ${status} header ${header}`
    yield* contentFacts(response.content, `${at} ${status}`, document)
  }
}

/** Component schemas that the operations of the document lead to. */
const reachable = (document: Document): Set<string> => {
  const names = new Set<string>()
  const visited = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (visited.has(value)) return
    visited.add(value)
    if (Array.isArray(value)) value.forEach(visit)
    if (!isNode(value)) return
    const ref = refOf(value)
    if (ref?.part === 'schemas') names.add(ref.name)
    if (ref !== undefined) visit(follow(value, document))
    Object.values(value).forEach(visit)
  }
  visit(document.paths)
  return names
}

/** All facts of a document. `alsoSchemas`: components to describe although no operation leads to them. */
export const factsOf = (document: Document, alsoSchemas: Iterable<string> = []): Set<string> => {
  const facts = new Set<string>()
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = item[method]
      if (!isNode(operation)) continue
      const at = `${method.toUpperCase()} ${path}`
      for (const fact of operationFacts(operation, listOf(item.parameters), at, document)) facts.add(fact)
    }
  for (const name of new Set([...reachable(document), ...alsoSchemas])) {
    const schema = document.components?.schemas?.[name]
    if (schema === undefined) continue
    facts.add(`schema ${name}`)
    for (const fact of schemaFacts(schema, name, document)) facts.add(fact)
  }
  return facts
}

/** A copy without the operations and parameters that are marked as ours. */
export const standardPartOf = (document: Document): Document => {
  const isOurs = (value: unknown) => isNode(value) && value['x-biocloud-extension'] === true
  const paths: Record<string, Node> = {}
  for (const [path, item] of Object.entries(document.paths)) {
    const kept = Object.entries(item).filter(([, operation]) => !isOurs(operation))
    if (kept.length > 0)
      paths[path] = Object.fromEntries(
        kept.map(([method, operation]) => [method, withoutOurParameters(operation, isOurs)]),
      )
  }
  return { ...document, paths }
}

const withoutOurParameters = (operation: unknown, isOurs: (value: unknown) => boolean): unknown =>
  isNode(operation) && Array.isArray(operation.parameters)
    ? { ...operation, parameters: operation.parameters.filter((parameter) => !isOurs(parameter)) }
    : operation

/** Facts that a larger one already tells: `GET /tasks 429 as application/json` follows from `GET /tasks 429` being there. */
const ownersOf = (fact: string): string[] => {
  const owners: string[] = []
  const response = /^([A-Z]+ \S+ (?:\d{3}|default)) /.exec(fact)?.[1]
  if (response !== undefined) owners.push(response)
  const schema = /^(\w+)/.exec(fact)?.[1]
  if (schema !== undefined) owners.push(`schema ${schema}`)
  // `a.b.c type string` follows from `a has b` and from `a.b has c`.
  const subject = fact.split(/ (?!\/|200 as|body as|as )/)[0] ?? fact
  for (let dot = subject.indexOf('.'); dot !== -1; dot = subject.indexOf('.', dot + 1)) {
    const name = /^\w+/.exec(subject.slice(dot + 1))?.[0]
    if (name !== undefined) owners.push(`${subject.slice(0, dot)} has ${name}`)
  }
  return owners
}

/**
 * Lines `- fact` (only in theirs) and `+ fact` (only in ours), sorted. A response, schema or property that one side
 * lacks altogether is one line; what it holds is left out.
 */
export const differences = (theirs: ReadonlySet<string>, ours: ReadonlySet<string>): string[] => {
  const missing = new Set([...theirs].filter((fact) => !ours.has(fact)))
  const added = new Set([...ours].filter((fact) => !theirs.has(fact)))
  const lines = (facts: ReadonlySet<string>, sign: string) =>
    [...facts].filter((fact) => !ownersOf(fact).some((owner) => facts.has(owner))).map((fact) => `${sign} ${fact}`)
  return [...lines(missing, '-'), ...lines(added, '+')].sort()
}

/** Every text for people in the document: descriptions, summaries, titles. */
export const textsOf = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  if (!isNode(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    ['description', 'summary', 'title', 'x-displayName'].includes(key) && typeof member === 'string'
      ? [member]
      : textsOf(member),
  )
}

/** Runs of `n` words in a row, in lower case and without punctuation. */
export const phrasesOf = (texts: readonly string[], n: number): Set<string> => {
  const phrases = new Set<string>()
  for (const one of texts) {
    const words = one.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
    for (let i = 0; i + n <= words.length; i++) phrases.add(words.slice(i, i + n).join(' '))
  }
  return phrases
}

import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { BadRequest, Internal, ServiceError, UnsupportedMediaType } from './errors.ts'
import { METHODS, resolveReference } from './operations.ts'
import type { Json, Located, OpenApiDocument, Operation, Path } from './operations.ts'

type Next = (error?: unknown) => void
/** Checks one located request; `mediaType` is the document's name for the parsed body, undefined when none was parsed. */
export type Validate = (
  req: Request,
  res: Response,
  located: Located,
  mediaType: string | undefined,
  next: Next,
) => void

/** A path parameter that takes any text needs no look. */
const isFreeText = (schema: Json): boolean =>
  schema.type === 'string' &&
  ['enum', 'pattern', 'minLength', 'maxLength', 'format', 'allOf', 'anyOf', 'oneOf', 'not'].every(
    (key) => schema[key] === undefined,
  )

/** Whether this request holds anything that the validator could refuse. */
const hasSomethingToCheck = (req: Request, operation: Operation, mediaType: string | undefined): boolean => {
  if (mediaType !== undefined || req.url.includes('?')) return true
  for (const parameter of operation.parameters) {
    if (parameter.in === 'header') {
      if (parameter.required || req.headers[parameter.name.toLowerCase()] !== undefined) return true
    } else if (parameter.in === 'path') {
      if (!isFreeText(parameter.schema)) return true
    } else if (parameter.required) return true
  }
  return false
}

const queryDefaults = (operation: Operation): Record<string, unknown> | undefined => {
  const defaults = operation.parameters
    .filter(({ in: place, schema }) => place === 'query' && schema.default !== undefined)
    .map(({ name, schema }) => [name, schema.default] as const)
  return defaults.length === 0 ? undefined : Object.fromEntries(defaults)
}

/**
 * Takes list parameters out of the query that are given once and empty, which means absent. The validator would not wrap
 * an empty value in a list, and then refuse it for being none: clients of TES send `tag_key=a&tag_value=`.
 */
const dropEmptyLists = (req: Request, operation: Operation): void => {
  if (!/=(?:&|$)/.test(req.url)) return
  const empty = operation.parameters.filter(
    ({ name, in: place, schema }) => place === 'query' && schema.type === 'array' && req.query[name] === '',
  )
  if (empty.length === 0) return
  const without = (url: string): string => {
    const at = url.indexOf('?')
    const rest = url
      .slice(at + 1)
      .split('&')
      .filter((pair) => !empty.some(({ name }) => decodeURIComponent(pair) === `${name}=`))
    return rest.length === 0 ? url.slice(0, at) : `${url.slice(0, at)}?${rest.join('&')}`
  }
  req.url = without(req.url)
  req.originalUrl = without(req.originalUrl)
}

const referencesIn = (value: unknown, found: Set<string>): void => {
  if (Array.isArray(value)) for (const item of value) referencesIn(item, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (key === '$ref' && typeof member === 'string') found.add(member)
      else if (key === 'mapping' && typeof member === 'object' && member !== null) {
        for (const target of Object.values(member as Json))
          if (typeof target === 'string' && target.startsWith('#/')) found.add(target)
      } else referencesIn(member, found)
    }
  }
}

/** The components that the path uses, and those that they use. */
const usedComponents = (document: OpenApiDocument, item: unknown): Json => {
  const open = new Set<string>()
  referencesIn(item, open)
  const result: Record<string, Record<string, unknown>> = {}
  for (const reference of open) {
    const [, section = '', name = ''] = /^#\/components\/([^/]+)\/([^/]+)/.exec(reference) ?? []
    const value = ((document.components as Record<string, Record<string, unknown>> | undefined)?.[section] ?? {})[name]
    ;(result[section] ??= {})[name] = structuredClone(value)
    referencesIn(value, open) // a Set grows while it is walked
  }
  return result
}

/** A document of one path, below `/`, without what this kit has settled before: media types, raw bodies, HEAD. */
const documentOfPath = (document: OpenApiDocument, path: Path): Json => {
  const item = structuredClone(resolveReference(document, document.paths[path.template])) as Record<string, unknown>
  delete item.servers
  for (const method of METHODS) {
    const operation = item[method] as Record<string, unknown> | undefined
    if (operation === undefined) continue
    delete operation.security
    const body = path.operations.get(method)?.body
    if (body === undefined || (body.json.length === 0 && !body.form)) delete operation.requestBody
    else {
      const requestBody = structuredClone(resolveReference(document, operation.requestBody)) as Record<string, unknown>
      const content = Object.entries(requestBody.content as Json)
        .map(([type, entry]) => [type.toLowerCase().split(';')[0]?.trim() ?? '', entry] as const)
        .filter(([type]) => body.json.includes(type) || type === 'application/x-www-form-urlencoded')
      // `required: false` spelt out: whether a body must be there has been decided, and the validator would answer 415.
      operation.requestBody = { ...requestBody, required: false, content: Object.fromEntries(content) }
    }
  }
  // `allowReserved`: real clients send `,` `:` `=` unescaped in values, which no reader of ours mistakes.
  const openParameters = (list: unknown): unknown =>
    Array.isArray(list)
      ? list.map((entry: unknown) => {
          const parameter = resolveReference(document, entry)
          return parameter.in === 'query' ? { ...structuredClone(parameter), allowReserved: true } : entry
        })
      : list
  if (item.parameters !== undefined) item.parameters = openParameters(item.parameters)
  for (const method of METHODS) {
    const operation = item[method] as Record<string, unknown> | undefined
    if (operation?.parameters !== undefined) operation.parameters = openParameters(operation.parameters)
  }
  if (item.get !== undefined && item.head === undefined) {
    item.head = {
      ...(structuredClone(item.get) as Json),
      operationId: `${path.operations.get('get')?.operationId ?? ''}-head`,
    }
  }
  return {
    openapi: document.openapi,
    info: { title: path.template, version: '1' },
    servers: [{ url: '/' }],
    paths: { [path.template]: item },
    components: usedComponents(document, item),
  }
}

const runInOrder = (handlers: readonly RequestHandler[], req: Request, res: Response, done: Next): void => {
  let index = 0
  const next = (error?: unknown): void => {
    // A second call with an error is the response validator's: it comes after the route has run.
    const handler = error === undefined ? handlers[index++] : undefined
    if (handler === undefined) {
      done(error)
      return
    }
    try {
      void handler(req, res, next as NextFunction)
    } catch (thrown) {
      done(thrown)
    }
  }
  next()
}

/**
 * The validator of one document. express-openapi-validator compiles every path's pattern anew for each request, so each
 * path gets an instance of its own, made at its first request from the part of the document that it uses: the pattern
 * compiled is then one, idle servers hold no compiled schema, and a request with nothing to check skips it.
 */
export const createValidation = (o: { document: OpenApiDocument; validateResponses: boolean }): Validate => {
  const { document, validateResponses } = o
  const instances = new Map<Path, RequestHandler[] | Promise<RequestHandler[]>>()
  const defaults = new Map<Operation, Record<string, unknown> | undefined>()

  const make = async (path: Path): Promise<RequestHandler[]> => {
    const { middleware } = await import('express-openapi-validator')
    const handlers = middleware({
      apiSpec: documentOfPath(document, path) as unknown as string, // an object is as good; the type wants every OpenAPI member
      validateApiSpec: validateResponses,
      validateRequests: { allowUnknownQueryParameters: true },
      validateResponses,
      validateSecurity: false,
      fileUploader: false,
      useRequestUrl: true,
    })
    instances.set(path, handlers)
    return handlers
  }

  return (req, res, { path, operation }, mediaType, next) => {
    dropEmptyLists(req, operation)
    if (!validateResponses && !hasSomethingToCheck(req, operation, mediaType)) {
      if (!defaults.has(operation)) defaults.set(operation, queryDefaults(operation))
      const given = defaults.get(operation)
      if (given !== undefined)
        Object.defineProperty(req, 'query', { value: { ...given }, writable: true, configurable: true })
      next()
      return
    }
    const { headers, body } = req as { headers: Request['headers']; body: unknown }
    const sent = headers['content-type']
    // The validator keeps a compiled schema for each media type it sees, parameters and all: it sees only the document's.
    if (mediaType === undefined) delete headers['content-type']
    else headers['content-type'] = mediaType
    const done = (error?: unknown): void => {
      if (sent === undefined) delete headers['content-type']
      else headers['content-type'] = sent
      if (mediaType === undefined) req.body = body
      next(error === undefined ? undefined : translate(error))
    }
    const ready = instances.get(path)
    if (Array.isArray(ready)) {
      runInOrder(ready, req, res, done)
      return
    }
    const made = ready ?? make(path)
    if (ready === undefined) instances.set(path, made)
    made.then((handlers) => {
      runInOrder(handlers, req, res, done)
    }, done)
  }
}

type ValidatorError = {
  status: number
  path?: string
  message: string
  errors?: { path: string; message: string; errorCode?: string }[]
}

const isValidatorError = (error: unknown): error is ValidatorError =>
  error instanceof Error &&
  typeof (error as Partial<ValidatorError>).status === 'number' &&
  !(error instanceof ServiceError)

const fieldOf = (pointer: string): string => {
  const [, place = '', ...parts] = pointer.split('/').map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
  const name = parts.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
  if (place === 'query') return `Query parameter ${name}`
  if (place === 'headers') return `Header ${name}`
  if (place === 'params') return `Path parameter ${name}`
  if (place === 'cookies') return `Cookie ${name}`
  return name === '' ? 'The body' : name
}

const textOf = ({ path, message }: { path: string; message: string }): string => {
  const field = fieldOf(path)
  if (message.startsWith('must have required property')) return `${field} is required`
  if (message.startsWith('must NOT have additional properties')) return `${field} is not a known member`
  return `${field} ${message.replace('must be equal to one of the allowed values: ', 'must be one of ')}`
}

const MAX_PROBLEMS = 5

/** The validator's error as ours: it names the field and says what is allowed. */
const translate = (error: unknown): unknown => {
  if (!isValidatorError(error)) return error
  const problems = [...new Set((error.errors ?? []).map(textOf))]
  const text = problems.slice(0, MAX_PROBLEMS).join('; ')
  if (error.status >= 500) {
    return new Internal(`The answer does not match the document: ${text || error.message}`, {
      code: 'response_invalid',
      cause: error,
    })
  }
  const options = { code: 'request_invalid', cause: error }
  if (error.status === 415) return new UnsupportedMediaType(error.message, options)
  return new BadRequest(text || error.message, options)
}

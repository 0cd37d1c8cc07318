import express from 'express'
import type { Express, NextFunction, Request, RequestHandler, Response, Router } from 'express'
import { boundedBody, parseFormBody, parseJsonBody } from './body.ts'
import { checkRoutes } from './boot-check.ts'
import { createCors } from './cors.ts'
import { answerError } from './error-answer.ts'
import type { ErrorFormatter } from './error-formats.ts'
import { BadRequest, MethodNotAllowed, NotFound, NotImplemented, UnsupportedMediaType } from './errors.ts'
import type { Health } from './health.ts'
import { createIdFactory } from './ids.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { checkEncoding, locate, readPaths } from './operations.ts'
import type { Located, OpenApiDocument, Path } from './operations.ts'
import { contextOf, createRequestContext } from './request-context.ts'
import { createValidation } from './validation.ts'
import type { Validate } from './validation.ts'

/** One document with the routes that serve it, below each of its bases. */
export type Mount = {
  document: OpenApiDocument
  /** For example ['/ga4gh/tes/v1', '/v1', '/']. Two mounts may share a base. */
  bases: readonly string[]
  /** Paths relative to the base; every route declares its operation. */
  routes: Router
  /** Bytes of a parsed body (JSON, form), at most. Raw bodies are bounded by their handler. */
  bodyLimit?: number
  /** After the body is parsed, before validation: may change `req.body`, or `req.url` together with `req.originalUrl`. */
  before?: readonly RequestHandler[]
  /** In place of the app's, for example for signed links, whose credential is the link. */
  identify?: RequestHandler
  formatError?: ErrorFormatter
}

export type AppOptions = {
  service: string
  log: Logger
  metrics: Metrics
  health: Health
  identify: RequestHandler
  formatError: ErrorFormatter
  bodyLimit: number
  /** Operations that a later part brings: operationId → what brings it. They answer 501. */
  notYet?: Readonly<Record<string, string>>
  /** Handlers before identity and validation, for what no document describes. */
  extraRoutes?: readonly RequestHandler[]
  before?: readonly RequestHandler[]
  /** For test and development: an answer that the document does not allow becomes a 500. */
  validateResponses?: boolean
  /** How clients reach this server; only an absolute http(s) URL is taken. */
  publicUrl: string
  /** Origins whose pages may call this server. Default: none. */
  corsOrigins?: readonly string[]
  /** Leaves /healthz, /readyz and /metrics to the process that embeds this app. */
  embedded?: boolean
} & ({ mounts: readonly Mount[] } | { document: OpenApiDocument; bases: readonly string[]; routes: Router })

type Base = { base: string; mount: ReadyMount }
type ReadyMount = {
  paths: readonly Path[]
  routes: Router
  validate: Validate
  identify: RequestHandler
  before: readonly RequestHandler[]
  bodyLimit: number
  format: ErrorFormatter
}
type Target = { base: string; mount: ReadyMount; located: Located | string[] | undefined }

/** The HTTP app of one server. Throws BootError when routes and documents do not agree. */
export const assembleApp = (o: AppOptions): Express => {
  const { log, metrics, health, notYet = {}, validateResponses = false } = o
  if (!/^https?:\/\/[^/?#]+/.test(o.publicUrl))
    throw new TypeError(`publicUrl must be an http(s) URL, not ${o.publicUrl}`)
  const mounts = 'mounts' in o ? o.mounts : [{ document: o.document, bases: o.bases, routes: o.routes }]
  const bases = mounts
    .flatMap((mount): Base[] => {
      const ready: ReadyMount = {
        paths: readPaths(mount.document),
        routes: mount.routes,
        validate: createValidation({ document: mount.document, validateResponses }),
        identify: mount.identify ?? o.identify,
        before: [...(o.before ?? []), ...(mount.before ?? [])],
        bodyLimit: mount.bodyLimit ?? o.bodyLimit,
        format: mount.formatError ?? o.formatError,
      }
      return mount.bases.map((base) => ({ base: base.replace(/\/+$/, ''), mount: ready }))
    })
    .sort((a, b) => b.base.length - a.base.length)
  const distinct = [...new Set(bases.map(({ mount }) => mount))]
  checkRoutes(distinct.map(({ paths, routes }) => ({ paths, routes, notYet })))

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')

  // The order of everything, on one page:
  if (o.embedded !== true) app.use(operations(health, metrics))
  app.use(arrival(createRequestContext({ log, metrics, newId: createIdFactory() }), o.corsOrigins ?? []))
  for (const handler of o.extraRoutes ?? []) app.use(handler)
  app.use(dispatch(bases, notYet))
  app.use(failure(bases, o.formatError, log))
  return app
}

/** Liveness, readiness and metrics: before everything else, since a document with base `/` answers 404 to other paths. */
const operations = (health: Health, metrics: Metrics): RequestHandler => {
  return (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') next()
    else if (req.path === '/healthz') res.json({ ok: true })
    else if (req.path === '/readyz') {
      health.report().then((report) => res.status(report.ok ? 200 : 503).json(report), next)
    } else if (req.path === '/metrics') {
      metrics.text().then((text) => res.type(metrics.registry.contentType).send(text), next)
    } else next()
  }
}

const arrival = (begin: ReturnType<typeof createRequestContext>, corsOrigins: readonly string[]): RequestHandler => {
  const cors = corsOrigins.length === 0 ? undefined : createCors(corsOrigins)
  return (req, res, next) => {
    begin(req, res)
    res.setHeader('X-Content-Type-Options', 'nosniff')
    res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    res.setHeader('Referrer-Policy', 'no-referrer')
    if (cors?.(req, res) !== true) next()
  }
}

const pathOf = (url: string): string => {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

/** The first base and path that fit; else the longest base, for its 404 or 405. */
const aim = (bases: readonly Base[], method: string, pathname: string): Target | undefined => {
  let refusal: Target | undefined
  for (const { base, mount } of bases) {
    if (!pathname.startsWith(base) || (base !== '' && pathname.length > base.length && pathname[base.length] !== '/'))
      continue
    const located = locate(mount.paths, method, pathname.slice(base.length) || '/')
    if (located !== undefined && !Array.isArray(located)) return { base, mount, located }
    if (refusal === undefined || (refusal.located === undefined && located !== undefined))
      refusal = { base, mount, located }
  }
  return refusal
}

const callHandler = (handler: RequestHandler, req: Request, res: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    const next = (error?: unknown): void => {
      if (error === undefined || error === null) resolve()
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it came
      else reject(error)
    }
    // A handler that answers by itself never calls next: then this promise is dropped with the request.
    const result: unknown = handler(req, res, next)
    if (result instanceof Promise) result.catch(reject)
  })

/** identity → body → `before` → OpenAPI validation → route. */
const dispatch = (bases: readonly Base[], notYet: Readonly<Record<string, string>>): RequestHandler => {
  const prepare = async (
    req: Request,
    res: Response,
  ): Promise<{ target: Target; located: Located; mediaType: string | undefined }> => {
    checkEncoding(req.url)
    const url = req.url
    let target = aim(bases, req.method, pathOf(url))
    const first = target?.mount ?? bases.at(-1)?.mount
    if (first !== undefined) await callHandler(first.identify, req, res)
    let mediaType = await parseBody(req, target)
    for (const handler of first?.before ?? []) await callHandler(handler, req, res)
    if (req.url !== url) {
      target = aim(bases, req.method, pathOf(req.url))
      mediaType ??= await parseBody(req, target)
    }
    const located = target?.located
    // A `before` handler may have read a raw body itself, and say by Content-Type that it left its JSON form.
    mediaType ??= parsedElsewhere(req, located)
    if (Array.isArray(located)) {
      const allow = [...new Set(located)].join(', ')
      throw new MethodNotAllowed(`${req.method} is not allowed here; allowed: ${allow}`, { headers: { Allow: allow } })
    }
    if (target === undefined || located === undefined)
      throw new NotFound('There is nothing at this path', { code: 'path_not_found' })
    return { target, located, mediaType }
  }
  return (req, res, next) => {
    prepare(req, res).then(({ target, located, mediaType }) => {
      const { operationId } = located.operation
      const context = contextOf(req)
      if (context !== undefined) {
        context.operationId = operationId
        context.format = target.mount.format
      }
      const later = notYet[operationId]
      if (later !== undefined) {
        next(new NotImplemented(`${operationId} is not built yet; it comes with ${later}`))
        return
      }
      const full = req.url
      const fullBase = req.baseUrl
      req.url = full.slice(target.base.length) || '/'
      if (!req.url.startsWith('/')) req.url = `/${req.url}`
      req.baseUrl = fullBase + target.base
      const leave = (error?: unknown): void => {
        req.url = full
        req.baseUrl = fullBase
        next(error ?? new NotFound('There is nothing at this path', { code: 'path_not_found' }))
      }
      target.mount.validate(req, res, located, mediaType, (error) => {
        if (error === undefined) target.mount.routes(req, res, leave as NextFunction)
        else leave(error)
      })
    }, next)
  }
}

const parsedElsewhere = (req: Request, located: Located | string[] | undefined): string | undefined => {
  if (req.body === undefined || located === undefined || Array.isArray(located)) return undefined
  const type = req.headers['content-type'] ?? ''
  return located.operation.body?.json.includes(type) === true ? type : undefined
}

/** Parses the body where the operation takes JSON or a form; leaves raw bodies alone. The document's media type, or undefined. */
const parseBody = async (req: Request, target: Target | undefined): Promise<string | undefined> => {
  if (target?.located === undefined || Array.isArray(target.located)) return undefined
  const { body, operationId } = target.located.operation
  if (body === undefined || body.raw === 'any') return undefined
  const allowed = [...body.json, ...(body.form ? ['application/x-www-form-urlencoded'] : []), ...body.raw].join(', ')
  const { 'content-length': length, 'transfer-encoding': chunked, 'content-encoding': encoding } = req.headers
  if (chunked === undefined && (length === undefined || length === '0')) {
    if (body.required) throw new BadRequest(`${operationId} needs a body of type ${allowed}`, { code: 'body_missing' })
    return undefined
  }
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const isForm = body.form && type === 'application/x-www-form-urlencoded'
  if (!isForm && !body.json.includes(type)) {
    if (body.raw.includes(type)) return undefined
    throw new UnsupportedMediaType(`Content-Type is ${type === '' ? 'missing' : type}; allowed: ${allowed}`)
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new UnsupportedMediaType(`Content-Encoding is ${encoding}; allowed: identity`)
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replace(/"/g, '')
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new UnsupportedMediaType(`The charset is ${charset}; allowed: utf-8`)
  }
  const bytes = await boundedBody(req, target.mount.bodyLimit)
  req.body = isForm ? parseFormBody(bytes) : parseJsonBody(bytes)
  return type
}

const failure =
  (bases: readonly Base[], format: ErrorFormatter, log: Logger) =>
  (error: unknown, req: Request, res: Response, _next: NextFunction): void => {
    const pathname = pathOf(req.url)
    const nearest = (): ErrorFormatter | undefined =>
      bases.find(({ base }) => pathname === base || pathname.startsWith(`${base}/`))?.mount.format
    answerError(error, req, res, { format: contextOf(req)?.format ?? nearest() ?? format, log })
  }

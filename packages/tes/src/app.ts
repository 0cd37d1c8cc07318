import type { Express, RequestHandler } from 'express'
import { tesDocument } from '@biocloud/ga4gh-api'
import { identify } from '@biocloud/passport-auth/express'
import { assembleApp, requestId, tesError } from '@biocloud/service-kit'
import type { Context } from './context.ts'
import { createRoutes } from './routes.ts'
import { cleanTask } from './task-documents.ts'

/** Clients may encode the colon of `:cancel`; Nextflow asks for service-info without the version (tes.md 1.1.1, 1.1.3). */
const rewrite: RequestHandler = (req, _res, next) => {
  const at = req.url.indexOf('?')
  const [path, query] = at < 0 ? [req.url, ''] : [req.url.slice(0, at), req.url.slice(at)]
  const plain = path
    .replace(/%3A(?=[^/]*$)/i, ':')
    .replace(/^\/ga4gh\/tes\/service-info$/, '/ga4gh/tes/v1/service-info')
  if (plain !== path) {
    req.url = plain + query
    req.originalUrl = req.url
  }
  next()
}

/** Null, unknown and read-only members are gone before anything is validated (tes.md 1.1.6). */
const clean: RequestHandler = (req, _res, next) => {
  if (req.method === 'POST' && req.body !== undefined) req.body = cleanTask(req.body)
  next()
}

/** Middleware order: the kit's assembleApp, on one page there. */
export const createApp = (context: Context): Express => {
  const { settings, clearinghouse, log, metrics, health } = context
  return assembleApp({
    service: 'tes',
    log,
    metrics,
    health,
    identify: identify({ clearinghouse, realm: context.publicUrl, requestId }) as RequestHandler,
    formatError: tesError,
    bodyLimit: settings.limits.bodyBytes,
    extraRoutes: [rewrite],
    before: [clean],
    validateResponses: settings.validateResponses,
    publicUrl: context.publicUrl,
    corsOrigins: settings.corsOrigins,
    embedded: settings.embedded,
    document: tesDocument,
    // In the suite's one process the root is not ours alone.
    bases: settings.embedded ? ['/ga4gh/tes/v1', '/v1'] : ['/ga4gh/tes/v1', '/v1', '/'],
    routes: createRoutes(context.domain),
  })
}

import { wesDocument } from '@biocloud/ga4gh-api'
import { identify } from '@biocloud/passport-auth/express'
import { assembleApp, wesError } from '@biocloud/service-kit'
import type { Express, RequestHandler } from 'express'
import type { Context } from './context.ts'
import { createRoutes } from './routes.ts'
import { WES_BASE } from './run-urls.ts'

const OUTPUT = /^((?:\/ga4gh\/wes\/v1)?\/runs\/[^/?]+\/outputs\/)([^?]+)(\?.*)?$/u

/** Output names hold slashes, and `location` shows them as they are: for the router they are one segment. */
const foldOutputName: RequestHandler = (req, _res, next) => {
  const match = OUTPUT.exec(req.url)
  const name = match?.[2]
  if (match !== null && name?.includes('/') === true) {
    req.url = `${match[1] ?? ''}${name.replaceAll('/', '%2F')}${match[3] ?? ''}`
    req.originalUrl = req.url
  }
  next()
}

/** Middleware order: the kit's assembleApp, on one page there. */
export const createApp = (context: Context): Express => {
  const { settings, clearinghouse, log, metrics, health, publicUrl, domain } = context
  return assembleApp({
    service: 'wes',
    log,
    metrics,
    health,
    identify: identify({ clearinghouse, realm: publicUrl }) as RequestHandler,
    formatError: wesError,
    bodyLimit: settings.limits.paramsBytes + settings.limits.fieldBytes,
    before: [foldOutputName],
    validateResponses: settings.validateResponses,
    publicUrl,
    embedded: settings.embedded,
    document: wesDocument,
    bases: [WES_BASE],
    routes: createRoutes(domain),
  })
}

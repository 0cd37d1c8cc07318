import type { Express, RequestHandler } from 'express'
import { drsDocument, drsRootDocument } from '@biocloud/ga4gh-api'
import { identityOf, isDenial, toAuthError } from '@biocloud/passport-auth'
import { identify, localIssuerRoutes, presentPassports, stsRoutes } from '@biocloud/passport-auth/express'
import { assembleApp, BadRequest, drsError, requestId } from '@biocloud/service-kit'
import type { Context } from './context.ts'
import { createRootRoutes } from './root-routes.ts'
import { createRoutes } from './routes.ts'

/** V2: `expand` in any letter case; another value names the two that are allowed. */
const normaliseExpand: RequestHandler = (req, _res, next) => {
  const at = req.url.indexOf('?')
  if (at < 0) {
    next()
    return
  }
  const query = new URLSearchParams(req.url.slice(at + 1))
  const expand = query.get('expand')
  const lower = expand?.toLowerCase()
  if (expand === null || lower === expand) {
    next()
    return
  }
  if (lower !== 'true' && lower !== 'false') {
    next(new BadRequest(`expand is ${JSON.stringify(expand)}; allowed: true, false`, { code: 'query_invalid' }))
    return
  }
  query.set('expand', lower)
  const path = req.url.slice(0, at)
  req.url = `${path}?${query.toString()}`
  req.originalUrl = req.url
  next()
}

/** Middleware order: the kit's assembleApp, on one page there. */
export const createApp = (context: Context): Express => {
  const { settings, clearinghouse, realm, log, metrics, health } = context
  // A signed link, an assertion in the body or the issuer's own check is the credential at the root, but for userinfo;
  // a bearer that a client sends along with a link is not looked at.
  const withoutIdentity: RequestHandler = (req, _res, next) => {
    clearinghouse.verify({}).then((verified) => {
      if (isDenial(verified)) throw toAuthError(verified, realm)
      req.identity = identityOf(verified)
      next()
    }, next)
  }
  const withIdentity = identify({ clearinghouse, realm, requestId }) as RequestHandler
  const atTheRoot: RequestHandler = (req, res, next) => {
    const handler = /^\/userinfo\/?$/.test(req.path) ? withIdentity : withoutIdentity
    return handler(req, res, next)
  }
  const app = assembleApp({
    service: 'drs',
    log,
    metrics,
    health,
    identify: withIdentity,
    formatError: drsError,
    bodyLimit: settings.bodyLimitBytes,
    before: [normaliseExpand],
    validateResponses: settings.validateResponses,
    publicUrl: context.publicUrl,
    embedded: settings.embedded,
    mounts: [
      {
        document: drsDocument,
        bases: ['/ga4gh/drs/v1'],
        routes: createRoutes({
          ...context.domain,
          present: (identity, passports, id) =>
            presentPassports({ clearinghouse, realm, requestId: id }, identity, passports),
        }),
      },
      {
        document: drsRootDocument,
        bases: ['/'],
        identify: atTheRoot,
        routes: createRootRoutes({
          data: context.domain.data,
          uploads: context.domain.uploads,
          sts: stsRoutes({ sts: context.sts, requestId }),
          localIssuer: context.localIssuer && localIssuerRoutes({ issuer: context.localIssuer, clearinghouse, realm }),
        }),
      },
    ],
  })
  app.set('trust proxy', settings.trustProxy)
  return app
}

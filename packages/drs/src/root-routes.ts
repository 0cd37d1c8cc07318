import { Router, type Request, type RequestHandler } from 'express'
import { declare, type LocalIssuerHandlers, type StsHandlers } from '@biocloud/passport-auth/express'
import { requestId } from '@biocloud/service-kit'
import type { Data, DataRequest } from './data.ts'
import { NoLocalIssuer } from './errors.ts'
import type { Uploads } from './uploads.ts'

const dataRequest = (req: Request, token: string): DataRequest => {
  const { range, 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = req.headers
  const ifRange = req.get('if-range')
  return {
    token,
    ...(range === undefined ? {} : { range }),
    ...(ifRange === undefined ? {} : { ifRange }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    requestId: requestId(req),
    ...(req.ip === undefined ? {} : { ip: req.ip }),
  }
}

/** What DRS owns outside /ga4gh/drs/v1: signed links, the STS, the local issuer. */
export const createRootRoutes = (o: {
  data: Data
  uploads: Uploads
  sts: StsHandlers
  localIssuer: LocalIssuerHandlers | undefined
}): Router => {
  const router = Router({ caseSensitive: true })
  // Their credential is the link itself.
  router.head('/data/:token', declare('HeadData', 'public'), async (req, res) => {
    const { status, headers } = await o.data.get(dataRequest(req, req.params.token), 'HEAD')
    res.writeHead(status, headers).end()
  })
  router.get('/data/:token', declare('GetData', 'public'), async (req, res) => {
    const { status, headers, send } = await o.data.get(dataRequest(req, req.params.token), 'GET')
    res.writeHead(status, headers)
    if (send === undefined) res.end()
    else await send(res)
  })
  router.put('/data/:token', declare('PutData', 'public'), async (req, res) => {
    const length = req.headers['content-length']
    const { again } = await o.uploads.put(req.params.token, req, length === undefined ? undefined : Number(length))
    res.status(again ? 200 : 201).end()
  })

  const absent = (): Promise<never> => Promise.reject(new NoLocalIssuer())
  const issuer = o.localIssuer ?? {
    IssueToken: absent,
    GetUserinfo: absent,
    GetOpenidConfiguration: absent,
    GetJwks: absent,
  }
  const handled =
    (handler: LocalIssuerHandlers[keyof LocalIssuerHandlers]): RequestHandler =>
    async (req, res) => {
      await handler(req, res)
    }
  router.post('/token', declare('IssueToken', 'public'), handled(issuer.IssueToken))
  router.get('/userinfo', declare('GetUserinfo', 'public'), handled(issuer.GetUserinfo))
  router.get(
    '/.well-known/openid-configuration',
    declare('GetOpenidConfiguration', 'public'),
    handled(issuer.GetOpenidConfiguration),
  )
  router.get('/.well-known/jwks.json', declare('GetJwks', 'public'), handled(issuer.GetJwks))
  router.post('/sts/v1/grants', declare('CreateGrant', 'service'), handled(o.sts.CreateGrant))
  router.post('/sts/v1/tickets', declare('CreateTicket', 'service'), handled(o.sts.CreateTicket))
  router.post('/sts/v1/introspect', declare('IntrospectToken', 'service'), handled(o.sts.IntrospectToken))
  router.post('/sts/v1/revocations', declare('RevokeGrant', 'service'), handled(o.sts.RevokeGrant))
  return router
}

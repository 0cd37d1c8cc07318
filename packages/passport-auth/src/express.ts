import type { IncomingMessage, ServerResponse } from 'node:http'
import { holdsToken } from './audit.ts'
import type { Clearinghouse } from './clearinghouse.ts'
import type { Operation } from './decision.ts'
import { deny, isDenial } from './denial.ts'
import type { Denial } from './denial.ts'
import { AuthError, toAuthError } from './errors.ts'
import { identityOf } from './identities.ts'
import type { Identity } from './identities.ts'
import type { LocalIssuer } from './local-issuer.ts'
import { Secret } from './secret.ts'
import type { Sts } from './sts.ts'
import { createTokenEndpoint } from './token-endpoint.ts'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to add a field to Express's request type
  namespace Express {
    interface Request {
      /** Set by `identify` before validation and routes. */
      identity: Identity
    }
  }
}

type Next = (error?: unknown) => void
type Incoming = IncomingMessage & { identity?: Identity; body?: unknown }
/** The server's own request id (the kit's `requestId`), for audit rows. */
type RequestIdOf = (req: IncomingMessage) => string
const noRequestId: RequestIdOf = () => 'none'
/** Typed on node:http: as an Express RequestHandler it would turn the path params of the route into `string | string[] | undefined`. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void
export type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/** `public`: anybody. `identity`: 401 for anonymous. `operator`: 403 for others. `service`: the handler authenticates a server by its client assertion. An Operation: the domain asks `authorize`. */
export type RouteRequirement = 'public' | 'identity' | 'operator' | 'service' | Operation
export type Declared = Middleware & { readonly operationId: string; readonly requirement: RouteRequirement }

const send = (res: ServerResponse, status: number, body: unknown): void => {
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(body))
}
/** O12: an answer that holds a token is kept by nobody on its way. */
const sendSecret = (res: ServerResponse, status: number, body: unknown): void => {
  res.setHeader('Cache-Control', 'no-cache, no-store')
  res.setHeader('Pragma', 'no-cache')
  send(res, status, body)
}

const refuse = (
  clearinghouse: Clearinghouse,
  denial: Denial,
  realm: string,
  req: Incoming,
  requestId: string,
): AuthError => {
  const ip = req.socket.remoteAddress
  clearinghouse.recordRefusal(denial, { requestId, ...(ip === undefined ? {} : { ip }) })
  return toAuthError(denial, realm)
}

/** V18: by the name of a query parameter, or by its looks, wherever in the URL. */
const tokenInUrl = (url: string): boolean => {
  if (holdsToken(url)) return true
  const query = url.indexOf('?')
  return (
    query >= 0 &&
    [...new URLSearchParams(url.slice(query + 1)).keys()].some((name) =>
      /^(access_token|bearer|id_token|passports?)$/i.test(name),
    )
  )
}

/** The one Bearer token of the request, or undefined. Another scheme, or anything after the token, is no valid credential. */
const bearerOf = (header: string | undefined): string | undefined => {
  if (header === undefined) return undefined
  return /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? ''
}

/** Sets `req.identity`. A bad credential is a 401 for every path and id, before any look-up (D8a). */
export const identify =
  ({
    clearinghouse,
    realm,
    requestId = noRequestId,
  }: {
    clearinghouse: Clearinghouse
    realm: string
    requestId?: RequestIdOf
  }): Middleware =>
  (req: Incoming, _res, next) => {
    const work = async (): Promise<void> => {
      if (tokenInUrl(req.url ?? '')) throw refuse(clearinghouse, deny('token_in_url'), realm, req, requestId(req))
      const bearer = bearerOf(req.headers.authorization)
      const verified = await clearinghouse.verify(bearer === undefined ? {} : { bearer })
      if (isDenial(verified)) throw refuse(clearinghouse, verified, realm, req, requestId(req))
      req.identity = identityOf(verified, bearer === undefined ? undefined : new Secret(bearer))
    }
    work().then(() => {
      next()
    }, next)
  }

/** Names a route's operation and requirement; the boot check of the kit knows it by its two properties. Enforces `identity` and `operator`. */
export const declare = (operationId: string, requirement: RouteRequirement, o: { realm?: string } = {}): Declared => {
  const middleware: Middleware = (req: Incoming, _res, next) => {
    const identity = req.identity
    if (identity === undefined) {
      next(new Error(`declare(${operationId}) ran before identify`))
      return
    }
    if ((requirement === 'identity' || requirement === 'operator') && identity.kind === 'anonymous')
      next(
        new AuthError(
          'credential_missing',
          'This needs a credential: send an access token as `Authorization: Bearer …`',
          {
            status: 401,
            headers: { 'WWW-Authenticate': `Bearer realm="${o.realm ?? 'biocloud'}"` },
          },
        ),
      )
    else if (requirement === 'operator' && !identity.operator)
      next(new AuthError('operator_required', 'Only an operator of this server may do this', { status: 403 }))
    else next()
  }
  return Object.assign(middleware, { operationId, requirement })
}

/** The identity of a request whose body holds `passports` (DRS POST). Without passports: the identity as it was. Throws AuthError: 400 (D6, D7), 401, 413, 503. */
export const presentPassports = async (
  o: { clearinghouse: Clearinghouse; realm: string; requestId?: string },
  identity: Identity,
  passports: unknown,
): Promise<Identity> => {
  if (passports === undefined || (Array.isArray(passports) && passports.length === 0)) return identity
  const refused = (denial: Denial): AuthError => {
    o.clearinghouse.recordRefusal(denial, { requestId: o.requestId ?? 'none' })
    return toAuthError(denial, o.realm)
  }
  // D7: not of the schema is 400; anything wrong inside a token is 401.
  if (!Array.isArray(passports) || !passports.every((item): item is string => typeof item === 'string'))
    throw refused(deny('credentials_malformed'))
  if (identity.kind !== 'anonymous') throw refused(deny('bearer_and_passports')) // D6
  const verified = await o.clearinghouse.verify({ passports })
  if (isDenial(verified)) throw refused(verified)
  return identityOf(verified)
}

export type LocalIssuerHandlers = {
  IssueToken: Handler
  GetUserinfo: Handler
  GetOpenidConfiguration: Handler
  GetJwks: Handler
}
/** Handlers of `/token`, `/userinfo`, `/.well-known/openid-configuration` and `/.well-known/jwks.json`, by operationId. `/token` needs express.json() and express.urlencoded() before it; `/userinfo` needs `identify`. */
export const localIssuerRoutes = (o: {
  issuer: LocalIssuer
  clearinghouse: Clearinghouse
  realm: string
}): LocalIssuerHandlers => {
  const { issuer } = o
  const tokens = createTokenEndpoint(o)
  return {
    async IssueToken(req: Incoming, res) {
      const { status, body } = await tokens.issue(req.body)
      sendSecret(res, status, body)
    },
    async GetUserinfo(req: Incoming, res) {
      const { identity } = req
      if (identity?.kind !== 'person' || identity.iss !== issuer.issuer || identity.sub === undefined)
        throw toAuthError(deny(identity?.kind === 'anonymous' ? 'credential_missing' : 'token_invalid'), o.realm)
      const { sub } = identity
      const name = issuer.name(sub)
      sendSecret(res, 200, { sub, ...(name === undefined ? {} : { name }), ga4gh_passport_v1: await issuer.visas(sub) })
    },
    GetOpenidConfiguration: (_req, res) => {
      send(res, 200, tokens.configuration())
      return Promise.resolve()
    },
    GetJwks: (_req, res) => {
      send(res, 200, issuer.jwks)
      return Promise.resolve()
    },
  }
}

export type StsHandlers = {
  CreateGrant: Handler
  CreateTicket: Handler
  IntrospectToken: Handler
  RevokeGrant: Handler
}
/** Handlers of `/sts/v1/{grants,tickets,introspect,revocations}`, by operationId. They need express.json() before them. */
export const stsRoutes = ({ sts, requestId = noRequestId }: { sts: Sts; requestId?: RequestIdOf }): StsHandlers => ({
  async CreateGrant(req: Incoming, res) {
    sendSecret(res, 200, await sts.grant(req.body, requestId(req)))
  },
  async CreateTicket(req: Incoming, res) {
    sendSecret(res, 200, await sts.ticket(req.body, requestId(req)))
  },
  async IntrospectToken(req: Incoming, res) {
    sendSecret(res, 200, await sts.introspect(req.body))
  },
  async RevokeGrant(req: Incoming, res) {
    await sts.revoke(req.body, requestId(req))
    res.statusCode = 204
    res.end()
  },
})

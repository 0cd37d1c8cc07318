import type { Clearinghouse } from './clearinghouse.ts'
import { isDenial } from './denial.ts'
import { AuthError } from './errors.ts'
import { localKeySetUrl } from './issuers.ts'
import type { LocalIssuer } from './local-issuer.ts'
import { isRecord } from './policy-reader.ts'

/** `biocloud token`: whoever can read the secret file of the data folder may speak for its demo users. */
export const LOCAL_USER_GRANT = 'urn:biocloud:params:oauth:grant-type:local-user'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
const PASSPORT_TYPE = 'urn:ga4gh:params:oauth:token-type:passport'
const MAX_RESOURCES = 16

/** RFC 6749 §5: its own body of success and error. */
export type TokenAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

const fault = (status: 400 | 401, error: string, description: string): TokenAnswer => ({
  status,
  body: { error, error_description: description },
})

/** RFC 8707: absolute, without fragment. The audience is the origin, so that one passport serves all objects of a server. */
const audiencesOf = (resource: unknown): string[] | undefined => {
  if (resource === undefined) return []
  const list: unknown[] = Array.isArray(resource) ? resource : [resource]
  if (list.length > MAX_RESOURCES) return undefined
  const origins = new Set<string>()
  for (const item of list) {
    if (typeof item !== 'string' || !URL.canParse(item)) return undefined
    const url = new URL(item)
    if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.hash || url.username || url.password)
      return undefined
    origins.add(url.origin)
  }
  return [...origins]
}

export const createTokenEndpoint = ({
  issuer,
  clearinghouse,
}: {
  issuer: LocalIssuer
  clearinghouse: Clearinghouse
}) => {
  const isClient = (secret: unknown): boolean =>
    typeof secret === 'string' && secret.length <= 255 && issuer.isSecret(secret)

  const localUser = async (body: Record<string, unknown>): Promise<TokenAnswer> => {
    if (!isClient(body.secret))
      return fault(401, 'invalid_client', 'secret must be the content of cli-secret in the data folder of the issuer')
    if (typeof body.username !== 'string') return fault(400, 'invalid_request', 'username is missing')
    try {
      const { token, expiresIn } = await issuer.accessToken(body.username)
      return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn } }
    } catch (error) {
      if (error instanceof AuthError && error.code === 'request_invalid')
        return fault(400, 'invalid_grant', error.message)
      throw error
    }
  }

  const exchange = async (body: Record<string, unknown>): Promise<TokenAnswer> => {
    if (!isClient(body.client_secret ?? body.secret))
      return fault(
        401,
        'invalid_client',
        'client authentication is required: client_secret is the content of cli-secret',
      )
    if (body.requested_token_type !== PASSPORT_TYPE)
      return fault(400, 'invalid_request', `requested_token_type must be ${PASSPORT_TYPE}`)
    if (body.subject_token_type !== ACCESS_TOKEN_TYPE)
      return fault(400, 'invalid_request', `subject_token_type must be ${ACCESS_TOKEN_TYPE}`)
    const audiences = audiencesOf(body.resource)
    if (!audiences)
      return fault(
        400,
        'invalid_target',
        'resource must be an absolute http(s) URL without fragment, at most 16 of them',
      )
    const verified =
      typeof body.subject_token === 'string' ? await clearinghouse.verify({ bearer: body.subject_token }) : undefined
    const subject = verified && !isDenial(verified) && verified.kind === 'person' ? verified.subjects[0] : undefined
    if (subject?.iss !== issuer.issuer)
      return fault(400, 'invalid_request', 'subject_token must be an access token of this issuer, in force')
    const { token, expiresIn } = await issuer.passport(subject.sub, audiences)
    return {
      status: 200,
      body: { access_token: token, issued_token_type: PASSPORT_TYPE, token_type: 'N_A', expires_in: expiresIn },
    }
  }

  return {
    async issue(input: unknown): Promise<TokenAnswer> {
      const body = isRecord(input) ? input : {}
      if (body.grant_type === LOCAL_USER_GRANT) return localUser(body)
      if (body.grant_type === TOKEN_EXCHANGE) return exchange(body)
      return fault(400, 'unsupported_grant_type', `grant_type must be ${LOCAL_USER_GRANT} or ${TOKEN_EXCHANGE}`)
    },
    /** OpenID Connect Discovery 1.0 §3, as far as this issuer goes. */
    configuration: (): Record<string, unknown> => ({
      issuer: issuer.issuer,
      token_endpoint: `${issuer.issuer}/token`,
      userinfo_endpoint: `${issuer.issuer}/userinfo`,
      jwks_uri: localKeySetUrl(issuer.issuer),
      grant_types_supported: [LOCAL_USER_GRANT, TOKEN_EXCHANGE],
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      scopes_supported: ['openid', 'ga4gh_passport_v1'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }),
  }
}

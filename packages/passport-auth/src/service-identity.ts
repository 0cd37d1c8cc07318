import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compactVerify, errors, importJWK } from 'jose'
import type { JWK } from 'jose'
import { audiencesOf, checkTimes, isText } from './claims.ts'
import { nowSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import type { ServiceName } from './identities.ts'
import { isRefusal, refuse, scanJws } from './jws.ts'
import type { Refusal } from './jws.ts'
import { isRecord } from './policy-reader.ts'
import { isErrno, openSigningKey } from './signing-key.ts'

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Seconds. */
const LIFETIME = 60
const SERVICES = ['drs', 'wes', 'tes'] as const

export type ServiceIdentityOptions = {
  /** `localIssuer.dir`: the public half goes to `services/<service>.jwks.json` below it. */
  readonly dir: string
  /** The private half, e.g. `<dataDir>/service-key.json`, mode 0600. */
  readonly keyFile: string
  readonly service: ServiceName
  /** The STS: the publicUrl of the server that mounts it. */
  readonly audience: string
  readonly clock: Clock
}
/** `fields()` are the two body members of a call to the STS. Each assertion is good for one call and 60 s. */
export type ServiceIdentity = {
  clientAssertion(): Promise<string>
  fields(): Promise<{ client_assertion_type: string; client_assertion: string }>
}

const clientId = (service: ServiceName): string => `biocloud-${service}`

/** A server's own identity (private_key_jwt, RFC 7523), made at first start. */
export const createServiceIdentity = async (o: ServiceIdentityOptions): Promise<ServiceIdentity> => {
  const key = await openSigningKey(o.keyFile)
  const folder = join(o.dir, 'services')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const aside = join(folder, `${o.service}.${randomBytes(6).toString('hex')}`)
  await writeFile(aside, `${JSON.stringify({ keys: [key.publicJwk] }, null, 2)}\n`, { mode: 0o644 })
  await rename(aside, join(folder, `${o.service}.jwks.json`))

  const clientAssertion = (): Promise<string> => {
    const iat = Math.floor(nowSeconds(o.clock))
    const id = clientId(o.service)
    return key.sign(
      { typ: 'JWT' },
      { iss: id, sub: id, aud: o.audience, iat, exp: iat + LIFETIME, jti: randomBytes(16).toString('base64url') },
    )
  }
  return {
    clientAssertion,
    fields: async () => ({ client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: await clientAssertion() }),
  }
}

const readKeys = async (file: string): Promise<JWK[]> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
  const body: unknown = JSON.parse(text)
  return isRecord(body) && Array.isArray(body.keys) ? (body.keys as JWK[]) : []
}

/** Checks a client assertion for the STS. The public half is read at every call: a server that made a new key is known at once. */
export const createAssertionReader =
  (o: { servicesDir: string; audience: string; clock: Clock }) =>
  async (assertion: string): Promise<{ service: ServiceName; jti: string; exp: number } | Refusal> => {
    const jws = scanJws(assertion)
    if (isRefusal(jws)) return jws
    const { payload } = jws
    const service = SERVICES.find((name) => clientId(name) === payload.iss)
    if (!service || payload.sub !== payload.iss) return refuse('iss: not a server of this site')
    if (jws.typ !== undefined && jws.typ !== 'JWT') return refuse('header: typ is not that of an assertion')
    const audiences = audiencesOf(payload)
    if (!Array.isArray(audiences) || !audiences.includes(o.audience)) return refuse('aud: names another service')
    const times = checkTimes(payload, nowSeconds(o.clock), LIFETIME * 2)
    if ('refused' in times) return times
    if (times.exp - times.iat > LIFETIME * 2) return refuse('exp: an assertion lives a minute')
    if (!isText(payload.jti)) return refuse('jti: missing or malformed')
    const jwk = (await readKeys(join(o.servicesDir, `${service}.jwks.json`))).find(({ kid }) => kid === jws.kid)
    if (!jwk || jws.alg !== 'ES256') return refuse('kid: not a key of that server')
    try {
      await compactVerify(assertion, await importJWK(jwk, 'ES256'), { algorithms: ['ES256'] })
    } catch (error) {
      if (error instanceof errors.JOSEError) return refuse('signature: does not verify')
      throw error
    }
    return { service, jti: payload.jti, exp: times.exp }
  }

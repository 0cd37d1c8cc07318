import { createHash, randomBytes } from 'node:crypto'
import { pairwiseId } from './audit.ts'
import type { AuditEvent, AuditSink } from './audit.ts'
import { RUN_TOKEN_PREFIX } from './clearinghouse.ts'
import type { Clearinghouse } from './clearinghouse.ts'
import { nowSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import { deny, isDenial } from './denial.ts'
import type { Denial } from './denial.ts'
import { AuthError, toAuthError } from './errors.ts'
import type { Grant, ResolvedObject, RunTokenFacts, StsStores } from './grants.ts'
import type { ServiceName } from './identities.ts'
import { isRefusal } from './jws.ts'
import { decideObjects, refuseObjects } from './object-decisions.ts'
import { visaRef } from './rules.ts'
import { CLIENT_ASSERTION_TYPE, createAssertionReader } from './service-identity.ts'
import type { SigningKey } from './signing-key.ts'
import { judgeGrant } from './standing.ts'
import { readBody } from './sts-body.ts'
import type { Body } from './sts-body.ts'
import type { TicketClaims } from './ticket.ts'
import { signTicket, TICKET_LIFETIME } from './tickets.ts'

export type StsOptions = {
  readonly clearinghouse: Clearinghouse
  readonly stores: StsStores
  /** By the URIs as sent, in their order; undefined for what is not here. */
  readonly resolveObjects: (uris: readonly string[]) => Promise<readonly (ResolvedObject | undefined)[]>
  /** Signs tickets: `openSigningKey(<dataDir>/sts-key.json)`, the same that the clearinghouse of this server has under `tickets`. */
  readonly key: SigningKey
  /** Public halves of the servers: `<localIssuer.dir>/services`. */
  readonly servicesDir: string
  readonly clock: Clock
  readonly newId: () => string
  readonly audit: AuditSink
  readonly siteKey: Buffer
  /** `iss` and `aud` of tickets, and the audience of client assertions. Exactly as the clearinghouse has it. */
  readonly publicUrl: string
}

export type GrantReply = {
  grant_id: string
  /** ISO 8601, UTC. */
  not_after: string
  owner: string
  objects: Omit<ResolvedObject, 'owner' | 'allOf'>[]
  run_token?: string
}
export type RunTokenReply = { run_token: string; not_after: string }
export type TicketReply = { ticket: string; expires_in: number }
export type IntrospectReply = { active: false } | ({ active: true; token_type: 'run' } & RunTokenFacts)

/** Each method takes the JSON body as received, `client_assertion` included, and throws AuthError for every refusal. */
export type Sts = {
  grant(body: unknown, requestId: string): Promise<GrantReply>
  /** `action: 'run'` (WES only) answers one more run token of a live run grant instead of a ticket. */
  ticket(body: unknown, requestId: string): Promise<TicketReply | RunTokenReply>
  introspect(body: unknown): Promise<IntrospectReply>
  revoke(body: unknown, requestId: string): Promise<void>
}

type Scope = Pick<TicketClaims, 'action' | 'objectIds' | 'actor' | 'dataset' | 'prefix'>

const MAX_OBJECTS = 10_000
const REALM = 'biocloud-sts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const newRunToken = (): string => RUN_TOKEN_PREFIX + randomBytes(32).toString('base64url')
const iso = (seconds: number): string => new Date(Math.floor(seconds * 1000)).toISOString()
const grantNotFound = () => new AuthError('grant_not_found', 'There is no such grant of this server', { status: 404 })
const invalid = (text: string) => new AuthError('request_invalid', text, { status: 400 })

/** Every dataset behind the objects; the outputs of runs stand for the inputs of those runs. */
const datasetsOf = (objects: readonly ResolvedObject[]): string[] => [
  ...new Set(objects.flatMap(({ dataset, allOf }) => (dataset.startsWith('run:') ? (allOf ?? []) : [dataset]))),
]

/** The smallest STS (passports.md §7): rights proved once, kept as facts; short tickets out of them; no token at rest. */
export const createSts = (o: StsOptions): Sts => {
  const { clearinghouse, stores, clock } = o
  const judge = { policy: clearinghouse.policy, revocation: clearinghouse.revocation }
  const readAssertion = createAssertionReader({ servicesDir: o.servicesDir, audience: o.publicUrl, clock })

  const authenticate = async (body: Body): Promise<ServiceName> => {
    const refused = (reason: string) =>
      new AuthError('client_assertion_invalid', `The calling server is not authenticated (${reason})`, {
        status: 401,
        headers: { 'WWW-Authenticate': `Bearer realm="${REALM}", error="invalid_client"` },
      })
    if (body.text('client_assertion_type') !== CLIENT_ASSERTION_TYPE)
      throw refused(`client_assertion_type must be ${CLIENT_ASSERTION_TYPE}`)
    const assertion = await readAssertion(body.text('client_assertion', 8192))
    if (isRefusal(assertion)) throw refused(assertion.refused)
    const fresh = await stores.assertions.use(`${assertion.service} ${assertion.jti}`, iso(assertion.exp))
    if (!fresh) throw refused('jti: the assertion has been used')
    return assertion.service
  }

  const eventOf = (action: string, grant: Grant, requestId: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
    id: o.newId(),
    time: clock.now().toISOString(),
    service: grant.service,
    action,
    outcome: 'permit',
    iss: grant.iss,
    subject: pairwiseId(o.siteKey, grant.iss, grant.sub),
    actor: [],
    ...(grant.datasets.length > 0 ? { datasetId: grant.datasets.join(' ') } : {}),
    visas: grant.via,
    policyVersion: clearinghouse.policy.version,
    notAfter: grant.notAfter,
    requestId,
    ...(grant.runId === undefined ? {} : { runId: grant.runId }),
    ...(grant.taskId === undefined ? {} : { taskId: grant.taskId }),
    grantId: grant.id,
    ...more,
  })

  const parentOf = (grant: Grant): Promise<Grant | undefined> =>
    grant.parentId === undefined ? Promise.resolve(undefined) : stores.grants.get(grant.parentId)

  /** A grant's standing now: policy, revocation, expiry. */
  const stands = async (grant: Grant) => judgeGrant(judge, grant, await parentOf(grant), nowSeconds(clock))

  const refuseStanding = (denial: Denial): AuthError =>
    denial.code === 'ticket_spent'
      ? new AuthError('grant_ended', 'The grant has ended: it expired or was revoked', { status: 403 })
      : toAuthError(denial, REALM)

  type Base = Pick<
    Grant,
    | 'id'
    | 'purpose'
    | 'service'
    | 'operation'
    | 'runId'
    | 'taskId'
    | 'objects'
    | 'datasets'
    | 'policyVersion'
    | 'createdAt'
  >

  /** What the person may have, decided and audited per object. */
  const grantPerson = async (
    bearer: string,
    base: Base,
    uris: readonly string[],
    found: readonly (ResolvedObject | undefined)[],
    requestId: string,
  ): Promise<Grant> => {
    const verified = await clearinghouse.verify({ bearer }, { audience: base.service })
    if (isDenial(verified)) {
      clearinghouse.recordRefusal(verified, { requestId })
      throw toAuthError(verified, REALM)
    }
    const [subject] = verified.subjects
    if (verified.kind !== 'person' || !subject)
      throw toAuthError(deny('token_invalid', { reason: 'subject_token: not of a person' }), REALM)
    const decided = await decideObjects({
      clearinghouse,
      verified,
      operation: base.operation,
      uris,
      found,
      requestId,
      runId: base.runId,
      taskId: base.taskId,
      now: nowSeconds(clock),
    })
    if ('refused' in decided) throw refuseObjects(decided.refused, uris, REALM)
    const now = nowSeconds(clock)
    return {
      ...base,
      owner: subject.key,
      iss: subject.iss,
      sub: subject.sub,
      ...(verified.name === undefined ? {} : { name: verified.name }),
      facts: decided.used,
      via: decided.used.map(visaRef),
      notAfter: iso(Math.min(now + clearinghouse.policy.maxRunTTL, decided.notAfter)),
    }
  }

  /** A task's grant under its run's: no object beyond it, no longer than it, the same person. */
  const grantChild = async (
    runToken: string,
    base: Base,
    uris: readonly string[],
    found: readonly (ResolvedObject | undefined)[],
  ): Promise<Grant> => {
    const parent = await stores.grants.byRunTokenHash(sha256(runToken))
    if (!parent || base.purpose !== 'task')
      throw toAuthError(deny('token_invalid', { reason: 'subject_token: no live run token' }), REALM)
    const ids = new Map(parent.objects.map((object) => [object.id, object]))
    const outside = uris.find((_uri, index) => {
      const object = found[index]
      return object === undefined || ids.get(object.id)?.dataset !== object.dataset
    })
    const child: Grant = {
      ...base,
      owner: parent.owner,
      iss: parent.iss,
      sub: parent.sub,
      ...(parent.name === undefined ? {} : { name: parent.name }),
      ...(parent.runId === undefined ? {} : { runId: parent.runId }),
      parentId: parent.id,
      facts: parent.facts,
      via: parent.via,
      notAfter: parent.notAfter,
    }
    const standing = judgeGrant(judge, child, parent, nowSeconds(clock))
    if (isDenial(standing) && standing.code === 'ticket_spent')
      throw toAuthError(deny('token_invalid', { reason: 'subject_token: no live run token' }), REALM)
    if (outside !== undefined)
      throw new AuthError('not_found', `There is no such object among the inputs of the run: ${outside}`, {
        status: 404,
      })
    if (isDenial(standing)) throw toAuthError(standing, REALM)
    return {
      ...child,
      facts: standing.used,
      via: standing.used.map(visaRef),
      notAfter: iso(Math.min(Date.parse(parent.notAfter) / 1000, standing.exp)),
    }
  }

  const grant: Sts['grant'] = async (input, requestId) => {
    const body = readBody(input)
    const service = await authenticate(body)
    const purpose = body.oneOf('purpose', ['run', 'task'])
    const operation = body.oneOf('operation', ['tes:compute', 'wes:run', 'drs:access'])
    const subjectToken = body.text('subject_token', 16 * 1024)
    const uris = body.texts('objects', MAX_OBJECTS)
    const runId = body.optionalText('run_id')
    const taskId = body.optionalText('task_id')
    if (purpose === 'run' && (service !== 'wes' || runId === undefined))
      throw invalid('purpose run is for WES and needs run_id')
    const found = uris.length > 0 ? await o.resolveObjects(uris) : []
    const objects = found.filter((object) => object !== undefined)
    const base: Base = {
      id: `g_${o.newId()}`,
      purpose,
      service,
      operation,
      // A task's run is that of the run token, whatever the caller says.
      ...(purpose === 'run' && runId !== undefined ? { runId } : {}),
      ...(taskId === undefined ? {} : { taskId }),
      objects: objects.map(({ id, uri, dataset, owner, allOf }) => ({
        id,
        uri,
        dataset,
        ...(owner === undefined ? {} : { owner }),
        ...(allOf === undefined ? {} : { allOf }),
      })),
      datasets: datasetsOf(objects),
      policyVersion: clearinghouse.policy.version,
      createdAt: clock.now().toISOString(),
    }
    const row = subjectToken.startsWith(RUN_TOKEN_PREFIX)
      ? await grantChild(subjectToken, base, uris, found)
      : await grantPerson(subjectToken, base, uris, found, requestId)
    const runToken = purpose === 'run' ? newRunToken() : undefined
    await stores.grants.insert(row, runToken && sha256(runToken), eventOf('sts:grant', row, requestId))
    return {
      grant_id: row.id,
      not_after: row.notAfter,
      owner: row.owner,
      objects: objects.map(({ owner: _owner, allOf: _allOf, ...told }) => told),
      ...(runToken === undefined ? {} : { run_token: runToken }),
    }
  }

  const ownGrant = async (body: Body, service: ServiceName): Promise<Grant> => {
    const found = await stores.grants.get(body.text('grant_id'))
    if (found?.service !== service) throw grantNotFound()
    return found
  }

  const readScope = (body: Body, service: ServiceName, found: Grant): Scope => {
    const actor = body.text('actor')
    if (!actor.startsWith(`${service}/`)) throw invalid(`actor must begin with ${service}/`)
    const ids = new Map(
      found.objects.flatMap(({ id, uri }) => [
        [id, id],
        [uri, id],
      ]),
    )
    const asked = body.texts('objects', MAX_OBJECTS)
    if (asked.length === 0) throw invalid('objects must name at least one object of the grant')
    const objectIds = asked.map((name) => {
      const id = ids.get(name)
      if (id === undefined) throw new AuthError('not_found', `The grant names no such object: ${name}`, { status: 404 })
      return id
    })
    return {
      action: 'read',
      objectIds: [...new Set(objectIds)].sort(),
      actor: [actor, ...(found.runId === undefined ? [] : [`wes/run/${found.runId}`])],
    }
  }

  const runOf = (body: Body, service: ServiceName, found: Grant): string => {
    const runId = body.text('run_id')
    if (service !== 'wes' || found.purpose !== 'run' || found.runId !== runId) throw grantNotFound()
    return runId
  }

  const writeScope = (body: Body, service: ServiceName, found: Grant): Scope => {
    const runId = runOf(body, service, found)
    const prefix = body.text('prefix', 4096)
    const canonical =
      prefix.startsWith('file:///') && prefix.endsWith('/') && URL.canParse(prefix) && new URL(prefix).href === prefix
    if (!canonical || !prefix.includes(`/${runId}/`))
      throw invalid('prefix must be a canonical file:/// URL of a folder of the run, ending in /')
    return { action: 'write', objectIds: [], actor: [`wes/run/${runId}`], dataset: `run:${runId}`, prefix }
  }

  const moreRunTokens = async (found: Grant, requestId: string): Promise<RunTokenReply> => {
    const token = newRunToken()
    if (!(await stores.grants.addRunToken(found.id, sha256(token), eventOf('sts:run-token', found, requestId))))
      throw refuseStanding(deny('ticket_spent'))
    return { run_token: token, not_after: found.notAfter }
  }

  const ticket: Sts['ticket'] = async (input, requestId) => {
    const body = readBody(input)
    const service = await authenticate(body)
    const found = await ownGrant(body, service)
    const action = body.oneOf('action', ['read', 'write', 'run'])
    if (action === 'run') runOf(body, service, found)
    const scope =
      action === 'read'
        ? readScope(body, service, found)
        : action === 'write'
          ? writeScope(body, service, found)
          : undefined
    // Outputs may be registered by a run whose inputs are no longer readable: reading them will ask for the inputs again.
    const standing = await stands(action === 'read' ? found : { ...found, datasets: [] })
    if (isDenial(standing)) throw refuseStanding(standing)
    if (!scope) return moreRunTokens(found, requestId)
    const iat = Math.floor(nowSeconds(clock))
    const exp = Math.floor(Math.min(iat + TICKET_LIFETIME, Date.parse(found.notAfter) / 1000))
    const claims: TicketClaims = { jti: o.newId(), grantId: found.id, exp, ...scope }
    const scopeHash = sha256(JSON.stringify([scope.action, scope.objectIds, scope.dataset ?? '', scope.prefix ?? '']))
    const actor = scope.actor[0] ?? ''
    await stores.tickets.issue(
      { jti: claims.jti, grantId: found.id, actor, scopeHash, expiresAt: iso(exp) },
      eventOf('sts:ticket', found, requestId, { actor: scope.actor }),
    )
    const signed = await signTicket(o.key, o.publicUrl, claims, pairwiseId(o.siteKey, found.iss, found.sub), iat)
    return { ticket: signed, expires_in: exp - iat }
  }

  const introspect: Sts['introspect'] = async (input) => {
    const body = readBody(input)
    await authenticate(body)
    const token = body.text('token', 16 * 1024)
    if (!token.startsWith(RUN_TOKEN_PREFIX)) return { active: false }
    const found = await stores.grants.byRunTokenHash(sha256(token))
    if (found?.runId === undefined || isDenial(await stands({ ...found, datasets: [] }))) return { active: false }
    return {
      active: true,
      token_type: 'run',
      run_id: found.runId,
      grant_id: found.id,
      owner: found.owner,
      iss: found.iss,
      sub: found.sub,
      ...(found.name === undefined ? {} : { name: found.name }),
      not_after: found.notAfter,
    }
  }

  const revoke: Sts['revoke'] = async (input, requestId) => {
    const body = readBody(input)
    const found = await ownGrant(body, await authenticate(body))
    await stores.grants.revoke(found.id, clock.now().toISOString(), eventOf('sts:revoke', found, requestId))
  }

  return { grant, ticket, introspect, revoke }
}

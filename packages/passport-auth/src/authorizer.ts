import { auditedId, ipPrefix, pairwiseId } from './audit.ts'
import { createAuditSummary } from './audit-summary.ts'
import type { AuditEvent, AuditSink } from './audit.ts'
import { nowSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Decision, Obligation, Operation, Permit } from './decision.ts'
import { deny, isDenial } from './denial.ts'
import type { Denial } from './denial.ts'
import { evaluate, OFFICE } from './evaluator.ts'
import type { Answer, Asker } from './evaluator.ts'
import type { Grant, StsStores } from './grants.ts'
import type { Subject, Verified } from './identities.ts'
import type { Observe } from './observation.ts'
import type { Policy } from './policy.ts'
import type { Revocation } from './revocation.ts'
import { visaRef } from './rules.ts'
import { judgeGrant } from './standing.ts'
import { isBelow } from './tickets.ts'

export type AuthorizeRequest = {
  readonly operation: Operation
  /** All must permit. A missing id is asked with `[]`: the same work, and 404. */
  readonly datasetIds: readonly string[]
  /** For `run:<id>`: the run's owner key and the datasets of its inputs (none of them a `run:` one). */
  readonly owner?: string
  readonly allOf?: readonly string[]
  /** One audit row each. A read ticket must name every one of them. */
  readonly objectIds?: readonly string[]
  /** The URLs being registered; needed with a write ticket, each must lie below its prefix. Empty for an upload into the server's own folder. */
  readonly locations?: readonly string[]
  /** Seconds that the permit must last (AAI: `now + requestedTTL < exp`). */
  readonly requestedTTL?: number
  /** `link` (default): bounded by the envelope and the dataset's maxGrantTTL. `run`: bounded by the policy's maxRunTTL and the visas alone (O9). */
  readonly lifetime?: 'link' | 'run'
  readonly requestId: string
  readonly runId?: string
  readonly taskId?: string
  /** The client's address; only its prefix is recorded. */
  readonly ip?: string
}

export type AuthorizerOptions = {
  readonly policy: Policy
  readonly service: string
  readonly revocation: Revocation | undefined
  readonly audit: AuditSink
  readonly clock: Clock
  readonly newId: () => string
  readonly siteKey: Buffer
  readonly stores: StsStores | undefined
  readonly observe: Observe
}

const MAX_GRANT_TTL = 3600
// Of events alike within ten seconds: so many are written in full, the others as one sum.
const FULL_READS = 20
const FULL_DENIALS = 1000
const PAIRWISE_ENTRIES = 10_000

export const createAuthorizer = (o: AuthorizerOptions) => {
  const { policy, clock } = o
  /** Bulk calls ask once per dataset with one Verified: its ticket is burned once (one ticket = one call). */
  const spent = new WeakMap<Verified, Promise<boolean>>()

  const pairwise = new Map<string, string>()
  const subjectOf = ({ iss, sub, key }: Subject): string => {
    const known = pairwise.get(`${iss}\n${key}`)
    if (known !== undefined) return known
    const made = pairwiseId(o.siteKey, iss, sub)
    if (pairwise.size >= PAIRWISE_ENTRIES) pairwise.clear()
    pairwise.set(`${iss}\n${key}`, made)
    return made
  }

  const eventsOf = (verified: Verified, request: AuthorizeRequest, decision: Decision): AuditEvent[] => {
    const [first] = verified.subjects
    const prefix = request.ip === undefined ? undefined : ipPrefix(request.ip)
    const runId = request.runId ?? verified.runId
    const event: Omit<AuditEvent, 'id' | 'objectId'> = {
      time: clock.now().toISOString(),
      service: o.service,
      action: request.operation,
      outcome: decision.permit ? 'permit' : 'deny',
      ...(first ? { iss: first.iss, subject: subjectOf(first) } : {}),
      actor: decision.permit ? decision.actor : (verified.ticket?.actor ?? []),
      ...(request.datasetIds.length > 0 ? { datasetId: request.datasetIds.map(auditedId).join(' ') } : {}),
      ...(decision.permit
        ? { rule: decision.rule, notAfter: decision.notAfter.toISOString(), visas: decision.via }
        : { code: decision.code, ...(decision.reason === undefined ? {} : { reason: decision.reason }), visas: [] }),
      policyVersion: policy.version,
      requestId: request.requestId,
      ...(runId === undefined ? {} : { runId }),
      ...(request.taskId === undefined ? {} : { taskId: request.taskId }),
      ...(verified.grantId === undefined ? {} : { grantId: verified.grantId }),
      ...(prefix === undefined ? {} : { ipPrefix: prefix }),
    }
    const ids: readonly (string | undefined)[] = request.objectIds?.length ? request.objectIds : [undefined]
    return ids.map((objectId) => ({
      id: o.newId(),
      ...event,
      ...(objectId === undefined ? {} : { objectId: auditedId(objectId) }),
    }))
  }

  /** A failing sink is counted, never silent. */
  const write = (event: AuditEvent): void => {
    o.audit.append(event).catch((error: unknown) => {
      o.observe({ name: 'audit_failed', labels: { error: error instanceof Error ? error.name : 'unknown' } })
    })
  }
  const summary = createAuditSummary({ clock, write })

  /** Denials and public reads do not wait for their row; those alike are summed once they are many. */
  const queue = (verified: Verified, request: AuthorizeRequest, decision: Decision): void => {
    const who = `${verified.kind}\n${verified.subjects[0]?.key ?? ''}\n${request.ip ?? ''}\n${request.operation}`
    const ids: readonly (string | undefined)[] = request.objectIds?.length ? request.objectIds : [undefined]
    for (const id of ids) {
      // Whoever tries many ids is one stream of denials, not one for each id.
      const key = decision.permit ? `${who}\n${request.datasetIds.join(' ')}\n${id ?? ''}` : `${who}\n${decision.code}`
      const one = { ...request, ...(id === undefined ? {} : { objectIds: [id] }) }
      const sum = (): AuditEvent => {
        const asked = decision.permit ? one : { ...request, objectIds: [], datasetIds: [] }
        return eventsOf(verified, asked, decision)[0] as AuditEvent
      }
      if (summary.admit(key, decision.permit ? FULL_READS : FULL_DENIALS, sum))
        for (const event of eventsOf(verified, one, decision)) write(event)
    }
  }

  /** Write-ahead: no row, no permit. */
  const append = async (events: readonly AuditEvent[]): Promise<boolean> => {
    const results = await Promise.allSettled(events.map((event) => o.audit.append(event)))
    const failed = results.filter((result) => result.status === 'rejected')
    if (failed.length > 0) o.observe({ name: 'audit_failed', labels: { error: 'append' } })
    return failed.length === 0
  }

  const permitOf = (answer: Answer, notAfter: number, actor: readonly string[]): Permit => {
    const obligations: Obligation[] = answer.open ? [] : ['url-ttl', 'audit-before-bytes']
    return {
      permit: true,
      notAfter: new Date(Math.floor(notAfter * 1000)),
      via: answer.used.map(visaRef),
      rule: answer.rule,
      obligations,
      actor,
      policyVersion: policy.version,
    }
  }

  /** Visas are read unless they cannot matter: for public data and for operations by office. A missing id reads them, as a hidden one does. */
  const needsVisas = ({ operation, datasetIds }: AuthorizeRequest): boolean =>
    !OFFICE.has(operation) &&
    !(datasetIds.length > 0 && datasetIds.every((id) => policy.datasets.get(id)?.tier === 'public'))

  const ask = async (verified: Verified, needed: boolean): Promise<Asker | Denial> => {
    const visas = needed ? await verified.visas() : { visas: [] }
    if (isDenial(visas)) return visas
    return { keys: verified.subjects.map(({ key }) => key), operator: verified.operator, visas }
  }

  const decidePerson = async (
    verified: Verified,
    request: AuthorizeRequest,
  ): Promise<{ decision: Decision; open: boolean }> => {
    const asker = await ask(verified, needsVisas(request))
    if (isDenial(asker)) return { decision: asker, open: false }
    const now = nowSeconds(clock)
    // A run token speaks for one run's tasks, not for its person: what that person's other runs made is not its own (§7.7).
    const { operation, datasetIds } = request
    const question = verified.kind === 'run' ? { operation, datasetIds } : request
    const answer = evaluate(policy, question, asker, now, request.requestedTTL)
    if (isDenial(answer)) return { decision: answer, open: false }
    const envelope = answer.open ? Infinity : (verified.expiresAt?.getTime() ?? Infinity) / 1000
    const notAfter =
      request.lifetime === 'run'
        ? Math.min(now + policy.maxRunTTL, answer.exp)
        : Math.min(now + Math.min(MAX_GRANT_TTL, answer.maxGrantTTL), answer.exp, envelope)
    return { decision: permitOf(answer, notAfter, []), open: answer.open }
  }

  /** What a ticket names, and nothing else; then policy, revocation and expiry of its grant. */
  const decideTicket = async (verified: Verified, request: AuthorizeRequest): Promise<Decision> => {
    const { ticket } = verified
    if (!ticket || !o.stores) return deny('token_invalid', { reason: 'ticket: not taken here' })
    const found = await o.stores.grants.get(ticket.grantId)
    if (!found) return deny('ticket_spent', { reason: 'grant: gone' })
    const parent = found.parentId === undefined ? undefined : await o.stores.grants.get(found.parentId)
    const now = nowSeconds(clock)
    const answer = judgeGrant(o, found, parent, now)
    if (isDenial(answer)) return answer
    const fault = ticket.action === 'read' ? readFault(found, verified, request) : writeFault(verified, request)
    if (fault) return fault
    const notAfter = Math.min(
      now + Math.min(MAX_GRANT_TTL, answer.maxGrantTTL),
      answer.exp,
      Date.parse(found.notAfter) / 1000,
    )
    return permitOf({ ...answer, rule: 'ticket', open: false }, notAfter, ticket.actor)
  }

  const readFault = (grant: Grant, { ticket }: Verified, request: AuthorizeRequest): Denial | undefined => {
    if (request.operation !== 'drs:access')
      return deny('ticket_exceeded', { reason: 'ticket: a read ticket is for access alone' })
    const ids = request.objectIds ?? []
    const datasets = new Set(
      grant.objects.filter(({ id }) => ticket?.objectIds.includes(id)).map(({ dataset }) => dataset),
    )
    const named = ids.length > 0 && ids.every((id) => ticket?.objectIds.includes(id))
    const bound = request.datasetIds.length > 0 && request.datasetIds.every((id) => datasets.has(id))
    // An object outside the ticket, or moved to another dataset since: as if it were missing.
    return named && bound ? undefined : deny('not_found', { reason: 'ticket: does not name the object' })
  }

  const writeFault = ({ ticket }: Verified, request: AuthorizeRequest): Denial | undefined => {
    const { operation, datasetIds, locations } = request
    if (operation !== 'drs:write')
      return deny('ticket_exceeded', { reason: 'ticket: a write ticket is for registration alone' })
    if (datasetIds.length !== 1 || datasetIds[0] !== ticket?.dataset)
      return deny('ticket_exceeded', { reason: 'ticket: of another dataset' })
    const prefix = ticket?.prefix
    const covered =
      locations !== undefined && prefix !== undefined && locations.every((location) => isBelow(prefix, location))
    return covered ? undefined : deny('ticket_exceeded', { reason: 'ticket: a location is not below its prefix' })
  }

  const spend = (
    verified: Verified,
    jti: string,
    stores: StsStores,
    events: readonly AuditEvent[],
  ): Promise<boolean> => {
    const earlier = spent.get(verified)
    if (earlier) return earlier.then(async (live) => live && (await append(events)))
    const burned = stores.tickets.burn(jti, clock.now().toISOString(), events)
    spent.set(verified, burned)
    return burned
  }

  const counted = (request: AuthorizeRequest, decision: Decision): Decision => {
    o.observe({
      name: 'decision',
      labels: { operation: request.operation, outcome: decision.permit ? 'permit' : decision.code },
    })
    return decision
  }

  const authorizeTicket = async (verified: Verified, request: AuthorizeRequest): Promise<Decision> => {
    const decision = await decideTicket(verified, request)
    const { ticket } = verified
    if (decision.permit && ticket && o.stores) {
      // The last check, in one transaction with the audit rows: of parallel uses exactly one succeeds.
      if (await spend(verified, ticket.jti, o.stores, eventsOf(verified, request, decision))) return decision
      const refused = deny('ticket_spent', { reason: 'ticket: spent, replaced or revoked' })
      queue(verified, request, refused)
      return refused
    }
    queue(verified, request, decision)
    return decision
  }

  return {
    async authorize(verified: Verified, request: AuthorizeRequest): Promise<Decision> {
      if (verified.kind === 'ticket') return counted(request, await authorizeTicket(verified, request))
      const { decision, open } = await decidePerson(verified, request)
      if (!decision.permit || open) queue(verified, request, decision)
      else if (!(await append(eventsOf(verified, request, decision))))
        return counted(request, deny('audit_unavailable', { retryAfter: 5 }))
      return counted(request, decision)
    },

    /** Records a credential that was refused before any decision. */
    recordRefusal(denial: Denial, request: { requestId: string; ip?: string }): void {
      const event = (): AuditEvent => {
        const prefix = request.ip === undefined ? undefined : ipPrefix(request.ip)
        return {
          id: o.newId(),
          time: clock.now().toISOString(),
          service: o.service,
          action: 'verify',
          outcome: 'deny',
          code: denial.code,
          ...(denial.reason === undefined ? {} : { reason: denial.reason }),
          actor: [],
          visas: [],
          policyVersion: policy.version,
          requestId: request.requestId,
          ...(prefix === undefined ? {} : { ipPrefix: prefix }),
        }
      }
      if (summary.admit(`verify\n${denial.code}\n${request.ip ?? ''}`, FULL_DENIALS, event)) write(event())
    },

    /** Writes the sums under way. Before the audit sink is closed. */
    flushAudit: (): void => {
      summary.flush()
    },

    async visible(verified: Verified, operation: Operation): Promise<{ datasets: string[]; runsOf?: string } | Denial> {
      const asker = await ask(verified, !OFFICE.has(operation))
      if (isDenial(asker)) return asker
      const now = nowSeconds(clock)
      const datasets = policy.datasetIds.filter(
        (id) => !isDenial(evaluate(policy, { operation, datasetIds: [id] }, asker, now)),
      )
      const [first] = verified.subjects
      return verified.kind === 'person' && first ? { datasets, runsOf: first.key } : { datasets }
    },
  }
}

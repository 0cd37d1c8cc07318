import type { AuditEvent, AuditSink } from './audit.ts'
import type { Clock } from './clock.ts'
import type { Grant, StsStores, TicketRow } from './grants.ts'
export { createTestIssuer, makeBroken, readPart } from './testing-issuer.ts'
export type { TestIssuer, VisaClaim } from './testing-issuer.ts'

/** A clock that stands still until it is moved. */
export const createTestClock = (start = '2026-01-01T00:00:00Z'): Clock & { advance(seconds: number): void } => {
  let now = Date.parse(start)
  return {
    now: () => new Date(now),
    advance: (seconds) => {
      now += seconds * 1000
    },
  }
}

/** An audit sink that keeps its events. */
export const createMemoryAudit = (): AuditSink & { readonly events: AuditEvent[] } => {
  const events: AuditEvent[] = []
  return {
    events,
    append: (event) => {
      events.push(event)
      return Promise.resolve()
    },
  }
}

/** The STS's stores in memory: for tests alone. Each method is one synchronous step, so it is as atomic as a transaction. */
export const createMemoryStsStores = (audit: AuditSink): StsStores & { readonly rows: () => unknown } => {
  const grants = new Map<string, Grant>()
  const tokens = new Map<string, string>()
  const tickets = new Map<string, TicketRow & { state: 'live' | 'burned' | 'dead' }>()
  const assertions = new Set<string>()

  const isLive = (id: string | undefined, now: string): boolean => {
    if (id === undefined) return true
    const grant = grants.get(id)
    return grant !== undefined && grant.revokedAt === undefined && grant.notAfter > now && isLive(grant.parentId, now)
  }

  return {
    /** Everything that would rest in a database, for leak tests. */
    rows: () => ({ grants: [...grants], tokens: [...tokens], tickets: [...tickets], assertions: [...assertions] }),
    grants: {
      async insert(grant, runTokenHash, event) {
        grants.set(grant.id, grant)
        if (runTokenHash !== undefined) tokens.set(runTokenHash, grant.id)
        await audit.append(event)
      },
      get: (id) => Promise.resolve(grants.get(id)),
      byRunTokenHash: (hash) => Promise.resolve(grants.get(tokens.get(hash) ?? '')),
      async addRunToken(grantId, hash, event) {
        if (grants.get(grantId)?.revokedAt !== undefined || !grants.has(grantId)) return false
        tokens.set(hash, grantId)
        await audit.append(event)
        return true
      },
      async revoke(id, at, event) {
        for (const grant of [...grants.values()])
          if ((grant.id === id || grant.parentId === id) && grant.revokedAt === undefined) {
            grants.set(grant.id, { ...grant, revokedAt: at })
            for (const ticket of tickets.values())
              if (ticket.grantId === grant.id && ticket.state === 'live') ticket.state = 'dead'
          }
        await audit.append(event)
      },
    },
    tickets: {
      async issue(ticket, event) {
        for (const other of tickets.values())
          if (
            other.state === 'live' &&
            other.grantId === ticket.grantId &&
            other.actor === ticket.actor &&
            other.scopeHash === ticket.scopeHash
          )
            other.state = 'dead'
        tickets.set(ticket.jti, { ...ticket, state: 'live' })
        await audit.append(event)
      },
      async burn(jti, now, events) {
        const ticket = tickets.get(jti)
        if (ticket?.state !== 'live' || ticket.expiresAt <= now || !isLive(ticket.grantId, now)) return false
        ticket.state = 'burned'
        await Promise.all(events.map((event) => audit.append(event)))
        return true
      },
    },
    assertions: {
      use: (key) => {
        const fresh = !assertions.has(key)
        assertions.add(key)
        return Promise.resolve(fresh)
      },
    },
  }
}
export { createTestSite, REGISTERED_VALUE, sitePolicy } from './testing-site.ts'
export type { TestSite } from './testing-site.ts'

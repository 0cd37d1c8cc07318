import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import {
  createClearinghouse,
  createKeyPool,
  createLocalIssuer,
  createSts,
  demoPolicy,
  openSigningKey,
  openSiteKey,
  parsePolicy,
  type AuditEvent,
  type Grant,
  type ResolvedObject,
} from '@biocloud/passport-auth'
import { createMemoryAudit, createMemoryStsStores } from '@biocloud/passport-auth/testing'
import { createIdFactory, systemClock } from '@biocloud/service-kit'
import type { AddressInfo } from 'node:net'
import { parse as parseYaml } from 'yaml'

type Registered = { id: string; self_uri: string; ticket: string; candidate: Record<string, unknown> }

/** A file is known again by its place, a bundle by its alias. */
const keyOf = (candidate: Record<string, unknown>): string | undefined => {
  const methods = candidate['access_methods'] as { access_url: { url: string } }[] | undefined
  return methods?.[0]?.access_url.url ?? (candidate['aliases'] as string[])[0]
}

/** The real STS with its stores in memory, the real local issuer, and a DRS that only takes registrations: over real HTTP. */
export const startFakeDrs = async (dir: string, port = 0) => {
  const registered: Registered[] = []
  const objects = new Map<string, ResolvedObject>()
  const failures: number[] = []
  const calls: string[] = []
  const secrets: string[] = []
  let revocationFailures = 0
  let registerFailures = 0
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = await createLocalIssuer({ dir, issuer: origin, clock: systemClock })
  const policy = parsePolicy(parseYaml(demoPolicy()), { localIssuer: { issuer: issuer.issuer, jwks: issuer.jwks } })
  const audit = createMemoryAudit()
  const stores = createMemoryStsStores(audit)
  const key = await openSigningKey(join(dir, 'sts-key.json'))
  const siteKey = await openSiteKey(join(dir, 'site-key'))
  const newId = createIdFactory(systemClock)
  const clearinghouse = createClearinghouse({
    policy,
    service: 'drs',
    publicUrl: origin,
    keys: createKeyPool({ fetch: () => Promise.reject(new Error('no key set is fetched here')), clock: systemClock }),
    localIssuer: issuer,
    audit,
    clock: systemClock,
    newId,
    siteKey,
    tickets: { key, stores },
  })
  const sts = createSts({
    clearinghouse,
    stores,
    resolveObjects: (uris) => Promise.resolve(uris.map((uri) => objects.get(uri))),
    key,
    servicesDir: join(dir, 'services'),
    clock: systemClock,
    newId,
    audit,
    siteKey,
    publicUrl: origin,
  })
  const keep = <T extends object>(given: T): T => {
    const { run_token: runToken, ticket } = given as { run_token?: string; ticket?: string }
    for (const secret of [runToken, ticket]) if (secret !== undefined) secrets.push(secret)
    return given
  }
  const answer = (res: ServerResponse, status: number, body: unknown): void => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : JSON.stringify(body))
  }
  server.on('request', (req, res) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>
      const path = req.url ?? ''
      calls.push(path)
      const failure = failures.shift()
      if (failure !== undefined) {
        answer(res, failure, { msg: 'told to fail', status_code: failure })
        return
      }
      try {
        if (path === '/sts/v1/grants') answer(res, 200, keep(await sts.grant(body, 'test')))
        else if (path === '/sts/v1/tickets') answer(res, 200, keep(await sts.ticket(body, 'test')))
        else if (path === '/sts/v1/introspect') answer(res, 200, await sts.introspect(body))
        else if (path === '/sts/v1/revocations') {
          if (revocationFailures > 0) {
            revocationFailures -= 1
            answer(res, 503, { msg: 'told to fail', status_code: 503 })
            return
          }
          await sts.revoke(body, 'test')
          answer(res, 204, undefined)
        } else if (path === '/ga4gh/drs/v1/objects/register') {
          if (registerFailures > 0) {
            registerFailures -= 1
            answer(res, 503, { msg: 'told to fail', status_code: 503 })
            return
          }
          const ticket = (req.headers.authorization ?? '').replace('Bearer ', '')
          const made = (body['candidates'] as Record<string, unknown>[]).map((candidate) => {
            const known = registered.find((one) => keyOf(one.candidate) === keyOf(candidate))
            if (known !== undefined) return known
            const id = newId()
            const self_uri = `drs://localhost/${id}`
            const one = { id, self_uri, ticket, candidate }
            registered.push(one)
            const dataset = String(candidate['x_dataset'])
            const grant = (stores.rows() as { grants: [string, Grant][] }).grants.find(
              ([, { runId }]) => `run:${runId ?? ''}` === dataset,
            )?.[1]
            if (grant !== undefined)
              objects.set(self_uri, {
                id,
                uri: self_uri,
                dataset,
                owner: grant.owner,
                allOf: grant.datasets,
                size: 0,
                checksums: [],
                ...(typeof candidate['name'] === 'string' ? { name: candidate['name'] } : {}),
              })
            return one
          })
          answer(res, 201, {
            objects: made.map(({ id, self_uri }) => ({ id, self_uri, size: 0, created_time: '', checksums: [] })),
          })
        } else answer(res, 404, { msg: 'nothing here', status_code: 404 })
      } catch (error) {
        const { status, message, required } = error as { status?: number; message: string; required?: unknown[] }
        answer(res, status ?? 500, {
          msg: message,
          status_code: status ?? 500,
          ...(required === undefined ? {} : { required }),
        })
      }
    })()
  })
  return {
    origin,
    url: `${origin}/ga4gh/drs/v1`,
    issuer,
    audit,
    stores,
    registered,
    calls,
    /** An object of the demo policy's datasets. */
    addObject(id: string, dataset: string, more: Partial<ResolvedObject> = {}): string {
      const uri = `drs://localhost/${id}`
      objects.set(uri, {
        id,
        uri,
        dataset,
        size: 3,
        checksums: [{ type: 'sha-256', checksum: '0'.repeat(64) }],
        ...more,
      })
      return uri
    },
    /** The next registrations are 503. */
    failRegister(count: number): void {
      registerFailures = count
    },
    /** Every run token and ticket given so far. */
    secrets,
    /** The next revocations are 503. */
    failRevoke(count: number): void {
      revocationFailures = count
    },
    /** Ends the grants of a run, as an operator would. */
    async endGrants(runId: string): Promise<void> {
      const { grants } = stores.rows() as { grants: [string, Grant][] }
      for (const [id, grant] of grants)
        if (grant.runId === runId)
          await stores.grants.revoke(id, new Date().toISOString(), audit.events.at(-1) as AuditEvent)
    },
    failNext(...statuses: number[]): void {
      failures.push(...statuses)
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
    },
  }
}

import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import {
  createClearinghouse,
  createKeyPool,
  createServiceIdentity,
  openIssuerKeys,
  openSiteKey,
  parsePolicy,
} from '@biocloud/passport-auth'
import {
  readSettingFile,
  createDisposer,
  createGuardedFetch,
  createHealth,
  createIdFactory,
  createInProcessQueue,
  createMetrics,
  createPageTokens,
  systemClock,
  type Clock,
  type Disposer,
  type GuardedFetch,
  type Logger,
  type OutboundEntry,
} from '@biocloud/service-kit'
import { createAttempts } from './attempts.ts'
import type { Settings } from './config.ts'
import { openTaskDatabase } from './db/index.ts'
import { createDrsSource } from './drs-source.ts'
import { createEvents } from './events.ts'
import { executors } from './executors/index.ts'
import { createFileSource, createHttpsSource } from './input-sources.ts'
import { createListing } from './listing.ts'
import { createReconcile } from './reconcile.ts'
import { createRoots } from './roots.ts'
import { createServiceInfo } from './service-info.ts'
import { createStaging } from './staging.ts'
import { createStateCache } from './state-cache.ts'
import { createStsClient, type StsClient } from './sts-client.ts'
import { createTasks } from './tasks.ts'
import { createUploads } from './uploads.ts'
import { VERSION } from './version.ts'

type Base = { settings: Settings; publicUrl: string; folder: string; log: Logger; clock: Clock }

const originOf = (url: string): string => new URL(url).origin

const openFetch = ({ settings, log }: Base): GuardedFetch & { close(): Promise<void> } => {
  const peers = Object.values(settings.peers)
  const hosts = Object.values(settings.hosts)
  return createGuardedFetch({
    purposes: {
      ...(settings.outbound as Record<string, OutboundEntry[] | 'public-https'>),
      ...(settings.outbound.inputs === undefined ? { inputs: 'public-https' as const } : {}),
      peer: [...new Set([...peers, ...hosts].map(originOf))].map((origin) => ({ origin })),
    },
    log,
  })
}

/** The site's STS, where a DRS is configured: grants, tickets, run tokens. */
const openSts = async ({ settings, folder, clock }: Base, fetch: GuardedFetch): Promise<StsClient | undefined> => {
  const { peers, localIssuer } = settings
  if (peers.drs === undefined) return undefined
  const origin = originOf(peers.drs)
  const identity = await createServiceIdentity({
    dir: localIssuer?.dir ?? folder,
    keyFile: join(folder, 'service-key.json'),
    service: 'tes',
    audience: origin,
    clock,
  })
  return createStsClient({ origin, fields: () => identity.fields(), fetch })
}

const openAuth = async (
  base: Base,
  fetch: GuardedFetch,
  sts: StsClient | undefined,
  audit: Parameters<typeof createClearinghouse>[0]['audit'],
  newId: () => string,
) => {
  const { settings, folder, clock, publicUrl } = base
  const issuer = settings.localIssuer
  const jwks = issuer === undefined ? undefined : await openIssuerKeys(issuer.dir)
  const policy = parsePolicy(
    await readSettingFile<unknown>('policyFile', settings.policyFile, parseYaml),
    issuer === undefined || jwks === undefined ? {} : { localIssuer: { issuer: issuer.issuer, jwks } },
  )
  return createClearinghouse({
    policy,
    service: 'tes',
    publicUrl,
    keys: createKeyPool({ fetch: (url, init) => fetch('key-set', url, init), clock }),
    audit,
    clock,
    newId,
    siteKey: await openSiteKey(join(folder, 'site-key')),
    ...(sts === undefined ? {} : { introspect: (token: string) => sts.introspect(token) }),
    fetch: (url, init) => fetch('oidc', url, init),
  })
}

/** Folders, clients and stores, in the order in which they depend on one another. */
const build = async (base: Base, disposer: Disposer) => {
  const { settings, publicUrl, folder, log, clock } = base
  const { limits } = settings
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const metrics = createMetrics({ service: 'tes', embedded: settings.embedded })
  const health = createHealth()
  const events = createEvents({ log, metrics })
  const newId = createIdFactory(clock)

  const db = await openTaskDatabase(join(folder, 'tes.db'))
  disposer.add('database', () => db.close())
  health.check('database', () => db.ping())
  const fetch = openFetch(base)
  disposer.add('outbound connections', () => fetch.close())
  const sts = await openSts(base, fetch)
  const clearinghouse = await openAuth(base, fetch, sts, db.audit, newId)
  disposer.add('sums of repeated denials', () => {
    clearinghouse.flushAudit() // while the database is open
  })

  const roots = await createRoots(settings.roots, { dataDir: resolve(settings.dataDir) })
  const https = createHttpsSource(fetch)
  const drsBase = settings.peers.drs
  const sources = {
    file: createFileSource(roots),
    https,
    http: https, // only origins that outbound.inputs lists get this far
    ...(sts === undefined || drsBase === undefined
      ? {}
      : { drs: createDrsSource({ base: drsBase.replace(/\/+$/, ''), fetch, sts }) }),
  }
  const serverId = await db.tasks.serverValue('server-id', newId)
  const { create } = await executors[settings.executor]()
  const executor = await create({
    root: folder,
    serverId,
    stage: createStaging({ sources, ...settings.staging }),
    upload: createUploads({ roots, maxFiles: limits.filesPerOutput }),
    clock,
    log,
    launcher: settings.launcher,
    graceSeconds: settings.graceSeconds,
    logExcerptBytes: limits.logBytes,
    defaults: settings.defaults,
    docker: { ...settings.docker, host: settings.docker.host },
  })
  disposer.add('executor', () => executor.close())
  // A server that only answers requests needs no engine.
  if (settings.role !== 'api') health.check('engine', () => executor.ready())
  const { backendParameters } = await executor.capabilities()

  // The doorbell's handler only takes tasks and returns: how many run is decided by maxRunning.
  const queue = createInProcessQueue({ name: 'tasks', concurrency: 16, log })
  disposer.add('queue', () => queue.close({ graceMs: 2000 }))
  const cache = createStateCache({
    entries: 10_000,
    staleSeconds: limits.staleSeconds,
    trusted: settings.role === 'all',
    now: () => clock.now().getTime(),
  })
  const worker = `worker-${serverId}`
  const attempts = createAttempts({
    db,
    executor,
    queue,
    cache,
    events,
    clock,
    log,
    worker,
    backendParameters,
    maxRunning: settings.maxRunning,
    graceSeconds: settings.graceSeconds,
    retry: { maxRetries: settings.maxRetries, backoffMs: settings.retryBackoffMs },
    revoke: sts === undefined ? undefined : (grantId) => sts.revoke(grantId),
  })
  const reconcile = createReconcile({
    db,
    attempts,
    executor,
    events,
    clock,
    log,
    worker,
    everySeconds: settings.reconcileSeconds,
    logRetentionHours: settings.logRetentionHours,
  })

  const pageKey = Buffer.from(
    await db.tasks.serverValue('page-key', () => randomBytes(32).toString('base64url')),
    'base64url',
  )
  const { inputs } = settings.outbound
  const tasks = createTasks({
    db,
    queue,
    executor,
    cache,
    events,
    listing: createListing({ db, tokens: createPageTokens({ key: pageKey, clock }) }),
    sts,
    clock,
    newId,
    limits,
    urls: {
      roots,
      admitSignedUrls: settings.admitSignedUrls,
      inputOrigins: Array.isArray(inputs) ? inputs.map(({ origin }) => new URL(origin).origin) : [],
      httpOrigins: Array.isArray(inputs)
        ? inputs.map(({ origin }) => new URL(origin).origin).filter((origin) => origin.startsWith('http:'))
        : [],
      drsHosts: sts === undefined ? [] : Object.keys(settings.hosts),
    },
    backendParameters,
    zone: settings.zone,
    idempotencyHours: limits.idempotencyHours,
  })
  const { serviceInfo: told } = settings
  const now = clock.now().toISOString()
  const serviceInfo = createServiceInfo({
    id: told.id,
    name: told.name,
    description: told.description,
    organization: { name: told.organizationName, url: told.organizationUrl ?? publicUrl },
    environment: told.environment,
    version: VERSION,
    createdAt: await db.tasks.serverValue('created-at', () => now),
    updatedAt: await db.tasks.serverValue(`updated-at-${VERSION}`, () => now),
    backendParameters,
    roots,
  })
  return {
    settings,
    publicUrl,
    log,
    metrics,
    health,
    clearinghouse,
    db,
    executor,
    queue,
    attempts,
    reconcile,
    domain: { tasks, serviceInfo },
  }
}

/** The composition root: builds everything from the settings; `dispose` ends it in reverse order. */
export const createContext = async (
  settings: Settings,
  { log, clock = systemClock }: { log: Logger; clock?: Clock },
) => {
  const disposer = createDisposer({ log })
  const publicUrl = (settings.publicUrl ?? `http://${settings.host}:${settings.port}`).replace(/\/+$/, '')
  try {
    const built = await build(
      { settings, publicUrl, folder: join(resolve(settings.dataDir), 'tes'), log, clock },
      disposer,
    )
    return { ...built, dispose: () => disposer.dispose() }
  } catch (error) {
    await disposer.dispose()
    throw error
  }
}
export type Context = Awaited<ReturnType<typeof createContext>>

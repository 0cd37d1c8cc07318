import { access, mkdir, open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import {
  createClearinghouse,
  createKeyPool,
  createLocalIssuer,
  createSts,
  demoPolicy,
  ipPrefix,
  openSigningKey,
  openSiteKey,
  pairwiseId,
  parsePolicy,
  type AuditEvent,
  type LocalIssuer,
  type Policy,
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
  createPointReads,
  openDatabase,
  systemClock,
  type Clock,
  type Logger,
  type OutboundEntry,
} from '@biocloud/service-kit'
import { createAccess } from './access.ts'
import { createBulk } from './bulk.ts'
import { createBundleMembers } from './bundle-members.ts'
import { createBundles } from './bundles.ts'
import { createCandidateLocations } from './candidate-locations.ts'
import { createChecksumJobs } from './checksum-jobs.ts'
import type { Settings } from './config.ts'
import { createData, type ByteClose } from './data.ts'
import { createDataTokens } from './data-token.ts'
import { createAuditStore } from './db/audit.ts'
import { createJobStore } from './db/jobs.ts'
import { migrations } from './db/migrations.ts'
import { createObjectStore } from './db/objects.ts'
import { createStsStores, sweepSts } from './db/sts.ts'
import { createUploadStore } from './db/uploads.ts'
import { createEvents } from './events.ts'
import { openKeys } from './keys.ts'
import { createListing } from './listing.ts'
import { createObjects } from './objects.ts'
import { createPermissions, type Caller } from './permissions.ts'
import { createRegister } from './register.ts'
import { createRepresentation, createUris } from './representation.ts'
import { createServiceInfo } from './service-info.ts'
import { checkStoreFolders } from './store-folders.ts'
import { OBJECTS, openStores, type StoreSetting } from './stores.ts'
import { createGrantObjects } from './grant-objects.ts'
import { createUploads } from './uploads.ts'
import { createWriters } from './writers.ts'

/** Reads the policy; for a demo, writes it where there is none. */
const readPolicy = async (settings: Settings, issuer: LocalIssuer | undefined): Promise<Policy> => {
  const { localIssuer } = settings
  const demo = localIssuer?.demo === true
  const policyFile = settings.policyFile ?? (demo ? join(settings.dataDir, 'policy.yaml') : undefined)
  if (demo && policyFile !== undefined) {
    await mkdir(dirname(resolve(policyFile)), { recursive: true })
    const handle = await open(policyFile, 'wx', 0o644).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'EEXIST') return undefined
      throw error
    })
    await handle?.writeFile(demoPolicy())
    await handle?.close()
  }
  const input = await readSettingFile<unknown>('policyFile', policyFile, parseYaml)
  return parsePolicy(input, issuer === undefined ? {} : { localIssuer: { issuer: issuer.issuer, jwks: issuer.jwks } })
}

const publicHostOf = (settings: Settings, publicUrl: string): { host: string; unreachable: boolean } => {
  const url = new URL(publicUrl)
  const standard = url.protocol === 'https:' && url.port === ''
  if (settings.publicHost !== undefined) return { host: settings.publicHost, unreachable: !standard }
  return standard ? { host: url.hostname, unreachable: false } : { host: 'localhost', unreachable: true }
}

const storeSettings = async (settings: Settings, dataDir: string): Promise<StoreSetting[]> => {
  const objects = join(dataDir, 'drs', 'objects')
  await mkdir(objects, { recursive: true, mode: 0o700 })
  const runRoots = settings.runRoots ?? [join(dataDir, 'wes', 'runs')]
  // The folder of runs belongs to WES: where there is none yet, it is made as WES makes it.
  await checkStoreFolders(settings, { dataDir, runRoots })
  for (const root of runRoots) await mkdir(root, { recursive: true, mode: 0o711 })
  return [
    { kind: 'objects', name: OBJECTS, root: objects },
    ...runRoots.map((root, i): StoreSetting => ({
      kind: 'run',
      name: i === 0 ? 'runs' : `runs-${i + 1}`,
      root: resolve(root),
    })),
    ...settings.backends,
  ]
}

/** The composition root: builds everything from the settings; `dispose` ends it in reverse order. */
export const createContext = async (settings: Settings, o: { log: Logger; clock?: Clock }) => {
  const { log, clock = systemClock } = o
  const disposer = createDisposer({ log })
  try {
    return await build(settings, { log, clock, disposer })
  } catch (error) {
    await disposer.dispose()
    throw error
  }
}

const build = async (
  settings: Settings,
  { log, clock, disposer }: { log: Logger; clock: Clock; disposer: ReturnType<typeof createDisposer> },
) => {
  const dataDir = resolve(settings.dataDir)
  const publicUrl = (settings.publicUrl ?? `http://${settings.host}:${settings.port}`).replace(/\/+$/, '')
  const publicHost = publicHostOf(settings, publicUrl)
  if (publicHost.unreachable) {
    log.warn(`drs://${publicHost.host}/… means https on port 443; clients of ${publicUrl} need a hosts override`)
  }
  const metrics = createMetrics({ service: 'drs', embedded: settings.embedded })
  const health = createHealth()
  const newId = createIdFactory(clock)
  const events = createEvents({ log, metrics })

  const db = await openDatabase({ client: 'sqlite', filename: join(dataDir, 'drs', 'drs.db'), migrations })
  disposer.add('database', () => db.destroy())
  health.check('database', async () => {
    await db.raw('select 1')
  })
  const reads = createPointReads(db)
  disposer.add('reads', () => {
    reads.close()
  })
  const store = createObjectStore(db, reads)
  const audit = createAuditStore(db)
  disposer.add('audit', () => audit.flush())
  const stsStores = createStsStores(db)
  const uploadRows = createUploadStore(db)

  const keys = await openKeys(join(dataDir, 'drs', 'link-keys.json'), clock)
  const siteKey = await openSiteKey(join(dataDir, 'drs', 'site-key'))
  const stsKey = await openSigningKey(join(dataDir, 'drs', 'sts-key.json'))
  const { localIssuer: local } = settings
  const localIssuer = local && (await createLocalIssuer({ dir: local.dir, issuer: local.issuer, clock }))
  const policy = await readPolicy(settings, localIssuer)

  const https = settings.backends.filter((one) => one.kind === 'https')
  const guarded = createGuardedFetch({
    purposes: {
      ...(settings.outbound as Record<string, OutboundEntry[] | 'public-https'>),
      imports: https.map(({ prefix, addresses }) => ({
        origin: new URL(prefix).origin,
        ...(addresses === undefined ? {} : { addresses }),
      })),
    },
    log,
  })
  disposer.add('outbound connections', () => guarded.close())
  const stores = await openStores(await storeSettings(settings, dataDir), {
    fetch: (url, init) => guarded('imports', url, init),
  })
  disposer.add('stores', () => stores.close())
  health.check('objects folder', () => access(join(dataDir, 'drs', 'objects')))

  const realm = publicUrl
  const clearinghouse = createClearinghouse({
    policy,
    service: 'drs',
    publicUrl,
    keys: createKeyPool({ fetch: (url, init) => guarded('key-set', url, init), clock }),
    ...(localIssuer === undefined ? {} : { localIssuer }),
    audit,
    clock,
    newId,
    siteKey,
    // No `introspect`: run tokens of engine heads are for WES and TES alone (passports.md §7.7).
    tickets: { key: stsKey, stores: stsStores },
    fetch: (url, init) => guarded('oidc', url, init),
  })

  disposer.add('audit sums', () => {
    clearinghouse.flushAudit()
  })

  const permissions = createPermissions({ clearinghouse, realm })
  const uris = createUris(publicHost.host)
  const representation = createRepresentation({ uris, stores, permissions })
  const { expandMaxDepth: maxDepth, expandMaxNodes: maxNodes, maxBulkRequestLength: limit } = settings
  const bundles = createBundles({ store, permissions, uris, maxDepth, maxNodes })
  const objects = createObjects({ store, permissions, representation, bundles })
  const tokens = createDataTokens({ keys: keys.links })
  /** Whom a link was given to, as the audit knows them; nobody else can read it. */
  const subjectOf = ({ identity }: Caller): string =>
    identity.iss === undefined || identity.sub === undefined ? '' : pairwiseId(siteKey, identity.iss, identity.sub)
  const grantAccess = createAccess({
    store,
    permissions,
    tokens,
    events,
    clock,
    publicUrl,
    linkTtlSeconds: settings.linkTtlSeconds,
    subjectOf,
  })
  const bulk = createBulk({ store, permissions, objects, bundles, representation, access: grantAccess, limit })
  const pageTokens = createPageTokens({ key: keys.page, clock })
  const listing = createListing({ store, permissions, objects, pageTokens })
  const writers = createWriters({ permissions, draft16: settings.draft16 })
  const uploads = createUploads({
    uploads: uploadRows,
    stores,
    tokens,
    writers,
    events,
    clock,
    newId,
    publicUrl,
    subjectOf,
    alive: (grantId, now) => stsStores.alive(grantId, now),
    limit,
    maxBytes: settings.maxUploadBytes,
    ttlSeconds: settings.uploadTtlSeconds,
  })
  const queue = createInProcessQueue({ name: 'checksums', concurrency: settings.checksumConcurrency, log })
  disposer.add('queue', () => queue.close())
  const register = createRegister({
    store,
    locations: createCandidateLocations({ stores, uploads: uploadRows, links: uploads, writers }),
    members: createBundleMembers({
      store,
      permissions,
      writers,
      publicHost: publicHost.host,
      hosts: Object.keys(settings.hosts),
      maxMembers: maxNodes,
    }),
    writers,
    objects,
    grantOf: (id) => stsStores.grants.get(id),
    queue,
    events,
    clock,
    newId,
    limit,
  })
  const checksumJobs = createChecksumJobs({ store, jobs: createJobStore(db), stores, queue, events, clock })

  /** passports.md §8: one event per close of a byte stream. */
  const recordClose = (close: ByteClose): Promise<void> => {
    const { claims } = close
    const prefix = close.ip === undefined ? undefined : ipPrefix(close.ip)
    const event: AuditEvent & { bytes: number; complete: boolean } = {
      id: newId(),
      time: clock.now().toISOString(),
      service: 'drs',
      action: 'drs:bytes',
      outcome: 'permit',
      ...(claims.subject === '' ? {} : { subject: claims.subject }),
      actor: [],
      objectId: claims.id,
      datasetId: close.dataset,
      visas: [],
      policyVersion: policy.version,
      requestId: close.requestId,
      ...(claims.grant === undefined ? {} : { grantId: claims.grant }),
      ...(prefix === undefined ? {} : { ipPrefix: prefix }),
      bytes: close.bytes,
      complete: close.complete,
    }
    return audit.append(event)
  }
  const data = createData({
    store,
    stores,
    tokens,
    events,
    clock,
    alive: (grantId, now) => stsStores.alive(grantId, now),
    recordClose,
  })
  disposer.add('open links', () => data.close())

  const sts = createSts({
    clearinghouse,
    stores: stsStores,
    resolveObjects: createGrantObjects({ store, hosts: [publicHost.host, ...Object.keys(settings.hosts)] }),
    key: stsKey,
    servicesDir: local === undefined ? join(dataDir, 'services') : join(local.dir, 'services'),
    clock,
    newId,
    audit,
    siteKey,
    publicUrl,
  })
  const told = policy.datasetIds.filter((id) => clearinghouse.describe(id) !== undefined)
  const serviceInfo = createServiceInfo({ settings, store, clock, told })

  return {
    settings,
    publicUrl,
    realm,
    log,
    metrics,
    health,
    clearinghouse,
    localIssuer,
    sts,
    queue,
    checksumJobs,
    domain: { objects, access: grantAccess, bulk, listing, register, uploads, serviceInfo, data },
    /** For the worker's clock: what has ended. */
    async sweep(): Promise<void> {
      await keys.rotate()
      await sweepSts(db, clock.now().toISOString())
      await uploads.sweep()
    },
    reloadKeys: () => keys.reload(),
    dispose: () => disposer.dispose(),
  }
}

export type Context = Awaited<ReturnType<typeof createContext>>

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  createClearinghouse,
  createKeyPool,
  createServiceIdentity,
  openIssuerKeys,
  openSiteKey,
  parsePolicy,
} from '@biocloud/passport-auth'
import {
  ConfigError,
  createDisposer,
  readSettingFile,
  createGuardedFetch,
  createHealth,
  createIdFactory,
  createInProcessQueue,
  createMetrics,
  createPageTokens,
  openDatabase,
  systemClock,
  type Clock,
  type Logger,
  type OutboundEntry,
} from '@biocloud/service-kit'
import { parse as parseYaml } from 'yaml'
import type { Config } from './config.ts'
import { createCredentials } from './credentials.ts'
import { migrations } from './db/migrations.ts'
import { createAuditRows, createOutputRows } from './db/output-rows.ts'
import { createRunRows } from './db/run-rows.ts'
import { createTaskRows } from './db/task-rows.ts'
import { createEngineFinder } from './engine-finder.ts'
import { engines, isEngineName } from './engines/index.ts'
import { createEvents } from './events.ts'
import { createHeadPlanner } from './head-plan.ts'
import { createHeadReports } from './head-reports.ts'
import { createHeadUsers } from './head-users.ts'
import { launchers } from './launchers/index.ts'
import { createOutputs } from './outputs.ts'
import { createReaderAccess } from './reader-access.ts'
import { createReconcile } from './reconcile.ts'
import { createRunFolders } from './run-folder.ts'
import { createRunTokens } from './run-tokens.ts'
import { createRunUrls, WES_BASE } from './run-urls.ts'
import { createRunWorker } from './run-worker.ts'
import { createRuns } from './runs.ts'
import { createServiceInfo } from './service-info.ts'
import { sources } from './sources/index.ts'
import type { Source } from './sources/source.ts'
import { createSubmit } from './submit.ts'
import { createTasks } from './tasks.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const PACKAGE = resolve(HERE, '..')
const WORKERS = 16 // runs that are moved forward at once; waiting heads take none

const STOP_GRACE_MS = 500 // what takes longer is interrupted: the next server does it again

/** How heads are started: from dist as it is, from the sources through tsx (tests, development). */
const headCommand = (): { command: string[]; main: string } => {
  if (!import.meta.url.endsWith('.ts')) {
    const main = join(HERE, 'head', 'main.js')
    return { command: [process.execPath, main], main }
  }
  const main = join(HERE, 'head', 'main.ts')
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { command: [process.execPath, '--conditions=source', '--import', tsx, main], main }
}

/** `.engines` of the checkout: the nearest folder above this package that has it. */
const enginesDir = (): string => {
  for (let folder = PACKAGE; ; folder = dirname(folder)) {
    const candidate = join(folder, '.engines')
    if (existsSync(candidate)) return candidate
    if (dirname(folder) === folder) return join(resolve(PACKAGE, '..', '..'), '.engines')
  }
}

const packageVersion = async (): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  return version
}

/** What may be told at submit: the guard looks again, at every address, when it fetches. */
const mayFetch =
  (rule: Config['outbound'][keyof Config['outbound']]) =>
  (url: URL): boolean => {
    if (rule === undefined) return false
    if (rule !== 'public-https') return rule.some(({ origin }) => origin === url.origin)
    const host = url.hostname.replace(/^\[|\]$/gu, '')
    return url.protocol === 'https:' && isIP(host) === 0 && host !== 'localhost' && !host.endsWith('.localhost')
  }

/** The composition root: builds everything from the settings; `dispose` ends it in reverse order. */
export const createContext = async (settings: Config, o: { log: Logger; clock?: Clock }) => {
  const disposer = createDisposer({ log: o.log })
  try {
    return await build(settings, { log: o.log, clock: o.clock ?? systemClock, disposer })
  } catch (error) {
    await disposer.dispose()
    throw error
  }
}

const build = async (
  settings: Config,
  { log, clock, disposer }: { log: Logger; clock: Clock; disposer: ReturnType<typeof createDisposer> },
) => {
  const { limits } = settings
  const data = join(resolve(settings.dataDir), 'wes')
  const publicUrl = (settings.publicUrl ?? `http://${settings.host}:${settings.port}`).replace(/\/+$/u, '')
  const { drs, tes } = settings.peers
  if (drs === undefined || tes === undefined)
    throw new ConfigError(['peers.drs, peers.tes: are required: the base URLs of DRS and TES'])
  const self = settings.peers.wes ?? `${publicUrl}${WES_BASE}`

  const metrics = createMetrics({ service: 'wes', embedded: settings.embedded })
  const health = createHealth()
  const newId = createIdFactory(clock)
  const events = createEvents({ log, metrics })
  const db = await openDatabase({ client: 'sqlite', filename: join(data, 'wes.db'), migrations })
  disposer.add('database', () => db.destroy())
  health.check('database', async () => {
    await db.raw('select 1')
  })
  const rows = createRunRows(db, clock)
  const taskRows = createTaskRows(db)
  const outputRows = createOutputRows(db)

  const peers = [...new Set([drs, tes].map((url) => new URL(url).origin))].map((origin) => ({ origin }))
  const fetch = createGuardedFetch({
    purposes: { ...(settings.outbound as Record<string, OutboundEntry[] | 'public-https'>), peer: peers },
    log,
  })
  disposer.add('outbound connections', () => fetch.close())

  const issuer = settings.localIssuer
  const identity = await createServiceIdentity({
    dir: issuer?.dir ?? data,
    keyFile: join(data, 'service-key.json'),
    service: 'wes',
    audience: new URL(drs).origin,
    clock,
  })
  const credentials = createCredentials({ fetch, identity, drsUrl: drs })
  const policy = parsePolicy(
    await readSettingFile<unknown>('policyFile', settings.policyFile, parseYaml),
    issuer === undefined ? {} : { localIssuer: { issuer: issuer.issuer, jwks: await openIssuerKeys(issuer.dir) } },
  )
  const clearinghouse = createClearinghouse({
    policy,
    service: 'wes',
    publicUrl,
    keys: createKeyPool({ fetch: (url, init) => fetch('key-set', url, init), clock }),
    audit: createAuditRows(db),
    clock,
    newId,
    siteKey: await openSiteKey(join(data, 'site-key')),
    introspect: (token) => credentials.introspect(token),
    fetch: (url, init) => fetch('oidc', url, init),
  })

  const head = headCommand()
  const pythonPath = join(PACKAGE, 'python')
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'] // the head's own Node evaluates expressions (C4)
  const finder = createEngineFinder({
    configured: settings.engines.cwltool.python === undefined ? {} : { cwltool: settings.engines.cwltool.python },
    dir: resolve(settings.engines.dir ?? enginesDir()),
    env: {
      PATH: [...path, ...settings.searchPath.split(':')].join(':'),
      PYTHONPATH: pythonPath,
      PYTHONDONTWRITEBYTECODE: '1',
      LANG: 'C.UTF-8',
    },
    log,
  })
  disposer.add('engine finder', () => {
    finder.stop()
  })
  const engineOf = (name: string) => {
    if (!isEngineName(name)) throw new Error(`there is no engine ${name}`)
    return engines[name]()
  }
  const folders = createRunFolders(join(data, 'runs'))
  const urls = createRunUrls({ publicUrl, tes })
  const queue = createInProcessQueue({ name: 'runs', concurrency: WORKERS, log })
  const tokens = createRunTokens(credentials)
  const tasks = createTasks({ rows: taskRows, tes, fetch, tokens, urls, events, engineOf })
  disposer.add('task refreshes', () => {
    tasks.close()
  })
  const outputs = createOutputs({ rows: outputRows, credentials, urls, events })
  const reports = createHeadReports({
    runs: rows,
    taskRows,
    tasks,
    ring: (runId) => {
      queue.wake(runId)
    },
    clock,
  })
  const users = createHeadUsers({
    enabled: settings.separateUsers,
    runs: join(data, 'runs'),
    headMain: head.main,
    pythonPath,
    log,
  })
  const launcher = (await launchers[settings.launcher]()).create({ command: head.command })
  const fetchable = mayFetch(settings.outbound['workflow-url'])
  const sourceOf = async (kind: keyof typeof sources): Promise<Source> =>
    (await sources[kind]()).create({ fetch, limits })
  const planner = createHeadPlanner({
    engineOf,
    sourceOf,
    mayFetch: fetchable,
    limits,
    pythonPath,
    path,
    tes,
    reportsUrl: (runId) => `${self.replace(/\/+$/u, '')}/runs/${runId}/reports`,
  })
  const worker = createRunWorker({
    runs: rows,
    taskRows,
    folders,
    queue,
    launcher,
    credentials,
    tokens,
    tasks,
    outputs,
    reports,
    events,
    limits,
    engineOf,
    planner,
    ownerOf: (runId, program) => users.ownerFor(runId, program),
    clock,
  })
  const access = createReaderAccess({ credentials, clock })
  disposer.add('reader grants', () => access.close())
  const pageTokens = createPageTokens({ key: await openSiteKey(join(data, 'page-key')), clock })
  const reconcile = createReconcile({ rows, folders, queue, events, log, clock })
  const isWorker = settings.role !== 'api'

  return {
    settings,
    publicUrl,
    log,
    metrics,
    health,
    clearinghouse,
    domain: {
      runs: createRuns({
        rows,
        taskRows,
        outputRows,
        folders,
        tasks,
        access,
        pageTokens,
        queue,
        urls,
        limits,
        fetch,
        tes,
        clock,
      }),
      submit: createSubmit({
        rows,
        outputs: outputRows,
        folders,
        engines: finder,
        credentials,
        queue,
        events,
        limits,
        urls,
        hosts: settings.hosts,
        mayFetch: fetchable,
        siteParameters: { cwltool: settings.engines.cwltool.parameters },
        clock,
        newId,
      }),
      serviceInfo: createServiceInfo({
        engines: finder,
        rows,
        info: settings.serviceInfo,
        publicUrl,
        authInstructionsUrl: settings.authInstructionsUrl ?? publicUrl,
        version: await packageVersion(),
        started: clock.now(),
      }),
      reports,
    },
    async start(): Promise<void> {
      finder.start()
      if (!isWorker) return
      queue.work((id, signal) => worker.advance(id, signal))
      await reconcile.start()
    },
    /** Heads live on; the next worker finds them again. */
    async stop(): Promise<void> {
      reconcile.stop()
      await queue.close({ graceMs: STOP_GRACE_MS })
      worker.close()
    },
    dispose: () => disposer.dispose(),
  }
}
export type Context = Awaited<ReturnType<typeof createContext>>

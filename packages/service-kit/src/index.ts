export * from './clock.ts'
export * from './errors.ts'
export * from './error-formats.ts'
export { createIdFactory, isId, newId } from './ids.ts'
export { canonicalJson } from './canonical-json.ts'
export { createPageTokens, type PageTokens } from './page-token.ts'
export { createLogger, type Logger } from './logger.ts'
export { scrub } from './scrub.ts'
export { createHealth, type Health, type HealthReport } from './health.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { createInProcessQueue, type Queue } from './queue.ts'
export {
  DatabaseRefused,
  createPointReads,
  inTransaction,
  insertAll,
  openDatabase,
  type DatabaseOptions,
  type Knex,
  type Migration,
  type PointReads,
} from './database.ts'
export { ConfigError, loadSettings, parseSettings, readSettingFile, settingsFromEnv, settingsHelp } from './config.ts'
export { ClientClosed, boundedBody, parseFormBody, parseJsonBody } from './body.ts'
export { parseRange, type ByteRange } from './ranges.ts'
export { type OpenApiDocument } from './operations.ts'
export { BootError, type Declared } from './boot-check.ts'
export { requestId, requestLog } from './request-context.ts'
export { sendJson } from './json-answer.ts'
export { assembleApp, type AppOptions, type Mount } from './app.ts'
export * from './lifecycle.ts'
export { assembleServer, main, type Server } from './server.ts'
export {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedFetchOptions,
  type GuardedInit,
  type Lookup,
  type OutboundEntry,
  type Purpose,
} from './guarded-fetch.ts'
export { refusalOf } from './addresses.ts'
export { OutboundFailed, OutboundRefused } from './outbound-errors.ts'

/**
 * The GA4GH standards as code: types of every schema, the bundled OpenAPI documents, typed clients, `drs://` URIs.
 * Types and documents are generated from `specs/`; spec names are kept as they are.
 */

export { ApiError } from './api-error.ts'
export type { OpenApiDocument, OpenApiOperation } from './document.ts'
export { createDrsClient, type DrsClient, type ListObjectsQuery, type NotYet } from './drs-client.ts'
export {
  DrsUriError,
  drsUri,
  encodeId,
  parseDrsUri,
  readDrsUri,
  type CompactDrsUri,
  type DrsUri,
  type DrsUriErrorCode,
  type HostnameDrsUri,
} from './drs-uri.ts'
export type { CallOptions, ClientOptions } from './http-client.ts'
export {
  createTesClient,
  type ExecutorLogOptions,
  type ListTasksQuery,
  type TaskInView,
  type TaskPage,
  type TesClient,
} from './tes-client.ts'
export {
  createWesClient,
  type Attachment,
  type ListRunsQuery,
  type PageQuery,
  type RunWorkflowOptions,
  type StreamOptions,
  type WesClient,
} from './wes-client.ts'
export { drsDocument, drsOperations } from './generated/drs-document.ts'
export { drsRootDocument, drsRootOperations } from './generated/drs-root-document.ts'
export { serviceInfoDocument, serviceInfoOperations } from './generated/service-info-document.ts'
export { tesDocument, tesOperations } from './generated/tes-document.ts'
export { wesDocument, wesOperations } from './generated/wes-document.ts'
export type * from './drs-schemas.ts'
export type * from './service-info-schemas.ts'
export type * from './tes-schemas.ts'
export type * from './wes-schemas.ts'

import { ApiError } from './api-error.ts'
import {
  createHttpClient,
  path,
  retryAfterOf,
  type Call,
  type CallOptions,
  type ClientOptions,
  type HttpClient,
} from './http-client.ts'
import type {
  AccessURL,
  Authorizations,
  BulkAccessURLs,
  BulkAuthorizations,
  BulkObjectAccessId,
  BulkObjectId,
  BulkObjects,
  DrsObject,
  DrsServiceInfo,
  ListObjectsResponse,
  PostObjectBody,
  RegisterObjectsBody,
  RegisterObjectsResponse,
  UploadRequestBody,
  UploadResponseBody,
} from './drs-schemas.ts'

/** Bytes are being brought back from cold storage: ask again after so many seconds. */
export type NotYet = { retryAfter: number }

export type ListObjectsQuery = {
  tag_key?: readonly string[]
  tag_value?: readonly string[]
  alias?: string
  dataset?: string
  page_size?: number
  page_token?: string
}

export type DrsClient = ReturnType<typeof createDrsClient>

/** One method per operation of DRS 1.5 and of our extensions; all throw ApiError. Ids are given decoded. */
export const createDrsClient = (o: ClientOptions) => {
  const http = createHttpClient(o)
  return {
    getServiceInfo: (call: CallOptions = {}) =>
      http.json<DrsServiceInfo>({ operationId: 'GetServiceInfo', method: 'GET', path: '/service-info', ...call }),
    /** Undefined if the server knows nothing to tell (204 or 405): DRS 1.5 reads that as `None`. */
    optionsObject: (id: string, call: CallOptions = {}) => optionsObject(http, id, call),
    getObject: (id: string, { expand, ...call }: CallOptions & { expand?: boolean } = {}) =>
      http.json<DrsObject>({
        operationId: 'GetObject',
        method: 'GET',
        path: path`/objects/${id}`,
        query: { expand },
        ...call,
      }),
    postObject: (id: string, body: PostObjectBody, call: CallOptions = {}) =>
      http.json<DrsObject>({
        operationId: 'PostObject',
        method: 'POST',
        path: path`/objects/${id}`,
        json: body,
        ...call,
      }),
    optionsBulkObject: (ids: readonly string[], call: CallOptions = {}) =>
      http.json<BulkAuthorizations>({
        operationId: 'OptionsBulkObject',
        method: 'OPTIONS',
        path: '/objects',
        json: { bulk_object_ids: ids },
        ...call,
      }),
    getBulkObjects: (body: BulkObjectId, { expand, ...call }: CallOptions & { expand?: boolean } = {}) =>
      http.json<BulkObjects>({
        operationId: 'GetBulkObjects',
        method: 'POST',
        path: '/objects',
        query: { expand },
        json: body,
        ...call,
      }),
    getAccessURL: (id: string, accessId: string, call: CallOptions = {}) =>
      access(http, {
        operationId: 'GetAccessURL',
        method: 'GET',
        path: path`/objects/${id}/access/${accessId}`,
        ...call,
      }),
    postAccessURL: (id: string, accessId: string, passports: string[], call: CallOptions = {}) =>
      access(http, {
        operationId: 'PostAccessURL',
        method: 'POST',
        path: path`/objects/${id}/access/${accessId}`,
        json: { passports },
        ...call,
      }),
    getBulkAccessURL: (body: BulkObjectAccessId, call: CallOptions = {}) =>
      http.json<BulkAccessURLs>({
        operationId: 'GetBulkAccessURL',
        method: 'POST',
        path: '/objects/access',
        json: body,
        ...call,
      }),
    // Outside the released standard
    listObjects: (query: ListObjectsQuery = {}, call: CallOptions = {}) =>
      http.json<ListObjectsResponse>({ operationId: 'ListObjects', method: 'GET', path: '/objects', query, ...call }),
    postUploadRequest: (body: UploadRequestBody, call: CallOptions = {}) =>
      http.json<UploadResponseBody>({
        operationId: 'PostUploadRequest',
        method: 'POST',
        path: '/upload-request',
        json: body,
        ...call,
      }),
    registerObjects: (body: RegisterObjectsBody, call: CallOptions = {}) =>
      http.json<RegisterObjectsResponse>({
        operationId: 'RegisterObjects',
        method: 'POST',
        path: '/objects/register',
        json: body,
        ...call,
      }),
  }
}

const optionsObject = async (http: HttpClient, id: string, call: CallOptions): Promise<Authorizations | undefined> => {
  try {
    const response = await http.send({
      operationId: 'OptionsObject',
      method: 'OPTIONS',
      path: path`/objects/${id}`,
      ...call,
    })
    return response.status === 204 ? undefined : ((await response.json()) as Authorizations)
  } catch (error) {
    if (error instanceof ApiError && error.status === 405) return undefined
    throw error
  }
}

const access = async (http: HttpClient, call: Call): Promise<AccessURL | NotYet> => {
  const response = await http.send(call)
  // DRS 1.5, 202Accepted: Retry-After is whole seconds. A server that forgets it is asked again after a minute.
  if (response.status === 202) return { retryAfter: retryAfterOf(response) ?? 60 }
  return (await response.json()) as AccessURL
}

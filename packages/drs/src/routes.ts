import { Router, type Request, type Response } from 'express'
import type {
  BulkObjectAccessId,
  BulkObjectId,
  BulkObjectIdNoPassport,
  Passports,
  PostObjectBody,
  RegisterObjectsBody,
  UploadRequestBody,
} from '@biocloud/ga4gh-api'
import type { Identity } from '@biocloud/passport-auth'
import { declare } from '@biocloud/passport-auth/express'
import { requestId, sendJson } from '@biocloud/service-kit'
import type { Access } from './access.ts'
import type { Bulk } from './bulk.ts'
import type { Listing } from './listing.ts'
import type { Objects } from './objects.ts'
import type { Caller } from './permissions.ts'
import type { Register } from './register.ts'
import type { ServiceInfo } from './service-info.ts'
import type { Uploads } from './uploads.ts'

export interface RoutesDeps {
  objects: Objects
  access: Access
  bulk: Bulk
  listing: Listing
  register: Register
  uploads: Uploads
  serviceInfo: ServiceInfo
  /** The identity of a body with passports; without them the identity as it is (P1). */
  present: (identity: Identity, passports: unknown, requestId: string) => Promise<Identity>
}

const PENDING_RETRY_SECONDS = '2'

const callerOf = (req: Request, identity: Identity = req.identity): Caller => {
  const { ip } = req // worked out at each look
  return { identity, requestId: requestId(req), ...(ip === undefined ? {} : { ip }) }
}

// P4: answers with links are for one caller and one moment.
const noStore = (res: Response): Response => res.set('Cache-Control', 'no-store')

/** The standard's operations and those of the 1.6 draft: parse → domain call → respond. */
export const createRoutes = (deps: RoutesDeps): Router => {
  const { objects, access, bulk, listing, register, uploads, serviceInfo } = deps
  const router = Router({ caseSensitive: true })
  const passported = async (req: Request, passports: unknown): Promise<Caller> =>
    callerOf(req, await deps.present(req.identity, passports, requestId(req)))

  router.get('/service-info', declare('GetServiceInfo', 'public'), async (_req, res) => {
    res.json(await serviceInfo.get())
  })
  router.options('/objects', declare('OptionsBulkObject', 'public'), async (req, res) => {
    const { bulk_object_ids } = req.body as BulkObjectIdNoPassport
    res.json(await bulk.authorizations(bulk_object_ids))
  })
  router.get('/objects', declare('ListObjects', 'drs:metadata'), async (req, res) => {
    res.json(await listing.list(callerOf(req), req.query))
  })
  router.post('/objects', declare('GetBulkObjects', 'drs:metadata'), async (req, res) => {
    const { bulk_object_ids, passports } = req.body as BulkObjectId
    // P2: here `expand` is in the query.
    res.json(await bulk.objects(await passported(req, passports), bulk_object_ids, isTrue(req.query.expand)))
  })
  router.post('/objects/access', declare('GetBulkAccessURL', 'drs:access'), async (req, res) => {
    const { bulk_object_access_ids, passports } = req.body as BulkObjectAccessId
    noStore(res).json(await bulk.access(await passported(req, passports), bulk_object_access_ids))
  })
  router.post('/objects/register', declare('RegisterObjects', 'drs:write'), async (req, res) => {
    const { candidates, passports } = req.body as RegisterObjectsBody
    const { objects: made, pending } = await register.register(await passported(req, passports), candidates)
    // Without any checksum yet an object is not readable; the same request gives it once it is.
    if (pending) res.status(202).set('Retry-After', PENDING_RETRY_SECONDS)
    else res.status(201)
    res.json({ objects: made })
  })
  router.post('/upload-request', declare('PostUploadRequest', 'drs:write'), async (req, res) => {
    const { requests, passports } = req.body as UploadRequestBody
    noStore(res).json({ responses: await uploads.request(await passported(req, passports), requests) })
  })
  router.options('/objects/:object_id', declare('OptionsObject', 'public'), async (req, res) => {
    res.json(await objects.authorizations(req.params.object_id))
  })
  router.get('/objects/:object_id', declare('GetObject', 'drs:metadata'), async (req, res) => {
    const { body, text } = await objects.get(callerOf(req), req.params.object_id, isTrue(req.query.expand))
    sendJson(res, body, text)
  })
  router.post('/objects/:object_id', declare('PostObject', 'drs:metadata'), async (req, res) => {
    const { expand, passports } = req.body as PostObjectBody
    const { body, text } = await objects.get(await passported(req, passports), req.params.object_id, expand === true)
    sendJson(res, body, text)
  })
  router.get('/objects/:object_id/access/:access_id', declare('GetAccessURL', 'drs:access'), async (req, res) => {
    const { object_id, access_id } = req.params
    noStore(res).json(await access.grant(callerOf(req), object_id, access_id))
  })
  router.post('/objects/:object_id/access/:access_id', declare('PostAccessURL', 'drs:access'), async (req, res) => {
    const { object_id, access_id } = req.params
    const { passports } = req.body as Passports
    noStore(res).json(await access.grant(await passported(req, passports), object_id, access_id))
  })
  return router
}

// The validator has made a boolean of it; where it had nothing to check it left the text.
const isTrue = (value: unknown): boolean => value === true || value === 'true'

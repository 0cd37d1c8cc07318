import type { DrsObjectCandidate } from '@biocloud/ga4gh-api'
import { NotFound, StorageError, type Stat } from '@biocloud/storage'
import type { Checksum } from './checksums.ts'
import type { UploadRow } from './db/rows.ts'
import type { UploadStore } from './db/uploads.ts'
import { InvalidCandidate, LocationNotAllowed, UploadIncomplete, UploadNotFound, UploadRegistered } from './errors.ts'
import type { Caller } from './permissions.ts'
import type { Location, Store, Stores } from './stores.ts'
import type { Uploads } from './uploads.ts'
import type { Writers } from './writers.ts'

/** Where the bytes of a candidate are. */
export interface Place {
  store: Store
  key: string
  /** As sent; absent for an upload. */
  url?: string
  uploadId?: string
  /** What is known of the bytes: computed while they were uploaded. */
  checksums: Checksum[]
  /** What the upload was announced with, where the candidate does not say. */
  described(candidate: DrsObjectCandidate): Pick<DrsObjectCandidate, 'name' | 'mime_type'>
}

/** Computed ones, and those announced that were not computed. */
const knownOf = ({ declared, computed }: UploadRow): Checksum[] => {
  const known = JSON.parse(computed) as Checksum[]
  const others = (JSON.parse(declared) as Checksum[]).filter(({ type }) => !known.some((one) => one.type === type))
  return [...known, ...others]
}

/** Where a candidate's bytes are and whether this caller may register them there (R1, R2). Reads no bytes. */
export const createCandidateLocations = (o: {
  stores: Stores
  uploads: UploadStore
  links: Uploads
  writers: Writers
}) => {
  const fromUpload = async (caller: Caller, id: string, field: string): Promise<Place> => {
    const upload = await o.uploads.get(id)
    // R2: the same caller's; another's is answered like one that does not exist.
    if (upload === undefined || upload.owner !== caller.identity.key) throw new UploadNotFound(field)
    if (upload.state === 'requested' || upload.key === null) throw new UploadIncomplete(field)
    return {
      store: o.stores.objects,
      key: upload.key,
      uploadId: id,
      checksums: knownOf(upload),
      described: (candidate) => ({
        name: candidate.name ?? upload.name,
        ...(candidate.mime_type === undefined && upload.mime_type !== null ? { mime_type: upload.mime_type } : {}),
      }),
    }
  }

  /** Names the field, and to an operator the prefixes that are open. */
  const locate = (caller: Caller, url: string, field: string): Location => {
    try {
      return o.stores.locate(url)
    } catch (error) {
      if (!(error instanceof LocationNotAllowed)) throw error
      const prefixes = caller.identity.operator ? o.stores.prefixes() : []
      const open = prefixes.length === 0 ? '' : `; allowed here: ${prefixes.join(', ')}`
      throw new LocationNotAllowed(`${field}: ${error.message}${open}`, { cause: error })
    }
  }

  return {
    async place(caller: Caller, candidate: DrsObjectCandidate, dataset: string, field: string): Promise<Place> {
      const { access_methods: methods = [], x_upload: upload } = candidate
      if (upload !== undefined && methods.length > 0) {
        throw new InvalidCandidate(`${field}: give either x_upload or access_methods`)
      }
      if (upload !== undefined) return fromUpload(caller, upload, `${field}.x_upload`)
      const [method] = methods
      const url = method?.access_url?.url
      const at = `${field}.access_methods[0].access_url.url`
      if (method === undefined || methods.length > 1 || url === undefined) {
        throw new InvalidCandidate(
          `${field}.access_methods: give exactly one with an access_url, or x_upload, or contents for a bundle`,
        )
      }
      if ((method.access_url?.headers ?? []).length > 0) {
        throw new InvalidCandidate(
          `${field}.access_methods[0].access_url.headers: a credential is not kept with an object; configure the store`,
        )
      }
      const uploadId = o.links.idOf(url)
      if (uploadId !== undefined) return fromUpload(caller, uploadId, at)
      const { store, key, runId } = locate(caller, url, at)
      if (runId !== undefined && dataset !== `run:${runId}`) {
        throw new LocationNotAllowed(`${at}: files of a run are registered by that run alone`)
      }
      if (o.writers.ticketDataset(caller) !== undefined && runId === undefined) {
        throw new LocationNotAllowed(`${at}: a run registers files of its own folder only`)
      }
      return { store, key, url, checksums: [], described: () => ({}) }
    },

    /** Throws InvalidCandidate for what is not there, and what the store throws. */
    async stat(place: Place, field: string): Promise<Stat> {
      try {
        return await place.store.backend.stat(place.key)
      } catch (error) {
        if (place.uploadId !== undefined && error instanceof NotFound) throw new UploadRegistered()
        if (error instanceof StorageError && error.status < 500) {
          throw new InvalidCandidate(`${field}.access_methods[0].access_url.url: ${error.message}`, { cause: error })
        }
        throw error
      }
    },
  }
}
export type CandidateLocations = ReturnType<typeof createCandidateLocations>

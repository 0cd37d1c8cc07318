import type { ObjectState } from '../object-state.ts'

/** What every decision reads: one row by its primary key. */
export interface ObjectHead {
  id: string
  kind: 'blob' | 'bundle'
  dataset_id: string
  state: ObjectState
  generation: number
  revision: number
  /** Where the dataset is `run:<run_id>`: whose it is, and the datasets of that run's inputs as a JSON array. */
  run_owner: string | null
  run_datasets: string | null
}

export interface ObjectRow extends Omit<ObjectHead, 'run_owner' | 'run_datasets'> {
  run_id: string | null
  name: string | null
  size: number
  created_time: string
  updated_time: string
  mime_type: string | null
  version: string | null
  description: string | null
  registered_by: string
  registered_at: string
}

export interface ChecksumRow {
  object_id: string
  type: string
  checksum: string
  source: 'declared' | 'store' | 'computed'
  verified_at: string | null
}

export interface AccessMethodRow {
  object_id: string
  access_id: string
  position: number
  type: 'https'
  backend: string
  key: string
  etag: string | null
  cloud: string | null
  region: string | null
}

export interface MemberRow {
  bundle_id: string
  name: string
  position: number
  member_id: string | null
  /** JSON array. */
  drs_uri: string
}

/** An object with all that belongs to it. */
export interface ObjectRecord {
  row: ObjectRow
  head: ObjectHead
  checksums: ChecksumRow[]
  accessMethods: AccessMethodRow[]
  members: MemberRow[]
  aliases: string[]
  tags: Record<string, string>
}

export interface UploadRow {
  upload_id: string
  owner: string
  name: string
  size: number
  mime_type: string | null
  /** JSON array of {type, checksum}: announced by the client. */
  declared: string
  /** The same, of the bytes that came. */
  computed: string
  key: string | null
  etag: string | null
  state: 'requested' | 'complete' | 'registered'
  expires_at: string
}

export interface JobRow {
  job_id: string
  kind: 'checksum'
  object_id: string
  attempts: number
  due_at: string | null
  error: string | null
}

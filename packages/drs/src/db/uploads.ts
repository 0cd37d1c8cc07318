import type { Knex } from '@biocloud/service-kit'
import type { UploadRow } from './rows.ts'

export const createUploadStore = (db: Knex) => ({
  async insert(rows: readonly UploadRow[]): Promise<void> {
    if (rows.length > 0) await db('uploads').insert(rows)
  },

  async get(uploadId: string): Promise<UploadRow | undefined> {
    return db<UploadRow>('uploads').where({ upload_id: uploadId }).first()
  },

  /**
   * Records the bytes of an upload and tells the key of those that they replaced: compare-and-set, so that of PUTs at
   * once each one's bytes are deleted exactly once. Undefined once it is registered or swept.
   */
  async complete(
    uploadId: string,
    o: Pick<UploadRow, 'key' | 'etag' | 'computed'>,
  ): Promise<{ replaced: string | null } | undefined> {
    for (;;) {
      const row = await db<UploadRow>('uploads').where({ upload_id: uploadId }).first()
      if (row === undefined || row.state === 'registered') return undefined
      const changed = await db('uploads')
        .where({ upload_id: uploadId, state: row.state, key: row.key })
        .update({ ...o, state: 'complete' })
      if (changed === 1) return { replaced: row.key }
    }
  },

  /** Takes abandoned uploads out of the table and gives the keys of their bytes. */
  async sweep(now: string, limit: number): Promise<string[]> {
    const rows = await db<UploadRow>('uploads')
      .whereIn('state', ['requested', 'complete'])
      .where('expires_at', '<', now)
      .limit(limit)
    const keys: string[] = []
    for (const row of rows) {
      // Compare-and-set: one that was registered since the read keeps its bytes.
      const gone = await db('uploads').where({ upload_id: row.upload_id, state: row.state, key: row.key }).delete()
      if (gone === 1 && row.key !== null) keys.push(row.key)
    }
    return keys
  },
})

export type UploadStore = ReturnType<typeof createUploadStore>

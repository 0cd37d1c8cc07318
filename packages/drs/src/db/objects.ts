import { inTransaction, type Knex, type PointReads } from '@biocloud/service-kit'
import { statesBefore, type ObjectState } from '../object-state.ts'
import type { Checksum } from '../checksums.ts'
import { RunOwnerConflict } from '../errors.ts'
import type { AccessMethodRow, ChecksumRow, MemberRow, ObjectHead, ObjectRecord, ObjectRow } from './rows.ts'

/** Which objects a list may show: the datasets that permit, and the runs of one owner whose inputs all permit (Y6). */
export interface Visibility {
  datasets: readonly string[]
  runsOf?: string
}

const HEAD = `select o.id, o.kind, o.dataset_id, o.state, o.generation, o.revision, r.owner as run_owner, r.datasets as run_datasets
  from objects o left join runs r on r.run_id = o.run_id where o.id = ?`

/** What ListObjects filters by; all must hold. */
export interface ListFilter {
  tags: readonly { key: string; value: string }[]
  alias?: string
  dataset?: string
}

export interface NewRun {
  run_id: string
  owner: string
  datasets: readonly string[]
}

interface NewRunRow {
  run_id: string
  owner: string
  datasets: string
}

const groupBy = <T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group === undefined) groups.set(key(row), [row])
    else group.push(row)
  }
  return groups
}

const readMany = async (db: Knex, ids: readonly string[]): Promise<Map<string, ObjectRecord>> => {
  if (ids.length === 0) return new Map()
  const of = (table: string, column = 'object_id') => db(table).whereIn(column, ids as string[])
  // One connection: the five statements follow one another, in one read snapshot or not, by primary keys.
  const rows = (await db('objects')
    .leftJoin('runs', 'runs.run_id', 'objects.run_id')
    .select('objects.*', 'runs.owner as run_owner', 'runs.datasets as run_datasets')
    .whereIn('objects.id', ids as string[])) as (ObjectRow & ObjectHead)[]
  const checksums = groupBy((await of('object_checksums').orderBy('type')) as ChecksumRow[], (r) => r.object_id)
  const methods = groupBy((await of('access_methods').orderBy('position')) as AccessMethodRow[], (r) => r.object_id)
  const members = groupBy(
    (await of('bundle_members', 'bundle_id').orderBy('position')) as MemberRow[],
    (r) => r.bundle_id,
  )
  const aliases = groupBy(
    (await of('object_aliases').orderBy('alias')) as { object_id: string; alias: string }[],
    (r) => r.object_id,
  )
  const tags = groupBy(
    (await of('object_tags')) as { object_id: string; key: string; value: string }[],
    (r) => r.object_id,
  )
  return new Map(
    rows.map((row) => [
      row.id,
      {
        row,
        head: row,
        tags: Object.fromEntries((tags.get(row.id) ?? []).map(({ key, value }) => [key, value])),
        checksums: checksums.get(row.id) ?? [],
        accessMethods: methods.get(row.id) ?? [],
        members: members.get(row.id) ?? [],
        aliases: (aliases.get(row.id) ?? []).map(({ alias }) => alias),
      },
    ]),
  )
}

const insertRun = async (trx: Knex, { run_id, owner, datasets }: NewRun): Promise<void> => {
  await trx('runs')
    .insert({ run_id, owner, datasets: JSON.stringify(datasets) })
    .onConflict('run_id')
    .ignore()
  const [there] = await trx<NewRunRow>('runs').where({ run_id })
  if (there !== undefined && there.owner !== owner) throw new RunOwnerConflict(run_id)
  // A later grant of the same run may have further inputs: all of them must permit, here as in the filter of lists.
  const all = [...new Set([...(JSON.parse(there?.datasets ?? '[]') as string[]), ...datasets])]
  await trx('runs')
    .where({ run_id })
    .update({ datasets: JSON.stringify(all) })
  for (const dataset_id of datasets) {
    await trx('run_inputs').insert({ run_id, dataset_id }).onConflict(['run_id', 'dataset_id']).ignore()
  }
}

const insertRecord = async (trx: Knex, record: Omit<ObjectRecord, 'head'>): Promise<void> => {
  await trx('objects').insert(record.row)
  if (record.checksums.length > 0) await trx('object_checksums').insert(record.checksums)
  if (record.accessMethods.length > 0) await trx('access_methods').insert(record.accessMethods)
  // SQLite binds at most 32,766 values in one statement.
  if (record.members.length > 0) await trx.batchInsert('bundle_members', record.members, 1000)
  const tags = Object.entries(record.tags).map(([key, value]) => ({ object_id: record.row.id, key, value }))
  if (tags.length > 0) await trx('object_tags').insert(tags)
  if (record.aliases.length > 0) {
    await trx('object_aliases').insert(record.aliases.map((alias) => ({ object_id: record.row.id, alias })))
  }
}

export const createObjectStore = (db: Knex, reads: PointReads) => ({
  /** The hot path: one read by primary key. */
  head: (id: string): Promise<ObjectHead | undefined> => reads.first<ObjectHead>(HEAD, [id]),

  async get(id: string): Promise<ObjectRecord | undefined> {
    return (await readMany(db, [id])).get(id)
  },

  getMany: (ids: readonly string[]): Promise<Map<string, ObjectRecord>> => readMany(db, ids),

  accessMethod: (id: string, accessId: string): Promise<AccessMethodRow | undefined> =>
    reads.first<AccessMethodRow>('select * from access_methods where object_id = ? and access_id = ?', [id, accessId]),

  /** The object whose bytes lie at a place; the oldest, if several. */
  async byLocation(backend: string, key: string): Promise<ObjectRecord | undefined> {
    const found = await db<AccessMethodRow>('access_methods').where({ backend, key }).orderBy('object_id').first()
    return found === undefined ? undefined : (await readMany(db, [found.object_id])).get(found.object_id)
  },

  /** The bundle of a dataset that has the alias; the oldest, if several. */
  async bundleByAlias(dataset: string, alias: string): Promise<ObjectRecord | undefined> {
    const found = await db<ObjectRow>('objects')
      .where({ dataset_id: dataset, kind: 'bundle' })
      .whereIn('id', db('object_aliases').select('object_id').where('alias', alias))
      .orderBy('id')
      .first('id')
    return found === undefined ? undefined : (await readMany(db, [found.id])).get(found.id)
  },

  /** Ids after `after`, in byte order, filtered inside the query: counts and pages tell nothing of the rest (Y6). */
  async list(visible: Visibility, filter: ListFilter, o: { after?: string; limit: number }): Promise<ObjectRecord[]> {
    const query = db('objects').select('id').whereIn('state', ['active', 'quarantined']).orderBy('id').limit(o.limit)
    if (o.after !== undefined) void query.where('id', '>', o.after)
    if (filter.dataset !== undefined) void query.where('dataset_id', filter.dataset)
    if (filter.alias !== undefined) {
      void query.whereIn('id', db('object_aliases').select('object_id').where('alias', filter.alias))
    }
    for (const { key, value } of filter.tags) {
      const tagged = db('object_tags').select('object_id').where('key', key)
      // As in TES 1.1: an empty value matches any.
      if (value !== '') void tagged.where('value', value)
      void query.whereIn('id', tagged)
    }
    void query.where((either) => {
      void either.whereIn('dataset_id', visible.datasets as string[])
      if (visible.runsOf === undefined) return
      const owned = db('runs')
        .select(db.raw("'run:' || runs.run_id"))
        .where('owner', visible.runsOf)
        .whereNotExists(
          db('run_inputs')
            .whereRaw('run_inputs.run_id = runs.run_id')
            .whereNotIn('dataset_id', visible.datasets as string[]),
        )
      void either.orWhereIn('dataset_id', owned)
    })
    const ids = ((await query) as { id: string }[]).map(({ id }) => id)
    const records = await readMany(db, ids)
    return ids.flatMap((id) => records.get(id) ?? [])
  },

  /**
   * All or none; false if an upload is no longer to be had, or a place has been registered meanwhile: look again. The
   * checksum jobs stand or fall with their objects.
   */
  async insert(
    records: readonly Omit<ObjectRecord, 'head'>[],
    o: {
      jobs: readonly { job_id: string; object_id: string; due_at: string }[]
      run?: NewRun
      uploads: readonly { id: string; key: string }[]
    },
  ): Promise<boolean> {
    try {
      await inTransaction(db, async (trx) => {
        for (const { id, key } of o.uploads) {
          // The key too: a second PUT may have replaced the bytes that this registration looked at.
          const taken = await trx('uploads')
            .where({ upload_id: id, state: 'complete', key })
            .update({ state: 'registered' })
          if (taken !== 1) throw new Taken()
        }
        if (o.run !== undefined) await insertRun(trx, o.run)
        for (const record of records) {
          for (const { backend, key } of record.accessMethods) {
            const there = (await trx('access_methods').where({ backend, key }).first()) as AccessMethodRow | undefined
            if (there !== undefined) throw new Taken()
          }
          await insertRecord(trx, record)
        }
        for (const job of o.jobs) await trx('jobs').insert({ ...job, kind: 'checksum', attempts: 0, error: null })
      })
      return true
    } catch (error) {
      if (error instanceof Taken) return false
      throw error
    }
  },

  /** Compare-and-set through the state table. False if the object was not in a state that may become `to`. */
  async move(id: string, to: ObjectState): Promise<boolean> {
    const moved = await db('objects')
      .where({ id })
      .whereIn('state', statesBefore(to))
      .update({ state: to, generation: db.raw('generation + 1'), revision: db.raw('revision + 1') })
    return moved === 1
  },

  /** Adds what was computed and marks what agrees as verified; a pending object becomes active. False if it is gone or quarantined. */
  async verified(id: string, computed: readonly Checksum[], at: string): Promise<boolean> {
    return inTransaction(db, async (trx) => {
      const [head] = await trx<ObjectRow>('objects').where({ id }).limit(1)
      if (head === undefined || head.state === 'quarantined') return false
      for (const { type, checksum } of computed) {
        await trx('object_checksums')
          .insert({ object_id: id, type, checksum, source: 'computed', verified_at: at })
          .onConflict(['object_id', 'type'])
          .ignore()
        await trx('object_checksums').where({ object_id: id, type, checksum }).update({ verified_at: at })
      }
      await trx('objects')
        .where({ id })
        .update({ state: 'active', revision: head.revision + 1 })
      return true
    })
  },

  /** Of what everybody may know of: the datasets named. Bytes that several objects share count once (S2). */
  async stats(datasets: readonly string[]): Promise<{ objectCount: number; totalObjectSize: number }> {
    const [found] = await db.raw<{ objects: number; bytes: number }[]>(
      `select coalesce(sum(n), 0) as objects, coalesce(sum(case when kind = 'blob' then size else 0 end), 0) as bytes
       from (select count(*) as n, min(o.kind) as kind, min(o.size) as size from objects o
             left join object_checksums c on c.object_id = o.id and c.type = 'sha-256'
             where o.state = 'active' and o.dataset_id in (${datasets.map(() => '?').join(', ') || 'null'})
             group by coalesce(c.checksum, o.id)) as distinct_bytes`,
      [...datasets],
    )
    return { objectCount: found?.objects ?? 0, totalObjectSize: found?.bytes ?? 0 }
  },
})

class Taken extends Error {}

export type ObjectStore = ReturnType<typeof createObjectStore>

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPointReads, inTransaction, insertAll, openDatabase } from './database.ts'
import type { Knex, Migration } from './database.ts'

const things: Migration = {
  name: '0001-things',
  async up(db) {
    await db.schema.createTable('things', (t) => {
      t.string('id').primary()
      t.integer('n')
    })
  },
}
const more: Migration = {
  name: '0002-more',
  async up(db) {
    await db.schema.alterTable('things', (t) => {
      t.string('colour')
    })
  },
}
const broken: Migration = {
  name: '0003-broken',
  async up(db) {
    await db.schema.createTable('half', (t) => {
      t.string('id')
    })
    throw new Error('no more')
  },
}

let dir = ''
let open: Knex[] = []
const start = async (migrations: readonly Migration[]): Promise<Knex> => {
  const db = await openDatabase({ client: 'sqlite', filename: join(dir, 'sub', 'x.db'), migrations })
  open.push(db)
  return db
}
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kit-db-'))
})
afterEach(async () => {
  for (const db of open) await db.destroy()
  open = []
  await rm(dir, { recursive: true })
})

describe('database', () => {
  it('is durable: WAL, synchronous FULL, foreign keys on, in a folder of its owner', async () => {
    const db = await start([things])
    const value = async (name: string): Promise<unknown> => {
      const [row = {}] = await db.raw<Record<string, unknown>[]>(`PRAGMA ${name}`)
      return Object.values(row)[0]
    }
    expect(await value('journal_mode')).toBe('wal')
    expect(await value('synchronous')).toBe(2)
    expect(await value('foreign_keys')).toBe(1)
    expect((await stat(join(dir, 'sub'))).mode & 0o777).toBe(0o700)
  })

  it('applies migrations in order, each once', async () => {
    await (await start([things])).table('things').insert({ id: 'a', n: 1 })
    const db = await start([things, more])
    expect(await db('things').select()).toEqual([{ id: 'a', n: 1, colour: null }])
    expect(await (await start([things, more]))('schema_migrations').pluck('name')).toEqual(['0001-things', '0002-more'])
  })

  it('rolls a failed migration back whole, names it, and starts again once it is corrected', async () => {
    await expect(start([things, broken])).rejects.toThrow('Migration 0003-broken failed and was rolled back')
    const db = await start([things, { name: '0003-broken', up: () => Promise.resolve() }])
    expect(await db.schema.hasTable('half')).toBe(false)
  })

  it('shows a changed schema to queries that ran before', async () => {
    const db = await start([things])
    await db('things').insert({ id: 'a', n: 1 })
    const read = () => db('things').where({ id: 'a' }).first<unknown>()
    expect(await read()).toEqual({ id: 'a', n: 1 })
    expect(await read()).toEqual({ id: 'a', n: 1 })
    await more.up(db)
    expect(await read()).toEqual({ id: 'a', n: 1, colour: null })
  })

  it('keeps concurrent reads, writes and transactions of one connection apart', async () => {
    const db = await start([things])
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        i % 2 === 0
          ? db('things').insert({ id: `t${i}`, n: i })
          : inTransaction(db, async (trx) => {
              await trx('things').insert({ id: `t${i}`, n: i })
              if (i % 5 === 0) throw new Error('undo')
            }).catch(() => undefined),
      ),
    )
    const ids = await db('things').pluck<string[]>('id')
    expect(ids).toHaveLength(45)
    for (const i of [5, 15, 25, 35, 45]) expect(ids).not.toContain(`t${i}`)
  })

  it('refuses a database of a newer version and a list in another order', async () => {
    await start([things, more])
    await expect(start([things])).rejects.toThrow('0002-more): it was written by a newer version')
    await expect(start([more, things])).rejects.toThrow(
      'applied 0001-things as migration 1, where this version has 0002-more',
    )
    await expect(start([things, things])).rejects.toThrow('Two migrations are named 0001-things')
  })

  it('lets two processes migrate at once', async () => {
    // Real processes: within one, the synchronous driver would let the second wait for itself.
    const program = `
      const { openDatabase } = await import(${JSON.stringify(new URL('./database.ts', import.meta.url).href)})
      const steps = ['a', 'b', 'c'].map((name) => ({ name, up: (db) => db.schema.createTable(name, (t) => { t.string('id') }) }))
      const db = await openDatabase({ client: 'sqlite', filename: process.argv[1], migrations: steps })
      console.log((await db('schema_migrations').orderBy('position').pluck('name')).join())
      await db.destroy()`
    const start = () =>
      promisify(execFile)(process.execPath, [
        '--conditions=source',
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        program,
        join(dir, 'two.db'),
      ])
    const both = await Promise.all([start(), start()])
    expect(both.map(({ stdout }) => stdout.trim())).toEqual(['a,b,c', 'a,b,c'])
  }, 30_000)

  it('commits a transaction that resolves and rolls back one that rejects', async () => {
    const db = await start([things])
    const result = await inTransaction(db, async (trx) => {
      await trx('things').insert({ id: 'kept' })
      return 7
    })
    expect(result).toBe(7)
    const failing = inTransaction(db, async (trx) => {
      await trx('things').insert({ id: 'lost' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await db('things').pluck('id')).toEqual(['kept'])
  })

  it('a point read sees what is committed and nothing of a transaction under way, and waits for none', async () => {
    const db = await start([things])
    const reads = createPointReads(db)
    const read = () => reads.first<{ n: number }>('select n from things where id = ?', ['a'])
    expect(await read()).toBeUndefined()
    await inTransaction(db, async (trx) => {
      await trx('things').insert({ id: 'a', n: 1 })
      expect(await read()).toBeUndefined()
    })
    expect(await read()).toEqual({ n: 1 })
    await expect(reads.first('select nothing from things', [])).rejects.toMatchObject({
      message: expect.stringContaining('nothing'),
    })
    await expect(reads.first('delete from things returning id', [])).rejects.toMatchObject({
      code: 'SQLITE_READONLY',
    })
    reads.close()
  })

  it('point reads of a database in memory go through its one connection', async () => {
    const db = await openDatabase({ client: 'sqlite', filename: ':memory:', migrations: [things] })
    open.push(db)
    await insertAll(db, 'things', [{ id: 'a', n: 7 }])
    expect(await createPointReads(db).first('select n from things where id = ?', ['a'])).toEqual({ n: 7 })
  })

  it('inserts many rows or none, and the next call finds the connection free', async () => {
    const db = await start([things])
    await insertAll(db, 'things', [])
    const rows = ['a', 'b', 'a'].map((id, n) => ({ id, n }))
    await expect(insertAll(db, 'things', rows)).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' })
    expect(await db('things')).toEqual([])
    await insertAll(db, 'things', rows.slice(0, 2))
    expect(await db('things').pluck('id')).toEqual(['a', 'b'])
  })
})

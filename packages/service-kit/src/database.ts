import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import knexFactory from 'knex'
import type { Knex } from 'knex'
import { Internal } from './errors.ts'

export type { Knex } from 'knex'

/** One step of a schema. Append only: what has been released is never edited, the next migration corrects it. */
export type Migration = { name: string; up(db: Knex): Promise<void> }

export type DatabaseOptions = {
  client: 'sqlite'
  /** Path of the file; its folder is made with mode 0700. ':memory:' for a database that ends with the process. */
  filename: string
  migrations: readonly Migration[]
}

/** The database was written by a newer version, or a migration failed: the server must not start. */
export class DatabaseRefused extends Internal {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'database_refused', ...(cause === undefined ? {} : { cause }) })
  }
}

const TABLE = 'schema_migrations'

// What the tests of this list depend on: WAL so that readers outside the process do not stop the writer, FULL so that
// a request answered after its commit survives a power cut.
const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'busy_timeout = 5000',
  'journal_size_limit = 67108864',
  'trusted_schema = OFF',
] as const

type SqliteConnection = { pragma(text: string): unknown; prepare(sql: string): unknown }

const MAX_STATEMENTS = 256
const QUERY = /^\s*(?:select|insert|update|delete|replace|with|begin|commit|rollback|savepoint|release)\b/i

/**
 * Keeps prepared statements: knex prepares anew for each query, which measured a seventh of the time of a primary-key
 * read over HTTP. Whatever is not a plain query (a change of the schema) empties the store.
 */
const keepStatements = (connection: SqliteConnection): void => {
  const prepare = connection.prepare.bind(connection)
  const kept = new Map<string, unknown>()
  connection.prepare = (sql) => {
    const known = kept.get(sql)
    if (known !== undefined) return known
    const statement = prepare(sql)
    if (!QUERY.test(sql)) kept.clear()
    else {
      if (kept.size >= MAX_STATEMENTS) kept.delete(kept.keys().next().value ?? '')
      kept.set(sql, statement)
    }
    return statement
  }
}

const openSqlite = async (filename: string): Promise<Knex> => {
  if (filename !== ':memory:') await mkdir(dirname(resolve(filename)), { recursive: true, mode: 0o700 })
  return knexFactory({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
    // One connection: better-sqlite3 is synchronous, so a second writer in this process would stop the event loop for
    // the whole busy_timeout. A query that waits for its own transaction fails after 15 s instead of hanging.
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: SqliteConnection, done: (error: unknown, connection: SqliteConnection) => void) {
        try {
          for (const pragma of PRAGMAS) connection.pragma(pragma)
          keepStatements(connection)
          done(null, connection)
        } catch (error) {
          done(error, connection)
        }
      },
    },
    acquireConnectionTimeout: 15_000,
  })
}

const appliedNames = async (db: Knex): Promise<string[]> => {
  const rows = await db<{ name: string; position: number }>(TABLE).select('name').orderBy('position')
  return rows.map(({ name }) => name)
}

const migrate = async (db: Knex, migrations: readonly Migration[]): Promise<void> => {
  const names = migrations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new DatabaseRefused(`Two migrations are named ${twice}`)
  if (!(await db.schema.hasTable(TABLE))) {
    // Another process may make it in between: then the table is there, and that is success.
    await db.schema
      .createTable(TABLE, (t) => {
        t.string('name').primary()
        t.integer('position').notNullable().unique()
        t.string('applied').notNullable()
      })
      .catch(async (error: unknown) => {
        if (!(await db.schema.hasTable(TABLE))) throw error
      })
  }
  const applied = await appliedNames(db)
  const unknown = applied.filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    throw new DatabaseRefused(
      `The database holds migrations that this version does not know (${unknown.join(', ')}): it was written by a newer version. Start that version, or restore a backup made before it.`,
    )
  }
  const misplaced = applied.findIndex((name, index) => names[index] !== name)
  if (misplaced !== -1) {
    throw new DatabaseRefused(
      `The database applied ${applied[misplaced] ?? ''} as migration ${misplaced + 1}, where this version has ${names[misplaced] ?? ''}`,
    )
  }
  for (const [position, migration] of migrations.entries()) {
    if (position < applied.length) continue
    try {
      await db.transaction(async (trx) => {
        // The row first: of two processes that migrate at once the second waits here and then finds the name taken.
        await trx(TABLE).insert({ name: migration.name, position, applied: new Date().toISOString() })
        await migration.up(trx)
      })
    } catch (error) {
      if ((await appliedNames(db)).includes(migration.name)) continue
      throw new DatabaseRefused(`Migration ${migration.name} failed and was rolled back`, error)
    }
  }
}

/** Opens the database and brings its schema up to date. Throws {@link DatabaseRefused}. The caller ends it by `destroy()`. */
export const openDatabase = async (o: DatabaseOptions): Promise<Knex> => {
  const db = await openSqlite(o.filename)
  try {
    await migrate(db, o.migrations)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. Inside, use only `trx`. */
export const inTransaction = <T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> =>
  db.transaction((trx) => work(trx))

/** Reads of one row each, by a fixed text; only what is committed is seen. */
export type PointReads = {
  first<Row>(sql: string, bindings: readonly (string | number)[]): Promise<Row | undefined>
  close(): void
}

type Statement = { get(...bindings: readonly (string | number)[]): unknown }
type ReadConnection = { pragma(text: string): unknown; prepare(sql: string): Statement; close(): void }
type Driver = new (filename: string, options: { readonly: boolean; fileMustExist: boolean }) => ReadConnection

/**
 * The hot path beside the query builder: on SQLite a read-only connection of its own with prepared statements, which
 * measured 4 µs a read where the builder and its pool take 30 to 40. It waits for no transaction of this process. Close
 * it before the database.
 */
export const createPointReads = (db: Knex): PointReads => {
  const client = db.client as { driver: Driver; config: { connection: { filename: string } } }
  const { filename } = client.config.connection
  if (filename === ':memory:') {
    return {
      first: async <Row>(sql: string, bindings: readonly (string | number)[]) =>
        ((await db.raw(sql, [...bindings])) as Row[])[0],
      close: () => undefined,
    }
  }
  const connection = new client.driver(filename, { readonly: true, fileMustExist: true })
  connection.pragma('busy_timeout = 5000')
  connection.pragma('trusted_schema = OFF')
  const statements = new Map<string, Statement>()
  return {
    first<Row>(sql: string, bindings: readonly (string | number)[]) {
      try {
        let statement = statements.get(sql)
        if (statement === undefined) {
          statement = connection.prepare(sql)
          statements.set(sql, statement)
        }
        return Promise.resolve(statement.get(...bindings) as Row | undefined)
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the driver's own error, as the builder gives it
        return Promise.reject(error)
      }
    },
    close: () => {
      connection.close()
    },
  }
}

type Row = Readonly<Record<string, string | number | null>>
type WriteConnection = {
  prepare(sql: string): { run(...values: readonly (string | number | null)[]): unknown }
  transaction(work: () => void): () => void
}

/**
 * Inserts rows of the same columns in one transaction, committed when it resolves. On SQLite one prepared statement and
 * no return to the event loop in between: a row costs a tenth of what it costs through the builder.
 */
export const insertAll = async (db: Knex, table: string, rows: readonly Row[]): Promise<void> => {
  const [first] = rows
  if (first === undefined) return
  const columns = Object.keys(first)
  const names = columns.map((column) => `"${column}"`).join(', ')
  const client = db.client as {
    acquireConnection(): Promise<WriteConnection>
    releaseConnection(connection: WriteConnection): Promise<void>
  }
  const connection = await client.acquireConnection()
  try {
    const insert = connection.prepare(`insert into "${table}" (${names}) values (${columns.map(() => '?').join(', ')})`)
    connection.transaction(() => {
      for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null))
    })()
  } finally {
    await client.releaseConnection(connection)
  }
}

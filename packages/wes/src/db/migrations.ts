import type { Migration } from '@biocloud/service-kit'

// Append only: what has been released is never edited, the next migration corrects it. Times are ISO 8601, UTC, with milliseconds.
const runs: Migration = {
  name: '0001-runs',
  async up(db) {
    await db.schema.createTable('runs', (t) => {
      t.string('run_id').primary()
      t.text('owner').notNullable() // the identity's key: longer than a varchar(255)
      t.string('state').notNullable()
      t.string('created').notNullable()
      t.string('updated').notNullable()
      t.string('start_time')
      t.string('end_time')
      t.string('type').notNullable()
      t.text('request').notNullable() // RunRequest, JSON
      t.text('tags').notNullable() // JSON, beside the request: lists need no more of it
      t.string('engine').notNullable()
      t.text('work').notNullable() // RunWork, JSON: what the worker needs and no client sees
      t.string('grant_id') // cleared once the grant is revoked
      t.integer('attempt').notNullable().defaultTo(0) // heads started
      t.text('head') // HeadHandle, JSON
      t.integer('report_number').notNullable().defaultTo(0)
      t.text('cmd')
      t.integer('exit_code')
      t.text('outputs')
      t.index(['owner', 'created', 'run_id']) // ListRuns seeks on (created, run_id): an OFFSET would skip rows
      t.index(['state'])
    })
    await db.schema.createTable('run_messages', (t) => {
      t.increments('id')
      t.string('run_id').notNullable().references('run_id').inTable('runs').onDelete('CASCADE')
      t.string('time').notNullable()
      t.text('text').notNullable()
      t.index(['run_id', 'id'])
    })
    await db.schema.createTable('run_tasks', (t) => {
      t.string('run_id').notNullable().references('run_id').inTable('runs').onDelete('CASCADE')
      t.string('task_id').notNullable()
      t.string('created').notNullable()
      t.string('state').notNullable()
      t.text('name')
      t.text('step') // the engine's name for it, where it told one
      t.text('log').notNullable() // the members of TaskLog that come from TES, JSON
      t.primary(['run_id', 'task_id'])
      t.index(['run_id', 'created', 'task_id'])
    })
    await db.schema.createTable('run_outputs', (t) => {
      t.string('run_id').notNullable().references('run_id').inTable('runs').onDelete('CASCADE')
      t.text('name').notNullable()
      t.bigInteger('size').notNullable()
      t.string('sha256').notNullable()
      t.text('drs_uri')
      t.primary(['run_id', 'name'])
    })
    await db.schema.createTable('idempotency_keys', (t) => {
      t.text('owner').notNullable()
      t.string('key').notNullable()
      t.string('request_hash').notNullable()
      t.string('run_id').notNullable()
      t.string('created').notNullable()
      t.primary(['owner', 'key'])
      t.index(['created'])
    })
    await db.schema.createTable('audit', (t) => {
      t.increments('number')
      t.string('id').notNullable().unique()
      t.string('time').notNullable()
      t.text('event').notNullable() // AuditEvent, JSON
    })
    await db.raw(
      "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are append only'); END",
    )
    await db.raw(
      "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are append only'); END",
    )
  },
}

const verdicts: Migration = {
  name: '0002-verdicts-and-bundles',
  async up(db) {
    await db.schema.alterTable('run_tasks', (t) => {
      t.string('verdict') // the engine's word on the step: done or failed. Exit codes alone do not tell
    })
    await db.schema.alterTable('runs', (t) => {
      t.text('bundle_uri')
    })
  },
}

export const migrations: readonly Migration[] = [runs, verdicts]

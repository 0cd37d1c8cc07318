import type { Migration } from '@biocloud/service-kit'

/** Append only. Times are ISO 8601 with milliseconds, UTC: their text order is their order. */
const tasks: Migration = {
  name: '0001-tasks',
  async up(db) {
    await db.schema.createTable('task', (t) => {
      t.string('id').primary()
      t.text('owner').notNullable() // the identity's key: longer than a varchar(255)
      t.string('run_id')
      t.string('client_id')
      t.string('grant_id')
      t.string('state').notNullable()
      t.integer('seq').notNullable() // counts the changes of state: ETag, and the expected side of compare-and-set
      t.integer('attempt').notNullable() // 0: nothing created yet
      t.integer('retries').notNullable().defaultTo(0) // counted attempts that were lost or preempted
      t.string('created_at').notNullable()
      t.string('due_at') // when a worker should look; null once final: the row is its own outbox
      t.string('lease_owner')
      t.string('cancel_at')
      t.text('name')
      t.text('request').notNullable() // the document as sent, without the contents of inputs
    })
    // ListTasks seeks on (created_at, id): an OFFSET would skip or repeat rows.
    await db.raw('create index task_by_owner on task (owner, created_at desc, id desc)')
    await db.raw('create index task_by_run on task (run_id, created_at desc, id desc) where run_id is not null')
    await db.raw('create index task_due on task (due_at, id) where due_at is not null')
    await db.schema.createTable('task_content', (t) => {
      t.string('task_id').notNullable().references('id').inTable('task').onDelete('cascade')
      t.integer('input').notNullable()
      t.binary('bytes').notNullable() // not JSON: contents may hold NUL
      t.primary(['task_id', 'input'])
    })
    await db.schema.createTable('task_tag', (t) => {
      t.string('task_id').notNullable().references('id').inTable('task').onDelete('cascade')
      t.text('owner').notNullable()
      t.text('k').notNullable()
      t.text('v').notNullable()
      t.string('created_at').notNullable()
      t.primary(['task_id', 'k'])
    })
    await db.raw('create index task_tag_seek on task_tag (owner, k, v, created_at desc, task_id desc)')
    await db.schema.createTable('task_attempt', (t) => {
      t.string('task_id').notNullable().references('id').inTable('task').onDelete('cascade')
      t.integer('attempt').notNullable()
      t.string('name').notNullable().unique()
      t.string('created_at').notNullable()
      t.string('start_time')
      t.string('end_time')
      t.string('outcome') // null while it is under way
      t.integer('counted').notNullable().defaultTo(1)
      t.text('metadata').notNullable() // object of strings, shown to clients
      t.text('types').notNullable() // path → FILE | DIRECTORY, as staging and uploads found them
      t.text('system_logs').notNullable()
      t.string('removed_at') // its containers and work files are gone
      t.string('forgotten_at') // its full logs too
      t.primary(['task_id', 'attempt'])
    })
    await db.raw(
      'create index task_attempt_rest on task_attempt (end_time) where removed_at is null and end_time is not null',
    )
    await db.schema.createTable('executor_log', (t) => {
      t.string('task_id').notNullable()
      t.integer('attempt').notNullable()
      t.integer('n').notNullable()
      t.string('start_time').notNullable()
      t.string('end_time').notNullable()
      t.integer('exit_code').notNullable()
      t.text('stdout').notNullable()
      t.text('stderr').notNullable()
      t.primary(['task_id', 'attempt', 'n'])
      t.foreign(['task_id', 'attempt']).references(['task_id', 'attempt']).inTable('task_attempt').onDelete('cascade')
    })
    await db.schema.createTable('output_log', (t) => {
      t.string('task_id').notNullable()
      t.integer('attempt').notNullable()
      t.integer('n').notNullable()
      t.text('url').notNullable()
      t.text('path').notNullable()
      t.string('size_bytes').notNullable()
      t.primary(['task_id', 'attempt', 'n'])
      t.foreign(['task_id', 'attempt']).references(['task_id', 'attempt']).inTable('task_attempt').onDelete('cascade')
    })
    await db.schema.createTable('task_event', (t) => {
      t.string('task_id').notNullable().references('id').inTable('task').onDelete('cascade')
      t.integer('attempt').notNullable()
      t.integer('seq').notNullable()
      t.string('at').notNullable()
      t.string('kind').notNullable()
      t.primary(['task_id', 'attempt', 'seq']) // an event that is told twice is one row
    })
    await db.schema.createTable('idempotency', (t) => {
      t.text('owner').notNullable()
      t.string('key').notNullable()
      t.string('body_hash').notNullable()
      t.string('task_id').notNullable()
      t.string('expires_at').notNullable()
      t.primary(['owner', 'key'])
    })
    await db.schema.createTable('audit', (t) => {
      t.string('id').primary()
      t.string('time').notNullable()
      t.text('event').notNullable() // the event as canonical text
    })
    for (const verb of ['update', 'delete']) {
      await db.raw(
        `create trigger audit_no_${verb} before ${verb} on audit begin select raise(abort, 'audit rows are append-only'); end`,
      )
    }
    await db.schema.createTable('server_value', (t) => {
      t.string('name').primary()
      t.text('value').notNullable()
    })
  },
}

export const migrations: readonly Migration[] = [tasks]

import type { Migration } from '@biocloud/service-kit'

// Append only. What has been released is never edited; the next migration corrects it.
const objects: Migration = {
  name: '0001-objects',
  async up(db) {
    await db.schema.createTable('objects', (t) => {
      t.string('id').primary()
      t.string('kind').notNullable() // blob | bundle
      t.text('name')
      t.bigInteger('size').notNullable()
      t.string('created_time').notNullable() // of the content; ISO 8601, UTC
      t.string('updated_time').notNullable()
      t.text('mime_type')
      t.text('version')
      t.text('description')
      t.text('dataset_id').notNullable() // Y1: exactly one
      t.string('run_id') // where the dataset is run:<run_id>
      t.string('state').notNullable()
      t.integer('generation').notNullable() // of the bytes and who may have them: links are bound to it
      t.integer('revision').notNullable() // of all that a client sees: caches are bound to it
      t.text('registered_by').notNullable()
      t.string('registered_at').notNullable()
      t.index(['dataset_id', 'id']) // ListObjects seeks on id within the datasets that the caller sees
    })
    await db.schema.createTable('object_checksums', (t) => {
      t.string('object_id').notNullable().references('objects.id')
      t.string('type').notNullable() // canonical: sha-256, md5, crc32c …
      t.string('checksum').notNullable() // lower-case hex
      t.string('source').notNullable() // declared | store | computed
      t.string('verified_at')
      t.primary(['object_id', 'type'])
      t.index(['checksum', 'type', 'object_id'])
    })
    await db.schema.createTable('access_methods', (t) => {
      t.string('object_id').notNullable().references('objects.id')
      t.string('access_id').notNullable()
      t.integer('position').notNullable()
      t.string('type').notNullable()
      t.string('backend').notNullable()
      t.text('key').notNullable() // private: never leaves the server
      t.text('etag') // of the store, when it was registered: other bytes later mean quarantine (I5)
      t.string('cloud')
      t.string('region')
      t.primary(['object_id', 'access_id'])
      t.index(['backend', 'key'])
    })
    await db.schema.createTable('bundle_members', (t) => {
      t.string('bundle_id').notNullable().references('objects.id')
      t.string('name').notNullable()
      t.integer('position').notNullable()
      t.string('member_id') // null: lives at another DRS
      t.text('drs_uri').notNullable() // JSON array
      t.primary(['bundle_id', 'name'])
      t.index(['member_id'])
    })
    await db.schema.createTable('object_aliases', (t) => {
      t.string('object_id').notNullable().references('objects.id')
      t.text('alias').notNullable()
      t.primary(['object_id', 'alias'])
      t.index(['alias'])
    })
    await db.schema.createTable('object_tags', (t) => {
      t.string('object_id').notNullable().references('objects.id')
      t.string('key').notNullable()
      t.text('value').notNullable()
      t.primary(['object_id', 'key'])
      t.index(['key', 'value', 'object_id'])
    })
    await db.schema.createTable('uploads', (t) => {
      t.string('upload_id').primary()
      t.text('owner').notNullable()
      t.text('name').notNullable()
      t.bigInteger('size').notNullable()
      t.text('mime_type')
      t.text('declared').notNullable() // JSON: checksums that the client announced
      t.text('computed').notNullable() // JSON: those of the bytes that came; [] before
      t.text('key') // of the bytes in the objects folder; null until they are complete
      t.text('etag')
      t.string('state').notNullable() // requested | complete | registered
      t.string('expires_at').notNullable()
      t.index(['state', 'expires_at'])
    })
    await db.schema.createTable('jobs', (t) => {
      t.string('job_id').primary()
      t.string('kind').notNullable() // checksum
      t.string('object_id').notNullable().references('objects.id')
      t.integer('attempts').notNullable()
      t.string('due_at') // null: done or given up
      t.text('error')
      t.index(['due_at'])
    })
  },
}

const security: Migration = {
  name: '0002-grants-tickets-audit',
  async up(db) {
    // The owner of a run's outputs and the datasets of its inputs: both must permit (passports.md §4).
    await db.schema.createTable('runs', (t) => {
      t.string('run_id').primary()
      t.text('owner').notNullable()
      t.text('datasets').notNullable() // JSON array, read with each object; run_inputs holds the same for the filter of lists
      t.index(['owner'])
    })
    await db.schema.createTable('run_inputs', (t) => {
      t.string('run_id').notNullable().references('runs.run_id')
      t.text('dataset_id').notNullable()
      t.primary(['run_id', 'dataset_id'])
    })
    await db.schema.createTable('sts_grants', (t) => {
      t.string('id').primary()
      t.string('parent_id')
      t.string('not_after').notNullable()
      t.string('revoked_at')
      t.text('grant').notNullable() // JSON of the facts; never a token
      t.index(['parent_id'])
    })
    await db.schema.createTable('sts_run_tokens', (t) => {
      t.string('hash').primary() // sha-256, hex
      t.string('grant_id').notNullable().references('sts_grants.id')
    })
    await db.schema.createTable('sts_tickets', (t) => {
      t.string('jti').primary()
      t.string('grant_id').notNullable().references('sts_grants.id')
      t.text('actor').notNullable()
      t.string('scope_hash').notNullable()
      t.string('expires_at').notNullable()
      t.string('state').notNullable() // live | burned | replaced | revoked
      t.index(['grant_id', 'actor', 'scope_hash'])
      t.index(['expires_at'])
    })
    await db.schema.createTable('sts_assertions', (t) => {
      t.string('key').primary()
      t.string('expires_at').notNullable()
      t.index(['expires_at'])
    })
    await db.schema.createTable('audit', (t) => {
      t.increments('seq')
      t.string('id').notNullable()
      t.string('time').notNullable()
      t.string('action').notNullable()
      t.string('outcome').notNullable()
      t.string('object_id')
      t.string('request_id').notNullable()
      t.text('event').notNullable() // JSON of the whole event
      t.index(['object_id', 'seq'])
    })
    for (const verb of ['UPDATE', 'DELETE']) {
      await db.raw(
        `CREATE TRIGGER audit_no_${verb.toLowerCase()} BEFORE ${verb} ON audit
         BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END`,
      )
    }
  },
}

export const migrations: readonly Migration[] = [objects, security]

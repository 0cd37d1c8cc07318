// The baseline: what a server costs that has express, the OpenAPI validator and one primary-key read or one durable insert, and nothing else.
import Database from 'better-sqlite3'
import { drsDocument, tesDocument } from '@biocloud/ga4gh-api'
import express from 'express'
import * as OpenApiValidator from 'express-openapi-validator'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type ValidatorOptions = Parameters<typeof OpenApiValidator.middleware>[0]

const folder = mkdtempSync(join(tmpdir(), 'biocloud-bare-'))
const db = new Database(join(folder, 'bare.db'))
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(
  'create table objects (id text primary key, name text, size integer, created_time text, mime_type text, checksums text, access_methods text)',
)
db.exec('create table tasks (id text primary key, state text, document text)')
db.prepare('insert into objects values (?, ?, ?, ?, ?, ?, ?)').run(
  'bare',
  'lambda.fa',
  49349,
  '2026-01-01T00:00:00Z',
  'text/x-fasta',
  JSON.stringify([
    { type: 'sha-256', checksum: 'a'.repeat(64) },
    { type: 'md5', checksum: 'b'.repeat(32) },
  ]),
  JSON.stringify([{ type: 'https', access_id: 'local', authorizations: { supported_types: ['None'] } }]),
)
db.prepare('insert into tasks values (?, ?, ?)').run('bare', 'COMPLETE', '{}')

const app = express()
app.disable('x-powered-by').disable('etag')
app.use(express.json({ limit: '8mb' }))
// One document a process: a second validator would make the baseline dearer than it is.
const kind = process.argv[3] === 'tes' ? 'tes' : 'drs'
const document = structuredClone(kind === 'tes' ? tesDocument : drsDocument)
const apiSpec = { ...document, servers: [{ url: `/ga4gh/${kind}/v1` }] } as unknown as ValidatorOptions['apiSpec']
app.use(
  OpenApiValidator.middleware({ apiSpec, validateSecurity: false, validateResponses: false, fileUploader: false }),
)
const readObject = db.prepare('select * from objects where id = ?')
const readTask = db.prepare('select id, state from tasks where id = ?')
const insertTask = db.prepare('insert into tasks values (?, ?, ?)')
app.get('/ga4gh/drs/v1/objects/:object_id', (req, res) => {
  const row = readObject.get(req.params.object_id) as Record<string, string>
  res.json({
    id: row.id,
    self_uri: `drs://localhost/${row.id ?? ''}`,
    name: row.name,
    size: row.size,
    created_time: row.created_time,
    mime_type: row.mime_type,
    checksums: JSON.parse(row.checksums ?? '[]') as unknown,
    access_methods: JSON.parse(row.access_methods ?? '[]') as unknown,
  })
})
app.get('/ga4gh/tes/v1/tasks/:id', (req, res) => {
  res.json(readTask.get(req.params.id))
})
app.post('/ga4gh/tes/v1/tasks', (req, res) => {
  const id = randomUUID()
  insertTask.run(id, 'QUEUED', JSON.stringify(req.body))
  res.json({ id })
})
const server = app.listen(Number(process.argv[2]), '127.0.0.1', () => {
  process.send?.('ready')
})
// The end of the benchmark, however it came, is the end of this process.
const end = (): void => {
  server.close()
  db.close()
  rmSync(folder, { recursive: true })
  process.exit(0)
}
process.on('SIGTERM', end)
process.on('disconnect', end)

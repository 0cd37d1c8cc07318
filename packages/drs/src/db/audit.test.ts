import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDatabase, type Knex } from '@biocloud/service-kit'
import type { AuditEvent } from '@biocloud/passport-auth'
import { createAuditStore } from './audit.ts'
import { migrations } from './migrations.ts'

let folder: string
let db: Knex
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drs-audit-'))
  db = await openDatabase({ client: 'sqlite', filename: join(folder, 'drs.db'), migrations })
})
afterEach(async () => {
  await db.destroy()
  await rm(folder, { recursive: true })
})

const event = (id: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  id,
  time: '2026-01-01T00:00:00Z',
  service: 'drs',
  action: 'drs:access',
  outcome: 'permit',
  rule: 'cohort',
  actor: [],
  visas: [],
  policyVersion: 'v',
  requestId: 'r',
  ...more,
})
const ids = async (): Promise<string[]> => ((await db('audit').orderBy('seq')) as { id: string }[]).map(({ id }) => id)

describe('audit rows', () => {
  it('a controlled permit is committed when append resolves', async () => {
    const audit = createAuditStore(db)
    await audit.append(event('a'))
    expect(await ids()).toEqual(['a'])
  })

  it('queued rows go with the next group in their order, and flush leaves none', async () => {
    const audit = createAuditStore(db)
    const queued = [audit.append(event('p', { rule: 'public' })), audit.append(event('d', { outcome: 'deny' }))]
    await audit.append(event('a'))
    expect(await ids()).toEqual(['p', 'd', 'a'])
    await Promise.all(queued)
    const last = audit.append(event('q', { rule: 'public' }))
    await audit.flush()
    await last
    expect(await ids()).toEqual(['p', 'd', 'a', 'q'])
  })

  it('queued rows are written by themselves within a moment', async () => {
    await createAuditStore(db).append(event('p', { rule: 'public' }))
    expect(await ids()).toEqual(['p'])
  })

  it('an append that cannot be written rejects, and the next one is tried', async () => {
    const audit = createAuditStore(db)
    await db.schema.renameTable('audit', 'elsewhere')
    await expect(audit.append(event('a')).then(String)).rejects.toEqual(expect.anything())
    await db.schema.renameTable('elsewhere', 'audit')
    await audit.append(event('b'))
    expect(await ids()).toEqual(['b'])
  })
})

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { DrsObject } from '@biocloud/ga4gh-api'
import { sha256, startDrs, type Answer, type Call, type Drs, type Who } from './server-fixture.ts'

jest.setTimeout(60_000) // each test asks a whole server: a loaded machine is slow, not wrong

let drs: Drs
let open: DrsObject
let cohort: DrsObject
let embargoed: DrsObject
const bytes = Buffer.from('ACGTACGTACGT\n')

beforeAll(async () => {
  drs = await startDrs()
  open = await drs.give('demo-public', bytes, {
    name: 'genome.fa',
    version: 'v1',
    description: 'a genome',
    aliases: ['acc-1'],
  })
  cohort = await drs.give('demo-cohort', Buffer.from('controlled'), { name: 'reads.bam' })
  embargoed = await drs.give('demo-embargoed', Buffer.from('embargoed'))
})
afterAll(() => drs.stop())

const oracle = ({ status, text, headers }: Answer, id: string) => ({
  status,
  text: text.replaceAll(id, '<id>'),
  headers: [...headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name)),
})

describe('GetObject', () => {
  it('O1 gives a public object to anybody, with every required field and no null', async () => {
    const { status, json, text } = await drs.call('GET', `/objects/${open.id}`)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      id: open.id,
      name: 'genome.fa',
      size: bytes.length,
      version: 'v1',
      aliases: ['acc-1'],
    })
    expect(json.self_uri).toBe(`drs://localhost/${open.id}`) // U1, U2a: a host name and no port
    expect(json.created_time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(json.updated_time).toBe(json.created_time)
    expect(json.mime_type).toBe('text/plain') // O3: by the file's extension
    expect(text).not.toContain('null')
  })

  it('O5 lists sha-256 first, and every checksum in lower-case hex under its IANA name', async () => {
    const { json } = await drs.call('GET', `/objects/${open.id}`)
    expect(json.checksums.map(({ type }: { type: string }) => type)).toEqual(['sha-256', 'crc32c', 'md5'])
    expect(json.checksums[0].checksum).toBe(sha256(bytes))
  })

  it('A1 A3 shows an access id and never where the bytes lie', async () => {
    for (const [id, as] of [
      [open.id, 'nobody'],
      [cohort.id, 'researcher'],
    ] as const) {
      const { json, text } = await drs.call('GET', `/objects/${id}`, { as })
      expect(json.access_methods).toHaveLength(1)
      expect(json.access_methods[0]).toMatchObject({ type: 'https', access_id: expect.any(String) })
      expect(json.access_methods[0]).not.toHaveProperty('access_url')
      expect(text).not.toContain(drs.dataDir)
    }
  })

  it('gives a controlled object to the person with the visa, and tells another person which visas it takes', async () => {
    expect((await drs.call('GET', `/objects/${cohort.id}`, { as: 'researcher' })).status).toBe(200)
    const refused = await drs.call('GET', `/objects/${cohort.id}`, { as: 'guest' })
    expect(refused.status).toBe(403)
    expect(refused.json).toMatchObject({ status_code: 403, code: 'access_denied' })
    expect(JSON.stringify(refused.json.required)).toContain('ControlledAccessGrants')
    const anonymous = await drs.call('GET', `/objects/${cohort.id}`)
    expect(anonymous.status).toBe(401)
    expect(anonymous.headers.get('www-authenticate')).toContain('Bearer')
  })

  const calls: [string, (id: string) => Promise<Answer>][] = []
  const add = (name: string, method: string, path: (id: string) => string, o: (id: string) => Call = () => ({})) => {
    for (const as of ['nobody', 'guest'] as Who[]) {
      calls.push([`${name} as ${as}`, (id) => drs.call(method, path(id), { as, ...o(id) })])
    }
  }
  add('GET object', 'GET', (id) => `/objects/${id}`)
  add('GET object expanded', 'GET', (id) => `/objects/${id}?expand=true`)
  add(
    'POST object',
    'POST',
    (id) => `/objects/${id}`,
    () => ({ body: {} }),
  )
  add('OPTIONS object', 'OPTIONS', (id) => `/objects/${id}`)
  add('GET access', 'GET', (id) => `/objects/${id}/access/objects-1`)
  add(
    'POST access',
    'POST',
    (id) => `/objects/${id}/access/objects-1`,
    () => ({ body: {} }),
  )
  add(
    'bulk objects',
    'POST',
    () => '/objects',
    (id) => ({ body: { bulk_object_ids: [id] } }),
  )
  add(
    'bulk OPTIONS',
    'OPTIONS',
    () => '/objects',
    (id) => ({ body: { bulk_object_ids: [id] } }),
  )
  add(
    'bulk access',
    'POST',
    () => '/objects/access',
    (id) => ({
      body: { bulk_object_access_ids: [{ bulk_object_id: id, bulk_access_ids: ['objects-1'] }] },
    }),
  )

  it.each(calls)('E2 %s answers an undiscoverable object exactly like a missing one', async (_name, ask) => {
    const missing = embargoed.id.slice(0, -3) + (embargoed.id.endsWith('000') ? '111' : '000')
    const foreign = oracle(await ask(embargoed.id), embargoed.id)
    expect(foreign).toEqual(oracle(await ask(missing), missing))
    expect([200, 404]).toContain(foreign.status)
    expect(foreign.text).not.toContain('embargoed')
  })

  it('E2 shows the undiscoverable object to the person with its visas', async () => {
    expect((await drs.call('GET', `/objects/${embargoed.id}`, { as: 'researcher' })).status).toBe(200)
  })

  it('E2 refuses a bad credential for every id alike, public and missing ones too, before any look-up', async () => {
    for (const id of [open.id, cohort.id, embargoed.id, 'missing']) {
      for (const bearer of ['rubbish', 'a.b.c', `${await drs.token('researcher')}x`]) {
        const { status, json } = await drs.call('GET', `/objects/${id}`, { bearer })
        expect([status, json.status_code]).toEqual([401, 401])
      }
    }
  })

  it('V2 accepts expand in any letter case, names the values for another, and ignores a body', async () => {
    for (const value of ['True', 'FALSE', 'true', 'fAlSe']) {
      expect((await drs.call('GET', `/objects/${open.id}?expand=${value}`)).status).toBe(200)
    }
    const { status, json } = await drs.call('GET', `/objects/${open.id}?expand=maybe`)
    expect(status).toBe(400)
    expect(json.msg).toContain('expand')
  })

  it('I2 takes a percent-encoded slash in an id as part of the id', async () => {
    const { status, json } = await drs.call('GET', '/objects/a%2Fb')
    expect([status, json.code]).toEqual([404, 'object_not_found'])
    expect(json.msg).toContain('a/b')
    expect((await drs.call('GET', '/objects/a/b')).json.code).toBe('path_not_found') // I3: raw slashes are off
  })

  it('E1 an id of any length comes back shortened', async () => {
    const { status, text } = await drs.call('GET', `/objects/${'x'.repeat(3000)}`)
    expect(status).toBe(404)
    expect(text.length).toBeLessThan(300)
  })

  it('E1 gives every error its msg, status_code and stable code', async () => {
    for (const [method, path, status] of [
      ['GET', '/objects/nothing', 404],
      ['GET', '/nothing', 404],
      ['DELETE', '/service-info', 405],
      ['GET', '/objects/%zz', 400],
    ] as const) {
      const answer = await drs.call(method, path)
      expect(answer.status).toBe(status)
      expect(answer.json).toEqual({
        msg: expect.any(String),
        status_code: status,
        code: expect.any(String),
      })
    }
  })
})

describe('PostObject', () => {
  const passport = async (as: Who): Promise<string> => {
    const answer = await drs.raw('POST', '/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: await drs.token(as),
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        requested_token_type: 'urn:ga4gh:params:oauth:token-type:passport',
        client_secret: await drs.secret(),
      },
    })
    expect(answer.status).toBe(200)
    return answer.json.access_token
  }

  it('P1 gives by passport what a bearer gives, and refuses the passport without the visa', async () => {
    const mine = await drs.call('POST', `/objects/${cohort.id}`, {
      body: { passports: [await passport('researcher')] },
    })
    expect([mine.status, mine.json.id]).toEqual([200, cohort.id])
    const other = await drs.call('POST', `/objects/${cohort.id}`, { body: { passports: [await passport('guest')] } })
    expect(other.status).toBe(403)
    const link = await drs.call('POST', `/objects/${cohort.id}/access/objects-1`, {
      body: { passports: [await passport('researcher')] },
    })
    expect(link.status).toBe(200)
    expect(link.headers.get('cache-control')).toBe('no-store') // P4
  })

  it('P1 refuses a bearer and passports together, and without passports is the same as GET', async () => {
    const both = await drs.call('POST', `/objects/${cohort.id}`, {
      as: 'researcher',
      body: { passports: [await passport('researcher')] },
    })
    expect([both.status, both.json.code]).toEqual([400, 'bearer_and_passports'])
    const none = await drs.call('POST', `/objects/${cohort.id}`, { as: 'researcher', body: {} })
    expect(none.json).toEqual((await drs.call('GET', `/objects/${cohort.id}`, { as: 'researcher' })).json)
  })

  it('P3 one failing passport rejects the whole request, also for public and missing ids', async () => {
    const good = await passport('researcher')
    for (const id of [open.id, cohort.id, 'missing']) {
      const { status } = await drs.call('POST', `/objects/${id}`, { body: { passports: [good, `${good}x`] } })
      expect(status).toBe(401)
    }
  })

  it('P3 refuses passports over the caps with 413', async () => {
    const { status } = await drs.call('POST', `/objects/${open.id}`, { body: { passports: Array(9).fill('a.b.c') } })
    expect(status).toBe(413)
  })

  it('P4 never echoes or logs a passport or token', async () => {
    const secret = await passport('researcher')
    await drs.call('POST', `/objects/${cohort.id}`, { body: { passports: [secret] } })
    const logged = drs.lines.join('')
    expect(logged).not.toContain(secret.split('.')[2])
    expect(logged).not.toContain((await drs.token('researcher')).split('.')[2])
  })
})

describe('OptionsObject', () => {
  it('T1 answers 200 with explicit types, None for public', async () => {
    const { status, json } = await drs.call('OPTIONS', `/objects/${open.id}`)
    expect([status, json]).toEqual([200, { drs_object_id: open.id, supported_types: ['None'] }])
  })

  it('T2 lists what can succeed, with the visa issuers, the same as the access method tells', async () => {
    const { json } = await drs.call('OPTIONS', `/objects/${cohort.id}`)
    expect(json.supported_types).toEqual(expect.arrayContaining(['BearerAuth', 'PassportAuth']))
    expect(json.passport_auth_issuers).toEqual([drs.origin])
    expect(json.bearer_auth_issuers).toEqual([drs.origin])
    const object = await drs.call('GET', `/objects/${cohort.id}`, { as: 'researcher' })
    expect(object.json.access_methods[0].authorizations).toEqual(json)
  })
})

describe('GetServiceInfo', () => {
  it('S1 S2 tells type, limits at both places, and the flags of the draft that it has', async () => {
    const { status, json } = await drs.call('GET', '/service-info')
    expect(status).toBe(200)
    expect(json.type).toEqual({ group: 'org.ga4gh', artifact: 'drs', version: '1.5.0' })
    expect(json.maxBulkRequestLength).toBe(1000)
    expect(json.drs).toMatchObject({
      maxBulkRequestLength: 1000,
      objectCount: expect.any(Number),
      objectRegistrationSupported: true,
      uploadRequestSupported: true,
    })
    expect(json.drs).not.toHaveProperty('deleteSupported')
  })
})

describe('bad input', () => {
  it.each([
    ['malformed JSON', 'POST', '/objects', '{"bulk_object_ids": [', 400],
    ['a string for an array', 'POST', '/objects', '{"bulk_object_ids": "x"}', 400],
    ['a number for an id', 'POST', '/objects', '{"bulk_object_ids": [1]}', 400],
    ['no body', 'OPTIONS', '/objects', undefined, 400],
    ['a string for passports', 'POST', '/objects/x', '{"passports": "x"}', 400],
    ['an oversized body', 'POST', '/objects', `{"bulk_object_ids": ["${'x'.repeat(1_100_000)}"]}`, 413],
    ['a deeply nested body', 'POST', '/objects', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`, 400],
    [
      'an unknown type of access method',
      'POST',
      '/objects/register',
      '{"candidates":[{"access_methods":[{"type":"nfs"}]}]}',
      400,
    ],
  ])('answers %s with the error body and what is allowed', async (_name, method, path, body, status) => {
    const answer = await drs.call(method, path, { as: 'operator', ...(body === undefined ? {} : { body }) })
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ status_code: status, msg: expect.stringMatching(/.{10}/) })
  })

  it('answers another content type with 415', async () => {
    const { status } = await drs.call('POST', '/objects', { body: 'x', headers: { 'content-type': 'text/plain' } })
    expect(status).toBe(415)
  })
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'

import { drsUri, DrsUriError, encodeId, parseDrsUri, readDrsUri } from './drs-uri.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof DrsUriError) return error.code
    throw error
  }
  return 'none'
}

describe('DRS URIs', () => {
  it('U1 a URI of ours names host and encoded id, without a port', () => {
    expect(drsUri('drs.example.org', 'a b/c')).toBe('drs://drs.example.org/a%20b%2Fc')
    expect(codeOf(() => drsUri('drs.example.org:4500', 'a'))).toBe('drs_uri_invalid')
  })

  it('U2 a hostname URI means https on 443', () => {
    expect(parseDrsUri('drs://drs.example.org/2f1c')).toEqual({
      host: 'drs.example.org',
      id: '2f1c',
      baseUrl: 'https://drs.example.org/ga4gh/drs/v1',
    })
  })

  it('U2a a mapped host is at its own address, given as origin or as whole base URL', () => {
    for (const url of ['http://127.0.0.1:4500', 'http://127.0.0.1:4500/', 'http://127.0.0.1:4500/ga4gh/drs/v1'])
      expect(parseDrsUri('drs://localhost/x', { hosts: { localhost: url } }).baseUrl).toBe(
        'http://127.0.0.1:4500/ga4gh/drs/v1',
      )
  })

  it('U2a a host is mapped only by an entry of the table itself, not by what every object inherits', () => {
    expect(parseDrsUri('drs://constructor/x', { hosts: {} }).baseUrl).toBe('https://constructor/ga4gh/drs/v1')
  })

  it('U3 a colon makes a compact URI, also where it looks like a port', () => {
    expect(readDrsUri('drs://localhost:5000/x')).toEqual({
      kind: 'compact',
      namespace: 'localhost',
      accession: '5000/x',
    })
    expect(() => parseDrsUri('drs://localhost:5000/x')).toThrow('A port cannot stand in a DRS URI')
    expect(codeOf(() => parseDrsUri('drs://localhost:5000/x'))).toBe('drs_uri_compact')
  })

  it('U3 a compact URI is split at the first colon and may name a provider', () => {
    expect(readDrsUri('drs://drs.42:a:b/c')).toEqual({ kind: 'compact', namespace: 'drs.42', accession: 'a:b/c' })
    expect(readDrsUri('drs://site_1/drs.42:314')).toEqual({
      kind: 'compact',
      providerCode: 'site_1',
      namespace: 'drs.42',
      accession: '314',
    })
  })

  it.each([
    ['https://drs.example.org/x'],
    ['drs:x'],
    ['drs://'],
    ['drs://host'],
    ['drs://host/'],
    ['drs:///x'],
    ['drs://user@host/x'],
    ['drs://-host/x'],
    ['drs://host/a?b'],
    ['drs://host/a#b'],
    ['drs://host/a b'],
    ['drs://host/a\r\nb'],
    ['drs://host/%zz'],
    ['drs://host/%ff'],
    ['drs://host/..'],
    ['drs://host/%2e%2E'],
    ['drs://DRS:1'],
    ['drs://a/b/ns:1'],
    ['drs://ns:'],
    ['drs://[::1]/x'],
  ])('refuses %j', (uri) => {
    expect(codeOf(() => readDrsUri(uri))).toBe('drs_uri_invalid')
  })

  it('I1 only unreserved characters stand as they are in an encoded id', () => {
    expect(encodeId("AZaz09-._~!'()*:/%é")).toBe('AZaz09-._~%21%27%28%29%2A%3A%2F%25%C3%A9')
  })

  it('I1 any id comes back from its URI as it was, decoded once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (id) => {
        fc.pre(id !== '.' && id !== '..')
        expect(parseDrsUri(drsUri('h.example.org', id)).id).toBe(id)
      }),
    )
    expect(parseDrsUri('drs://h/%2541').id).toBe('%41')
  })

  it('a long URI is cut in the message', () => {
    expect(() => readDrsUri(`http://${'x'.repeat(5000)}`)).toThrow(/^.{300,400}$/)
  })
})

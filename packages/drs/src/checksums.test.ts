import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { bundleChecksums, contradiction, createDigester, parseChecksums } from './checksums.ts'
import { createCrc32c } from './crc32c.ts'

const crc = (...parts: Buffer[]): string => {
  const sum = createCrc32c()
  for (const part of parts) sum.update(part)
  return sum.digest()
}

describe('crc32c', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['zeros', Buffer.alloc(32), '8a9136aa'],
    ['ones', Buffer.alloc(32, 0xff), '62a8ab43'],
    ['ascending', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), '46dd794e'],
    ['descending', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), '113fdb5c'],
    ['digits', Buffer.from('123456789'), 'e3069283'],
    ['nothing', Buffer.alloc(0), '00000000'],
  ])('matches the published vector of %s', (_name, bytes, expected) => {
    expect(crc(bytes)).toBe(expected)
  })

  it('is the same however the bytes are cut', () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) % 256))
    for (const at of [0, 1, 7, 8, 9, 500, 999]) expect(crc(bytes.subarray(0, at), bytes.subarray(at))).toBe(crc(bytes))
  })
})

describe('checksums', () => {
  it('O5 are canonical: IANA names, lower-case hex, sha-256 first', () => {
    const given = [
      { type: 'MD5', checksum: 'D41D8CD98F00B204E9800998ECF8427E' },
      { type: 'sha256', checksum: 'A'.repeat(64) },
    ]
    expect(parseChecksums(given, 'checksums')).toEqual([
      { type: 'sha-256', checksum: 'a'.repeat(64) },
      { type: 'md5', checksum: 'd41d8cd98f00b204e9800998ecf8427e' },
    ])
  })

  it.each([
    [[{ type: 'sha-256', checksum: 'a' }], '64 hex digits'],
    [[{ type: 'md5', checksum: 'z'.repeat(32) }], 'hex digits'],
    [[{ type: 'sha 256', checksum: 'aa' }], 'no checksum name'],
    [
      [
        { type: 'md5', checksum: 'a'.repeat(32) },
        { type: 'md5', checksum: 'b'.repeat(32) },
      ],
      'two different values',
    ],
  ])('refuses %j and says %s', (given, message) => {
    expect(() => parseChecksums(given, 'checksums')).toThrow(message)
  })

  it('one pass gives the size and all three', () => {
    const digester = createDigester()
    digester.update(Buffer.from('1234'))
    digester.update(Buffer.from('56789'))
    const { size, checksums } = digester.finish()
    expect(size).toBe(9)
    expect(Object.fromEntries(checksums.map(({ type, checksum }) => [type, checksum]))).toEqual({
      'sha-256': createHash('sha256').update('123456789').digest('hex'),
      md5: '25f9e794323b453885f5181f1b624d0b',
      crc32c: 'e3069283',
    })
  })

  it('B2 hashes the sorted member checksums; the example of the text is not real md5', () => {
    const members = ['72794b6d', '5e089d29'].map((checksum) => [{ type: 'md5', checksum }])
    const [md5] = bundleChecksums(members)
    expect(md5?.checksum.startsWith('d1e304fe')).toBe(true)
    expect(bundleChecksums(members.reverse())).toEqual([md5])
  })

  it('B2 gives an algorithm only if every member has it', () => {
    const sha = { type: 'sha-256', checksum: 'a'.repeat(64) }
    const md5 = { type: 'md5', checksum: 'b'.repeat(32) }
    expect(bundleChecksums([[sha, md5], [sha]]).map(({ type }) => type)).toEqual(['sha-256'])
    expect(bundleChecksums([[sha], [md5]])).toEqual([])
  })

  it('only types that both sides have can contradict', () => {
    const a = [
      { type: 'md5', checksum: 'a' },
      { type: 'etag', checksum: 'x' },
    ]
    expect(contradiction(a, [{ type: 'md5', checksum: 'a' }])).toBeUndefined()
    expect(contradiction(a, [{ type: 'md5', checksum: 'b' }])).toEqual({ type: 'md5', checksum: 'a' })
  })
})

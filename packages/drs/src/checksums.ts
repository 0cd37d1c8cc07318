import { createHash } from 'node:crypto'
import { createCrc32c } from './crc32c.ts'
import { InvalidCandidate } from './errors.ts'

export interface Checksum {
  type: string
  checksum: string
}

// O5: every spelling is accepted, one is kept: IANA's names of hash functions and those of the standard. The list is
// closed, with the hex digits of each: a digest that nobody can verify is not believed.
const SPELLINGS: Record<string, string> = {
  sha256: 'sha-256',
  'sha2-256': 'sha-256',
  sha512: 'sha-512',
  'sha2-512': 'sha-512',
  sha384: 'sha-384',
  'sha-1': 'sha1',
  'md-5': 'md5',
}
const HEX_DIGITS: Record<string, number> = {
  'sha-256': 64,
  'sha-384': 96,
  'sha-512': 128,
  'sha3-224': 56,
  'sha3-256': 64,
  'sha3-384': 96,
  'sha3-512': 128,
  'blake2s-256': 64,
  'blake2b-256': 64,
  'blake2b-512': 128,
  sha1: 40,
  md5: 32,
  crc32c: 8,
  trunc512: 48,
}

const TYPES = [...Object.keys(HEX_DIGITS), 'etag']

export const canonicalType = (type: string): string => {
  const lower = type.trim().toLowerCase()
  return SPELLINGS[lower] ?? lower
}

/** Checks and canonicalises what a client declares; sha-256 first. Throws InvalidCandidate. */
export const parseChecksums = (given: readonly Checksum[], field: string): Checksum[] => {
  const found = new Map<string, string>()
  for (const [index, item] of given.entries()) {
    const type = canonicalType(item.type)
    const checksum = item.checksum.trim().toLowerCase()
    const digits = HEX_DIGITS[type]
    if (digits === undefined && type !== 'etag') {
      throw new InvalidCandidate(
        `${field}[${index}].type is ${JSON.stringify(item.type.slice(0, 32))}, which is no checksum name; allowed: ${TYPES.join(', ')}`,
      )
    }
    if (type === 'etag' ? checksum.length === 0 || checksum.length > 128 : !/^[0-9a-f]+$/.test(checksum)) {
      throw new InvalidCandidate(`${field}[${index}].checksum: write the ${type} as hex digits`)
    }
    if (digits !== undefined && checksum.length !== digits) {
      throw new InvalidCandidate(
        `${field}[${index}].checksum: ${type} has ${digits} hex digits, not ${checksum.length}`,
      )
    }
    const other = found.get(type)
    if (other !== undefined && other !== checksum) {
      throw new InvalidCandidate(`${field}: two different values for ${type}`)
    }
    found.set(type, checksum)
  }
  return sortChecksums([...found].map(([type, checksum]) => ({ type, checksum })))
}

/** sha-256 first, the rest by name. */
export const sortChecksums = <T extends { type: string }>(checksums: T[]): T[] =>
  checksums.sort((a, b) =>
    a.type === 'sha-256' ? -1 : b.type === 'sha-256' ? 1 : a.type < b.type ? -1 : a.type > b.type ? 1 : 0,
  )

export interface Digester {
  update(chunk: Uint8Array): void
  /** Bytes so far, and sha-256, md5, crc32c of them. Ends it. */
  finish(): { size: number; checksums: Checksum[] }
}

/** One pass gives all three. */
export const createDigester = (): Digester => {
  const sha256 = createHash('sha256')
  const md5 = createHash('md5')
  const crc = createCrc32c()
  let size = 0
  return {
    update(chunk) {
      size += chunk.length
      sha256.update(chunk)
      md5.update(chunk)
      crc.update(chunk)
    },
    finish: () => ({
      size,
      checksums: [
        { type: 'sha-256', checksum: sha256.digest('hex') },
        { type: 'crc32c', checksum: crc.digest() },
        { type: 'md5', checksum: md5.digest('hex') },
      ],
    }),
  }
}

/** The first declared checksum that the computed ones contradict. */
export const contradiction = (declared: readonly Checksum[], computed: readonly Checksum[]): Checksum | undefined =>
  declared.find((one) => computed.some((other) => other.type === one.type && other.checksum !== one.checksum))

const BUNDLE_HASHES: Record<string, string> = { 'sha-256': 'sha256', md5: 'md5', sha1: 'sha1', 'sha-512': 'sha512' }

/**
 * DRS 1.5, DrsObject.checksums of a bundle: the hash over the sorted, concatenated hex checksums of its direct members;
 * for an algorithm only if every member has it (B2).
 */
export const bundleChecksums = (members: readonly (readonly Checksum[])[]): Checksum[] => {
  const all: Checksum[] = []
  for (const [type, algorithm] of Object.entries(BUNDLE_HASHES)) {
    const values = members.map((checksums) => checksums.find((one) => one.type === type)?.checksum)
    if (values.length === 0 || values.includes(undefined)) continue
    all.push({ type, checksum: createHash(algorithm).update(values.sort().join('')).digest('hex') })
  }
  return all
}

// Castagnoli, reflected. Node's zlib.crc32 is the other polynomial. Eight tables let one step take eight bytes.
const POLYNOMIAL = 0x82f63b78

const makeTables = (): Uint32Array[] => {
  const first = new Uint32Array(256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1
    first[n] = c >>> 0
  }
  const tables = [first]
  for (let t = 1; t < 8; t++) {
    const previous = tables[t - 1] ?? first
    const table = new Uint32Array(256)
    for (let n = 0; n < 256; n++) {
      const c = previous[n] ?? 0
      table[n] = ((c >>> 8) ^ (first[c & 255] ?? 0)) >>> 0
    }
    tables.push(table)
  }
  return tables
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = makeTables() as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]

/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is masked to 0…255 or bounded by the length; a
   check per byte would halve the speed */
const advance = (start: number, bytes: Uint8Array): number => {
  let crc = start
  let i = 0
  for (const end = bytes.length - 7; i < end; i += 8) {
    const a = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    crc =
      T7[a & 255]! ^
      T6[(a >>> 8) & 255]! ^
      T5[(a >>> 16) & 255]! ^
      T4[a >>> 24]! ^
      T3[bytes[i + 4]!]! ^
      T2[bytes[i + 5]!]! ^
      T1[bytes[i + 6]!]! ^
      T0[bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[i]!) & 255]!
  return crc
}
/* eslint-enable @typescript-eslint/no-non-null-assertion */

/** Incremental crc32c; eight hex digits, big-endian. */
export const createCrc32c = (): { update(bytes: Uint8Array): void; digest(): string } => {
  let crc = 0xffffffff
  return {
    update(bytes) {
      crc = advance(crc, bytes)
    },
    digest: () => ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0'),
  }
}

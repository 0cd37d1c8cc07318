import { RangeNotSatisfiable } from './errors.ts'

/** Both ends inclusive, as in Content-Range. */
export type ByteRange = { start: number; end: number }

/**
 * RFC 9110 §14: the one range that a Range header asks of `size` bytes; undefined for the whole representation (no
 * header, another unit, malformed, or several ranges, which a server may answer whole). Throws RangeNotSatisfiable with
 * Content-Range.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | undefined => {
  const match = header === undefined ? null : /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header)
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  const unsatisfiable = (): RangeNotSatisfiable =>
    new RangeNotSatisfiable(`The range lies outside the ${size} bytes there are`, {
      headers: { 'Content-Range': `bytes */${size}` },
    })
  if (first === '') {
    const length = Math.min(Number(last), size)
    if (length === 0) throw unsatisfiable()
    return { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) throw unsatisfiable()
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

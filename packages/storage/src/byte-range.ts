import type { ByteRange } from './backend.ts'
import { RangeNotSatisfiable } from './errors.ts'

/** First and last byte, both included. Throws RangeNotSatisfiable. */
export const resolveRange = (range: ByteRange, size: number): { start: number; end: number } => {
  if ('suffix' in range) {
    if (range.suffix <= 0 || size === 0) throw new RangeNotSatisfiable(size)
    return { start: Math.max(0, size - range.suffix), end: size - 1 }
  }
  const end = Math.min(range.end ?? size - 1, size - 1)
  if (range.start < 0 || range.start >= size || end < range.start) throw new RangeNotSatisfiable(size)
  return { start: range.start, end }
}

/** Both ends included. */
export interface ByteSpan {
  start: number
  end: number
}

const MAX_RANGES = 16

/**
 * RFC 9110 §14.2 on `size` bytes: undefined = the whole (no header, another unit, malformed: L1 ignores it);
 * 'unsatisfiable'; else the spans in ascending order with overlaps merged.
 */
export const parseRanges = (header: string | undefined, size: number): ByteSpan[] | 'unsatisfiable' | undefined => {
  const list = /^bytes=(.*)$/i.exec(header ?? '')?.[1]
  if (list === undefined) return undefined
  const items = list.split(',').map((item) => item.trim())
  if (items.length > MAX_RANGES) return 'unsatisfiable'
  const spans: ByteSpan[] = []
  for (const item of items) {
    const match = /^(\d{0,15})-(\d{0,15})$/.exec(item)
    const [, first = '', last = ''] = match ?? []
    if (match === null || (first === '' && last === '')) return undefined
    if (first === '') {
      if (Number(last) > 0 && size > 0) spans.push({ start: Math.max(0, size - Number(last)), end: size - 1 })
      continue
    }
    const start = Number(first)
    if (last !== '' && Number(last) < start) return undefined
    if (start < size) spans.push({ start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) })
  }
  if (spans.length === 0) return 'unsatisfiable'
  return merge(spans)
}

const merge = (spans: ByteSpan[]): ByteSpan[] => {
  const merged: ByteSpan[] = []
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    // Neighbours too: two parts whose bytes touch are one.
    if (last !== undefined && span.start <= last.end + 1) last.end = Math.max(last.end, span.end)
    else merged.push({ ...span })
  }
  return merged
}

/** RFC 9110 §13.1: whether a list of entity tags (or `*`) names this one. Strong comparison refuses weak tags. */
export const matchesEtag = (header: string, etag: string, strong: boolean): boolean => {
  if (header.trim() === '*') return true
  return header.split(',').some((item) => {
    const tag = item.trim()
    return tag === etag || (!strong && tag === `W/${etag}`)
  })
}

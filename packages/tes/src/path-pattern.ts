/**
 * POSIX path patterns of TES outputs (IEEE Std 1003.1-2017, XCU 2.13): `*`, `?`, `[…]`, backslash. They never cross a
 * slash, and a leading dot must be matched literally. Matching is linear in text × pattern: no regular expressions,
 * so no pattern of a user can make the server think for long.
 */
type Part =
  | { kind: 'literal'; character: string }
  | { kind: 'any' }
  | { kind: 'star' }
  | { kind: 'set'; negated: boolean; matches: (character: string) => boolean }

const CLASSES: Record<string, (c: string) => boolean> = {
  alpha: (c) => /^\p{L}$/u.test(c),
  digit: (c) => c >= '0' && c <= '9',
  alnum: (c) => /^[\p{L}0-9]$/u.test(c),
  upper: (c) => /^\p{Lu}$/u.test(c),
  lower: (c) => /^\p{Ll}$/u.test(c),
  space: (c) => ' \t\n\r\v\f'.includes(c),
  blank: (c) => c === ' ' || c === '\t',
  punct: (c) => /^[!-/:-@[-`{-~]$/.test(c),
  xdigit: (c) => /^[0-9A-Fa-f]$/.test(c),
  cntrl: (c) => c < ' ' || c === '\u007f',
  graph: (c) => c > ' ' && c !== '\u007f',
  print: (c) => c >= ' ' && c !== '\u007f',
}

/** The bracket expression that opens at `at`, or undefined if it never closes (then `[` is an ordinary character). */
const readSet = (text: readonly string[], at: number): { part: Part; next: number } | undefined => {
  let i = at + 1
  const negated = text[i] === '!' || text[i] === '^'
  if (negated) i += 1
  const tests: ((c: string) => boolean)[] = []
  for (let first = true; ; first = false) {
    const character = text[i]
    if (character === undefined) return undefined
    if (character === ']' && !first) break
    if (character === '[' && text[i + 1] === ':') {
      const close = text.indexOf(':', i + 2)
      const name = text.slice(i + 2, close).join('')
      const known = CLASSES[name]
      if (close > 0 && text[close + 1] === ']' && known !== undefined) {
        tests.push(known)
        i = close + 2
        continue
      }
    }
    const from = character === '\\' ? text[(i += 1)] : character
    if (from === undefined) return undefined
    const to = text[i + 1] === '-' && text[i + 2] !== undefined && text[i + 2] !== ']' ? text[i + 2] : undefined
    tests.push(to === undefined ? (c) => c === from : (c) => c >= from && c <= to)
    i += to === undefined ? 1 : 3
  }
  return { part: { kind: 'set', negated, matches: (c) => tests.some((test) => test(c)) }, next: i + 1 }
}

const compile = (pattern: string): Part[] => {
  const text = Array.from(pattern)
  const parts: Part[] = []
  for (let i = 0; i < text.length;) {
    const character = text[i] ?? ''
    if (character === '\\' && i + 1 < text.length) {
      parts.push({ kind: 'literal', character: text[i + 1] ?? '' })
      i += 2
      continue
    }
    const set = character === '[' ? readSet(text, i) : undefined
    if (set !== undefined) {
      parts.push(set.part)
      i = set.next
      continue
    }
    if (character === '*') parts.push({ kind: 'star' })
    else if (character === '?') parts.push({ kind: 'any' })
    else parts.push({ kind: 'literal', character })
    i += 1
  }
  return parts
}

const fits = (part: Part | undefined, character: string): boolean => {
  if (part === undefined || part.kind === 'star') return false
  if (part.kind === 'any') return true
  return part.kind === 'literal' ? part.character === character : part.matches(character) !== part.negated
}

/** Does one path component match one component of a pattern? */
export const matchComponent = (pattern: string, name: string): boolean => {
  const parts = compile(pattern)
  const text = Array.from(name)
  // XCU 2.13.3: a leading period shall be explicitly matched by a period at the beginning of the pattern.
  if (text[0] === '.' && !(parts[0]?.kind === 'literal' && parts[0].character === '.')) return false
  let at = 0
  let part = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (fits(parts[part], text[at] ?? '')) {
      at += 1
      part += 1
    } else if (parts[part]?.kind === 'star') {
      star = part
      resume = at
      part += 1
    } else if (star >= 0) {
      part = star + 1
      resume += 1
      at = resume
    } else return false
  }
  while (parts[part]?.kind === 'star') part += 1
  return part === parts.length
}

/** True if the component holds a wildcard: an unescaped `*`, `?`, or a closed bracket expression. */
export const hasWildcard = (text: string): boolean => compile(text).some((part) => part.kind !== 'literal')

/** True if the text holds `*` or `?` outside brackets. */
const hasStarOrMark = (text: string): boolean => compile(text).some((p) => p.kind === 'star' || p.kind === 'any')

/** A component without wildcards, with its backslashes resolved. */
export const unescape = (component: string): string =>
  compile(component)
    .map((part) => (part.kind === 'literal' ? part.character : ''))
    .join('')

/**
 * Is this output path a pattern? Brackets alone count only beside a `path_prefix`: Nextflow sends `[…]` and `{}` as
 * ordinary characters (tes.md 1.5.6).
 */
export const isPattern = (path: string, pathPrefix: string | undefined): boolean =>
  path.split('/').some((c) => (pathPrefix === undefined || pathPrefix === '' ? hasStarOrMark(c) : hasWildcard(c)))

/** The longest leading directory of a pattern that holds no wildcard. */
export const literalParent = (pattern: string): string => {
  const components = pattern.split('/')
  const first = components.findIndex((component) => hasWildcard(component))
  const kept = components.slice(0, first < 0 ? components.length - 1 : Math.min(first, components.length - 1))
  return kept.map((component) => unescape(component)).join('/') || '/'
}

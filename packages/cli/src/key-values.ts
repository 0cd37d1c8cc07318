import { usage } from './errors.ts'

/** `KEY=VALUE` options. A value may hold further equals signs; `bare` allows a key alone, with an empty value. */
export const keyValues = (given: readonly string[], option: string, bare = false): Record<string, string> => {
  const pairs: Record<string, string> = {}
  for (const text of given) {
    const at = text.indexOf('=')
    if (at === 0 || (at < 0 && !bare)) throw usage(`${option} ${text}: expected KEY=VALUE`)
    const key = at < 0 ? text : text.slice(0, at)
    if (Object.hasOwn(pairs, key)) throw usage(`${option}: ${key} is given twice`)
    pairs[key] = at < 0 ? '' : text.slice(at + 1)
  }
  return pairs
}

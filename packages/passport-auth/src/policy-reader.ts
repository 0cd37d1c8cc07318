/** Reads a parsed YAML or JSON value member by member and collects every problem with its path. */
export type Reader = ReturnType<typeof createReader>

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const SHORT = /^(\d+)(s|m|h|d)$/
const UNIT: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }
const MAX_URL = 255

const seconds = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isInteger(value) && value > 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const short = SHORT.exec(value)
  if (short) return Number(short[1]) * (UNIT[short[2] ?? ''] ?? 0) || undefined
  const parts = DURATION.exec(value)
  if (!parts) return undefined
  const [d, h, m, s] = parts.slice(1).map((part: string | undefined) => Number(part ?? 0))
  return (d ?? 0) * 86_400 + (h ?? 0) * 3600 + (m ?? 0) * 60 + (s ?? 0) || undefined
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const createReader = () => {
  const problems: string[] = []
  const problem = (path: string, text: string): void => {
    problems.push(`${path}: ${text}`)
  }
  /** The value, or undefined and a problem. */
  const need = <T>(value: T | undefined, path: string, text: string): T | undefined => {
    if (value === undefined) problem(path, text)
    return value
  }

  const object = (value: unknown, path: string, known: readonly string[]): Record<string, unknown> => {
    if (!isRecord(value)) {
      problem(path, 'must be a map')
      return {}
    }
    for (const name of Object.keys(value))
      if (!known.includes(name)) problem(`${path}.${name}`, `is not known; allowed: ${known.join(', ')}`)
    return value
  }
  /** A map of named entries; [] when absent. */
  const entries = (value: unknown, path: string): [string, unknown][] => {
    if (value === undefined || value === null) return []
    if (isRecord(value)) return Object.entries(value)
    problem(path, 'must be a map of names')
    return []
  }
  const text = (value: unknown, path: string): string | undefined =>
    need(
      typeof value === 'string' && value !== '' && value.length <= MAX_URL ? value : undefined,
      path,
      `must be a string of 1 to ${MAX_URL} characters`,
    )
  const optionalText = (value: unknown, path: string): string | undefined =>
    value === undefined ? undefined : text(value, path)
  /** One string or a list of strings; empty is a problem. */
  const texts = (value: unknown, path: string): string[] => {
    const list: unknown[] = Array.isArray(value) ? value : [value]
    if (value === undefined || list.length === 0) {
      problem(path, 'must be a string or a list of at least one')
      return []
    }
    return list.map((item, index) => text(item, `${path}[${index}]`)).filter((item) => item !== undefined)
  }
  const oneOf = <T extends string>(value: unknown, path: string, allowed: readonly T[]): T | undefined =>
    need(
      allowed.find((item) => item === value),
      path,
      `must be one of ${allowed.join(', ')}`,
    )
  const someOf = <T extends string>(value: unknown, path: string, allowed: readonly T[]): T[] =>
    texts(value, path)
      .map((item, index) => oneOf(item, `${path}[${index}]`, allowed))
      .filter((item) => item !== undefined)
  const flag = (value: unknown, path: string): boolean => {
    if (value === undefined) return false
    if (typeof value !== 'boolean') problem(path, 'must be true or false')
    return value === true
  }
  const duration = (value: unknown, path: string): number | undefined =>
    need(seconds(value), path, 'must be a duration such as PT1H, P30D, 15m, 7d or whole seconds')
  const url = (value: unknown, path: string): URL | undefined => {
    const source = text(value, path)
    if (source === undefined) return undefined
    const parsed = URL.canParse(source) ? new URL(source) : undefined
    const fault =
      parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:'
        ? 'must be an https URL'
        : parsed.username || parsed.password
          ? 'must not hold a user name or password'
          : undefined
    if (fault !== undefined) problem(path, fault)
    return fault === undefined ? parsed : undefined
  }
  return { problems, problem, need, object, entries, text, optionalText, texts, oneOf, someOf, flag, duration, url }
}

export const isLoopback = (url: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)

import type { VisaRef } from './decision.ts'
import type { RequiredVisa } from './denial.ts'
import type { VisaIssuer } from './issuers.ts'
import { isRecord } from './policy-reader.ts'
import type { Reader } from './policy-reader.ts'
import type { VisaFacts } from './visa-facts.ts'

/** Always binds issuer, source and `by`: a visa without `by` satisfies no rule (O14). */
export type Rule = {
  readonly kind: 'rule'
  readonly visa: string
  readonly values: ReadonlySet<string>
  /** Names of the policy. */
  readonly issuers: ReadonlySet<string>
  /** Their `iss`, for `required`. */
  readonly issuerUrls: readonly string[]
  readonly sources: ReadonlySet<string>
  readonly by: ReadonlySet<string>
  readonly bundled: boolean
}
/** `bundled`: made of named bundles alone. */
export type Expression =
  Rule | { readonly kind: 'all' | 'any'; readonly items: readonly Expression[]; readonly bundled: boolean }

type Context = {
  readonly reader: Reader
  readonly bundles: ReadonlyMap<string, Expression>
  readonly issuers: ReadonlyMap<string, VisaIssuer>
  /** What `$values` stands for; undefined inside bundles. */
  readonly values: readonly string[] | undefined
}

const BY = ['self', 'peer', 'system', 'so', 'dac'] as const
const MAX_NESTING = 8

const parseRule = (context: Context, input: Record<string, unknown>, path: string): Rule | undefined => {
  const { reader: r, issuers, values } = context
  const source = r.object(input, path, ['visa', 'value', 'issuer', 'source', 'by'])
  const visa = r.text(source.visa, `${path}.visa`)
  const isValues = source.value === '$values'
  if (isValues && values === undefined)
    r.problem(`${path}.value`, '$values stands for the values of a dataset; a bundle has none')
  if (isValues && values?.length === 0) r.problem(`${path}.value`, '$values is used, but the dataset has no values')
  const exact = isValues ? (values ?? []) : r.texts(source.value, `${path}.value`)
  const names = r.texts(source.issuer, `${path}.issuer`)
  const sources = r.texts(source.source, `${path}.source`)
  const by = r.someOf(source.by, `${path}.by`, BY)
  if (visa === 'LinkedIdentities')
    r.problem(`${path}.visa`, 'LinkedIdentities joins identities and is no right; it is not evaluated by this version')
  const urls: string[] = []
  for (const name of names) {
    const issuer = issuers.get(name)
    if (!issuer) {
      r.problem(`${path}.issuer`, `there is no issuer ${name} in this policy`)
      continue
    }
    urls.push(issuer.iss)
    const allowed = visa === undefined ? undefined : issuer.mayAssert.get(visa)
    if (visa !== undefined && !allowed) r.problem(`${path}.issuer`, `issuers.${name} may not assert ${visa}`)
    else if (allowed && !sources.some((item) => allowed.has(item)))
      r.problem(`${path}.source`, `issuers.${name} may assert ${visa ?? ''} from none of these sources`)
  }
  if (visa === undefined) return undefined
  return {
    kind: 'rule',
    visa,
    values: new Set(exact),
    issuers: new Set(names),
    issuerUrls: urls,
    sources: new Set(sources),
    by: new Set(by),
    bundled: false,
  }
}

/** A rule, the name of a bundle, or `{all: […]}` / `{any: […]}` of these. */
export const parseExpression = (context: Context, input: unknown, path: string, depth = 0): Expression | undefined => {
  const { reader: r, bundles } = context
  if (typeof input === 'string') return r.need(bundles.get(input), path, `there is no bundle ${input} (before it)`)
  const branch = isRecord(input) ? (['all', 'any'] as const).find((name) => name in input) : undefined
  if (isRecord(input) && branch === undefined) return parseRule(context, input, path)
  const list: unknown = branch === undefined ? undefined : r.object(input, path, [branch])[branch]
  // An empty `all` would permit everybody.
  if (branch === undefined || !Array.isArray(list) || list.length === 0 || depth > MAX_NESTING) {
    r.problem(
      path,
      `must be a rule, the name of a bundle, or {all: […]} or {any: […]} of at least one, nested ${MAX_NESTING} deep at most`,
    )
    return undefined
  }
  const items = list
    .map((item: unknown, index) => parseExpression(context, item, `${path}.${branch}[${index}]`, depth + 1))
    .filter((item) => item !== undefined)
  return { kind: branch, items, bundled: items.every((item) => item.bundled) }
}

export const rulesOf = (expression: Expression): readonly Rule[] =>
  expression.kind === 'rule' ? [expression] : expression.items.flatMap(rulesOf)

/** Exact strings only: no prefix, suffix or pattern (D4). */
const satisfies = (visa: VisaFacts, rule: Rule): boolean =>
  visa.type === rule.visa &&
  rule.values.has(visa.value) &&
  rule.issuers.has(visa.issuer) &&
  rule.sources.has(visa.source) &&
  visa.by !== undefined &&
  rule.by.has(visa.by)

/** Which visas satisfied it and the earliest of their ends, in seconds. */
export type Satisfied = { readonly used: readonly VisaFacts[]; readonly exp: number }

/** Inside one identity group. Of several ways the one that lasts longest, so that a short visa never shortens a better one. */
export const satisfy = (expression: Expression, group: readonly VisaFacts[]): Satisfied | undefined => {
  if (expression.kind === 'rule') {
    let best: VisaFacts | undefined
    for (const visa of group) if (satisfies(visa, expression) && visa.exp > (best?.exp ?? 0)) best = visa
    return best && { used: [best], exp: best.exp }
  }
  if (expression.kind === 'any') {
    let best: Satisfied | undefined
    for (const item of expression.items) {
      const one = satisfy(item, group)
      if (one && one.exp > (best?.exp ?? 0)) best = one
    }
    return best
  }
  const used = new Set<VisaFacts>()
  let exp = Infinity
  for (const item of expression.items) {
    const one = satisfy(item, group)
    if (!one) return undefined
    for (const visa of one.used) used.add(visa)
    exp = Math.min(exp, one.exp)
  }
  return { used: [...used], exp }
}

export const requiredBy = (expression: Expression): RequiredVisa[] => {
  const byType = new Map<string, Set<string>>()
  for (const rule of rulesOf(expression)) {
    const issuers = byType.get(rule.visa) ?? new Set<string>()
    for (const url of rule.issuerUrls) issuers.add(url)
    byType.set(rule.visa, issuers)
  }
  return [...byType].map(([type, issuers]) => ({ type, issuers: [...issuers] }))
}

export const visaRef = (visa: VisaFacts): VisaRef => ({
  iss: visa.iss,
  ...(visa.jti === undefined ? {} : { jti: visa.jti }),
  type: visa.type,
  exp: visa.exp,
})

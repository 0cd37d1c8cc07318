import type { Operation } from './decision.ts'
import { deny, isDenial } from './denial.ts'
import type { Denial, Requirement } from './denial.ts'
import type { Dataset, Policy } from './policy.ts'
import { requiredBy, rulesOf, satisfy } from './rules.ts'
import type { VisaFacts, VisaSet } from './visa-facts.ts'

export type Question = {
  readonly operation: Operation
  readonly datasetIds: readonly string[]
  readonly owner?: string
  readonly allOf?: readonly string[]
}
/** Who asks: identity keys (groups are never joined, V9), office, visas. */
export type Asker = {
  readonly keys: readonly string[]
  readonly operator: boolean
  readonly visas: VisaSet
}
/** `exp` in seconds, Infinity where no visa bounds it. */
export type Answer = {
  readonly permit: true
  readonly rule: string
  readonly used: readonly VisaFacts[]
  readonly exp: number
  /** Seconds: the smallest of the datasets'. */
  readonly maxGrantTTL: number
  /** Only public data: no credential mattered. */
  readonly open: boolean
}

type One =
  | { ok: true; rule: string; used: readonly VisaFacts[]; exp: number; dataset: Dataset }
  | { ok: false; dataset?: Dataset; office?: true }

/** Administration: an operator's by office. They read no data by it, only the catalogue. */
export const OFFICE: ReadonlySet<Operation> = new Set<Operation>(['drs:write', 'drs:delete', 'drs:sync'])

const decideOne = (policy: Policy, id: string, operation: Operation, asker: Asker, notBefore: number): One => {
  const dataset = policy.datasets.get(id)
  if (!dataset) return { ok: false }
  const granted = (rule: string): One => ({ ok: true, rule, used: [], exp: Infinity, dataset })
  if (OFFICE.has(operation)) return asker.operator ? granted('operator') : { ok: false, dataset, office: true }
  if (dataset.operations.has(operation)) {
    if (dataset.tier === 'public') return granted('public')
    let best: One | undefined
    for (const key of dataset.rule ? asker.keys : []) {
      const group = asker.visas.visas.filter((visa) => visa.key === key && visa.exp > notBefore)
      const satisfied = dataset.rule && satisfy(dataset.rule, group)
      if (satisfied && satisfied.exp > (best?.ok ? best.exp : 0))
        best = { ok: true, rule: dataset.id, ...satisfied, dataset }
    }
    if (best) return best
  }
  return operation === 'drs:metadata' && asker.operator ? granted('operator') : { ok: false, dataset }
}

const decideAll = (policy: Policy, question: Question, asker: Asker, notBefore: number): One[] =>
  [...new Set(question.datasetIds)].flatMap((id): One[] => {
    const decide = (dataset: string) => decideOne(policy, dataset, question.operation, asker, notBefore)
    if (!id.startsWith('run:')) return [decide(id)]
    // run:<id>: the owner, while every input dataset still permits. Nobody writes to it but by a ticket of the run.
    const { owner, allOf, operation } = question
    // Without the list of inputs nothing is known of them; a run without inputs says so by an empty one.
    if (owner === undefined || owner === '' || allOf === undefined) return [{ ok: false }]
    if (!asker.keys.includes(owner) || OFFICE.has(operation)) return [{ ok: false }]
    return allOf.map(decide)
  })

const touches = (dataset: Dataset, types: ReadonlySet<string>): boolean =>
  dataset.rule !== undefined && rulesOf(dataset.rule).some((rule) => types.has(rule.visa))

const refuseAll = (refused: readonly One[], asker: Asker): Denial => {
  const { undecided } = asker.visas
  const datasets = refused.map(({ dataset }) => dataset)
  const told = datasets.filter((dataset) => dataset?.discoverable === true) as Dataset[]
  const hidden = told.length < refused.length || refused.length === 0
  // D8: with a visa undecided, missing and hidden ids alike are 503, so neither can be told from the other.
  if (undecided && (hidden || told.some((dataset) => touches(dataset, undecided.types))))
    return deny('keys_unavailable', { retryAfter: undecided.retryAfter, reason: 'visas: undecided for want of keys' })
  if (hidden) return deny('not_found', { reason: 'policy: missing, unknown or not discoverable' })
  const anonymous = asker.keys.length === 0
  if (refused.every((one) => !one.ok && one.office)) return deny(anonymous ? 'credential_missing' : 'operator_required')
  const required: Requirement[] = told
    .filter((dataset) => dataset.rule !== undefined)
    .map((dataset) => ({ dataset: dataset.id, visas: dataset.rule ? requiredBy(dataset.rule) : [] }))
  return deny(anonymous ? 'credential_missing' : 'access_denied', { required, reason: 'policy: no rule is satisfied' })
}

/** For one person at most: `asker.keys` holds one key or none. */
const evaluateOne = (
  policy: Policy,
  question: Question,
  asker: Asker,
  now: number,
  requestedTTL: number,
): Answer | Denial => {
  const all = decideAll(policy, question, asker, now + requestedTTL)
  const isRun = question.datasetIds.some((id) => id.startsWith('run:'))
  const refused = all.filter((one) => !one.ok)
  // A run without inputs: nothing but ownership to check, and `all` is empty with the owner asking.
  const ownRun = isRun && all.length === 0 && refused.length === 0
  if (refused.length > 0 || (all.length === 0 && !ownRun)) return refuseAll(refused, asker)
  const granted = all.filter((one) => one.ok)
  return {
    permit: true,
    rule: isRun ? 'owner' : [...new Set(granted.map(({ rule }) => rule))].join(' '),
    used: [...new Set(granted.flatMap(({ used }) => used))],
    exp: Math.min(Infinity, ...granted.map(({ exp }) => exp)),
    maxGrantTTL: Math.min(3600, ...granted.map(({ dataset }) => dataset.maxGrantTTL)),
    open: !isRun && granted.every(({ dataset, rule }) => dataset.tier === 'public' && rule === 'public'),
  }
}

/**
 * Pure: policy, facts and time → answer. Deny by default; `requestedTTL` and `now` in seconds. One person must satisfy all of it
 * (V9): the owner of a run beside a colleague who may read its inputs are not together somebody who may read its outputs.
 */
export const evaluate = (
  policy: Policy,
  question: Question,
  asker: Asker,
  now: number,
  requestedTTL = 0,
): Answer | Denial => {
  if (asker.keys.length <= 1) return evaluateOne(policy, question, asker, now, requestedTTL)
  const answers = asker.keys.map((key) => evaluateOne(policy, question, { ...asker, keys: [key] }, now, requestedTTL))
  let best: Answer | undefined
  let refused: Denial | undefined
  for (const answer of answers) {
    if (!isDenial(answer)) best = best === undefined || answer.exp > best.exp ? answer : best
    // Each passport alone would be told as much: the refusal that says most.
    else if (refused === undefined || refused.code === 'not_found') refused = answer
  }
  return best ?? refused ?? deny('not_found')
}

import { createHash } from 'node:crypto'
import type { Operation } from './decision.ts'
import { AuthError } from './errors.ts'
import { identityKey } from './identities.ts'
import type { ServiceName } from './identities.ts'
import { readBrokers, readIssuers } from './issuers.ts'
import type { Broker, PolicyOptions, VisaIssuer } from './issuers.ts'
import { createReader } from './policy-reader.ts'
import type { Reader } from './policy-reader.ts'
import { parseExpression } from './rules.ts'
import type { Expression } from './rules.ts'

export type Dataset = {
  readonly id: string
  readonly tier: 'public' | 'registered' | 'controlled'
  /** Whether a refused caller is told that it exists (D9). */
  readonly discoverable: boolean
  /** Seconds. */
  readonly maxGrantTTL: number
  readonly operations: ReadonlySet<Operation>
  /** Undefined for `public` alone. */
  readonly rule?: Expression
}

export type Policy = {
  /** sha-256 of the canonical policy and the local issuer's keys. */
  readonly version: string
  readonly datasetIds: readonly string[]
  readonly datasets: ReadonlyMap<string, Dataset>
  /** By `iss`. */
  readonly brokers: ReadonlyMap<string, Broker>
  readonly issuers: ReadonlyMap<string, VisaIssuer>
  readonly audiences: Readonly<Record<ServiceName, readonly string[]>>
  /** Identity keys. */
  readonly operators: ReadonlySet<string>
  /** Seconds. */
  readonly maxRunTTL: number
}

const READ_OPERATIONS = ['drs:metadata', 'drs:access', 'wes:run', 'tes:compute'] as const
const TIERS = ['public', 'registered', 'controlled'] as const
const DEFAULT_GRANT_TTL = 3600
const DEFAULT_RUN_TTL = 30 * 86_400

/** Sorted members at every level, so that the version changes with the meaning and not with the order. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, canonical(item)]),
  )
}

const readAudiences = (r: Reader, input: unknown): Policy['audiences'] => {
  const audiences = input === undefined ? {} : r.object(input, 'audiences', ['drs', 'wes', 'tes'])
  const of = (service: ServiceName): string[] =>
    audiences[service] === undefined ? [] : r.texts(audiences[service], `audiences.${service}`)
  return { drs: of('drs'), wes: of('wes'), tes: of('tes') }
}

const readOperators = (
  r: Reader,
  input: unknown,
  brokers: ReadonlyMap<string, Broker>,
  local?: string,
): Set<string> => {
  const keys = new Set<string>()
  if (input === undefined) return keys
  if (!Array.isArray(input)) {
    r.problem('operators', 'must be a list of {iss, sub}')
    return keys
  }
  input.forEach((item: unknown, index) => {
    const path = `operators[${index}]`
    const { iss, sub } = r.object(item, path, ['iss', 'sub'])
    const issText = iss === 'local' ? local : r.text(iss, `${path}.iss`)
    const subText = r.text(sub, `${path}.sub`)
    if (issText === undefined || subText === undefined) return // `local` without a local issuer names nobody
    const broker = brokers.get(issText)
    if (broker) keys.add(identityKey(issText, subText, broker.namespace))
    else r.problem(`${path}.iss`, 'is not the iss of a broker of this policy')
  })
  return keys
}

const readDataset = (
  r: Reader,
  id: string,
  input: unknown,
  bundles: ReadonlyMap<string, Expression>,
  issuers: ReadonlyMap<string, VisaIssuer>,
): Dataset | undefined => {
  const path = `datasets.${id}`
  const known = ['values', 'tier', 'discoverable', 'maxGrantTTL', 'operations', 'allow', 'alsoRequire']
  const source = r.object(input, path, known)
  if (id.startsWith('run:')) r.problem(path, 'run:<id> names the outputs of a run and cannot be declared')
  const computeOnly = source.tier === 'compute-only'
  if (computeOnly)
    r.problem(
      `${path}.tier`,
      'compute-only is not evaluated by this version; a dataset must not be opened wider than meant',
    )
  const tier = computeOnly ? undefined : r.oneOf(source.tier, `${path}.tier`, TIERS) // explicit, never a default
  const values = source.values === undefined ? [] : r.texts(source.values, `${path}.values`)
  const operations =
    source.operations === undefined
      ? [...READ_OPERATIONS]
      : r.someOf(source.operations, `${path}.operations`, READ_OPERATIONS)
  const context = { reader: r, bundles, issuers, values }
  const rules = (['allow', 'alsoRequire'] as const)
    .filter((name) => source[name] !== undefined)
    .map((name) => parseExpression(context, source[name], `${path}.${name}`))
  if (tier === 'public' && rules.length > 0) r.problem(path, 'is public, so allow and alsoRequire would be ignored')
  if (tier !== undefined && tier !== 'public' && source.allow === undefined)
    r.problem(`${path}.allow`, 'is missing: who may read this dataset?')
  if (tier === 'registered' && rules.some((rule) => rule && !rule.bundled))
    r.problem(`${path}.allow`, 'the tier registered takes named bundles only')
  const maxGrantTTL =
    source.maxGrantTTL === undefined ? DEFAULT_GRANT_TTL : r.duration(source.maxGrantTTL, `${path}.maxGrantTTL`)
  const discoverable = r.flag(source.discoverable, `${path}.discoverable`)
  if (tier === undefined || maxGrantTTL === undefined) return undefined
  const items = rules.filter((rule) => rule !== undefined)
  return {
    id,
    tier,
    discoverable: tier === 'public' || discoverable,
    maxGrantTTL,
    operations: new Set(operations),
    ...(items.length > 0 ? { rule: { kind: 'all', items, bundled: false } } : {}),
  }
}

/** Compiles a policy (the parsed YAML). Throws AuthError `policy_invalid` that lists every problem at once. */
export const parsePolicy = (input: unknown, o: PolicyOptions = {}): Policy => {
  const r = createReader()
  const known = ['audiences', 'operators', 'brokers', 'issuers', 'bundles', 'datasets', 'maxRunTTL']
  const source = r.object(input, 'policy', known)
  const brokers = readBrokers(r, source.brokers, o)
  const issuers = readIssuers(r, source.issuers, o)
  for (const issuer of issuers.values()) {
    const broker = brokers.get(issuer.iss)
    if (broker && broker.namespace !== issuer.namespace)
      r.problem(
        `issuers.${issuer.name}.subjectNamespace`,
        `must equal that of brokers.${broker.name}: they have one iss`,
      )
  }
  const bundles = new Map<string, Expression>()
  for (const [name, bundle] of r.entries(source.bundles, 'bundles')) {
    const rule = parseExpression({ reader: r, bundles, issuers, values: undefined }, bundle, `bundles.${name}`)
    if (rule) bundles.set(name, { ...rule, bundled: true })
  }
  const datasets = new Map<string, Dataset>()
  for (const [id, dataset] of r.entries(source.datasets, 'datasets')) {
    const compiled = readDataset(r, id, dataset, bundles, issuers)
    if (compiled) datasets.set(id, compiled)
  }
  const audiences = readAudiences(r, source.audiences)
  const operators = readOperators(r, source.operators, brokers, o.localIssuer?.issuer)
  const maxRunTTL = source.maxRunTTL === undefined ? DEFAULT_RUN_TTL : (r.duration(source.maxRunTTL, 'maxRunTTL') ?? 0)
  if (r.problems.length > 0)
    throw new AuthError(
      'policy_invalid',
      `The policy has ${r.problems.length} problem(s):\n${r.problems.map((p) => `- ${p}`).join('\n')}`,
      { status: 500 },
    )
  const version = createHash('sha256')
    .update(JSON.stringify(canonical([input, o.localIssuer ?? null, o.production ?? true])))
    .digest('hex')
  return {
    version,
    datasetIds: [...datasets.keys()],
    datasets,
    brokers,
    issuers: new Map([...issuers.values()].map((issuer) => [issuer.iss, issuer])),
    audiences,
    operators,
    maxRunTTL,
  }
}

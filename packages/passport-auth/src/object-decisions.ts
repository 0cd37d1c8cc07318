import type { Clearinghouse } from './clearinghouse.ts'
import type { Operation } from './decision.ts'
import { isDenial } from './denial.ts'
import type { Denial, Requirement } from './denial.ts'
import { AuthError, toAuthError } from './errors.ts'
import { evaluate } from './evaluator.ts'
import type { ResolvedObject } from './grants.ts'
import type { Verified } from './identities.ts'
import type { VisaFacts } from './visa-facts.ts'

/** The objects that were refused together, as the caller named them. */
export type RefusedObjects = { readonly denial: Denial; readonly uris: readonly string[] }

type Group = {
  readonly datasetIds: readonly string[]
  readonly object?: ResolvedObject
  readonly uris: string[]
  readonly ids: string[]
}

/** Objects by dataset; what is not here is one group without a dataset. */
const groupsOf = (uris: readonly string[], found: readonly (ResolvedObject | undefined)[]): Group[] => {
  const groups = new Map<string, Group>()
  uris.forEach((uri, index) => {
    const object = found[index]
    const id = JSON.stringify(object ? [object.dataset, object.owner, object.allOf] : [])
    const group = groups.get(id)
    if (group) {
      group.uris.push(uri)
      group.ids.push(object?.id ?? uri)
    } else
      groups.set(id, {
        datasetIds: object ? [object.dataset] : [],
        ...(object ? { object } : {}),
        uris: [uri],
        ids: [object?.id ?? uri],
      })
  })
  return [...groups.values()]
}

/** One decision per dataset, one audit row per object. `notAfter` in seconds. */
export const decideObjects = async (o: {
  clearinghouse: Clearinghouse
  verified: Verified
  operation: Operation
  uris: readonly string[]
  found: readonly (ResolvedObject | undefined)[]
  requestId: string
  runId: string | undefined
  taskId: string | undefined
  now: number
}): Promise<{ used: VisaFacts[]; notAfter: number } | { refused: RefusedObjects[] }> => {
  const { clearinghouse, verified, operation } = o
  const refused: RefusedObjects[] = []
  const used = new Set<VisaFacts>()
  let notAfter = Infinity
  for (const { datasetIds, object, uris, ids } of groupsOf(o.uris, o.found)) {
    const question = {
      operation,
      datasetIds,
      ...(object?.owner === undefined ? {} : { owner: object.owner }),
      ...(object?.allOf === undefined ? {} : { allOf: object.allOf }),
    }
    const decision = await clearinghouse.authorize(verified, {
      ...question,
      objectIds: ids,
      lifetime: 'run',
      requestId: o.requestId,
      ...(o.runId === undefined ? {} : { runId: o.runId }),
      ...(o.taskId === undefined ? {} : { taskId: o.taskId }),
    })
    if (!decision.permit) {
      refused.push({ denial: decision, uris })
      continue
    }
    notAfter = Math.min(notAfter, decision.notAfter.getTime() / 1000)
    // The decision names visas; the grant keeps their facts, so that they can be judged again without a token.
    const visas = await verified.visas()
    if (isDenial(visas)) continue
    const asker = { keys: verified.subjects.map(({ key }) => key), operator: verified.operator, visas }
    const answer = evaluate(clearinghouse.policy, question, asker, o.now)
    if (!isDenial(answer)) for (const visa of answer.used) used.add(visa)
  }
  return refused.length > 0 ? { refused } : { used: [...used], notAfter }
}

const SHOWN = 5
const list = (uris: readonly string[]): string =>
  uris.slice(0, SHOWN).join(', ') + (uris.length > SHOWN ? ` and ${uris.length - SHOWN} more` : '')

const needs = ({ dataset, visas }: Requirement): string =>
  `dataset ${dataset ?? '?'} needs ${visas.map(({ type, issuers }) => `${type} from ${issuers.join(' or ')}`).join(', ')}`

/** One error for all of them: what can pass comes first (503), then what is not there, then what is missing. */
export const refuseObjects = (
  refused: readonly RefusedObjects[],
  asked: readonly string[],
  realm: string,
): AuthError => {
  const of = (status: number) => refused.filter(({ denial }) => denial.status === status)
  const required = refused.flatMap(({ denial, uris }) =>
    uris.flatMap((object) => (denial.required ?? []).map((requirement): Requirement => ({ object, ...requirement }))),
  )
  const more = required.length > 0 ? { required } : {}
  // In the order asked for: that of the groups would tell a hidden object from a missing one (V20).
  const inOrder = (some: readonly RefusedObjects[]): string[] => {
    const named = new Set(some.flatMap(({ uris }) => uris))
    return asked.filter((uri) => named.has(uri))
  }
  const missing = inOrder(of(404))
  const other = refused.find(({ denial }) => denial.status !== 404 && denial.status !== 403)
  if (other) return toAuthError(other.denial, realm)
  if (missing.length > 0)
    return new AuthError('not_found', `There is no such object: ${list(missing)}`, { status: 404, ...more })
  const [first] = of(403)
  const denied = inOrder(of(403))
  const reasons = [...new Set(of(403).flatMap(({ denial }) => (denial.required ?? []).map(needs)))]
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : ''
  return new AuthError(first?.denial.code ?? 'access_denied', `You may not use ${list(denied)}${why}`, {
    status: 403,
    ...more,
  })
}

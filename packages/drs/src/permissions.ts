import {
  isDenial,
  toAuthError,
  type AuthorizeRequest,
  type Clearinghouse,
  type Denial,
  type Identity,
  type Operation,
  type Permit,
} from '@biocloud/passport-auth'
import type { ObjectHead } from './db/rows.ts'
import type { Visibility } from './db/objects.ts'
import { ObjectNotFound } from './errors.ts'

/** Who asks, for the decision and its audit row. */
export interface Caller {
  identity: Identity
  requestId: string
  ip?: string
}

export type DatasetRef = Pick<ObjectHead, 'dataset_id' | 'run_owner' | 'run_datasets'>

const asked = (head: DatasetRef | undefined): Pick<AuthorizeRequest, 'datasetIds' | 'owner' | 'allOf'> => {
  // The same work for a missing id as for one that may not be told of (E2).
  if (head === undefined) return { datasetIds: [] }
  if (head.run_owner === null) return { datasetIds: [head.dataset_id] }
  return {
    datasetIds: [head.dataset_id],
    owner: head.run_owner,
    allOf: JSON.parse(head.run_datasets ?? '[]') as string[],
  }
}

/** The only door to the policy: reads the object's dataset and asks; a denial becomes the error that the caller may see. */
export const createPermissions = ({ clearinghouse, realm }: { clearinghouse: Clearinghouse; realm: string }) => {
  const decide = (
    caller: Caller,
    operation: Operation,
    head: DatasetRef | undefined,
    more: Pick<AuthorizeRequest, 'objectIds' | 'locations'>,
  ) =>
    clearinghouse.authorize(caller.identity.verified, {
      operation,
      ...asked(head),
      ...more,
      requestId: caller.requestId,
      ...(caller.ip === undefined ? {} : { ip: caller.ip }),
    })

  const refusal = (denial: Denial, id: string): Error =>
    denial.status === 404 ? new ObjectNotFound(id) : toAuthError(denial, realm)

  return {
    decide,
    refusal,

    /** Throws ObjectNotFound for a missing object and for one that may not be told of, AuthError 401, 403, 503. */
    async require(caller: Caller, operation: Operation, id: string, head: DatasetRef | undefined): Promise<Permit> {
      const decision = await decide(caller, operation, head, { objectIds: [id] })
      if (!decision.permit) throw refusal(decision, id)
      // Deny by default, whatever was answered: what is not there gives no permit.
      if (head === undefined) throw new ObjectNotFound(id)
      return decision
    },

    /** K5: one decision per dataset; the ids without an object share one that is asked like theirs. */
    async requireEach(
      caller: Caller,
      operation: Operation,
      heads: ReadonlyMap<string, DatasetRef>,
      ids: readonly string[],
    ): Promise<Map<string, Permit | Denial>> {
      const groups = new Map<string, string[]>()
      for (const id of ids) {
        const dataset = heads.get(id)?.dataset_id ?? ''
        groups.set(dataset, [...(groups.get(dataset) ?? []), id])
      }
      const decisions = new Map<string, Permit | Denial>()
      for (const objectIds of groups.values()) {
        const head = heads.get(objectIds[0] ?? '')
        const decision = await decide(caller, operation, head, { objectIds })
        if (isDenial(decision) && decision.status === 503) throw toAuthError(decision, realm)
        for (const id of objectIds) decisions.set(id, decision)
      }
      return decisions
    },

    async visible(caller: Caller, operation: Operation): Promise<Visibility> {
      const found = await clearinghouse.visible(caller.identity.verified, operation)
      if (isDenial(found)) throw toAuthError(found, realm)
      return found
    },

    describe: clearinghouse.describe.bind(clearinghouse),
  }
}

export type Permissions = ReturnType<typeof createPermissions>

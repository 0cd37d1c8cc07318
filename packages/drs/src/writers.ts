import type { Permit } from '@biocloud/passport-auth'
import { DatasetUndecided, DatasetUnknown, LocationNotAllowed, RegistrationClosed } from './errors.ts'
import type { Caller, Permissions } from './permissions.ts'
import type { Settings } from './config.ts'

/** Who may bring objects in, and into which dataset (drs.md §2: operators, write tickets; `all`: anyone with drs:write). */
export const createWriters = (o: { permissions: Permissions; draft16: Settings['draft16'] }) => {
  /** Of a write ticket: the dataset that it is for. */
  const ticketDataset = ({ identity }: Caller): string | undefined =>
    identity.ticket?.action === 'write' ? identity.ticket.dataset : undefined

  return {
    ticketDataset,

    /** Before anything is looked at. Throws RegistrationClosed. */
    admit(caller: Caller): void {
      if (ticketDataset(caller) !== undefined) return
      const { kind, operator } = caller.identity
      if (o.draft16 !== 'off' && operator) return
      if (o.draft16 === 'all' && (kind === 'person' || kind === 'anonymous')) return
      throw new RegistrationClosed()
    },

    /** The dataset named, else the only one that the caller may write. Throws DatasetUndecided, LocationNotAllowed. */
    async dataset(caller: Caller, named: string | undefined): Promise<string> {
      const ticket = ticketDataset(caller)
      if (ticket !== undefined) {
        if (named === undefined || named === ticket) return ticket
        throw new LocationNotAllowed(`x_dataset: this ticket writes into ${ticket} only`)
      }
      if (named !== undefined) {
        // R1, Y1: a run's dataset is written by that run's tickets alone.
        if (named.startsWith('run:'))
          throw new LocationNotAllowed('x_dataset: outputs of a run are registered by that run')
        return named
      }
      const { datasets } = await o.permissions.visible(caller, 'drs:write')
      const [only] = datasets
      if (only === undefined || datasets.length > 1) throw new DatasetUndecided(datasets)
      return only
    },

    /** Throws AuthError, DatasetUnknown. A write ticket is used up here. */
    async authorize(
      caller: Caller,
      dataset: string,
      o2: {
        locations: readonly string[]
        objectIds: readonly string[]
        run?: { owner: string; datasets: readonly string[] }
      },
    ): Promise<Permit> {
      const head = {
        dataset_id: dataset,
        run_owner: o2.run?.owner ?? null,
        run_datasets: o2.run === undefined ? null : JSON.stringify(o2.run.datasets),
      }
      const decision = await o.permissions.decide(caller, 'drs:write', head, {
        locations: o2.locations,
        objectIds: o2.objectIds,
      })
      if (decision.permit) return decision
      throw decision.status === 404 ? new DatasetUnknown(dataset) : o.permissions.refusal(decision, dataset)
    },
  }
}
export type Writers = ReturnType<typeof createWriters>

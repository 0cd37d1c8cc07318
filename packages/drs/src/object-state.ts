/** pending: no checksum is known yet, not readable. quarantined: the bytes are not those registered; no links. */
export type ObjectState = 'pending' | 'active' | 'quarantined'

// The machine is data (drs.md, head). A change not named here is never made. `deleted` and `held` come with deletion and egress.
const NEXT: Record<ObjectState, readonly ObjectState[]> = {
  pending: ['active', 'quarantined'],
  active: ['quarantined'],
  quarantined: ['active'],
}

export const canMove = (from: ObjectState, to: ObjectState): boolean => NEXT[from].includes(to)
/** Every state from which `to` may be reached, for `update … where state in`. */
export const statesBefore = (to: ObjectState): ObjectState[] =>
  (Object.keys(NEXT) as ObjectState[]).filter((from) => canMove(from, to))

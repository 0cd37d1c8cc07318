/** What a verified task ticket allows: one read call for the named objects, or one registration below a prefix of a run's dataset. */
export type TicketClaims = {
  readonly jti: string
  readonly grantId: string
  /** Nearest first: the attempt (`tes/task/<id>/attempt/<n>`) or run that asked, then whom it acts for. */
  readonly actor: readonly string[]
  readonly action: 'read' | 'write'
  /** Read tickets: ids of the objects at this DRS. Empty for write tickets. */
  readonly objectIds: readonly string[]
  /** Write tickets: `run:<run_id>`. */
  readonly dataset?: string
  /** Write tickets: the URL prefix, ending in `/`, below which every registered file must lie. */
  readonly prefix?: string
  readonly exp: number
}

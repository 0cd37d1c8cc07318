import { PeerRefused, type Credentials } from './credentials.ts'
import type { RunTokens } from './tasks.ts'

/** This server's own run tokens, one per live run, in memory only: after a restart the STS gives another. */
export const createRunTokens = (credentials: Credentials): RunTokens => {
  const tokens = new Map<string, Promise<string>>()
  return {
    async get(run) {
      const known = tokens.get(run.run_id)
      if (known !== undefined) return known
      if (run.grant_id === undefined) throw new PeerRefused(403, "the run's access has ended")
      const made = credentials.runToken(run.grant_id, run.run_id).then(({ runToken }) => runToken)
      tokens.set(run.run_id, made)
      made.catch(() => tokens.delete(run.run_id)) // given to whoever asked
      return made
    },
    drop(runId) {
      tokens.delete(runId)
    },
  }
}

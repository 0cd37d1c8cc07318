import { createHash } from 'node:crypto'
import type { Identity } from '@biocloud/passport-auth'
import type { Clock } from '@biocloud/service-kit'
import type { Credentials } from './credentials.ts'
import { AccessUnchecked } from './errors.ts'

const KEEP_MS = 60_000
const MAX_ENTRIES = 1000

type Entry = { until: number; grantId: string; token: string | undefined }

export type ReaderAccess = ReturnType<typeof createReaderAccess>

/**
 * What a person may read of an ended run, decided by the STS with the person's own token (passports.md §7): a grant of a
 * minute, kept in memory for that very token, revoked afterwards. So a visa withdrawn today closes yesterday's outputs.
 */
export const createReaderAccess = (d: { credentials: Credentials; clock: Clock }) => {
  const entries = new Map<string, Promise<Entry>>()
  const revoke = (entry: Entry): void => {
    d.credentials.revoke(entry.grantId).catch(() => undefined) // it ends by itself, too
  }
  const open = async (
    identity: Identity,
    runId: string,
    objects: readonly string[],
    withToken: boolean,
  ): Promise<Entry> => {
    const grant = await d.credentials.grantRun(identity, runId, objects, withToken ? 'tes:compute' : 'drs:access')
    try {
      const token = withToken ? (await d.credentials.runToken(grant.grant_id, runId)).runToken : undefined
      return { until: d.clock.now().getTime() + KEEP_MS, grantId: grant.grant_id, token }
    } catch (error) {
      d.credentials.revoke(grant.grant_id).catch(() => undefined) // it ends by itself, too
      throw new AccessUnchecked('Access could not be checked now', { cause: error, retryAfter: 5 })
    }
  }
  const use = async (
    identity: Identity,
    runId: string,
    objects: readonly string[],
    withToken: boolean,
  ): Promise<Entry> => {
    const credential = createHash('sha256')
      .update(identity.bearer?.reveal() ?? '')
      .digest('base64url')
    const key = JSON.stringify([credential, runId, objects, withToken])
    const known = entries.get(key)
    if (known !== undefined) {
      const entry = await known
      if (entry.until > d.clock.now().getTime()) return entry
      if (entries.get(key) === known) {
        entries.delete(key)
        revoke(entry)
      }
    }
    const made = open(identity, runId, objects, withToken)
    entries.set(key, made)
    made.then(
      (entry) => {
        setTimeout(() => {
          if (entries.get(key) !== made) return
          entries.delete(key)
          revoke(entry)
        }, KEEP_MS).unref()
      },
      () => entries.delete(key), // given to whoever asked
    )
    for (const [oldest, old] of entries) {
      if (entries.size <= MAX_ENTRIES) break
      entries.delete(oldest)
      void old.then(revoke, () => undefined)
    }
    return made
  }
  return {
    /** Throws AccessRefused, InputNotFound or AccessUnchecked unless this person may read the object now. */
    async mayRead(identity: Identity, runId: string, drsUri: string): Promise<void> {
      await use(identity, runId, [drsUri], false)
    },
    /** A token for reading the run's tasks at TES. */
    async tesToken(identity: Identity, runId: string): Promise<string> {
      return (await use(identity, runId, [], true)).token ?? ''
    },
    async close(): Promise<void> {
      const all = [...entries.values()]
      entries.clear()
      await Promise.all(
        all.map(async (entry) => {
          try {
            await d.credentials.revoke((await entry).grantId)
          } catch {
            // the STS may stop at the same time; the grant ends by itself
          }
        }),
      )
    },
  }
}

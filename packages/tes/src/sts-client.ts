import type { Identity, IntrospectReply } from '@biocloud/passport-auth'
import type { GuardedFetch } from '@biocloud/service-kit'
import { AccessRefused, PeerUnavailable } from './errors.ts'

/** An object as the STS told it at POST; no credential, so it may rest in the row. */
export type GrantedObject = {
  id: string
  uri: string
  name?: string
  size: number
  checksums: { type: string; checksum: string }[]
  access_id?: string
}
export type TaskGrant = { grantId: string; objects: GrantedObject[] }

/** The calls that this server makes to the site's STS, under its own service identity (passports.md §7). */
export type StsClient = {
  /** Exchanges the caller's bearer for a grant. Throws AccessRefused with what is missing, PeerUnavailable. */
  grant(identity: Identity, o: { taskId: string; objects: readonly string[] }): Promise<TaskGrant>
  /** A single-use ticket of at most five minutes for one attempt and these objects. */
  ticket(grantId: string, actor: string, objects: readonly string[]): Promise<string>
  /** Who a run token stands for; undefined if it is not active. */
  introspect(token: string): Promise<Extract<IntrospectReply, { active: true }> | undefined>
  /** The grant and its tickets are dead. */
  revoke(grantId: string): Promise<void>
}

export const createStsClient = (o: {
  /** Origin of the server that mounts the STS. */
  origin: string
  fields: () => Promise<{ client_assertion_type: string; client_assertion: string }>
  fetch: GuardedFetch
}): StsClient => {
  const call = async (path: string, members: Record<string, unknown>): Promise<unknown> => {
    let answer: Response
    try {
      answer = await o.fetch('peer', `${o.origin}/sts/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ ...(await o.fields()), ...members }),
        timeoutMs: 15_000,
        maxBytes: 64 * 2 ** 20,
      })
    } catch (error) {
      throw new PeerUnavailable('The DRS server, which decides about drs:// inputs, does not answer; try again', {
        cause: error,
        retryAfter: 5,
      })
    }
    if (answer.status === 204) return undefined
    const body = (await answer.json().catch(() => undefined)) as Record<string, unknown> | undefined
    if (answer.ok) return body
    const message = typeof body?.['msg'] === 'string' ? body['msg'] : `the STS answered ${answer.status}`
    const code = typeof body?.['code'] === 'string' ? body['code'] : 'access_denied'
    if (answer.status >= 500 || code === 'client_assertion_invalid') {
      throw new PeerUnavailable(`The DRS server cannot decide about drs:// inputs now: ${message}`, { retryAfter: 5 })
    }
    const required = Array.isArray(body?.['required']) ? (body['required'] as unknown[]) : undefined
    throw new AccessRefused({ status: answer.status, code, message, ...(required === undefined ? {} : { required }) })
  }

  return {
    async grant(identity, { taskId, objects }) {
      if (identity.bearer === undefined)
        throw new AccessRefused({
          status: 401,
          code: 'credential_missing',
          message: 'drs:// inputs need an access token',
        })
      const body = (await call('grants', {
        subject_token: identity.bearer.reveal(),
        purpose: 'task',
        task_id: taskId,
        ...(identity.runId === undefined ? {} : { run_id: identity.runId }),
        objects,
        operation: 'tes:compute',
      })) as { grant_id: string; objects: GrantedObject[] }
      return {
        grantId: body.grant_id,
        objects: body.objects.map(({ id, uri, name, size, checksums, access_id }) => ({
          id,
          uri,
          size,
          checksums,
          ...(name === undefined ? {} : { name }),
          ...(access_id === undefined ? {} : { access_id }),
        })),
      }
    },
    async ticket(grantId, actor, objects) {
      const body = (await call('tickets', { grant_id: grantId, actor, action: 'read', objects })) as { ticket: string }
      return body.ticket
    },
    async introspect(token) {
      const reply = (await call('introspect', { token })) as IntrospectReply
      return reply.active ? reply : undefined
    },
    async revoke(grantId) {
      await call('revocations', { grant_id: grantId })
    },
  }
}

import { AttemptFault, AccessRefused, PeerUnavailable } from './errors.ts'
import type { GuardedFetch } from '@biocloud/service-kit'
import type { AttemptSpec } from './executors/executor.ts'
import { asFault, download, statusFault, type InputSource } from './input-sources.ts'
import type { GrantedObject, StsClient } from './sts-client.ts'

type Link = { url: string; headers: Record<string, string> }
type AccessAnswer = {
  resolved_drs_object_access_urls?: { drs_object_id?: string; url?: string; headers?: string[] }[]
  unresolved_drs_objects?: { error_code?: number; object_ids?: string[] }[]
}

/** `['Authorization: Basic …']` → an object. DRS 1.5, AccessURL.headers. */
const headerMap = (headers: readonly string[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (headers ?? []).map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  )

/**
 * `drs://` inputs: a task ticket, one bulk access call, the signed link, then the bytes with size and checksum verified.
 * Ticket and link live in memory for as long as the call and the download take.
 */
export const createDrsSource = (o: { base: string; fetch: GuardedFetch; sts: StsClient }): InputSource => {
  // Links of an attempt's objects, asked for together; a failed download asks for its own again.
  const links = new WeakMap<AttemptSpec, Promise<Map<string, Link>>>()

  const ask = async (
    attempt: AttemptSpec,
    objects: readonly GrantedObject[],
    signal: AbortSignal,
  ): Promise<Map<string, Link>> => {
    if (attempt.grantId === undefined) throw new AttemptFault('internal', 'the task has drs:// inputs and no grant')
    let ticket: string
    try {
      ticket = await o.sts.ticket(
        attempt.grantId,
        `tes/task/${attempt.taskId}/attempt/${attempt.attempt}`,
        objects.map(({ uri }) => uri),
      )
    } catch (error) {
      if (error instanceof AccessRefused)
        throw new AttemptFault('access_denied', `the drs:// inputs may not be read any more: ${error.message}`, {
          cause: error,
        })
      if (error instanceof PeerUnavailable)
        throw new AttemptFault('input_unavailable', error.message, { cause: error, transient: true })
      throw error
    }
    const answer = await o.fetch('peer', `${o.base}/objects/access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ticket}` },
      body: JSON.stringify({
        bulk_object_access_ids: objects.map(({ id, access_id }) => ({
          bulk_object_id: id,
          ...(access_id === undefined ? {} : { bulk_access_ids: [access_id] }),
        })),
      }),
      timeoutMs: 30_000,
      maxBytes: 64 * 2 ** 20,
      signal,
    })
    if (!answer.ok) {
      const told = (await answer.json().catch(() => ({}))) as { msg?: string }
      const fault = statusFault(answer.status, 'the drs:// inputs')
      throw new AttemptFault(
        fault.reason === 'input_forbidden' ? 'access_denied' : fault.reason,
        `${fault.message}${told.msg === undefined ? '' : `: ${told.msg}`}`,
        { transient: fault.transient },
      )
    }
    const body = (await answer.json()) as AccessAnswer
    const found = new Map<string, Link>()
    for (const { drs_object_id: id, url, headers } of body.resolved_drs_object_access_urls ?? []) {
      if (id !== undefined && url !== undefined && !found.has(id)) found.set(id, { url, headers: headerMap(headers) })
    }
    return found
  }

  const objectOf = (attempt: AttemptSpec, url: string, field: string): GrantedObject => {
    const found = attempt.drs.find(({ uri }) => uri === url)
    if (found === undefined) throw new AttemptFault('internal', `${field}: the grant does not hold ${url}`)
    return found
  }

  return {
    look: (input, { field }) =>
      input.type === 'DIRECTORY'
        ? Promise.reject(
            new AttemptFault(
              'input_invalid',
              `${field} (${input.url ?? ''}): it is typed DIRECTORY, and only single DRS objects can be inputs; leave type out, or name the objects one by one`,
            ),
          )
        : Promise.resolve('FILE'),
    async fetch(input, _type, place, context) {
      const what = `${context.field} (${input.url ?? ''})`
      const { attempt } = context
      try {
        const object = objectOf(attempt, input.url ?? '', context.field)
        const together = links.get(attempt) ?? ask(attempt, attempt.drs, context.signal)
        links.set(attempt, together)
        let link: Link | undefined
        try {
          link = (await together).get(object.id)
        } catch (error) {
          links.delete(attempt) // the next try asks anew
          throw error
        }
        if (link === undefined) throw new AttemptFault('input_missing', `${what}: DRS gives no link to it`)
        const answer = await o.fetch('peer', link.url, { headers: link.headers, signal: context.signal })
        if (!answer.ok) {
          await answer.body?.cancel()
          links.delete(attempt)
          const fault = statusFault(answer.status, what)
          // An expired link is refused like a forged one: a new ticket tells.
          throw new AttemptFault(fault.reason, fault.message, {
            transient: fault.transient || fault.reason === 'input_forbidden',
          })
        }
        await download(answer, place, context, { size: object.size, checksums: object.checksums }, what)
      } catch (error) {
        context.signal.throwIfAborted()
        throw asFault(error, what)
      }
    },
  }
}

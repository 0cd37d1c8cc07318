import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { basename as baseName } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DrsUriError, parseDrsUri, type RunRequest } from '@biocloud/ga4gh-api'
import type { Identity } from '@biocloud/passport-auth'
import { canonicalJson, refusalOf, type Clock, type Queue } from '@biocloud/service-kit'
import { createAttachmentWriter, type StoredFile } from './attachments.ts'
import type { Credentials } from './credentials.ts'
import type { OutputRows } from './db/output-rows.ts'
import type { RunRow, RunRows } from './db/run-rows.ts'
import type { EngineFinder, FoundEngine } from './engine-finder.ts'
import type { DrsInput } from './engines/engine.ts'
import { parseEngineParameters } from './engines/parameters.ts'
import { AccessRefused, IdempotencyConflict, InputNotFound, InvalidRunRequest, TooManyRuns } from './errors.ts'
import type { Events } from './events.ts'
import type { Limits } from './limits.ts'
import { cwlReferences, drsStrings, schemeOf, type JsonObject, type Reference } from './params.ts'
import { readFields, readRunBody } from './request-body.ts'
import type { RunFolder, RunFolders } from './run-folder.ts'
import { parseRunRequest, type ParsedRequest } from './run-request.ts'
import { readWorkflowUrl } from './sources/workflow-url.ts'
import type { RunUrls } from './run-urls.ts'

export type SubmitDeps = {
  rows: RunRows
  outputs: OutputRows
  folders: RunFolders
  engines: EngineFinder
  credentials: Credentials
  queue: Queue
  events: Events
  limits: Limits
  urls: RunUrls
  hosts: Readonly<Record<string, string>>
  mayFetch: (url: URL) => boolean
  siteParameters: Readonly<Record<string, Record<string, string>>>
  clock: Clock
  newId: () => string
}

type Resolved = { engineParams: JsonObject; drsUris: string[]; files: { holder: JsonObject; uri: string }[] }

const decodeOnce = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Told at submit as far as the text tells it: TES looks again, at every address that a name has. */
const isInside = ({ hostname }: URL): boolean => {
  const host = hostname.replace(/^\[|\]$/gu, '')
  return host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && refusalOf(host, {}) !== undefined)
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export type Submit = ReturnType<typeof createSubmit>

/** POST /runs: parse → attachments → checks → access → row → ring. Nothing of a refused request remains. */
export const createSubmit = (d: SubmitDeps) => {
  const { limits } = d

  const idOfDrs = (reference: Reference): void => {
    let host: string
    try {
      host = parseDrsUri(reference.value, { hosts: d.hosts }).host
    } catch (error) {
      if (error instanceof DrsUriError)
        throw new InvalidRunRequest(`${reference.path}: ${error.message}`, { cause: error })
      throw error
    }
    if (!Object.hasOwn(d.hosts, host)) {
      throw new InvalidRunRequest(
        `${reference.path} names the DRS host ${host}, which this server does not know (setting hosts); known: ${Object.keys(d.hosts).join(', ') || 'none'}`,
      )
    }
  }

  /** A file or folder among the attachments, as the run will have it on disk. */
  const attachmentUrl = (reference: Reference, attachments: readonly StoredFile[], folder: RunFolder): string => {
    const sent = reference.value.replace(/^(?:\.\/)+/u, '')
    const candidates = [sent, decodeOnce(sent)].map((name) =>
      reference.class === 'Directory' ? name.replace(/\/+$/u, '') : name,
    )
    const found = candidates.find((name) =>
      attachments.some((file) =>
        reference.class === 'Directory' ? file.name.startsWith(`${name}/`) : file.name === name,
      ),
    )
    if (found === undefined) {
      const known = attachments
        .slice(0, 20)
        .map(({ name }) => name)
        .join(', ')
      throw new InvalidRunRequest(
        `${reference.path} is ${JSON.stringify(reference.value.slice(0, 300))}, which is not attached. A relative path means a workflow_attachment (attached: ${known === '' ? 'nothing' : known}); data elsewhere is named by a drs:// or https:// URL.`,
      )
    }
    return pathToFileURL(`${folder.workflow}/${found}`).href
  }

  /** An output URL of this server → the DRS URI it was registered under. A foreign run's and a missing one are the same answer. */
  const ownOutput = async (reference: Reference, identity: Identity): Promise<string | undefined> => {
    const named = d.urls.readOutput(reference.value)
    if (named === undefined) return undefined
    const run = await d.rows.get(named.runId, identity.key)
    const output = run === undefined ? undefined : await d.outputs.get(named.runId, named.name)
    if (output?.drs_uri === undefined) throw new InputNotFound(`${reference.path} names an output that does not exist`)
    return output.drs_uri
  }

  /** The engine's copy of the params: locations resolved, and what they name. `request` stays as sent. */
  const resolve = async (
    parsed: ParsedRequest,
    found: FoundEngine,
    o: { identity: Identity; attachments: readonly StoredFile[]; folder: RunFolder },
  ): Promise<Resolved> => {
    const engineParams = structuredClone(parsed.params)
    const references = parsed.type === 'CWL' ? cwlReferences(engineParams) : drsStrings(engineParams)
    const drsUris = new Set<string>()
    const files: Resolved['files'] = []
    const set = (reference: Reference, location: string): void => {
      if (reference.class === 'string') reference.holder[reference.member] = location
      else {
        delete reference.holder['path']
        reference.holder['location'] = location
      }
    }
    for (const reference of references) {
      const { value, path } = reference
      const scheme = schemeOf(value)
      if (scheme === undefined) {
        if (value.startsWith('/') || value.startsWith('\\')) {
          throw new InvalidRunRequest(
            `${path} is an absolute path: files of this server are never opened. Attach the file, or register it in a DRS and name it by its drs:// URI`,
          )
        }
        set(reference, attachmentUrl(reference, o.attachments, o.folder))
        continue
      }
      const output = scheme === 'https' || scheme === 'http' ? await ownOutput(reference, o.identity) : undefined
      const uri = output ?? value
      if (schemeOf(uri) === 'drs') {
        idOfDrs({ ...reference, value: uri })
        drsUris.add(uri)
        set(reference, uri)
        if (reference.class === 'File') files.push({ holder: reference.holder, uri })
        if (drsUris.size > limits.drsIds)
          throw new InvalidRunRequest(`workflow_params names more than ${limits.drsIds} drs:// objects`)
        continue
      }
      const allowed = found.engine.inputSchemes.filter((name) => name !== 'attachment')
      if (!(allowed as readonly string[]).includes(scheme)) {
        const why = scheme === 'file' ? ': files of this server are never opened' : ''
        throw new InvalidRunRequest(
          `${path} has the scheme ${scheme}${why}; allowed are attachments and ${allowed.join(', ')}`,
        )
      }
      if (!URL.canParse(value) || /[\s\\]/u.test(value)) throw new InvalidRunRequest(`${path} is not a valid URL`)
      if (isInside(new URL(value)))
        throw new InvalidRunRequest(`${path} names an address that is not public: tasks do not fetch from there`)
      set(reference, value)
    }
    return { engineParams, drsUris: [...drsUris], files }
  }

  const accept = async (o: {
    identity: Identity
    runId: string
    folder: RunFolder
    fields: Record<string, unknown>
    attachments: readonly StoredFile[]
    multipart: boolean
    idempotencyKey: string | undefined
  }): Promise<{ runId: string; fresh: boolean }> => {
    const { identity, runId, attachments } = o
    const parsed = parseRunRequest(o.fields, limits)
    const requestHash = createHash('sha256')
      .update(
        canonicalJson({
          request: parsed.request,
          attachments: attachments.map(({ name, sha256 }) => [name, sha256]).sort(),
        }),
      )
      .digest('hex')
    const known = o.idempotencyKey === undefined ? undefined : await d.rows.idempotent(identity.key, o.idempotencyKey)
    if (known !== undefined) {
      if (known.requestHash !== requestHash)
        throw new IdempotencyConflict('This Idempotency-Key came before with another request')
      return { runId: known.runId, fresh: false }
    }
    const found = await d.engines.choose({
      type: parsed.type,
      ...(parsed.request.workflow_engine === undefined ? {} : { engine: parsed.request.workflow_engine }),
      ...(parsed.request.workflow_engine_version === undefined
        ? {}
        : { version: parsed.request.workflow_engine_version }),
    })
    const parameters = parseEngineParameters(found.engine, parsed.engineParameters, d.siteParameters[found.engine.name])
    readWorkflowUrl(parsed.request.workflow_url, {
      attachments: attachments.map(({ name }) => name),
      multipart: o.multipart,
      mayFetch: d.mayFetch,
    })
    const resolved = await resolve(parsed, found, { identity, attachments, folder: o.folder })
    if ((await d.rows.countState(['QUEUED'], identity.key)) >= limits.queuedRuns) {
      throw new TooManyRuns(`${limits.queuedRuns} of your runs wait already`, { retryAfter: 60 })
    }

    const grant = await d.credentials.grantRun(identity, runId, resolved.drsUris)
    try {
      const objects = objectsOf(resolved.drsUris, grant.objects)
      fillBasenames(resolved.files, objects)
      // W8: only omitted engine members are filled in.
      const request: RunRequest = {
        ...parsed.request,
        workflow_engine: parsed.request.workflow_engine ?? found.engine.name,
        workflow_engine_version: parsed.request.workflow_engine_version ?? found.install.version,
      }
      const now = d.clock.now()
      const deadline = new Date(
        Math.min(now.getTime() + limits.runSeconds * 1000, Date.parse(grant.not_after) || Infinity),
      )
      const row: RunRow = {
        run_id: runId,
        owner: identity.key,
        state: 'QUEUED',
        created: now.toISOString(),
        updated: now.toISOString(),
        type: parsed.type,
        request,
        tags: parsed.tags,
        engine: found.engine.name,
        work: {
          type: parsed.type,
          install: found.install,
          parameters,
          objects,
          attachments: [...attachments],
          engineParams: resolved.engineParams,
          deadline: deadline.toISOString(),
        },
        grant_id: grant.grant_id,
        attempt: 0,
        report_number: 0,
      }
      const message = `Accepted; ${found.engine.name} ${found.install.version}, ${counted(attachments.length, 'attachment')}, ${counted(objects.length, 'drs:// input')}`
      const inserted = await d.rows.insert(row, {
        message,
        ...(o.idempotencyKey === undefined ? {} : { idempotency: { key: o.idempotencyKey, requestHash } }),
      })
      if (inserted.inserted) return { runId, fresh: true }
      // The same key came in by another request meanwhile.
      await d.credentials.revoke(grant.grant_id).catch(() => undefined) // it ends by itself, too
      if (!inserted.same) throw new IdempotencyConflict('This Idempotency-Key came before with another request')
      return { runId: inserted.runId, fresh: false }
    } catch (error) {
      if (!(error instanceof IdempotencyConflict)) await d.credentials.revoke(grant.grant_id).catch(() => undefined)
      throw error
    }
  }

  return {
    /** Resolves to the run's id once its row is committed. `body` is the parsed JSON body where there is one. */
    async run(
      identity: Identity,
      req: IncomingMessage & { body?: unknown },
      idempotencyKey: string | undefined,
    ): Promise<string> {
      if (identity.kind !== 'person')
        throw new AccessRefused('A run is submitted by a person: this token is for the tasks of a run')
      const runId = d.newId()
      const folder = await d.folders.make(runId)
      let keep = false
      try {
        const writer = createAttachmentWriter({ folder: folder.workflow, limits })
        const json = req.body !== undefined
        const fields = json ? readFields(req.body) : await readRunBody(req, { limits, sink: writer })
        const accepted = await accept({
          identity,
          runId,
          folder,
          fields,
          attachments: writer.stored,
          multipart: !json,
          idempotencyKey,
        })
        keep = accepted.fresh
        if (accepted.fresh) {
          d.events.runAccepted(runId)
          d.queue.wake(runId) // a lost ring only delays: reconcile.ts rings again for every row that is due
        }
        return accepted.runId
      } finally {
        if (!keep) await d.folders.remove(runId)
      }
    },
  }
}

type Granted = { uri: string; name?: string; size: number; checksums: { type: string; checksum: string }[] }

/** By the URI exactly as the params hold it; the STS answers in the order asked for. */
const objectsOf = (uris: readonly string[], granted: readonly Granted[]): DrsInput[] =>
  uris.flatMap((uri, index) => {
    const object = granted.find((candidate) => candidate.uri === uri) ?? granted[index]
    if (object === undefined) return []
    return [
      {
        uri,
        size: object.size,
        ...(object.name === undefined ? {} : { name: object.name }),
        checksums: object.checksums.map(({ type, checksum }) => ({ type, checksum })),
      },
    ]
  })

/** C3: without it a drs:// File's basename would be the id, and nameext, secondaryFiles and format would break. */
const fillBasenames = (files: readonly { holder: JsonObject; uri: string }[], objects: readonly DrsInput[]): void => {
  const names = new Map(objects.map(({ uri, name }) => [uri, name]))
  for (const { holder, uri } of files) {
    const name = names.get(uri)
    if (typeof holder['basename'] === 'string' || name === undefined) continue
    const base = baseName(name)
    if (base !== '' && base !== '.' && base !== '..') holder['basename'] = base
  }
}

import type { DrsObject, DrsObjectCandidate } from '@biocloud/ga4gh-api'
import type { Grant } from '@biocloud/passport-auth'
import type { Clock, Queue } from '@biocloud/service-kit'
import type { BundleMembers } from './bundle-members.ts'
import type { CandidateLocations, Place } from './candidate-locations.ts'
import { contradiction, parseChecksums, sortChecksums, type Checksum } from './checksums.ts'
import type { NewRun, ObjectStore } from './db/objects.ts'
import type { ObjectRecord } from './db/rows.ts'
import { AlreadyRegistered, ContentConflict, InvalidCandidate, TooManyItems, TryAgain } from './errors.ts'
import type { Events } from './events.ts'
import { checkMediaType, checkName, checkText, mediaTypeOf } from './names.ts'
import type { Objects } from './objects.ts'
import type { Caller } from './permissions.ts'
import type { Writers } from './writers.ts'

type NewRecord = Omit<ObjectRecord, 'head'>

/** A candidate after its checks: new rows, or the object that is there already. */
type Planned = { known: ObjectRecord } | { record: NewRecord; verify: boolean; uploadId?: string }

export interface Registered {
  objects: DrsObject[]
  /** Some have no checksum yet: the same request, repeated, gives them once they have. */
  pending: boolean
}

const MAX_ATTEMPTS = 3

/** POST /objects/register: prefix → store → right → stat → duplicates → one transaction → checksum jobs (drs.md §3). */
export const createRegister = (o: {
  store: ObjectStore
  locations: CandidateLocations
  members: BundleMembers
  writers: Writers
  objects: Objects
  grantOf: (id: string) => Promise<Grant | undefined>
  queue: Queue
  events: Events
  clock: Clock
  newId: () => string
  limit: number
}) => {
  const check = (candidate: DrsObjectCandidate, field: string): Checksum[] => {
    checkName(candidate.name, `${field}.name`)
    checkMediaType(candidate.mime_type, `${field}.mime_type`)
    checkText(candidate.version, `${field}.version`, 255)
    checkText(candidate.description, `${field}.description`, 4000)
    for (const [i, alias] of (candidate.aliases ?? []).entries()) checkText(alias, `${field}.aliases[${i}]`, 255)
    for (const [key, value] of Object.entries(candidate.x_tags ?? {})) {
      checkText(key, `${field}.x_tags`, 255)
      checkText(value, `${field}.x_tags.${key}`, 1000)
    }
    return parseChecksums(candidate.checksums ?? [], `${field}.checksums`)
  }

  /** A repeated registration of the same bytes at the same place is the same object; other bytes are a conflict (I5). */
  const known = (
    caller: Caller,
    there: ObjectRecord,
    candidate: DrsObjectCandidate,
    checksums: Checksum[],
    dataset: string,
    field: string,
  ): Planned => {
    const { row } = there
    if (row.dataset_id !== dataset) {
      throw new AlreadyRegistered(
        `${field}.x_dataset: these bytes are registered as object ${row.id} of another dataset`,
      )
    }
    const other = contradiction(checksums, there.checksums)
    if (other !== undefined || (candidate.size !== undefined && candidate.size !== row.size)) {
      throw new ContentConflict(`${field}: the object ${row.id} at this place`)
    }
    // A run repeats its registrations after a crash, and may know by then what it did not before.
    if (o.writers.ticketDataset(caller) !== undefined) return { known: there }
    const dropped = [
      ...(['name', 'description', 'version', 'mime_type'] as const).filter(
        (member) => candidate[member] !== undefined && candidate[member] !== row[member],
      ),
      ...((candidate.aliases ?? []).every((alias) => there.aliases.includes(alias)) ? [] : ['aliases']),
      ...(Object.entries(candidate.x_tags ?? {}).every(([key, value]) => there.tags[key] === value) ? [] : ['x_tags']),
    ]
    if (dropped.length > 0) {
      throw new AlreadyRegistered(
        `${field}: these bytes are registered as object ${row.id} with other ${dropped.join(', ')}; registering again changes nothing: leave them out`,
      )
    }
    return { known: there }
  }

  const rowOf = (caller: Caller, candidate: DrsObjectCandidate, dataset: string, made: Date): NewRecord['row'] => {
    const mime = candidate.mime_type ?? (candidate.contents === undefined ? mediaTypeOf(candidate.name) : undefined)
    const time = made.toISOString()
    return {
      id: o.newId(),
      kind: candidate.contents === undefined ? 'blob' : 'bundle',
      name: candidate.name ?? null,
      size: candidate.size ?? 0,
      created_time: time,
      updated_time: time, // O2: the content does not change after it came to be
      mime_type: mime ?? null,
      version: candidate.version ?? null,
      description: candidate.description ?? null,
      dataset_id: dataset,
      run_id: dataset.startsWith('run:') ? dataset.slice('run:'.length) : null,
      state: 'active',
      generation: 1,
      revision: 1,
      registered_by: caller.identity.key,
      registered_at: o.clock.now().toISOString(),
    }
  }

  const checksumRows = (id: string, checksums: readonly Checksum[], computed: boolean) =>
    checksums.map(({ type, checksum }) => ({
      object_id: id,
      type,
      checksum,
      source: computed ? ('computed' as const) : ('declared' as const),
      verified_at: computed ? o.clock.now().toISOString() : null,
    }))

  const blob = async (
    caller: Caller,
    candidate: DrsObjectCandidate,
    place: Place,
    dataset: string,
    field: string,
  ): Promise<Planned> => {
    const declared = check(candidate, field)
    const there = await o.store.byLocation(place.store.name, place.key)
    if (there !== undefined) return known(caller, there, candidate, declared, dataset, field)
    const stat = await o.locations.stat(place, field)
    if (candidate.size !== undefined && candidate.size !== stat.size) {
      throw new InvalidCandidate(`${field}.size: ${candidate.size} is declared, ${stat.size} bytes are there`)
    }
    const wrong = contradiction(declared, place.checksums)
    if (wrong !== undefined) throw new InvalidCandidate(`${field}.checksums: the bytes have another ${wrong.type}`)
    const computed = place.uploadId !== undefined
    const checksums = sortChecksums([
      ...place.checksums,
      ...declared.filter(({ type }) => !place.checksums.some((one) => one.type === type)),
    ])
    const row = rowOf(
      caller,
      { ...candidate, size: stat.size, ...place.described(candidate) },
      dataset,
      stat.modified ?? o.clock.now(),
    )
    const { cloud, region } = place.store
    return {
      record: {
        row: { ...row, state: checksums.length === 0 ? 'pending' : 'active' },
        checksums: checksumRows(row.id, checksums, computed),
        accessMethods: [
          {
            object_id: row.id,
            access_id: `${place.store.name}-1`,
            position: 0,
            type: 'https',
            backend: place.store.name,
            key: place.key,
            etag: stat.etag ?? null,
            cloud: cloud ?? null,
            region: region ?? null,
          },
        ],
        members: [],
        aliases: [...new Set(candidate.aliases ?? [])],
        tags: candidate.x_tags ?? {},
      },
      verify: !computed,
      ...(place.uploadId === undefined ? {} : { uploadId: place.uploadId }),
    }
  }

  const bundle = async (
    caller: Caller,
    candidate: DrsObjectCandidate,
    dataset: string,
    field: string,
  ): Promise<Planned> => {
    const declared = check(candidate, field)
    const row = rowOf(caller, candidate, dataset, o.clock.now())
    const { members, size, checksums } = await o.members.resolve(caller, row.id, candidate, declared, dataset, field)
    // A bundle has no place to be known by. A run repeats its registrations after a crash: its bundles go by their alias.
    const [alias] = candidate.aliases ?? []
    const there =
      o.writers.ticketDataset(caller) === undefined || alias === undefined
        ? undefined
        : await o.store.bundleByAlias(dataset, alias)
    if (there !== undefined) {
      if (contradiction(checksums, there.checksums) !== undefined || there.members.length !== members.length)
        throw new ContentConflict(`${field}: the bundle ${alias ?? ''} (object ${there.row.id})`)
      return { known: there }
    }
    return {
      record: {
        row: { ...row, size },
        checksums: checksumRows(row.id, checksums, true),
        accessMethods: [],
        members,
        aliases: [...new Set(candidate.aliases ?? [])],
        tags: candidate.x_tags ?? {},
      },
      verify: false,
    }
  }

  /** A run's owner and inputs stand in its grant; they are kept with its first output. */
  const runOf = async (caller: Caller, dataset: string): Promise<NewRun | undefined> => {
    const grantId = caller.identity.ticket?.grantId
    if (!dataset.startsWith('run:') || grantId === undefined) return undefined
    const grant = await o.grantOf(grantId)
    if (grant?.runId === undefined || `run:${grant.runId}` !== dataset) return undefined
    return { run_id: grant.runId, owner: grant.owner, datasets: grant.datasets }
  }

  return {
    /** Throws RegistrationClosed, InvalidCandidate, LocationNotAllowed, DatasetUnknown, ContentConflict, AuthError … and then nothing is registered. */
    async register(caller: Caller, candidates: readonly DrsObjectCandidate[]): Promise<Registered> {
      o.writers.admit(caller)
      if (candidates.length > o.limit) throw new TooManyItems('candidates', candidates.length, o.limit)
      const datasets: string[] = []
      for (const { x_dataset } of candidates) datasets.push(await o.writers.dataset(caller, x_dataset))
      const places: (Place | undefined)[] = []
      for (const [i, candidate] of candidates.entries()) {
        const field = `candidates[${i}]`
        check(candidate, field)
        places.push(
          candidate.contents === undefined
            ? await o.locations.place(caller, candidate, datasets[i] ?? '', field)
            : undefined,
        )
      }
      const run = await runOf(caller, datasets[0] ?? '')
      for (const dataset of new Set(datasets)) {
        const urls = places.flatMap((place, i) =>
          datasets[i] === dataset && place?.url !== undefined ? [place.url] : [],
        )
        await o.writers.authorize(caller, dataset, {
          locations: urls,
          objectIds: [],
          ...(run === undefined ? {} : { run }),
        })
      }
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const planned: Planned[] = []
        for (const [i, candidate] of candidates.entries()) {
          const dataset = datasets[i] ?? ''
          const field = `candidates[${i}]`
          // A second PUT of an upload gives it other bytes under another key.
          if (attempt > 1 && places[i]?.uploadId !== undefined) {
            places[i] = await o.locations.place(caller, candidate, dataset, field)
          }
          const place = places[i]
          planned.push(
            place === undefined
              ? await bundle(caller, candidate, dataset, field)
              : await blob(caller, candidate, place, dataset, field),
          )
        }
        if (await insert(planned, run)) return answer(caller, planned, datasets[0] ?? '')
      }
      throw new TryAgain()
    },
  }

  async function insert(planned: readonly Planned[], run: NewRun | undefined): Promise<boolean> {
    const fresh = planned.filter((one) => 'record' in one)
    const jobs = fresh
      .filter(({ verify }) => verify)
      .map(({ record }) => ({ job_id: o.newId(), object_id: record.row.id, due_at: o.clock.now().toISOString() }))
    const uploads = fresh.flatMap(({ uploadId, record }) =>
      uploadId === undefined ? [] : [{ id: uploadId, key: record.accessMethods[0]?.key ?? '' }],
    )
    const records = fresh.map(({ record }) => record)
    if (!(await o.store.insert(records, { jobs, uploads, ...(run === undefined ? {} : { run }) }))) return false
    for (const { job_id } of jobs) o.queue.wake(job_id)
    return true
  }

  async function answer(caller: Caller, planned: readonly Planned[], dataset: string): Promise<Registered> {
    const ids = planned.map((one) => ('known' in one ? one.known.row.id : one.record.row.id))
    const fresh = planned.flatMap((one) => ('record' in one ? [one.record.row.id] : []))
    const by = o.writers.ticketDataset(caller) !== undefined ? 'run' : caller.identity.operator ? 'operator' : 'person'
    if (fresh.length > 0) o.events.registered(fresh, dataset, by)
    const records = await o.store.getMany(ids)
    const found = ids.flatMap((id) => records.get(id) ?? [])
    return {
      objects: found.map((record) => o.objects.render(record)),
      pending: found.some(({ row }) => row.state === 'pending'),
    }
  }
}
export type Register = ReturnType<typeof createRegister>

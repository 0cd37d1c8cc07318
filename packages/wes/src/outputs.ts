import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { DrsObjectCandidate } from '@biocloud/ga4gh-api'
import {
  confinedList,
  confinedMove,
  confinedOpen,
  confinedStat,
  confinedWrite,
  Forbidden,
  NotFound,
  segmentsOf,
} from '@biocloud/storage'
import type { Credentials } from './credentials.ts'
import type { OutputRow, OutputRows } from './db/output-rows.ts'
import type { RunRow } from './db/run-rows.ts'
import { RunFault } from './errors.ts'
import type { Events } from './events.ts'
import { isObject, schemeOf, type JsonObject } from './params.ts'
import type { RunFolder } from './run-folder.ts'
import type { RunUrls } from './run-urls.ts'

const REGISTER_BATCH = 100
const MAX_FILES = 100_000
const PAGE = 1000
const BUNDLE_MEMBERS = 10_000

/** Output objects in the engine's own shape, the files behind them moved to `outputs/`. */
type Collected = { outputs: JsonObject; files: Map<string, JsonObject[]> }

const safeName = (text: string): string => {
  const name = text.replace(/[\u0000-\u001f\u007f/\\]/gu, '_')
  return name === '' || name === '.' || name === '..' ? '_' : name
}

const isUnder = (root: string, path: string): boolean => path.startsWith(root + sep)

/** A file's bytes from its beginning, each chunk good until the next one is asked for. */
async function* chunksOf(handle: FileHandle, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(1024 * 1024)
  for (let offset = 0; ;) {
    signal?.throwIfAborted()
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
    if (bytesRead === 0) return
    offset += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

const sha256Of = async (
  folder: string,
  segments: readonly string[],
  signal?: AbortSignal,
): Promise<{ size: number; sha256: string }> => {
  const handle = await confinedOpen(folder, segments)
  try {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of chunksOf(handle, signal)) {
      hash.update(chunk)
      size += chunk.length
    }
    return { size, sha256: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

const statIfThere = async (folder: string, segments: readonly string[]): Promise<Stats | undefined> => {
  try {
    return await confinedStat(folder, segments)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

export type Outputs = ReturnType<typeof createOutputs>

/** What a run made: moved, digested, registered in DRS (wes.md 8). Every step may be repeated. */
export const createOutputs = (d: { rows: OutputRows; credentials: Credentials; urls: RunUrls; events: Events }) => {
  /** Puts one file at `outputs/<name>`: moved from `work/`, copied from `workflow/`. What the author's code left running may change either folder at any time, so nothing here is found by its path twice. */
  const take = async (folder: RunFolder, path: string, name: string): Promise<void> => {
    const target = segmentsOf(name)
    const move = isUnder(folder.work, path)
    const root = move ? folder.work : folder.workflow
    const source = segmentsOf(relative(root, path))
    const before = await statIfThere(root, source)
    if (before === undefined) {
      if ((await statIfThere(folder.outputs, target))?.isFile() === true) return // moved before a crash
      throw new RunFault(`The output ${name} is named by the engine, and its file is not there`)
    }
    if (!before.isFile()) throw new RunFault(`The output ${name} is no regular file`)
    if (!move) {
      const original = await confinedOpen(root, source)
      try {
        await confinedWrite(folder.outputs, target, chunksOf(original), { mode: 0o644 })
      } finally {
        await original.close()
      }
      return
    }
    await confinedMove({ root, segments: source }, { root: folder.outputs, segments: target })
    const handle = await confinedOpen(folder.outputs, target)
    try {
      if (process.getuid?.() === 0) await handle.chown(0, 0)
      await handle.chmod(0o644)
    } finally {
      await handle.close()
    }
  }

  const collect = async (runId: string, folder: RunFolder, outputs: JsonObject): Promise<Collected> => {
    const files = new Map<string, JsonObject[]>()
    const nameOfSource = new Map<string, string>()
    const taken = new Set<string>()

    /** Unique per run: a name that is taken gets a numbered folder. */
    const free = (folderName: string, basename: string): string => {
      let name = `${folderName}/${basename}`
      for (let n = 2; taken.has(name); n++) name = `${folderName}/${n}/${basename}`
      taken.add(name)
      return name
    }
    const placed = (name: string, holder: JsonObject): void => {
      const holders = files.get(name)
      if (holders === undefined) files.set(name, [holder])
      else holders.push(holder)
      if (files.size > MAX_FILES) throw new RunFault(`The run has more than ${MAX_FILES} output files`)
    }
    /** The path of a `file://` location below this run's `work/` or `workflow/`. */
    const localPath = (location: string): string => {
      let path: string
      try {
        path = fileURLToPath(location)
      } catch (error) {
        throw new RunFault(`The output location ${location.slice(0, 200)} is no valid file URL`, { cause: error })
      }
      if (!isUnder(folder.work, path) && !isUnder(folder.workflow, path))
        throw new RunFault('An output lies outside the run, and is refused')
      return path
    }

    const file = async (value: JsonObject, at: string): Promise<JsonObject> => {
      const { path: _path, dirname: _dirname, contents, secondaryFiles, ...rest } = value
      const location = typeof value['location'] === 'string' ? value['location'] : undefined
      const scheme = location === undefined ? undefined : schemeOf(location)
      const secondaries = Array.isArray(secondaryFiles) ? { secondaryFiles: await each(secondaryFiles, () => at) } : {}
      if (location !== undefined && scheme !== 'file') {
        if (scheme !== 'drs' && scheme !== 'https')
          throw new RunFault(`An output has a location of the scheme ${scheme ?? 'none'}`)
        // An input passed through: it has its own address.
        return { ...rest, ...(scheme === 'drs' ? { drs_uri: location } : {}), ...secondaries }
      }
      const path = location === undefined ? undefined : localPath(location)
      const basename = safeName(
        typeof value['basename'] === 'string' ? value['basename'] : (path?.split(sep).at(-1) ?? 'output'),
      )
      if (path === undefined && typeof contents !== 'string')
        throw new RunFault(`The output ${at} is a File without location or contents`)
      const known = path === undefined ? undefined : nameOfSource.get(path)
      const name = known ?? free(at, basename)
      if (known === undefined) {
        if (path === undefined)
          await confinedWrite(folder.outputs, segmentsOf(name), contents as string, { mode: 0o644 })
        else {
          await take(folder, path, name)
          nameOfSource.set(path, name)
        }
      }
      const holder: JsonObject = {
        ...rest,
        class: 'File',
        basename,
        location: d.urls.output(runId, name),
        ...secondaries,
      }
      placed(name, holder)
      return holder
    }

    const directory = async (value: JsonObject, at: string): Promise<JsonObject> => {
      const { path: _path, dirname: _dirname, listing, location: sent, ...rest } = value
      const location = typeof sent === 'string' ? sent : undefined
      const scheme = location === undefined ? undefined : schemeOf(location)
      if (location !== undefined && scheme !== 'file')
        return { ...value, ...(scheme === 'drs' ? { drs_uri: location } : {}) }
      const path = location === undefined ? undefined : localPath(location)
      const basename = safeName(
        typeof value['basename'] === 'string' ? value['basename'] : (path?.split(sep).at(-1) ?? 'output'),
      )
      const inside = free(at, basename)
      const members = Array.isArray(listing)
        ? (listing as unknown[])
        : path === undefined
          ? []
          : await listFolder(folder, path, inside)
      return {
        ...rest,
        class: 'Directory',
        basename,
        location: d.urls.output(runId, inside),
        listing: await each(members, () => inside),
      }
    }

    const each = async (items: unknown[], nameOf: (index: number) => string): Promise<unknown[]> => {
      const done: unknown[] = []
      for (const [index, item] of items.entries()) done.push(await visit(item, nameOf(index)))
      return done
    }

    const visit = async (value: unknown, at: string): Promise<unknown> => {
      if (Array.isArray(value)) return each(value, (index) => `${at}/${index}`)
      if (!isObject(value)) return value
      if (value['class'] === 'File') return file(value, at)
      if (value['class'] === 'Directory') return directory(value, at)
      const record: JsonObject = {}
      for (const [key, item] of Object.entries(value)) record[key] = await visit(item, `${at}/${safeName(key)}`)
      return record
    }

    const object: JsonObject = {}
    for (const [id, value] of Object.entries(outputs))
      object[id] = await visit(value, safeName(id.split(/[/#]/u).at(-1) ?? id))
    return { outputs: object, files }
  }

  const candidateOf = (run: RunRow, folder: RunFolder, row: OutputRow): DrsObjectCandidate => {
    const basename = row.name.split('/').at(-1) ?? row.name
    const url = `${folder.url('outputs')}/${row.name.split('/').map(encodeURIComponent).join('/')}`
    return {
      // DRS 1.5, DrsObject.name: a portable file name; others are left out.
      ...(/^[A-Za-z0-9._-]{1,255}$/u.test(basename) ? { name: basename } : {}),
      size: row.size,
      checksums: [{ type: 'sha-256', checksum: row.sha256 }],
      ...(row.name.length <= 200 ? { aliases: [`run:${run.run_id}/${row.name}`] } : {}),
      access_methods: [{ type: 'file', access_url: { url } }],
      x_dataset: `run:${run.run_id}`,
      ...(extname(basename) === '.json' ? { mime_type: 'application/json' } : {}),
    }
  }

  const register = (run: RunRow, folder: RunFolder, candidates: readonly DrsObjectCandidate[]) =>
    d.credentials.register(run.grant_id ?? '', run.run_id, `${folder.url('outputs')}/`, candidates)

  /** One bundle for the run. DRS knows it again by its alias, so that a repetition makes no second one. */
  const bundleOf = async (
    run: RunRow,
    folder: RunFolder,
    stored: readonly OutputRow[],
  ): Promise<string | undefined> => {
    if (stored.length === 0 || stored.length > BUNDLE_MEMBERS || run.grant_id === undefined) return undefined
    const names = memberNames(stored.map(({ name }) => name))
    const [object] = await register(run, folder, [
      {
        name: `run-${run.run_id}`,
        aliases: [`run:${run.run_id}`],
        contents: stored.map(({ drs_uri: uri = '' }, index) => ({ name: names[index] ?? '', drs_uri: [uri] })),
        x_dataset: `run:${run.run_id}`,
      },
    ])
    return object?.self_uri
  }

  const allRows = async (runId: string): Promise<OutputRow[]> => {
    const found: OutputRow[] = []
    let after: string | undefined
    do {
      const page = await d.rows.list(runId, { limit: PAGE, ...(after === undefined ? {} : { after }) })
      found.push(...page)
      after = page.length === PAGE ? page.at(-1)?.name : undefined
    } while (after !== undefined)
    return found
  }

  return {
    /**
     * Stores and registers the outputs of a run that succeeded; `outputs` is what RunLog shows, `bundle` the DRS URI of
     * all of them together, absent where there are none. `signal` ends it between two steps.
     * Throws RunFault (what the engine named cannot be an output), PeerRefused, PeerUnreachable (to be repeated).
     */
    async store(
      run: RunRow,
      folder: RunFolder,
      engineOutputs: JsonObject,
      signal?: AbortSignal,
    ): Promise<{ outputs: JsonObject; bundle?: string }> {
      const { outputs, files } = await collect(run.run_id, folder, engineOutputs).catch((error: unknown) => {
        // Links and the like among the outputs are the workflow's doing.
        if (error instanceof Forbidden) throw new RunFault(`An output is refused: ${error.message}`, { cause: error })
        throw error
      })
      const before = new Map((await allRows(run.run_id)).map((row) => [row.name, row]))
      for (const name of files.keys()) {
        if (before.has(name)) continue // its digest was taken before a crash
        const { size, sha256 } = await sha256Of(folder.outputs, segmentsOf(name), signal)
        await d.rows.add([{ run_id: run.run_id, name, size, sha256 }])
      }
      const open = (await allRows(run.run_id)).filter((row) => row.drs_uri === undefined)
      if (open.length > 0 && run.grant_id === undefined)
        throw new RunFault('The access of the run has ended before its outputs were registered')
      for (let first = 0; first < open.length; first += REGISTER_BATCH) {
        signal?.throwIfAborted()
        const batch = open.slice(first, first + REGISTER_BATCH)
        const objects = await register(
          run,
          folder,
          batch.map((row) => candidateOf(run, folder, row)),
        )
        await d.rows.registered(
          run.run_id,
          new Map(batch.map((row, index) => [row.name, objects[index]?.self_uri ?? ''])),
        )
        d.events.outputsRegistered(run.run_id, batch.length)
      }
      const stored = await allRows(run.run_id)
      for (const row of stored) {
        for (const holder of files.get(row.name) ?? []) {
          holder['size'] = row.size
          holder['checksum'] ??= `sha256$${row.sha256}`
          if (row.drs_uri !== undefined) holder['drs_uri'] = row.drs_uri
        }
      }
      const bundle = run.bundle_uri ?? (await bundleOf(run, folder, stored))
      return { outputs, ...(bundle === undefined ? {} : { bundle }) }
    },
  }
}

/** DRS 1.5, ContentsObject.name: portable and unique. An output's basename; where two are the same, its whole name. */
const memberNames = (names: readonly string[]): string[] => {
  const portable = (text: string): string => text.replace(/[^A-Za-z0-9._-]/gu, '_').slice(-200)
  const basenames = names.map((name) => portable(name.split('/').at(-1) ?? name))
  const counts = new Map<string, number>()
  for (const basename of basenames) counts.set(basename, (counts.get(basename) ?? 0) + 1)
  const taken = new Set<string>()
  return names.map((name, index) => {
    const basename = basenames[index] ?? ''
    const wanted = counts.get(basename) === 1 && !/^\.{1,2}$/u.test(basename) ? basename : portable(name)
    let free = wanted
    for (let n = 2; taken.has(free); n++) free = `${n}_${wanted}`
    taken.add(free)
    return free
  })
}

/** A folder on disk as a listing, with what was moved to its place in `outputs/` before a crash. */
const listFolder = async (folder: RunFolder, path: string, inside: string): Promise<unknown[]> => {
  const root = isUnder(folder.work, path) ? folder.work : folder.workflow
  const kinds = new Map<string, 'File' | 'Directory'>()
  const look = async (base: string, segments: readonly string[]): Promise<void> => {
    for await (const entry of confinedList(base, segments, { recursive: false })) {
      const name = entry.segments.at(-1) ?? ''
      if (entry.kind === 'file') kinds.set(name, 'File')
      else if (entry.kind === 'directory') kinds.set(name, 'Directory') // links and devices are no outputs
    }
  }
  await look(root, segmentsOf(relative(root, path)))
  await look(folder.outputs, segmentsOf(inside)).catch((error: unknown) => {
    if (!(error instanceof NotFound)) throw error
  })
  return [...kinds].map(([name, kind]) => ({
    class: kind,
    basename: name,
    location: pathToFileURL(join(path, name)).href,
  }))
}

import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TesInput } from '@biocloud/ga4gh-api'
import { normalise, parentOf, relativeTo } from './container-path.ts'
import { AttemptFault } from './errors.ts'
import type { AttemptFolder, StagedPlan } from './executors/attempt-folder.ts'
import type { AttemptSpec } from './executors/executor.ts'
import type { InputSource, SourceContext, StagedFile } from './input-sources.ts'
import { streamPlaces } from './executors/streams.ts'
import { locate, planMounts, type MountPlan } from './mount-plan.ts'
import { isPattern } from './path-pattern.ts'
import { pause } from './pause.ts'
import { schemeOf } from './storage-urls.ts'

export type StagingOptions = {
  /** Scheme → driver: the one map. A known scheme that is not in it is `storage_not_configured`. */
  sources: Readonly<Record<string, InputSource>>
  /** Inputs of one attempt that are fetched at the same time. */
  parallel: number
  /** Tries of an input whose storage fails for the moment. */
  tries: number
  /** Before the second try; doubled for each further one. */
  backoffMs: number
}

export type Stage = (
  attempt: AttemptSpec,
  folder: AttemptFolder,
  o: { signal: AbortSignal; maxBytes: number },
) => Promise<StagedPlan>

type Work = { input: TesInput; index: number; type: 'FILE' | 'DIRECTORY'; source: InputSource | undefined }

const hasContent = (input: TesInput): boolean =>
  input.content !== undefined && (input.content !== '' || input.url === undefined || input.url === '')

/** Runs `work` on every item, at most `width` at a time; the first failure stops the rest. */
const inParallel = async <T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> => {
  let next = 0
  let failed = false
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const item = items[next] as T
      next += 1
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane))
  for (const result of lanes) if (result.status === 'rejected') throw result.reason
}

const planFor = (attempt: AttemptSpec, work: readonly Work[]): MountPlan =>
  planMounts({
    inputs: work.map(({ input, type }) => ({ path: input.path, type })),
    outputs: attempt.outputs.map(({ path, path_prefix, type }) => ({
      path,
      type,
      pattern: isPattern(path, path_prefix),
    })),
    volumes: attempt.volumes,
    executors: attempt.executors.map(({ stdin, stdout, stderr, workdir }) => ({
      stdin: stdin || undefined,
      stdout: stdout || undefined,
      stderr: stderr || undefined,
      workdir: workdir || undefined,
    })),
  })

/** The place on this machine for something at a path of the container. */
const hostPlace = (folder: AttemptFolder, plan: MountPlan, path: string): { base: string; relative: string } => {
  const held = locate(plan.directories, path)
  if (held !== undefined) return { base: folder.data(held.index), relative: held.relative }
  const lone = plan.loneFiles.indexOf(path)
  if (lone < 0) throw new AttemptFault('input_invalid', `nothing can be mounted at ${path}`)
  return { base: dirname(folder.loneFile(lone)), relative: String(lone) }
}

/** Brings the inputs of attempts to this machine (tes.md 1.5.4, §3.5): private copies, each complete before it has its name. */
export const createStaging = ({ sources, parallel, tries, backoffMs }: StagingOptions): Stage => {
  const sourceOf = (input: TesInput, index: number): InputSource | undefined => {
    if (hasContent(input)) return undefined
    const scheme = schemeOf(input.url ?? '')
    const source = Object.hasOwn(sources, scheme) ? sources[scheme] : undefined
    if (source !== undefined) return source
    throw new AttemptFault(
      'storage_not_configured',
      `inputs[${index}].url: this server has no storage configured for ${scheme}://`,
    )
  }

  const retrying = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof AttemptFault && error.transient) || attempt >= tries || signal.aborted) throw error
        await pause(backoffMs * 2 ** (attempt - 1) * (0.5 + Math.random()), signal)
      }
    }
  }

  return async (attempt, folder, { signal, maxBytes }) => {
    await folder.clear()
    const notes: string[] = []
    let bytes = 0
    let moved = 0
    /** `undo`: what a try that failed has counted does not count; the next one counts it again. */
    const contextFor = (index: number): SourceContext & { undo(): void } => {
      const mine = { bytes: 0, moved: 0 }
      return {
        attempt,
        field: `inputs[${index}].url`,
        signal,
        note: (line) => void notes.push(line),
        count(amount, isMoved) {
          mine.bytes += amount
          bytes += amount
          if (isMoved) {
            mine.moved += amount
            moved += amount
          }
          if (bytes > maxBytes) {
            throw new AttemptFault(
              'disk_full',
              `the inputs do not fit in the disk of this task (${(maxBytes / 2 ** 30).toFixed(2)} GiB); ask for more with resources.disk_gb`,
            )
          }
        },
        undo() {
          bytes -= mine.bytes
          moved -= mine.moved
          mine.bytes = mine.moved = 0
        },
      }
    }

    const work: Work[] = []
    for (const [index, input] of attempt.inputs.entries()) {
      const source = sourceOf(input, index)
      const found = source === undefined ? 'FILE' : await retrying(signal, () => source.look(input, contextFor(index)))
      if (input.type === 'FILE' && found === 'DIRECTORY')
        notes.push(`inputs[${index}] (${input.path}) is typed FILE but is a directory: staged as one`)
      if (input.type === 'DIRECTORY' && found === 'FILE') {
        throw new AttemptFault(
          'input_invalid',
          `inputs[${index}] (${input.path}) is typed DIRECTORY, but its url names a file`,
        )
      }
      if (input.streamable === true)
        notes.push(
          `inputs[${index}] (${input.path}): streamable is a hint that this server does not use; the input was copied`,
        )
      work.push({ input, index, type: found, source })
    }

    const plan = planFor(attempt, work)
    for (const [i, directory] of plan.directories.entries()) {
      await folder.make(folder.data(i), '')
      for (const wanted of plan.make) {
        if (locate(plan.directories, wanted)?.directory === directory)
          await folder.make(folder.data(i), relativeTo(directory, wanted))
      }
    }
    if (plan.loneFiles.length > 0) await folder.make(dirname(folder.loneFile(0)), '')

    // Directories first, then what lies in them.
    const ordered = [...work].sort((a, b) => normalise(a.input.path).length - normalise(b.input.path).length)
    const one = async ({ input, index, type, source }: Work): Promise<void> => {
      const path = normalise(input.path)
      const { base, relative } = hostPlace(folder, plan, path)
      await folder.make(base, type === 'DIRECTORY' ? relative : parentOf(`/${relative}`).slice(1))
      const target = join(base, relative)
      const context = contextFor(index)
      if (source === undefined) {
        const content = Buffer.from(input.content ?? '')
        context.count(content.length, false)
        await writeFile(target, content, { mode: 0o644 })
        await finish(folder, target, false)
        return
      }
      const place = {
        file: (below: string, isExecutable: boolean) =>
          openTarget(folder, below === '' ? target : join(target, below), isExecutable),
        directory: (below: string) => folder.make(target, below),
        copy: async (below: string, from: string, isExecutable: boolean) => {
          const part = partOf(folder)
          // A reflink where the file system can; never a hard link: the task may write here (tes.md §3.5).
          await copyFile(from, part, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
          await finish(folder, part, isExecutable)
          await rename(part, below === '' ? target : join(target, below))
        },
      }
      await retrying(signal, () => {
        context.undo()
        return source.fetch(input, type, place, context)
      })
    }
    const directories = ordered.filter(({ type }) => type === 'DIRECTORY')
    for (const item of directories) await one(item)
    await inParallel(
      ordered.filter(({ type }) => type === 'FILE'),
      parallel,
      one,
    )

    const types = Object.fromEntries(work.map(({ input, type }) => [input.path, type] as const))
    const staged: StagedPlan = {
      plan,
      types,
      bytesLocal: bytes - moved,
      bytesMoved: moved,
      notes,
      streams: streamPlaces(attempt.executors, plan),
    }
    await folder.writePlan(staged)
    return staged
  }
}

const finish = async (folder: AttemptFolder, path: string, isExecutable: boolean): Promise<void> => {
  await chmod(path, isExecutable ? 0o755 : 0o644)
  await folder.give(path)
}

/** A temporary name beside the mounted folders: no name of an input is the same or becomes too long by it. */
const partOf = (folder: AttemptFolder): string => join(folder.path, `part-${randomUUID()}`)

/** A file under a temporary name that gets its own by `commit`; `abort` leaves nothing. */
const openTarget = async (folder: AttemptFolder, path: string, isExecutable: boolean): Promise<StagedFile> => {
  const part = partOf(folder)
  const handle = await open(part, 'wx', 0o600)
  return {
    handle,
    async commit(): Promise<void> {
      await handle.close()
      await finish(folder, part, isExecutable)
      await rename(part, path)
    },
    async abort(): Promise<void> {
      await handle.close().catch(() => undefined) // closed by commit already
      await rm(part, { force: true }) // renamed by commit already
    },
  }
}

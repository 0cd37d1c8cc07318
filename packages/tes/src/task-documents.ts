import type { TesFileType, TesTask } from '@biocloud/ga4gh-api'
import { isWithin, normalise, parentOf } from './container-path.ts'
import { InvalidTask } from './errors.ts'
import { LAUNCHER_HOME, mayMount } from './mount-plan.ts'
import { hasWildcard, isPattern } from './path-pattern.ts'

/** Bounds of one task document; every one is a setting. Bytes are bytes of UTF-8. */
export type TaskLimits = {
  contentBytes: number
  executors: number
  files: number
  tags: number
  tagKeyBytes: number
  tagValueBytes: number
  nameBytes: number
}

/** The writable members of each schema: what is not named here is dropped, as are the read-only members (tes.md 1.1.6). */
type Shape = { [member: string]: true | Shape | [Shape] | [true] | 'map' }
const TASK: Shape = {
  name: true,
  description: true,
  inputs: [{ name: true, description: true, url: true, path: true, type: true, content: true, streamable: true }],
  outputs: [{ name: true, description: true, url: true, path: true, path_prefix: true, type: true }],
  resources: {
    cpu_cores: true,
    preemptible: true,
    ram_gb: true,
    disk_gb: true,
    zones: [true],
    backend_parameters: 'map',
    backend_parameters_strict: true,
  },
  executors: [
    {
      image: true,
      command: [true],
      workdir: true,
      stdin: true,
      stdout: true,
      stderr: true,
      env: 'map',
      ignore_error: true,
    },
  ],
  volumes: [true],
  tags: 'map',
}

type Member = Shape[string]
const cleanMember = (value: unknown, member: Member, at: string): unknown => {
  if (member === true) return value
  if (Array.isArray(member)) {
    if (!Array.isArray(value)) return value // the validator says what is wrong with it
    return value.map((element: unknown, i) => {
      if (element === null) throw new InvalidTask([`${at}[${i}] is null: an array element must have a value`])
      return cleanMember(element, member[0], `${at}[${i}]`)
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const cleaned: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null) continue
    if (member === 'map') define(cleaned, key, inner)
    else if (Object.hasOwn(member, key))
      define(cleaned, key, cleanMember(inner, member[key] ?? true, at === '' ? key : `${at}.${key}`))
  }
  return cleaned
}

/** A plain own member, also for the name `__proto__`. */
const define = (target: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
}

/**
 * The body as the validator shall see it: null members gone, unknown and read-only members gone (so that a document got
 * from GET can be posted again). Throws InvalidTask for a null array element.
 */
export const cleanTask = (body: unknown): unknown => cleanMember(body, TASK, '')

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8')
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
/** What no image name of any engine holds: spaces, a leading dash, other signs. The engine knows the rest of the rules. */
const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,1023}$/
const KERNEL_DIRECTORIES = ['/proc', '/sys', '/dev']

const pathProblem = (path: string): string | undefined => {
  if (!path.startsWith('/')) return 'must be an absolute path'
  if (path.includes('\0')) return 'must not hold a NUL character'
  if (path.split('/').includes('..')) return 'must not hold ".."'
  if (bytes(path) > 4096) return 'must not be longer than 4096 bytes'
  if (path.split('/').some((part) => bytes(part) > 255)) return 'must not hold a name longer than 255 bytes'
  const plain = normalise(path)
  const kernel = KERNEL_DIRECTORIES.find((directory) => isWithin(directory, plain))
  if (kernel !== undefined) return `must not lie in ${kernel}`
  if (isWithin(LAUNCHER_HOME, plain)) return `must not lie in ${LAUNCHER_HOME}, which this server uses`
  return undefined
}

type Claim = { path: string; at: string; kind: 'file' | 'directory' }

/** One path that is both a file and a directory, or a file with something below it. */
const conflicts = (claims: readonly Claim[]): string[] => {
  const files = new Map<string, Claim>()
  for (const claim of claims) if (claim.kind === 'file') files.set(claim.path, files.get(claim.path) ?? claim)
  const found: string[] = []
  for (const claim of claims) {
    const same = claim.kind === 'directory' ? files.get(claim.path) : undefined
    if (same !== undefined) found.push(`${claim.at} uses ${claim.path} as a directory, ${same.at} as a file`)
    for (let above = parentOf(claim.path); above !== '/'; above = parentOf(above)) {
      const file = files.get(above)
      if (file !== undefined) found.push(`${claim.at} lies below ${above}, which is a file in ${file.at}`)
    }
  }
  return found
}

const checkIo = (task: TesTask, limits: TaskLimits, say: (problem: string) => void, claims: Claim[]): void => {
  // Without a type it may turn out to be either: nothing is claimed.
  const claim = (path: string, at: string, type: TesFileType | undefined): void => {
    const problem = pathProblem(path)
    if (problem === undefined) {
      if (type !== undefined)
        claims.push({ path: normalise(path), at, kind: type === 'DIRECTORY' ? 'directory' : 'file' })
    } else say(`${at} ${problem}: ${JSON.stringify(path.slice(0, 200))}`)
  }
  const inputPaths = new Set<string>()
  for (const [i, input] of (task.inputs ?? []).entries()) {
    const at = `inputs[${i}]`
    claim(input.path, `${at}.path`, input.content === undefined ? input.type : 'FILE')
    if (normalise(input.path) === '/') say(`${at}.path must name a file or directory below /`)
    else if (input.type === 'DIRECTORY' && !mayMount(normalise(input.path)))
      say(`${at}.path: no directory can be mounted at ${normalise(input.path)}`)
    if (inputPaths.has(normalise(input.path))) say(`${at}.path is the path of another input: ${input.path}`)
    inputPaths.add(normalise(input.path))
    const hasUrl = input.url !== undefined && input.url !== ''
    if (input.content === undefined && !hasUrl) say(`${at} needs url or content`)
    if (input.content !== undefined && (input.content !== '' || !hasUrl)) {
      if (input.type === 'DIRECTORY') say(`${at}.type must be FILE where content is given`)
      if (bytes(input.content) > limits.contentBytes)
        say(`${at}.content has ${bytes(input.content)} bytes; at most ${limits.contentBytes} are allowed`)
    }
  }
  const outputUrls = new Set<string>()
  for (const [i, output] of (task.outputs ?? []).entries()) {
    const at = `outputs[${i}]`
    const pattern = isPattern(output.path, output.path_prefix)
    claim(output.path, `${at}.path`, pattern ? undefined : output.type)
    if (normalise(output.path) === '/') say(`${at}.path must name a file or directory below /`)
    if (pattern) {
      const prefix = output.path_prefix
      if (prefix === undefined || prefix === '')
        say(`${at}.path_prefix is required, because ${at}.path holds wildcards`)
      else if (!normalise(output.path).startsWith(normalise(prefix)) || hasWildcard(prefix))
        say(`${at}.path_prefix must be the beginning of ${at}.path, before its first wildcard`)
    }
    if (output.url === '') say(`${at}.url must not be empty`)
    const key = output.url.replace(/\/+$/, '')
    // Several patterns may fill one directory: Nextflow sends one per glob.
    if (!pattern && outputUrls.has(key))
      say(`${at}.url is the url of another output: two outputs would overwrite each other`)
    if (!pattern) outputUrls.add(key)
  }
  for (const [i, volume] of (task.volumes ?? []).entries()) {
    claim(volume, `volumes[${i}]`, 'DIRECTORY')
    if (volume.startsWith('/') && !mayMount(normalise(volume)))
      say(`volumes[${i}]: no directory can be mounted at ${normalise(volume)}`)
  }
}

const checkExecutors = (task: TesTask, limits: TaskLimits, say: (problem: string) => void, claims: Claim[]): void => {
  const { executors } = task
  if (executors.length === 0) say('executors must hold at least one executor')
  if (executors.length > limits.executors)
    say(`executors holds ${executors.length}; at most ${limits.executors} are allowed`)
  for (const [i, executor] of executors.entries()) {
    const at = `executors[${i}]`
    if (executor.image.trim() === '') say(`${at}.image must not be empty`)
    else if (!IMAGE.test(executor.image))
      say(
        `${at}.image ${JSON.stringify(executor.image.slice(0, 200))} is no image name: [registry/]name[:tag][@digest]`,
      )
    if (executor.command.length === 0) say(`${at}.command must hold at least one word`)
    else if (executor.command[0] === '') say(`${at}.command[0] must name a program`)
    if (executor.command.some((word) => word.includes('\0'))) say(`${at}.command must not hold a NUL character`)
    for (const member of ['stdin', 'stdout', 'stderr', 'workdir'] as const) {
      const path = executor[member]
      if (path === undefined || path === '') continue
      const problem = pathProblem(path)
      if (problem !== undefined) say(`${at}.${member} ${problem}: ${JSON.stringify(path.slice(0, 200))}`)
      else if (member !== 'workdir' && (normalise(path) === '/' || path.endsWith('/')))
        say(`${at}.${member} must name a file`)
      else
        claims.push({ path: normalise(path), at: `${at}.${member}`, kind: member === 'workdir' ? 'directory' : 'file' })
    }
    for (const [name, value] of Object.entries(executor.env ?? {})) {
      // The launcher's shell drops every other name without a word (tes.md 4.2).
      if (!IDENTIFIER.test(name))
        say(`${at}.env: ${JSON.stringify(name.slice(0, 100))} is no shell identifier ([A-Za-z_][A-Za-z0-9_]*)`)
      if (value.includes('\0')) say(`${at}.env.${name} must not hold a NUL character`)
    }
  }
}

const checkRest = (task: TesTask, limits: TaskLimits, say: (problem: string) => void): void => {
  const files = (task.inputs?.length ?? 0) + (task.outputs?.length ?? 0)
  if (files > limits.files) say(`inputs and outputs hold ${files} entries; at most ${limits.files} are allowed`)
  for (const member of ['cpu_cores', 'ram_gb', 'disk_gb'] as const) {
    const value = task.resources?.[member]
    if (value !== undefined && (!Number.isFinite(value) || value < 0)) say(`resources.${member} must not be negative`)
  }
  if (task.name !== undefined && bytes(task.name) > limits.nameBytes)
    say(`name has ${bytes(task.name)} bytes; at most ${limits.nameBytes} are allowed`)
  const tags = Object.entries(task.tags ?? {})
  if (tags.length > limits.tags) say(`tags holds ${tags.length}; at most ${limits.tags} are allowed`)
  for (const [key, value] of tags) {
    const shown = JSON.stringify(key.slice(0, 100))
    if (key === '') say('tags: a key must not be empty')
    if (bytes(key) > limits.tagKeyBytes) say(`tags: the key ${shown} has more than ${limits.tagKeyBytes} bytes`)
    if (bytes(value) > limits.tagValueBytes)
      say(`tags: the value of ${shown} has more than ${limits.tagValueBytes} bytes`)
  }
}

/** Throws InvalidTask that names the path of every field that breaks a rule of tes.md 1.5. */
export const checkTask = (task: TesTask, limits: TaskLimits): void => {
  const problems: string[] = []
  const claims: Claim[] = []
  const say = (problem: string): void => void problems.push(problem)
  checkRest(task, limits, say)
  checkExecutors(task, limits, say, claims)
  // A document beyond its bounds is not looked at further: the checks below are for reasonable sizes.
  if (problems.length === 0) checkIo(task, limits, say, claims)
  if (problems.length === 0) problems.push(...conflicts(claims))
  if (problems.length > 0) throw new InvalidTask(problems)
}

/** Keys of `resources.backend_parameters` are case-insensitive (TES 1.1, tesResources). */
export const splitBackendParameters = (
  parameters: Record<string, string> | undefined,
  honoured: readonly string[],
): { known: Record<string, string>; unknown: string[] } => {
  const known: Record<string, string> = {}
  const unknown: string[] = []
  for (const [key, value] of Object.entries(parameters ?? {})) {
    const name = honoured.find((candidate) => candidate.toLowerCase() === key.toLowerCase())
    if (name === undefined) unknown.push(key)
    else known[name] = value
  }
  return { known, unknown }
}

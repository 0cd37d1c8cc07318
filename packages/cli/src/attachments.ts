import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, posix, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, isRemote, secondaryName, type Json } from './cwl-references.ts'
import { CliError, EXIT, usage } from './errors.ts'
import { formatBytes } from './terminal.ts'
import { shellWord } from './welcome.ts'

/** WES §11 defaults: what the server takes with a run. */
export const ATTACHMENT_LIMIT = 64 * 1024 * 1024
export const TOTAL_LIMIT = 256 * 1024 * 1024
export const COUNT_LIMIT = 1000

/** A file of this machine and its name in the run: its path there, with `/`. */
export type Attachment = { name: string; path: string; size: number }

/** All regular files below a folder. Links are followed as the person who sends them would: by name, not by target. */
const filesBelow = async (folder: string): Promise<string[]> => {
  const found: string[] = []
  for (const entry of (await readdir(folder)).toSorted()) {
    const path = join(folder, entry)
    const info = await stat(path)
    if (info.isDirectory()) found.push(...(await filesBelow(path)))
    else if (info.isFile()) found.push(path)
    if (found.length > COUNT_LIMIT)
      throw new CliError(`${folder} holds more than ${COUNT_LIMIT} files`, {
        exitCode: EXIT.refused,
        hint: 'Pack it, or register its files and use their drs:// URIs.',
      })
  }
  return found
}

const commonFolder = (paths: readonly string[]): string => {
  const [first, ...others] = paths.map((path) => dirname(path).split(sep))
  let shared = first ?? ['']
  for (const parts of others) {
    const until = shared.findIndex((part, at) => part !== parts[at])
    if (until >= 0) shared = shared.slice(0, until)
  }
  return shared.join(sep) || sep
}

/** The names of a workflow's own files: relative to the folder that holds them all, so that `../tools/x.cwl` still works. */
export const nameWorkflowFiles = async (
  main: string,
  files: readonly string[],
  folders: readonly string[],
): Promise<{ url: string; attachments: Attachment[] }> => {
  const all = [...new Set([...files, ...(await Promise.all(folders.map(filesBelow))).flat()])]
  const root = commonFolder([...all, ...folders.map((folder) => join(folder, 'x'))])
  const nameOf = (path: string): string => relative(root, path).split(sep).join('/')
  const attachments = await Promise.all(
    all.map(async (path) => ({ name: nameOf(path), path, size: (await stat(path)).size })),
  )
  return { url: encodePath(nameOf(main)), attachments }
}

export const encodePath = (name: string): string => name.split('/').map(encodeURIComponent).join('/')

/** Gives local files names below one folder of the run; files of one folder stay together, as secondary files must. */
const createNamer = (taken: readonly Attachment[]) => {
  const tops = new Set(taken.map(({ name }) => name.split('/')[0]))
  const bases = new Map<string, string>()
  return (path: string): string => {
    const folder = dirname(path)
    let base = bases.get(folder)
    for (let n = 1; base === undefined; n += 1) {
      const candidate = n === 1 ? 'inputs' : `inputs-${n}`
      if (tops.has(candidate)) continue
      tops.add(candidate)
      base = candidate
    }
    bases.set(folder, base)
    return `${base}/${basename(path)}`
  }
}

const localPath = (text: string, folder: string): string => {
  if (!/^file:/i.test(text)) return resolve(folder, text)
  try {
    return fileURLToPath(text)
  } catch {
    throw usage(`${text} is no file:// URL of this machine`)
  }
}

/**
 * The parameters with every local File and Directory replaced by the name of an attachment, and those attachments.
 * `drs://`, `https://` and other remote locations stay. Secondary files beside a local file go along by their patterns.
 */
export const attachInputs = async (
  params: Json,
  o: { folder: string; taken: readonly Attachment[]; patterns: ReadonlyMap<string, readonly string[]> },
): Promise<{ params: Json; attachments: Attachment[] }> => {
  const nameOf = createNamer(o.taken)
  const attachments = new Map<string, Attachment>()
  const missing: string[] = []
  const attach = async (path: string, name: string): Promise<void> => {
    attachments.set(path, { name, path, size: (await stat(path)).size })
  }
  const place = async (node: Json, text: string, where: string): Promise<Json> => {
    const path = localPath(text, o.folder)
    const { path: _path, ...rest } = node
    const info = await stat(path).catch(() => undefined)
    if (info === undefined || info.isDirectory() !== (node['class'] === 'Directory')) {
      missing.push(
        `${where}: ${text} ${info === undefined ? 'does not exist' : info.isDirectory() ? 'is a folder, not a File' : 'is no folder'}`,
      )
      return node
    }
    const name = nameOf(path)
    if (info.isDirectory()) {
      const files = await filesBelow(path)
      if (files.length === 0) throw usage(`${where}: ${text} is an empty folder, which cannot be sent`)
      for (const file of files) await attach(file, `${name}/${relative(path, file).split(sep).join('/')}`)
    } else await attach(path, name)
    return { ...rest, location: encodePath(name) }
  }
  const secondaries = async (node: Json, text: string, patterns: readonly string[]): Promise<Json[]> => {
    const primary = localPath(text, o.folder)
    const found: Json[] = []
    for (const pattern of patterns) {
      const path = join(dirname(primary), secondaryName(basename(primary), pattern))
      const info = await stat(path).catch(() => undefined)
      if (info !== undefined)
        found.push(await place({ class: info.isDirectory() ? 'Directory' : 'File' }, path, pattern))
    }
    return node['secondaryFiles'] === undefined ? found : []
  }
  const rewrite = async (value: unknown, where: string, patterns: readonly string[]): Promise<unknown> => {
    if (Array.isArray(value))
      return await Promise.all(value.map(async (one, n) => await rewrite(one, `${where}[${n}]`, patterns)))
    if (!isObject(value)) return value
    const text = value['location'] ?? value['path']
    const isFile = value['class'] === 'File' || value['class'] === 'Directory'
    const entries = await Promise.all(
      Object.entries(value).map(
        async ([key, member]) => [key, await rewrite(member, `${where}.${key}`, isFile ? [] : patterns)] as const,
      ),
    )
    const copy: Json = Object.fromEntries(entries)
    if (!isFile || typeof text !== 'string' || isRemote(text)) return copy
    const beside = value['class'] === 'File' ? await secondaries(value, text, patterns) : []
    const placed = await place(copy, text, where)
    return beside.length === 0 ? placed : { ...placed, secondaryFiles: beside }
  }
  const entries: [string, unknown][] = []
  for (const [id, value] of Object.entries(params))
    entries.push([id, await rewrite(value, id, o.patterns.get(id) ?? [])])
  if (missing.length > 0) throw usage(`Inputs that cannot be sent:\n  ${missing.join('\n  ')}`)
  return { params: Object.fromEntries(entries), attachments: [...attachments.values()] }
}

/** Too much for a request: refused here, with the commands to type instead. */
export const checkAttachments = (attachments: readonly Attachment[], command: string): void => {
  const large = attachments.filter(({ size }) => size > ATTACHMENT_LIMIT)
  const total = attachments.reduce((sum, { size }) => sum + size, 0)
  const largest = attachments.toSorted((a, b) => b.size - a.size).slice(0, 3)
  const register = (files: readonly Attachment[]): string =>
    [
      'Register in DRS what is large (DATASET decides who may read it), then put the printed drs:// URI as its location into the inputs:',
      ...files.map(({ path }) => `  ${command} drs register ${shellWord(path)} --dataset DATASET --as operator`),
    ].join('\n')
  if (large.length > 0) {
    throw new CliError(
      `${large.map(({ path, size }) => `${path} (${formatBytes(size)})`).join(', ')}: at most ${formatBytes(ATTACHMENT_LIMIT)} each can be sent along with a run`,
      { exitCode: EXIT.refused, hint: register(large) },
    )
  }
  if (total > TOTAL_LIMIT) {
    throw new CliError(
      `The files of this run are ${formatBytes(total)} together; at most ${formatBytes(TOTAL_LIMIT)} can be sent along`,
      { exitCode: EXIT.refused, hint: register(largest) },
    )
  }
  if (attachments.length > COUNT_LIMIT) {
    throw new CliError(`This run has ${attachments.length} files; at most ${COUNT_LIMIT} can be sent along`, {
      exitCode: EXIT.refused,
      hint: 'Register them and use their drs:// URIs.',
    })
  }
  const names = new Set<string>()
  for (const { name } of attachments) {
    const normal = posix.normalize(name).normalize('NFC').toLowerCase()
    if (names.has(normal)) throw usage(`Two files of this run would get the name ${name}`)
    names.add(normal)
  }
}

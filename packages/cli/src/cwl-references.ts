import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { CliError, unreadable, usage } from './errors.ts'

export type Json = Record<string, unknown>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A reference as it stands in a document, and what it is: a CWL document, any text, or data. */
type Reference = { text: string; kind: 'document' | 'text' | 'data'; where: string }

/** Has a scheme: somebody else's file. One letter before the colon would be a Windows drive. */
export const isRemote = (text: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(text) && !/^file:/i.test(text)

/** CWL 1.2, expressions: `$(…)` and `${…}` are filled in later by the engine. */
const isExpression = (text: string): boolean => /\$[({]/.test(text)

export const parseDocument = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usage(unreadable(path, error))
  })
  try {
    return parse(text, { maxAliasCount: 1000 }) // YAML holds JSON
  } catch (error) {
    throw usage(
      `${path} does not parse: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)}`,
    )
  }
}

/** Every reference in a CWL document: run of steps, $import, $include, $schemas, and File or Directory defaults. */
export const referencesOf = (document: unknown): Reference[] => {
  const found: Reference[] = []
  const add = (text: unknown, kind: Reference['kind'], where: string): void => {
    if (typeof text === 'string' && text !== '' && !text.startsWith('#')) found.push({ text, kind, where })
  }
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(walk)
      return
    }
    if (!isObject(node)) return
    add(node['$import'], 'document', '$import')
    add(node['$include'], 'text', '$include')
    // `run` may also be the name of an input: only a step has it beside its in and out.
    if ('out' in node || 'in' in node) add(node['run'], 'document', 'run')
    const schemas = node['$schemas']
    for (const schema of Array.isArray(schemas) ? schemas : [schemas]) add(schema, 'text', '$schemas')
    if (node['class'] === 'File' || node['class'] === 'Directory') {
      add(node['location'] ?? node['path'], 'data', `${node['class']} location`)
    }
    Object.values(node).forEach(walk)
  }
  walk(document)
  return found.filter(({ text, kind }) => !isRemote(text) && !(kind === 'data' && isExpression(text)))
}

const LIMIT = 5000

export type WorkflowFiles = { main: string; document: unknown; files: string[]; folders: string[] }

/** The absolute path that a reference means, beside the document that holds it: as written, else percent-decoded. */
const pathOf = async (from: string, text: string): Promise<string | undefined> => {
  const bare = text.split('#', 1)[0] ?? ''
  const candidates = [bare]
  try {
    candidates.push(decodeURIComponent(bare))
  } catch {
    // A stray % is no encoding: the name stands for itself.
  }
  for (const candidate of candidates) {
    const path = resolve(dirname(from), candidate)
    if ((await stat(path).catch(() => undefined)) !== undefined) return path
  }
  return undefined
}

/** Follows the relative references of a CWL document until nothing new is found. All missing files are told at once. */
export const collectCwlFiles = async (main: string): Promise<WorkflowFiles> => {
  const documents = new Map<string, unknown>()
  const files = new Set<string>([main])
  const folders = new Set<string>()
  const problems: string[] = []
  const queue = [main]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const document = await parseDocument(path)
    documents.set(path, document)
    for (const { text, kind, where } of referencesOf(document)) {
      const tell = (what: string): void => {
        problems.push(`${basename(path)}: ${where} ${text} ${what}`)
      }
      if (text.startsWith('/') || /^file:/i.test(text)) {
        tell('is an absolute path, which means nothing on the server: make it relative')
        continue
      }
      const target = await pathOf(path, text)
      if (target === undefined) {
        tell('does not exist')
        continue
      }
      if ((await stat(target)).isDirectory()) {
        if (kind === 'data') folders.add(target)
        else tell('is a folder')
        continue
      }
      if (files.has(target)) continue
      files.add(target)
      if (files.size > LIMIT) throw new CliError(`${main} refers to more than ${LIMIT} files`)
      if (kind === 'document') queue.push(target)
    }
  }
  if (problems.length > 0) throw usage(`The workflow refers to files that cannot be sent:\n  ${problems.join('\n  ')}`)
  return { main, document: documents.get(main), files: [...files], folders: [...folders] }
}

/** Where main document, which may be a `$graph`, declares its inputs, with their patterns of secondary files. */
export const secondaryPatterns = (document: unknown): Map<string, string[]> => {
  const patterns = new Map<string, string[]>()
  const graph = isObject(document) && Array.isArray(document['$graph']) ? (document['$graph'] as unknown[]) : [document]
  const main =
    graph.length === 1 ? graph[0] : graph.find((node) => isObject(node) && /^#?main$/.test(String(node['id'])))
  if (!isObject(main)) return patterns
  const declared = main['inputs']
  const inputs: [string, unknown][] = Array.isArray(declared)
    ? declared.flatMap((input: unknown): [string, unknown][] =>
        isObject(input) ? [[String(input['id']).replace(/^.*[#/]/, ''), input]] : [],
      )
    : isObject(declared)
      ? Object.entries(declared)
      : []
  for (const [id, input] of inputs) {
    if (!isObject(input) || input['secondaryFiles'] === undefined) continue
    const listed: unknown[] = Array.isArray(input['secondaryFiles'])
      ? input['secondaryFiles']
      : [input['secondaryFiles']]
    const texts = listed
      .map((one) => (isObject(one) ? one['pattern'] : one))
      .filter((one): one is string => typeof one === 'string' && !isExpression(one))
    patterns.set(
      id,
      texts.map((text) => text.replace(/\?$/, '')),
    )
  }
  return patterns
}

/** CWL 1.2, secondaryFiles: each leading caret removes one extension of the primary file's name. */
export const secondaryName = (primary: string, pattern: string): string => {
  const carets = /^\^*/.exec(pattern)?.[0].length ?? 0
  let base = primary
  for (let n = 0; n < carets; n += 1) base = base.replace(/\.[^./]*$/, '')
  return base + pattern.slice(carets)
}

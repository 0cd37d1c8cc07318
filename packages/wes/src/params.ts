import { InvalidRunRequest, SecretInRequest } from './errors.ts'
import { secretIn } from './secrets.ts'

export type JsonObject = { [key: string]: unknown }

/** A string of the params that names data: where it stands, and in which kind of object. */
export type Reference = {
  /** For messages: `workflow_params.reads[0].location`. */
  path: string
  value: string
  class: 'File' | 'Directory' | 'string'
  /** The object that holds it, and the member's name, in the tree that was walked. */
  holder: JsonObject
  member: string
}

const MAX_DEPTH = 64
const SCHEME = /^([a-z][a-z0-9+.-]*):/iu

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const schemeOf = (text: string): string | undefined => SCHEME.exec(text)?.[1]?.toLowerCase()

const memberPath = (path: string, key: string): string =>
  /^[\w-]+$/u.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key.slice(0, 64))}]`

/** Visits every value of a JSON tree with its path. Throws InvalidRunRequest on trees deeper than 64 and on `__proto__`. */
const walk = (
  root: unknown,
  rootPath: string,
  visit: (value: unknown, path: string, holder?: JsonObject, member?: string) => void,
): void => {
  const step = (value: unknown, path: string, depth: number, holder?: JsonObject, member?: string): void => {
    if (depth > MAX_DEPTH) throw new InvalidRunRequest(`${rootPath} is nested deeper than ${MAX_DEPTH} levels`)
    visit(value, path, holder, member)
    if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => {
        // An array is addressed by its index as an object by its member.
        step(item, `${path}[${index}]`, depth + 1, value as unknown as JsonObject, String(index))
      })
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (key === '__proto__') throw new InvalidRunRequest(`${path} has a member named __proto__`)
        step(item, memberPath(path, key), depth + 1, value, key)
      }
    }
  }
  step(root, rootPath, 0)
}

/** Refuses credentials in any string or member name (W-credentials). Names the path, never the value. */
export const refuseSecrets = (value: unknown, path: string): void => {
  const check = (text: string, where: string): void => {
    const what = secretIn(text)
    if (what !== undefined) {
      throw new SecretInRequest(
        `${where} holds ${what}. A run request is stored and shown again, so it may hold no credential: register the object in a DRS and name it by its drs:// URI.`,
      )
    }
  }
  walk(value, path, (item, where) => {
    if (typeof item === 'string') check(item, where)
    else if (isObject(item)) for (const key of Object.keys(item)) check(key, where)
  })
}

/**
 * The references of CWL params: `location`, else `path`, of every File and Directory at any depth.
 * A plain string is the workflow's own business, whatever it looks like.
 */
export const cwlReferences = (params: JsonObject): Reference[] => {
  const found: Reference[] = []
  walk(params, 'workflow_params', (value, path) => {
    if (!isObject(value)) return
    for (const key of Object.keys(value)) {
      // cwltool resolves these in the input object too, by reading files of its own machine.
      if (['$import', '$include', '$mixin', '$graph', '$base', '$schemas', 'cwl:tool'].includes(key)) {
        throw new InvalidRunRequest(`${path} has the member ${key}, which is not allowed in workflow_params`)
      }
    }
    const kind = value['class']
    if (kind !== 'File' && kind !== 'Directory') return
    for (const member of ['location', 'path', 'basename', 'contents']) {
      const given = value[member]
      if (given !== undefined && given !== null && typeof given !== 'string')
        throw new InvalidRunRequest(`${path}.${member} must be a string`)
    }
    const basename = value['basename']
    if (
      typeof basename === 'string' &&
      (basename === '' || basename === '.' || basename === '..' || /[/\0]/u.test(basename))
    ) {
      throw new InvalidRunRequest(`${path}.basename must be a file name without "/"`)
    }
    const member = typeof value['location'] === 'string' ? 'location' : 'path'
    const location = value[member]
    if (typeof location === 'string') {
      if (location === '') throw new InvalidRunRequest(`${path}.${member} is empty`)
      found.push({ path: `${path}.${member}`, value: location, class: kind, holder: value, member })
      return
    }
    if (kind === 'File' && typeof value['contents'] !== 'string') {
      throw new InvalidRunRequest(`${path} is a File without location, path or contents`)
    }
    if (kind === 'Directory' && !Array.isArray(value['listing'])) {
      throw new InvalidRunRequest(`${path} is a Directory without location, path or listing`)
    }
  })
  return found
}

/** The references of params whose language has no File object: every string with a `drs://` URI. */
export const drsStrings = (params: JsonObject): Reference[] => {
  const found: Reference[] = []
  walk(params, 'workflow_params', (value, path, holder, member) => {
    if (typeof value === 'string' && schemeOf(value) === 'drs' && holder !== undefined && member !== undefined) {
      found.push({ path, value, class: 'string', holder, member })
    }
  })
  return found
}

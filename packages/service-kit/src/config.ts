import { z } from 'zod'
import { readFile } from 'node:fs/promises'
import { ServiceError } from './errors.ts'

/** Thrown at boot: every wrong setting in one message. */
export class ConfigError extends ServiceError {
  readonly code = 'config_invalid'
  readonly status = 500
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

type AnySchema = z.core.$ZodType
type Leaf = { path: readonly string[]; schema: AnySchema; json: boolean }

/** The schema without default, optional, nullable, readonly and pipe around it. */
const unwrap = (schema: AnySchema): AnySchema => {
  let inner = schema
  for (;;) {
    const def = inner._zod.def as { type: string; innerType?: AnySchema; in?: AnySchema; out?: AnySchema }
    if (def.innerType !== undefined) inner = def.innerType
    else if (def.type === 'pipe' && def.in !== undefined) {
      // z.preprocess is a pipe that begins with a transform: what it ends in says more.
      const first = def.in._zod.def.type === 'transform' ? def.out : def.in
      if (first === undefined) return inner
      inner = first
    } else return inner
  }
}

const typeOf = (schema: AnySchema): string => unwrap(schema)._zod.def.type

const shapeOf = (schema: AnySchema): [string, AnySchema][] =>
  Object.entries((unwrap(schema)._zod.def as unknown as { shape: Record<string, AnySchema> }).shape)

/** Every place of the schema, an object before its members. */
const leaves = (schema: AnySchema, path: readonly string[] = []): Leaf[] =>
  shapeOf(schema).flatMap(([key, member]) => {
    const at = [...path, key]
    const type = typeOf(member)
    const json = !['string', 'number', 'boolean', 'enum', 'literal', 'int', 'bigint', 'date'].includes(type)
    return [{ path: at, schema: member, json }, ...(type === 'object' ? leaves(member, at) : [])]
  })

const upperSnake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()

const envName = (prefix: string, path: readonly PropertyKey[]): string =>
  prefix + path.map((part) => upperSnake(String(part))).join('_')

const readValue = (leaf: Leaf, text: string): unknown => {
  const type = typeOf(leaf.schema)
  if (type === 'boolean') {
    if (/^(true|1|yes|on)$/i.test(text)) return true
    if (/^(false|0|no|off)$/i.test(text)) return false
    return text
  }
  if (type === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  if (!leaf.json) return text
  try {
    return JSON.parse(text)
  } catch {
    return text // a union may allow a plain word; otherwise the schema refuses it and the message asks for JSON
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const put = (target: Record<string, unknown>, path: readonly string[], value: unknown): void => {
  let place = target
  for (const key of path.slice(0, -1)) {
    const next = place[key]
    if (isRecord(next)) place = next
    else {
      const made: Record<string, unknown> = {}
      place[key] = made
      place = made
    }
  }
  const last = path.at(-1)
  if (last !== undefined) place[last] = value
}

/**
 * The settings that the environment gives: `prefix` + UPPER_SNAKE of the path, joined by `_`. Objects and arrays are
 * JSON; an object's members may be given one by one as well. An empty value counts as not given. Not yet validated.
 */
export const settingsFromEnv = (
  schema: z.ZodObject,
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> => {
  const settings: Record<string, unknown> = {}
  for (const leaf of leaves(schema)) {
    const text = env[envName(prefix, leaf.path)]
    if (text !== undefined && text !== '') put(settings, leaf.path, readValue(leaf, text))
  }
  return settings
}

const describePath = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`)).join('')

const problemOf = (
  issue: z.core.$ZodIssue,
  schema: z.ZodObject,
  all: readonly Leaf[],
  prefix: string | undefined,
): string[] => {
  if (issue.code === 'unrecognized_keys') {
    const known = shapeOf(schema).map(([key]) => key)
    return issue.keys.map((key) => {
      const where = describePath([...issue.path, key])
      return issue.path.length === 0
        ? `${where}: there is no such setting; known are ${known.join(', ')}`
        : `${where}: there is no such setting`
    })
  }
  // The nearest place that the schema names; below it lies JSON.
  let leaf: Leaf | undefined
  for (const candidate of all) {
    if (candidate.path.length <= issue.path.length && candidate.path.every((part, i) => part === issue.path[i])) {
      if (leaf === undefined || candidate.path.length > leaf.path.length) leaf = candidate
    }
  }
  const name = describePath(issue.path)
  const env = prefix !== undefined && leaf !== undefined ? ` (${envName(prefix, leaf.path)})` : ''
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  // zod speaks of what it made of the text; the person wrote the text.
  const noNumber = issue.code === 'invalid_type' && issue.message.endsWith('received NaN')
  const text = missing
    ? `is required: ${typeText(leaf?.schema)}`
    : noNumber
      ? `is not a number; allowed: ${typeText(leaf?.schema)}`
      : issue.message
  const hint = !missing && leaf?.json === true && issue.message.endsWith('received string') ? ', given as JSON' : ''
  return [`${name === '' ? '(settings)' : name}${env}: ${text}${hint}`]
}

/**
 * The validated settings. Throws {@link ConfigError} with every error, each naming the setting and, given `prefix`, its
 * environment variable. A setting that the schema does not have is an error: a misspelt one must not vanish.
 */
export const parseSettings = <S extends z.ZodObject>(
  schema: S,
  input: unknown,
  o: { prefix?: string } = {},
): z.output<S> => {
  const result = schema.strict().safeParse(input ?? {})
  if (result.success) return result.data as z.output<S>
  const all = leaves(schema)
  throw new ConfigError(result.error.issues.flatMap((issue) => problemOf(issue, schema, all, o.prefix)))
}

type JsonSchema = {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  format?: string
  minimum?: number
  maximum?: number
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
}

const jsonTypeText = (schema: JsonSchema): string => {
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return union.map(jsonTypeText).join(' | ')
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : jsonTypeText(schema.items)}`
  if (schema.type === 'object') return 'object'
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum, maximum } = schema
    const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? '' : ` ≥ ${minimum}`
    const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : ` ≤ ${maximum}`
    return `${schema.type === 'integer' ? 'whole number' : 'number'}${low}${high}`
  }
  if (schema.type === 'string') return schema.format === 'uri' ? 'URL' : 'text'
  if (schema.type === 'boolean') return 'true | false'
  return typeof schema.type === 'string' ? schema.type : 'value'
}

const typeText = (schema: AnySchema | undefined): string => {
  if (schema === undefined) return 'value'
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return jsonTypeText(json as JsonSchema)
}

const describe = (schema: AnySchema): string | undefined => {
  let inner: AnySchema | undefined = schema
  while (inner !== undefined) {
    const text = z.globalRegistry.get(inner)?.description
    if (text !== undefined) return text
    inner = (inner._zod.def as { innerType?: AnySchema }).innerType
  }
  return undefined
}

const defaultText = (schema: AnySchema): string => {
  const def = schema._zod.def as { type: string; defaultValue?: unknown }
  if (def.type === 'default' || def.type === 'prefault') return `default ${JSON.stringify(def.defaultValue)}`
  return schema._zod.optin === 'optional' ? 'optional' : 'required'
}

/** The text of --help: every setting with its type, default, environment variable and description. */
export const settingsHelp = (schema: z.ZodObject, o: { name: string; prefix: string }): string => {
  const lines = leaves(schema).map(({ path, schema: leaf, json }) => {
    const type = typeText(leaf) + (json ? ', as JSON in the environment' : '')
    const text = describe(leaf)
    return `  ${path.join('.')}\n      ${envName(o.prefix, path)}  (${type}; ${defaultText(leaf)})${text === undefined ? '' : `\n      ${text}`}`
  })
  return [
    `${o.name} [--help] [--config FILE]`,
    '',
    'Settings come from the JSON file FILE and from the environment, which wins. Each with its variable, type and default:',
    '',
    ...lines,
    '',
  ].join('\n')
}

/**
 * What a main.ts does first: `--help` gives `{ help }`, to be printed; otherwise the settings of `--config FILE` with
 * those of the environment over them. Throws {@link ConfigError}.
 */
export const loadSettings = async <S extends z.ZodObject>(
  schema: S,
  o: { name: string; prefix: string; argv: readonly string[]; env: Readonly<Record<string, string | undefined>> },
): Promise<{ help: string } | { settings: z.output<S> }> => {
  const { name, prefix, env } = o
  const argv = [...o.argv]
  let file: string | undefined
  for (let argument = argv.shift(); argument !== undefined; argument = argv.shift()) {
    if (argument === '--help' || argument === '-h') return { help: settingsHelp(schema, { name, prefix }) }
    if (argument === '--config') file = argv.shift() ?? ''
    else if (argument.startsWith('--config=')) file = argument.slice('--config='.length)
    else throw new ConfigError([`${argument}: there is no such option; known are --help and --config FILE`])
  }
  if (file === '') throw new ConfigError(['--config needs the name of a JSON file'])
  const fromFile = file === undefined ? {} : await readConfigFile(file)
  return { settings: parseSettings(schema, merge(fromFile, settingsFromEnv(schema, prefix, env)), { prefix }) }
}

const readConfigFile = async (file: string): Promise<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (isRecord(value)) return value
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : String(error)}`])
  }
  throw new ConfigError([`${file}: must hold one JSON object`])
}

const merge = (under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> => {
  const result = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = result[key]
    result[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value
  }
  return result
}

/**
 * What a required setting's file holds. Throws {@link ConfigError} naming setting and file when the setting is not given, the file cannot be read, or
 * `parse` refuses its text.
 */
export const readSettingFile = async <T>(
  setting: string,
  file: string | undefined,
  parse: (text: string) => T,
): Promise<T> => {
  if (file === undefined) throw new ConfigError([`${setting}: is required: a file`])
  try {
    return parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new ConfigError([`${setting}: ${file}: ${(error as Error).message}`])
  }
}

import type { RunRequest } from '@biocloud/ga4gh-api'
import { InvalidRunRequest } from './errors.ts'
import type { EngineType } from './engines/engine.ts'
import type { Limits } from './limits.ts'
import { isObject, refuseSecrets, type JsonObject } from './params.ts'
import type { RequestFields } from './request-body.ts'

/** A request whose fields have the right types; engines and sources are looked at afterwards. */
export type ParsedRequest = {
  /** As sent, types repaired to the standard's (W6); engine members are filled in later (W8). */
  request: RunRequest
  type: EngineType
  /** Without the leading `v`. */
  typeVersion: string
  params: JsonObject
  tags: Record<string, string>
  engineParameters: Record<string, string>
}

// W7: canonical names are the TRS descriptor types.
const TYPES: Record<string, EngineType> = {
  CWL: 'CWL',
  WDL: 'WDL',
  NFL: 'NFL',
  NEXTFLOW: 'NFL',
  SMK: 'SMK',
  SNAKEMAKE: 'SMK',
}
/** The canonical type of what a client calls it; undefined for none that is known. */
export const engineTypeOf = (text: string): EngineType | undefined => {
  const name = text.toUpperCase()
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
}
export const KNOWN_TYPES = 'CWL, WDL, NFL (NEXTFLOW), SMK (SNAKEMAKE)'
const TYPE_VERSIONS: Partial<Record<EngineType, readonly string[]>> = {
  CWL: ['1.0', '1.1', '1.2'],
  WDL: ['draft-2', '1.0', '1.1', '1.2'],
}

const requiredText = (fields: RequestFields, name: string, max: number): string => {
  const text = optionalText(fields, name, max)
  if (text === undefined) throw new InvalidRunRequest(`${name} is required`)
  return text
}

const optionalText = (fields: RequestFields, name: string, max: number): string | undefined => {
  const value = fields[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new InvalidRunRequest(`${name} must be a string`)
  if (value.length > max) throw new InvalidRunRequest(`${name} is longer than ${max} characters`)
  const text = value.trim()
  if (text === '') return undefined // forms of many clients send every field, also the empty ones

  if (/[\u0000-\u001f\u007f]/u.test(text)) throw new InvalidRunRequest(`${name} holds a control character`)
  return text
}

/** An object given as JSON text (forms; allowed in JSON bodies, W2) or as itself. */
const objectField = (fields: RequestFields, name: string): JsonObject => {
  const value = fields[name]
  if (value === undefined) return {}
  let parsed: unknown = value
  if (typeof value === 'string') {
    if (value.trim() === '') return {}
    try {
      parsed = JSON.parse(value) as unknown
    } catch (error) {
      throw new InvalidRunRequest(
        `${name} is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`,
        { cause: error },
      )
    }
  }
  if (!isObject(parsed)) throw new InvalidRunRequest(`${name} must be a JSON object`)
  return parsed
}

/** string → string; numbers and booleans become strings, the rest is refused with its path (W6). */
const stringMap = (fields: RequestFields, name: string): Record<string, string> => {
  const map: Record<string, string> = {}
  for (const [key, value] of Object.entries(objectField(fields, name))) {
    if (key === '__proto__') throw new InvalidRunRequest(`${name} has a member named __proto__`)
    const path = `${name}.${key.slice(0, 128)}`
    if (isObject(value)) {
      const inner = Object.keys(value)[0]
      throw new InvalidRunRequest(
        `${inner === undefined ? path : `${path}.${inner.slice(0, 128)}`}: ${name} maps names to strings, and ${path} is an object`,
      )
    }
    if (Array.isArray(value) || value === null)
      throw new InvalidRunRequest(`${path} must be a string, and is ${value === null ? 'null' : 'an array'}`)
    if (typeof value === 'string') map[key] = value
    else if (typeof value === 'number' || typeof value === 'boolean') map[key] = String(value)
    else throw new InvalidRunRequest(`${path} must be a string`)
  }
  return map
}

/** Types, counts and lengths of a run request (W5–W8, wes.md 4 and 11). Throws InvalidRunRequest, SecretInRequest. */
export const parseRunRequest = (fields: RequestFields, limits: Limits): ParsedRequest => {
  const sentType = requiredText(fields, 'workflow_type', 64)
  const type = engineTypeOf(sentType)
  if (type === undefined)
    throw new InvalidRunRequest(`workflow_type ${JSON.stringify(sentType)} is not known; known: ${KNOWN_TYPES}`)
  const sentVersion = requiredText(fields, 'workflow_type_version', 64)
  const typeVersion = sentVersion.replace(/^v(?=\d)/iu, '')
  const allowed = TYPE_VERSIONS[type]
  if (allowed !== undefined && !allowed.includes(typeVersion)) {
    throw new InvalidRunRequest(
      `workflow_type_version ${JSON.stringify(sentVersion)} is not a version of ${type}; allowed: ${allowed.join(', ')} (with or without v)`,
    )
  }
  const workflowUrl = requiredText(fields, 'workflow_url', limits.workflowUrl)
  const engine = optionalText(fields, 'workflow_engine', 64)
  const engineVersion = optionalText(fields, 'workflow_engine_version', 64)
  if (engineVersion !== undefined && engine === undefined)
    throw new InvalidRunRequest(
      'workflow_engine_version is given without workflow_engine: name the engine, or leave both out',
    )

  const params = objectField(fields, 'workflow_params')
  const tags = stringMap(fields, 'tags')
  checkTags(tags, limits)
  const engineParameters = stringMap(fields, 'workflow_engine_parameters')
  if (Object.keys(engineParameters).length > 256)
    throw new InvalidRunRequest('workflow_engine_parameters has more than 256 members')

  refuseSecrets(params, 'workflow_params')
  refuseSecrets(tags, 'tags')
  refuseSecrets(engineParameters, 'workflow_engine_parameters')
  refuseSecrets(workflowUrl, 'workflow_url')

  const request: RunRequest = {
    workflow_params: params,
    workflow_type: sentType,
    workflow_type_version: sentVersion,
    tags,
    workflow_engine_parameters: engineParameters,
    workflow_url: workflowUrl,
    ...(engine === undefined ? {} : { workflow_engine: engine }),
    ...(engineVersion === undefined ? {} : { workflow_engine_version: engineVersion }),
  }
  return { request, type, typeVersion, params, tags, engineParameters }
}

const checkTags = (tags: Record<string, string>, limits: Limits): void => {
  const names = Object.keys(tags)
  if (names.length > limits.tags)
    throw new InvalidRunRequest(`tags has ${names.length} members; at most ${limits.tags} are allowed`)
  for (const [name, value] of Object.entries(tags)) {
    if (name === '') throw new InvalidRunRequest('tags has a member with an empty name')
    if (name.length > limits.tagKey)
      throw new InvalidRunRequest(`tags.${name.slice(0, 32)}… has a name of more than ${limits.tagKey} characters`)
    if (value.length > limits.tagValue)
      throw new InvalidRunRequest(`tags.${name} is longer than ${limits.tagValue} characters`)
    if (/^wes_/iu.test(name)) throw new InvalidRunRequest(`tags.${name}: tag names that begin with wes_ are reserved`)
  }
}

import { AuthError } from './errors.ts'
import { isRecord } from './policy-reader.ts'

/** Reads the members of a JSON body; every message names the member and what is allowed. */
export type Body = {
  text(name: string, max?: number): string
  optionalText(name: string): string | undefined
  texts(name: string, max: number): string[]
  oneOf<const T extends string>(name: string, allowed: readonly T[]): T
}

const MAX_TEXT = 255

const invalid = (text: string): AuthError => new AuthError('request_invalid', text, { status: 400 })

export const readBody = (input: unknown): Body => {
  if (!isRecord(input)) throw invalid('The body must be a JSON object')
  const text = (name: string, max = MAX_TEXT): string => {
    const value = input[name]
    if (typeof value !== 'string' || value === '' || value.length > max)
      throw invalid(`${name} must be a string of 1 to ${max} characters`)
    return value
  }
  return {
    text,
    optionalText: (name) => (input[name] === undefined ? undefined : text(name)),
    texts(name, max) {
      const value = input[name]
      if (
        !Array.isArray(value) ||
        value.length > max ||
        !value.every((item): item is string => typeof item === 'string' && item !== '' && item.length <= 4096)
      )
        throw invalid(`${name} must be an array of at most ${max} strings of 1 to 4096 characters`)
      return value
    },
    oneOf(name, allowed) {
      const value = allowed.find((item) => item === input[name])
      if (value === undefined) throw invalid(`${name} must be one of ${allowed.join(', ')}`)
      return value
    },
  }
}

import { InvalidRunRequest } from '../errors.ts'
import type { Engine, EngineParameter } from './engine.ts'

const describe = (name: string, parameter: EngineParameter): string => {
  const { type, oneOf, min, max } = parameter
  const bounds =
    oneOf === undefined
      ? min === undefined
        ? ''
        : ` from ${min}${max === undefined ? '' : ` to ${max}`}`
      : ` (${oneOf.join(' | ')})`
  return `${name}: ${type}${bounds}`
}

/** The typed values of an engine's allow-list. Names are accepted with and without the prefix `<engine>.`. Throws InvalidRunRequest. */
export const parseEngineParameters = (
  engine: Engine,
  sent: Record<string, string>,
  siteDefaults: Record<string, string> = {},
): Record<string, string | number | boolean> => {
  const values: Record<string, string | number | boolean> = {}
  for (const [name, parameter] of Object.entries(engine.parameters)) {
    const fallback = siteDefaults[name] ?? parameter.default
    if (fallback !== undefined) values[name] = parseOne(name, parameter, fallback)
  }
  const given = new Set<string>()
  for (const [sentName, text] of Object.entries(sent)) {
    const name = sentName.startsWith(`${engine.name}.`) ? sentName.slice(engine.name.length + 1) : sentName
    const parameter = Object.hasOwn(engine.parameters, name) ? engine.parameters[name] : undefined
    if (parameter === undefined) {
      const known = Object.entries(engine.parameters).map(([key, value]) => describe(key, value))
      throw new InvalidRunRequest(
        `workflow_engine_parameters.${sentName.slice(0, 128)} is not a parameter of ${engine.name}; known: ${known.join(', ')}`,
      )
    }
    if (given.has(name))
      throw new InvalidRunRequest(
        `workflow_engine_parameters.${name} is given twice, with and without the prefix ${engine.name}.`,
      )
    given.add(name)
    values[name] = parseOne(name, parameter, text)
  }
  return values
}

const parseOne = (name: string, parameter: EngineParameter, text: string): string | number | boolean => {
  const refuse = (): InvalidRunRequest =>
    new InvalidRunRequest(
      `workflow_engine_parameters.${name} is ${JSON.stringify(text.slice(0, 100))}; allowed is ${describe(name, parameter)}`,
    )
  switch (parameter.type) {
    case 'string':
      if (parameter.oneOf !== undefined && !parameter.oneOf.includes(text)) throw refuse()

      if (text.length > 1024 || /[\u0000-\u001f\u007f]/u.test(text)) throw refuse()
      return text
    case 'boolean': {
      const lower = text.trim().toLowerCase()
      if (lower !== 'true' && lower !== 'false') throw refuse()
      return lower === 'true'
    }
    case 'int':
    case 'float': {
      const shape = parameter.type === 'int' ? /^-?\d{1,15}$/u : /^-?\d{1,15}(?:\.\d{1,15})?$/u
      if (!shape.test(text.trim())) throw refuse()
      const value = Number(text)
      if (
        (parameter.min !== undefined && value < parameter.min) ||
        (parameter.max !== undefined && value > parameter.max)
      )
        throw refuse()
      return value
    }
  }
}

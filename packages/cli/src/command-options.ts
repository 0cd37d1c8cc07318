import { InvalidArgumentError, Option, type Command } from 'commander'

/** An option that may be given several times. */
export const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description} (repeatable)`).argParser(collect).default([], 'none')

const collect = (value: string, before: string[]): string[] => [...before, value]

export const integer =
  (least: number) =>
  (value: string): number => {
    if (!/^\d{1,15}$/.test(value) || Number(value) < least)
      throw new InvalidArgumentError(`Expected a whole number, at least ${least}.`)
    return Number(value)
  }

export const positive = (value: string): number => {
  const number = Number(value)
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('Expected a number above 0.')
  return number
}

/** Options of every client command, in one order everywhere. */
export const shared = (command: Command, { progress = false }: { progress?: boolean } = {}): Command => {
  command
    .option(
      '--server <url>',
      'the suite, or one API of it (default: BIOCLOUD_URL, else the suite of the data folder, else http://127.0.0.1:4500)',
    )
    .option(
      '--as <name>',
      'speak as this demo user; for a suite on this machine (default: BIOCLOUD_TOKEN, else researcher)',
    )
    .option('--data <dir>', 'data folder of the suite (default: BIOCLOUD_DATA, else the user’s data folder)')
    .option('--json', 'one JSON document on stdout and nothing else')
  if (progress) command.option('--progress', 'show progress also where there is no terminal')
  return command
}

export const examples = (command: Command, ...lines: string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)

/** Takes the exit code of a command that has more to say than success. */
export type Finish = (code: number) => void

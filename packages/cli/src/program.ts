import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { examples, repeatable, type Finish } from './command-options.ts'
import { addDrs } from './drs-commands.ts'
import { EXIT, EXIT_HELP, explain } from './errors.ts'
import type { SharedOptions } from './session.ts'
import { addTes } from './tes-commands.ts'
import { tellLine, type Terminal } from './terminal.ts'
import type { UpOptions } from './up.ts'
import { addWes } from './wes-commands.ts'

/** Of package.json, which lies above src and dist alike. */
const packageVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}

/**
 * The commands, their options and help. Each action imports its module when it is called, so `--help` loads commander
 * alone and client commands never load a server.
 */
export const createProgram = (terminal: Terminal, finish: Finish): Command => {
  const program = new Command('biocloud')
    .description('An open GA4GH suite: data by DRS, tasks by TES, workflows by WES, access by passports and visas.')
    .version(packageVersion())
    .exitOverride()
    .configureHelp({ showGlobalOptions: false, helpWidth: Math.min(Math.max(terminal.columns, 60), 120) })
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
    })
    .showHelpAfterError('(see --help)')
    .addHelpText(
      'after',
      ['', 'Exit codes:', ...EXIT_HELP.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)].join(
        '\n',
      ),
    )
  examples(
    program,
    'biocloud up                                        start the suite on this machine',
    'biocloud drs register reads.fq.gz --dataset demo-cohort --as operator',
    'biocloud tes run --image busybox --wait -- echo hello',
    'biocloud wes run workflow.cwl inputs.json --follow',
  )
  addUp(program, terminal, finish)
  addToken(program, terminal)
  addDrs(program, terminal)
  addTes(program, terminal, finish)
  addWes(program, terminal, finish)
  return program
}

const addUp = (program: Command, terminal: Terminal, finish: Finish): void => {
  const up = program
    .command('up')
    .description('Run DRS, WES and TES in one process on one address, until Ctrl-C')
    .option('--listen <host:port>', 'loopback address to listen on; port 0 takes a free one', '127.0.0.1:4500')
    .option('--data <dir>', 'data folder, made where missing (default: BIOCLOUD_DATA, else the user’s data folder)')
    .addOption(repeatable('--files <dir>', 'folder that tasks may read and write by file://'))
    .option(
      '--policy <file>',
      'who may read which dataset (default: policy.yaml of the data folder, a demo policy at first)',
    )
    .option('--json', 'once ready, one JSON document with the addresses instead of the text')
    .addHelpText(
      'after',
      '\nFurther settings of the servers: BIOCLOUD_DRS_…, BIOCLOUD_TES_…, BIOCLOUD_WES_… in the environment;\n`node packages/drs/dist/main.js --help` (tes, wes) lists them.',
    )
  examples(up, 'biocloud up', 'biocloud up --listen 127.0.0.1:8080 --data ./suite --files /srv/genomes')
  up.action(async (options: UpOptions) => {
    const { up: run } = await import('./up.ts')
    finish(await run(options, terminal))
  })
}

const addToken = (program: Command, terminal: Terminal): void => {
  const token = program
    .command('token')
    .description('Print a bearer token of the suite on this machine, alone on stdout')
  token
    .option('--as <name>', 'researcher, registered, guest or operator', 'researcher')
    .option('--data <dir>', 'data folder of the suite (default: BIOCLOUD_DATA, else the user’s data folder)')
    .option('--server <url>', 'the suite on this machine (default: that of the data folder)')
    .option('--json', 'as {"token": …}')
  examples(
    token,
    'biocloud token',
    'export BIOCLOUD_TOKEN=$(biocloud token --as guest)',
    'curl -H "Authorization: Bearer $(biocloud token)" http://127.0.0.1:4500/ga4gh/tes/v1/tasks',
  )
  token.action(async (options: SharedOptions) => {
    const { printToken } = await import('./session.ts')
    await printToken(options, terminal)
  })
}

/** Runs one command line (without the program's own name) and resolves to the exit code. Everything thrown is explained. */
export const run = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  let code: number = EXIT.ok
  const program = createProgram(terminal, (one) => (code = one))
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage // commander has told it already
    const { lines, exitCode } = explain(error)
    const [first, ...others] = lines
    tellLine(terminal, `biocloud: ${first ?? ''}`)
    for (const line of others) tellLine(terminal, line)
    return exitCode
  }
}

import type { Command } from 'commander'
import { examples, integer, repeatable, shared } from './command-options.ts'
import type { GetOptions } from './drs-get.ts'
import type { ListOptions } from './drs-list.ts'
import type { RegisterOptions } from './drs-register.ts'
import type { Terminal } from './terminal.ts'

export const addDrs = (program: Command, terminal: Terminal): void => {
  const drs = program.command('drs').description('Data: register, find and download objects')
  const register = shared(
    drs
      .command('register')
      .argument('<file|url>', 'a file of this machine, or a URL below a prefix that the server knows'),
    { progress: true },
  )
    .description('Make an object of a file (uploaded) or of a URL (left where it is); for operators')
    .requiredOption('--dataset <name>', 'dataset whose policy decides who may read it')
    .option('--name <name>', 'its name (default: that of the file)')
    .option('--mime-type <type>', 'its media type (default: by the file name)')
    .option('--description <text>', 'a text for people')
    .addOption(repeatable('--tag <key=value>', 'a tag'))
    .option('--sha256 <hex>', 'the digest it must have')
    .option('--size <bytes>', 'the size it must have; of a URL it may be told', integer(0))
    .option('--wait', 'wait until it can be read (a URL without digest is read by the server first)')
  examples(
    register,
    'biocloud drs register genome.fa --dataset demo-public --as operator',
    'biocloud drs register https://data.example.org/a.bam --dataset demo-cohort --as operator --wait',
  )
  register.action(async (what: string, options: RegisterOptions) => {
    const { drsRegister } = await import('./drs-register.ts')
    await drsRegister(what, options, terminal)
  })

  const get = shared(drs.command('get').argument('<id|drs-uri>', 'an object id of the server, or drs://HOST/ID'), {
    progress: true,
  })
    .description('Download an object; goes on where an interrupted download ended, and verifies size and checksum')
    .option(
      '-o, --output <file>',
      'where to, - for stdout (default: its name, in the current folder); never overwritten',
    )
    .option('--info', 'print what is known of it instead')
  examples(
    get,
    'biocloud drs get drs://localhost/06d2k8…',
    'biocloud drs get 06d2k8… -o reads.fq.gz',
    'biocloud drs get 06d2k8… --info --json',
  )
  get.action(async (what: string, options: GetOptions) => {
    const { drsGet } = await import('./drs-get.ts')
    await drsGet(what, options, terminal)
  })

  const list = shared(drs.command('ls'))
    .description('List the objects that you may see')
    .option('--dataset <name>', 'only of this dataset')
    .addOption(repeatable('--tag <key[=value]>', 'only with this tag'))
    .option('--limit <n>', 'at most so many', integer(1), 100)
  examples(list, 'biocloud drs ls', 'biocloud drs ls --dataset demo-public --json')
  list.action(async (options: ListOptions) => {
    const { drsList } = await import('./drs-list.ts')
    await drsList(options, terminal)
  })
}

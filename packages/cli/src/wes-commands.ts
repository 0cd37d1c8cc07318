import type { Command } from 'commander'
import { examples, integer, repeatable, shared, type Finish } from './command-options.ts'
import type { LogOptions } from './wes-logs.ts'
import type { OutputOptions } from './wes-outputs.ts'
import type { RunOptions } from './wes-run.ts'
import type { ListOptions } from './wes-runs.ts'
import type { SharedOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

export const addWes = (program: Command, terminal: Terminal, finish: Finish): void => {
  const wes = program.command('wes').description('Workflows: run them, follow them, fetch their outputs')
  const run = shared(
    wes
      .command('run')
      .argument('<workflow>', 'a workflow file with what it refers to, or an https:// URL')
      .argument('[inputs]', 'its inputs, JSON or YAML'),
    { progress: true },
  )
    .description('Submit a workflow; its own files and local inputs up to 64 MiB each are sent along')
    .option('--follow', 'show the steps until it has ended; the exit code tells how')
    .option('--wait', 'as --follow, silently')
    .option('--dry-run', 'show what would be sent')
    .addOption(repeatable('--tag <key=value>', 'a tag'))
    .addOption(repeatable('--attach <path>', 'a further file or folder to send along'))
    .option('--type <type>', 'language: CWL, WDL, NFL, SMK (default: by the file name)')
    .option('--type-version <version>', 'its version (default for CWL: as the file says)')
    .option('--engine <name>', 'engine to use')
    .option('--engine-version <version>', 'its version')
    .addOption(repeatable('--engine-parameter <key=value>', 'parameter of the engine'))
  examples(
    run,
    'biocloud wes run workflow.cwl inputs.json --follow',
    'biocloud wes run packed.cwl#main inputs.yml --json',
    'biocloud wes run workflow.cwl inputs.json --dry-run',
  )
  run.action(async (workflow: string, inputs: string | undefined, options: RunOptions) => {
    const { wesRun } = await import('./wes-run.ts')
    finish(await wesRun(workflow, inputs, options, terminal))
  })

  const list = shared(wes.command('ls'))
    .description('List your runs, newest first')
    .option('--state <state>', 'only in this state')
    .addOption(repeatable('--tag <key=value>', 'only with this tag'))
    .option('--limit <n>', 'at most so many', integer(1), 50)
  examples(list, 'biocloud wes ls', 'biocloud wes ls --state RUNNING')
  list.action(async (options: ListOptions) => {
    const { wesList } = await import('./wes-runs.ts')
    await wesList(options, terminal)
  })

  const status = shared(wes.command('status').argument('<id>', 'id of the run')).description('Show a run and its steps')
  examples(status, 'biocloud wes status 06d2k8…', 'biocloud wes status 06d2k8… --json')
  status.action(async (id: string, options: SharedOptions) => {
    const { wesStatus } = await import('./wes-runs.ts')
    await wesStatus(id, options, terminal)
  })

  const logs = shared(wes.command('logs').argument('<id>', 'id of the run'))
    .description('Print what the engine wrote, or one step')
    .option('--step <name|id>', 'the log of this step')
    .option('--follow', 'go on until it has ended')
    .option('--stream <name>', 'only stdout or stderr')
  examples(logs, 'biocloud wes logs 06d2k8… --follow', 'biocloud wes logs 06d2k8… --step align')
  logs.action(async (id: string, options: LogOptions) => {
    const { wesLogs } = await import('./wes-logs.ts')
    await wesLogs(id, options, terminal)
  })

  const cancel = shared(wes.command('cancel').argument('<id...>', 'ids of runs')).description(
    'Cancel runs and the steps they have running',
  )
  examples(cancel, 'biocloud wes cancel 06d2k8…')
  cancel.action(async (ids: string[], options: SharedOptions) => {
    const { wesCancel } = await import('./wes-runs.ts')
    await wesCancel(ids, options, terminal)
  })

  const outputs = shared(wes.command('outputs').argument('<id>', 'id of the run'), { progress: true })
    .description('List the output files of a run, or download them (resumed and verified)')
    .option('--download <dir>', 'download all of them below this folder')
  examples(outputs, 'biocloud wes outputs 06d2k8…', 'biocloud wes outputs 06d2k8… --download results')
  outputs.action(async (id: string, options: OutputOptions) => {
    const { wesOutputs } = await import('./wes-outputs.ts')
    await wesOutputs(id, options, terminal)
  })
}

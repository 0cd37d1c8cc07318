import type { Command } from 'commander'
import { examples, integer, positive, repeatable, shared, type Finish } from './command-options.ts'
import type { RunOptions } from './tes-run.ts'
import type { ListOptions, LogOptions } from './tes-tasks.ts'
import type { SharedOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

export const addTes = (program: Command, terminal: Terminal, finish: Finish): void => {
  const tes = program.command('tes').description('Tasks: run one command in a container')
  const run = shared(
    tes
      .command('run')
      .argument('[file]', 'a task as JSON (TES 1.1)')
      .argument('[command...]', 'with --image, after --: the command'),
    { progress: true },
  )
    .usage('[options] FILE.json\n       biocloud tes run [options] --image IMAGE -- COMMAND [ARG...]')
    .description('Run a task from a file, or a command in an image')
    .option('--image <image>', 'container image of the command')
    .option('--name <name>', 'name of the task')
    .addOption(
      repeatable(
        '--input <path=url>',
        'a file at this path of the container: drs://, https://, file://, or @FILE to send a small text; /dir/= for a folder',
      ),
    )
    .addOption(repeatable('--output <path=url>', 'where a file of the container goes'))
    .addOption(repeatable('--env <key=value>', 'environment of the command'))
    .option('--workdir <path>', 'working directory of the command')
    .addOption(repeatable('--volume <path>', 'an empty folder at this path'))
    .option('--cpus <n>', 'CPU cores', positive)
    .option('--ram <gib>', 'memory in GiB', positive)
    .option('--disk <gib>', 'disk in GiB', positive)
    .addOption(repeatable('--tag <key=value>', 'a tag'))
    .option('--wait', 'stay until it has ended: its output comes here, the exit code tells how it ended')
  examples(
    run,
    'biocloud tes run --image busybox --wait -- echo hello',
    'biocloud tes run --image busybox --input /in.txt=drs://localhost/06d2k8… --wait -- wc -l /in.txt',
    'biocloud tes run task.json --json',
  )
  run.action(async (first: string | undefined, rest: string[], options: RunOptions) => {
    const { tesRun } = await import('./tes-run.ts')
    const words = [...(first === undefined ? [] : [first]), ...rest]
    const args =
      options.image === undefined
        ? { ...(first === undefined ? {} : { file: first }), command: rest }
        : { command: words }
    finish(await tesRun(args, options, terminal))
  })

  const list = shared(tes.command('ls'))
    .description('List your tasks, newest first')
    .option('--state <state>', 'only in this state')
    .option('--name-prefix <text>', 'only with names that begin so')
    .addOption(repeatable('--tag <key[=value]>', 'only with this tag'))
    .option('--limit <n>', 'at most so many', integer(1), 50)
  examples(list, 'biocloud tes ls', 'biocloud tes ls --state RUNNING --json')
  list.action(async (options: ListOptions) => {
    const { tesList } = await import('./tes-tasks.ts')
    await tesList(options, terminal)
  })

  const get = shared(tes.command('get').argument('<id>', 'id of the task')).description(
    'Show a task with all that is known of it',
  )
  examples(get, 'biocloud tes get 06d2k8…', 'biocloud tes get 06d2k8… --json')
  get.action(async (id: string, options: SharedOptions) => {
    const { tesGet } = await import('./tes-tasks.ts')
    await tesGet(id, options, terminal)
  })

  const logs = shared(tes.command('logs').argument('<id>', 'id of the task'))
    .description('Print what a task wrote: its stdout to stdout, its stderr to stderr')
    .option('--follow', 'go on until it has ended')
    .option('--executor <n>', 'only of this command, counted from 0', integer(0))
    .option('--stream <name>', 'only stdout or stderr')
  examples(logs, 'biocloud tes logs 06d2k8… --follow', 'biocloud tes logs 06d2k8… --stream stderr')
  logs.action(async (id: string, options: LogOptions) => {
    const { tesLogs } = await import('./tes-tasks.ts')
    await tesLogs(id, options, terminal)
  })

  const cancel = shared(tes.command('cancel').argument('<id...>', 'ids of tasks')).description('Cancel tasks')
  examples(cancel, 'biocloud tes cancel 06d2k8…')
  cancel.action(async (ids: string[], options: SharedOptions) => {
    const { tesCancel } = await import('./tes-tasks.ts')
    await tesCancel(ids, options, terminal)
  })
}

// `npm run demo`: one real analysis through all three servers, allowed for one person and refused for another.
// Node built-ins alone: it installs everything else.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuild, ensureBusybox, ensureDeps, ensureDocker, ensureEngine, root } from '../test/check/setup.mjs'
import { follow, untilEnded } from './follow.mjs'
import { compareWithTruth, lookNext, showRefusal } from './report.mjs'
import { bold, bytes, chapter, dim, green, note, printTable, quote, red, say, seconds, yellow } from './screen.mjs'
import { writeSamples } from './simulate.mjs'
import { biocloud, biocloudJson, chooseAddress, startSuite } from './suite.mjs'
import { ensureToolImage } from './tool-image.mjs'

const HELP = `usage: npm run demo [-- --keep] [-- --listen HOST:PORT]

Runs a genomics workflow (align, sort, call variants, compare) on two simulated samples: its inputs are resolved by DRS under
access control, WES runs it, and each step is a container on TES. Then it tries the same as a person who may not.

  --keep               leave the suite running, to look around in
  --listen HOST:PORT   where it listens (default 127.0.0.1:4500, or a free port)
  --help               this text

Set up what is missing: Node packages, the build, Docker, the CWL engine (.engines/cwltool) and the image of the tools. Only the
first time takes longer. BIOCLOUD_DEMO_IMAGE names an image with bwa, samtools and bcftools to pull instead of making one.`

/** What was started, to be ended in reverse order on every way out. */
const ends = []
const tidy = async () => {
  while (ends.length > 0) {
    const { what, end } = ends.pop()
    try {
      await end()
    } catch (error) {
      say(red(`${what} could not be ended: ${error.message}`))
    }
  }
}

let stopping
/** Throws where somebody asked us to stop: between two steps, so that what a step starts is known and ended. */
const check = () => {
  if (stopping) throw new Error(`stopped by ${stopping}`)
}

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
const stopOnSignals = () => {
  for (const signal of Object.keys(CODES)) {
    process.on(signal, () => {
      if (stopping === undefined) say(`\n${yellow('Stopping: what was started is ended first …')}`)
      stopping ??= signal
    })
  }
}

const timed = async (work) => {
  const began = performance.now()
  const value = await work()
  return { value, took: performance.now() - began }
}

const setUp = async () => {
  chapter('Setting up what is missing')
  const parts = [
    ['Node packages', ensureDeps],
    ['build', ensureBuild],
    ['Docker engine', ensureDocker],
    ['task launcher (busybox)', ensureBusybox],
    ['CWL engine (cwltool)', ensureEngine],
    ['tool image (bwa, samtools, bcftools)', ensureToolImage],
  ]
  let docker
  for (const [name, ensure] of parts) {
    const { value, took } = await timed(ensure)
    if (ensure === ensureDocker) docker = value
    if (ensure === ensureDocker && value.started) ends.push({ what: 'Docker', end: value.stop })
    check()
    note(`${green('✔')} ${name}${took > 1000 ? dim(`   ${seconds(took)}`) : ''}`)
  }
  return docker
}

const register = async (context, samples) => {
  chapter('Registering data in DRS')
  const files = [
    {
      path: join(root, 'test/data/lambda.fa'),
      dataset: 'demo-public',
      description: 'phage lambda, the complete genome',
    },
    ...samples.flatMap(({ name, reads_1, reads_2 }) =>
      [reads_1, reads_2].map((path) => ({ path, dataset: 'demo-cohort', description: `reads of ${name}` })),
    ),
  ]
  const rows = [['object', 'size', 'dataset', 'who may read it', 'DRS URI']]
  const uris = new Map()
  const objects = await Promise.all(
    files.map(({ path, dataset, description }) =>
      biocloudJson([
        'drs',
        'register',
        path,
        '--dataset',
        dataset,
        '--description',
        description,
        '--as',
        'operator',
        ...context,
      ]),
    ),
  )
  files.forEach(({ path, dataset }, n) => {
    uris.set(path, objects[n].self_uri)
    const who = dataset === 'demo-public' ? green('everybody') : yellow('holders of a visa')
    rows.push([basename(path), bytes(statSync(path).size), dataset, who, objects[n].self_uri])
  })
  printTable(rows)
  return uris
}

const file = (location) => ({ class: 'File', location })

const writeInputs = (folder, samples, uris) => {
  const inputs = {
    reference: file(uris.get(join(root, 'test/data/lambda.fa'))),
    sample_names: samples.map(({ name }) => name),
    reads_1: samples.map(({ reads_1 }) => file(uris.get(reads_1))),
    reads_2: samples.map(({ reads_2 }) => file(uris.get(reads_2))),
    truth: samples.map(({ truth }) => ({ class: 'File', path: basename(truth) })),
  }
  const path = join(folder, 'inputs.json')
  writeFileSync(path, `${JSON.stringify(inputs, null, 2)}\n`)
  return path
}

/** Submits the run and follows it to its end. */
const analyse = async ({ suite, context, inputs, samples }) => {
  chapter(`Submitting demo/variants.cwl to WES as ${bold('researcher')}, who holds the visa for demo-cohort`)
  const { code, stdout, stderr } = await biocloud(['token', ...context])
  if (code !== 0) throw new Error(`biocloud token ended with ${code}: ${stderr}`)
  const token = stdout.trim()
  const submit = ['wes', 'run', 'demo/variants.cwl', inputs, '--as', 'researcher', ...context]
  const { run_id: runId } = await biocloudJson(submit)
  const cancel = async () => {
    await biocloud(['wes', 'cancel', runId, ...context])
    await untilEnded(suite.url, token, runId)
  }
  const end = { what: 'the run', end: cancel }
  ends.push(end)
  note(`run ${runId}${dim('; every step below is a container on TES')}`)
  const { run, took } = await follow({ url: suite.url, token, runId, samples, check })
  ends.splice(ends.indexOf(end), 1)
  if (run.state !== 'COMPLETE') {
    quote([...(run.run_log?.system_logs ?? []), (await biocloud(['wes', 'logs', runId, ...context])).stdout].join('\n'))
    throw new Error(`The run ended as ${run.state}`)
  }
  note(`${green('✔')} COMPLETE after ${seconds(took)}`)
  return runId
}

const main = async () => {
  const { values } = parseArgs({
    options: { keep: { type: 'boolean' }, listen: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return say(HELP)
  stopOnSignals()
  say(
    `${bold('biocloud')}: a genomics workflow from controlled data to results, by the GA4GH standards DRS, WES and TES`,
  )
  const docker = await setUp()

  const began = Date.now()
  chapter('Starting DRS, WES and TES in one process')
  const work = mkdtempSync(join(tmpdir(), 'biocloud-demo-'))
  chmodSync(work, 0o711) // the head of a run works under a user of its own
  ends.push({ what: 'the scratch folder', end: () => rmSync(work, { recursive: true, force: true }) })
  const data = join(work, 'data')
  mkdirSync(data)
  const listen = await chooseAddress(values.listen)
  const { value: suite, took } = await timed(() => startSuite({ listen, data, log: join(work, 'up.log') }))
  ends.push({ what: 'the suite', end: suite.stop })
  check()
  note(`${green('✔')} up after ${seconds(took)} at ${suite.url}`)
  const context = ['--data', data]

  const samples = writeSamples(join(root, 'test/data/lambda.fa'), work)
  const uris = await register(context, samples)
  check()
  const inputs = writeInputs(work, samples, uris)
  const runId = await analyse({ suite, context, inputs, samples })
  check()

  const { outputs } = await biocloudJson(['wes', 'outputs', runId, ...context])
  const results = join(work, 'results')
  await biocloudJson(['wes', 'outputs', runId, '--download', results, ...context])
  const right = compareWithTruth(results, outputs, samples)
  chapter('Outputs, registered in DRS: for researcher alone, and only while the visa for the reads lasts')
  printTable([['output', 'size', 'DRS URI'], ...outputs.map(({ name, size, drs_uri }) => [name, bytes(size), drs_uri])])
  note(dim('Each is a valid input of the next run.'))
  check()

  await showRefusal(context, { inputs, reads: uris.get(samples[0].reads_1), folder: work })
  const variants = outputs.find(({ name }) => name.endsWith('.vcf.gz'))?.drs_uri
  lookNext({ url: suite.url, data, runId, variants, keep: values.keep, pid: suite.pid, docker, work })
  say(`\n${green('✔')} ${dim(`${seconds(Date.now() - began)} from the start of the suite`)}`)
  if (!right) throw new Error('The called variants are not the true ones')
  if (values.keep) ends.length = 0
}

try {
  await main()
} catch (error) {
  say(`\n${red('✘')} ${error.message}`)
  process.exitCode = stopping ? CODES[stopping] : 1
}
await tidy()
// Nothing is left to wait for; with --keep the suite is a process of its own.
process.exit()

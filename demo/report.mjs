// What came of it: the variants against the truth, the refusal, and where to look next.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bold, chapter, dim, green, note, printTable, quote, red, say, table } from './screen.mjs'
import { biocloud } from './suite.mjs'

const ratio = (part, whole) => (whole === 0 ? '-' : (part / whole).toFixed(3))

const REFUSED = 3 // the exit code of biocloud for "you may not", and for nothing else

/** The lines of a comparison: `{ position, ref, alt, kind, verdict }`. */
const readComparison = (path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([, position, ref, alt, kind, verdict]) => ({ position, ref, alt, kind, verdict }))

/** Prints a line per sample; true if exactly the true variants were called. */
export const compareWithTruth = (folder, outputs, samples) => {
  chapter('Called variants against the truth')
  const rows = [['sample', 'known', 'called', 'found', 'missed', 'extra', 'recall', 'precision']]
  const examples = []
  let right = true
  for (const { name, variants } of samples) {
    const output = outputs.find((one) => one.name.endsWith(`${name}.comparison.tsv`))
    if (!output) throw new Error(`The run has no comparison of ${name}`)
    const lines = readComparison(join(folder, output.name))
    const count = (verdict) => lines.filter((line) => line.verdict === verdict).length
    const [found, missed, extra] = ['found', 'missed', 'extra'].map(count)
    right &&= found === variants.length && missed + extra === 0
    const bad = (n) => (n > 0 ? red(n) : String(n))
    const known = String(variants.length)
    const called = String(found + extra)
    const ratios = [ratio(found, variants.length), ratio(found, found + extra)]
    rows.push([name, known, called, green(found), bad(missed), bad(extra), ...ratios])
    for (const kind of ['SNP', 'INDEL']) {
      const one = lines.find((line) => line.kind === kind)
      if (one) examples.push([name, `position ${one.position}`, `${one.ref} → ${one.alt}`, one.verdict])
    }
  }
  printTable(rows)
  say()
  note(dim('for example'))
  for (const line of table(examples)) note(line)
  return right
}

/** Throws if anything is allowed, or fails for any other reason. */
export const showRefusal = async (context, { inputs, reads, folder }) => {
  chapter(`The same run as ${bold('guest')}, who holds no visa`)
  const expectRefusal = async (args) => {
    const { code, stdout, stderr } = await biocloud([...args, '--as', 'guest', ...context])
    if (code !== REFUSED)
      throw new Error(`biocloud ${args.join(' ')} as guest ended with ${code}, not refused:\n${stdout}${stderr}`)
    return stderr
  }
  const why = await expectRefusal(['wes', 'run', 'demo/variants.cwl', inputs])
  note(`${red('✘ refused')}   ${dim('by WES, at submission: nothing was started, nothing was read')}`)
  quote(why)
  await expectRefusal(['drs', 'get', reads, '-o', join(folder, 'stolen.fastq.gz')])
  note(`${red('✘ refused')}   ${dim('by DRS too, where the data is: the rule is one, and everybody asks it')}`)
}

/** Commands to type. Those that name this run work only while its suite goes on. */
export const lookNext = ({ url, data, runId, variants, keep, pid, docker, work }) => {
  chapter('Where to look next')
  const flag = ` --data ${data}`
  const commands = keep
    ? [
        [`npx biocloud wes status ${runId}${flag}`, 'the run and its steps'],
        [`npx biocloud wes logs ${runId}${flag}`, 'what the workflow engine said'],
        [`npx biocloud drs get ${variants} -o calls.vcf.gz${flag}`, 'an output, by its DRS URI'],
        [`npx biocloud tes ls${flag}`, 'the tasks, newest first'],
        [
          `curl -H "Authorization: Bearer $(npx biocloud token${flag})" ${url}/ga4gh/wes/v1/runs/${runId}`,
          'the same by HTTP',
        ],
        [`cat ${data}/policy.yaml`, 'who may read what, and why'],
      ]
    : [
        ['npm run demo -- --keep', 'the same again, and the suite stays up to look around in'],
        ['npx biocloud up', 'a suite of your own, in one process'],
        ['npx biocloud --help', 'register data, run tasks and workflows'],
      ]
  for (const [command, what] of [
    ...commands,
    ['cat demo/variants.cwl', 'the workflow: plain CWL, nothing in it is ours'],
  ]) {
    note(dim(`# ${what}`))
    note(command)
  }
  if (!keep) return
  say()
  note(`The suite goes on as process ${pid}. To end it and remove its data:`)
  note(`kill ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 1; done; rm -rf ${work}`)
  if (docker.started) note(dim(`The Docker engine that was started for it stays too: ${docker.host}`))
}

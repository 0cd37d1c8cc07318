// Makes the demo's sequencing data: two isolates that differ from the phage lambda genome in known places, and reads of each, as a
// sequencer would give them. The same seed gives the same bytes. Node built-ins alone.
//   node demo/simulate.mjs --out DIR [--seed 20]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const READ_LENGTH = 150
const DEPTH = 30
const FRAGMENT = { mean: 350, deviation: 40 }
const SPACING = 120 // bases between two variants, so that each is called by itself
const MARGIN = 400 // few reads reach the ends of a linear genome
// The four qualities that current instruments report, with the error rate each stands for.
const QUALITIES = [
  { letter: 'F', error: 10 ** -3.7 },
  { letter: ':', error: 10 ** -2.5 },
  { letter: ',', error: 10 ** -1.1 },
  { letter: '#', error: 10 ** -0.6 },
]

/** mulberry32: small, and the same on every machine. */
const randomOf = (seed) => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n) => Math.floor(next() * n)
  // The sum of twelve uniform numbers is as good as normal here, and needs no logarithm that platforms could round differently.
  const normal = () => Array.from({ length: 12 }, next).reduce((sum, x) => sum + x, -6)
  return { next, below, normal, pick: (list) => list[below(list.length)] }
}

const otherBase = (random, base) => random.pick([...'ACGT'].filter((b) => b !== base))

/** A variant that stands for itself: no other position in the reference explains the same sequence. `position` is 1-based, as in VCF. */
const variantAt = (random, reference, index, kind) => {
  const at = reference[index]
  if (kind === 'snv') return { position: index + 1, ref: at, alt: otherBase(random, at) }
  const length = 1 + random.below(4)
  if (kind === 'deletion') {
    const gone = reference.slice(index + 1, index + 1 + length)
    // Left-aligned and unambiguous: shifting the gap by one base either way would delete something else.
    if (gone.at(-1) === at || gone[0] === reference[index + 1 + length]) return undefined
    return { position: index + 1, ref: at + gone, alt: at }
  }
  const added = Array.from({ length }, () => random.pick([...'ACGT'])).join('')
  if (added.at(-1) === at || added[0] === reference[index + 1]) return undefined
  return { position: index + 1, ref: at, alt: at + added }
}

const drawVariants = (random, reference, kinds, taken) =>
  kinds.map((kind) => {
    for (;;) {
      const index = MARGIN + random.below(reference.length - 2 * MARGIN)
      if (taken.some((other) => Math.abs(other - index) < SPACING)) continue
      const variant = variantAt(random, reference, index, kind)
      if (!variant) continue
      taken.push(index)
      return variant
    }
  })

const kindsOf = (snv, insertion, deletion) => [
  ...Array(snv).fill('snv'),
  ...Array(insertion).fill('insertion'),
  ...Array(deletion).fill('deletion'),
]

const mutate = (reference, variants) => {
  let sequence = ''
  let from = 0
  for (const { position, ref, alt } of variants) {
    sequence += reference.slice(from, position - 1) + alt
    from = position - 1 + ref.length
  }
  return sequence + reference.slice(from)
}

const reverseComplement = (sequence) => {
  const partner = { A: 'T', C: 'G', G: 'C', T: 'A' }
  return [...sequence]
    .reverse()
    .map((base) => partner[base])
    .join('')
}

/** Reads get worse towards their end, and a bad base is rarely alone. */
const readOf = (random, template) => {
  let bases = ''
  let letters = ''
  let level = 0
  for (let cycle = 0; cycle < template.length; cycle += 1) {
    const worse = 0.004 + 0.02 * (cycle / READ_LENGTH) ** 3
    if (random.next() < worse) level = Math.min(level + 1 + random.below(2), QUALITIES.length - 1)
    else if (level > 0 && random.next() < 0.5) level -= 1
    const { letter, error } = QUALITIES[level]
    bases += random.next() < error ? otherBase(random, template[cycle]) : template[cycle]
    letters += letter
  }
  return `${bases}\n+\n${letters}\n`
}

const sequence = (random, genome, name) => {
  const pairs = Math.round((genome.length * DEPTH) / (2 * READ_LENGTH))
  const first = []
  const second = []
  for (let pair = 1; pair <= pairs; pair += 1) {
    const drawn = Math.round(FRAGMENT.mean + FRAGMENT.deviation * random.normal())
    const length = Math.min(Math.max(drawn, READ_LENGTH), genome.length)
    const start = random.below(genome.length - length + 1)
    const fragment = genome.slice(start, start + length)
    const ends = [fragment.slice(0, READ_LENGTH), reverseComplement(fragment.slice(-READ_LENGTH))]
    if (random.next() < 0.5) ends.reverse()
    first.push(`@${name}:${pair}/1\n${readOf(random, ends[0])}`)
    second.push(`@${name}:${pair}/2\n${readOf(random, ends[1])}`)
  }
  return [first.join(''), second.join('')].map((text) => gzipSync(text, { level: 9 }))
}

const vcf = (contig, length, name, variants) =>
  [
    '##fileformat=VCFv4.2',
    `##contig=<ID=${contig},length=${length}>`,
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', name].join('\t'),
    ...variants.map((v) => [contig, v.position, '.', v.ref, v.alt, '.', 'PASS', '.', 'GT', '1'].join('\t')),
    '',
  ].join('\n')

/** The samples of a genome in FASTA: `[{ name, variants, reads: [Buffer, Buffer], truth: string }]`. They share some variants and have some of their own. */
const simulate = (fasta, seed = 20) => {
  const random = randomOf(seed)
  const [header, ...lines] = fasta.trim().split('\n')
  const contig = header.slice(1).split(/\s/)[0]
  const reference = lines.join('').toUpperCase()
  const taken = []
  const shared = drawVariants(random, reference, kindsOf(22, 2, 2), taken)
  return ['isolate-A', 'isolate-B'].map((name) => {
    const own = drawVariants(random, reference, kindsOf(14, 1, 2), taken)
    const variants = [...shared, ...own].sort((a, b) => a.position - b.position)
    const reads = sequence(random, mutate(reference, variants), name)
    return { name, variants, reads, truth: vcf(contig, reference.length, name, variants) }
  })
}

/** Writes the samples into a folder; resolves the paths: `[{ name, variants, reads_1, reads_2, truth }]`. */
export const writeSamples = (reference, folder, seed) => {
  mkdirSync(folder, { recursive: true })
  return simulate(readFileSync(reference, 'utf8'), seed).map(({ name, variants, reads, truth }) => {
    const paths = {
      reads_1: join(folder, `${name}_1.fastq.gz`),
      reads_2: join(folder, `${name}_2.fastq.gz`),
      truth: join(folder, `${name}.truth.vcf`),
    }
    writeFileSync(paths.reads_1, reads[0])
    writeFileSync(paths.reads_2, reads[1])
    writeFileSync(paths.truth, truth)
    return { name, variants, ...paths }
  })
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, seed: { type: 'string', default: '20' } } })
  if (!values.out) {
    console.error('usage: node demo/simulate.mjs --out DIR [--seed N]')
    process.exit(2)
  }
  const reference = join(import.meta.dirname, '../test/data/lambda.fa')
  for (const sample of writeSamples(reference, values.out, Number(values.seed))) {
    console.log(
      `${sample.name}: ${sample.variants.length} variants, ${sample.reads_1}, ${sample.reads_2}, ${sample.truth}`,
    )
  }
}

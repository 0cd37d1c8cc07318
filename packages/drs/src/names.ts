import { InvalidCandidate } from './errors.ts'

/** O4: a portable file name. */
export const checkName = (name: string | undefined, field: string): void => {
  if (name === undefined) return
  if (!/^[A-Za-z0-9._-]{1,255}$/.test(name) || name === '.' || name === '..') {
    throw new InvalidCandidate(
      `${field}: "${name.slice(0, 64)}" is no portable file name: letters, digits, ".", "-" and "_", at most 255`,
    )
  }
}

// O3: declared, else by the file's extension, else nothing; never a constant.
const BY_EXTENSION: Record<string, string> = {
  bam: 'application/vnd.ga4gh.bam',
  cram: 'application/vnd.ga4gh.cram',
  csv: 'text/csv',
  gz: 'application/gzip',
  html: 'text/html',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  vcf: 'text/x-vcf',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
}
for (const text of ['fa', 'fasta', 'fna', 'fastq', 'fq', 'sam', 'bed', 'gff', 'gtf', 'log', 'md', 'cwl', 'wdl', 'nf']) {
  BY_EXTENSION[text] = text === 'cwl' ? 'application/yaml' : 'text/plain'
}

export const mediaTypeOf = (name: string | undefined): string | undefined => {
  const extension = /\.([A-Za-z0-9]+)$/.exec(name ?? '')?.[1]?.toLowerCase()
  return extension === undefined ? undefined : BY_EXTENSION[extension]
}

export const checkMediaType = (type: string | undefined, field: string): void => {
  if (type === undefined) return
  if (type.length > 127 || !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w-]+=("[\w .+-]*"|[\w.+-]+))*$/.test(type)) {
    throw new InvalidCandidate(`${field}: "${type.slice(0, 64)}" is no media type; write it as text/plain`)
  }
}

export const checkText = (text: string | undefined, field: string, limit: number): void => {
  if (text !== undefined && text.length > limit) throw new InvalidCandidate(`${field}: at most ${limit} characters`)
}

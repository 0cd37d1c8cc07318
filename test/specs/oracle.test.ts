import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  drsDocument,
  drsRootDocument,
  serviceInfoDocument,
  tesDocument,
  wesDocument,
  type OpenApiDocument,
} from '@biocloud/ga4gh-api'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'

import { deviations, type Api } from './deviations.ts'
import { differences, factsOf, phrasesOf, standardPartOf, textsOf, type Document } from './structure.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const OFFICIAL = process.env.BIOCLOUD_SPECS ?? join(ROOT, '..', 'shared', 'specs')
const FILES: Record<Api, string> = {
  'service-info': 'service-info-1.0.0.openapi.yaml',
  drs: 'drs-1.5.0.openapi.yaml',
  wes: 'wes-1.1.0.openapi.yaml',
  tes: 'tes-1.1.0.openapi.yaml',
}
const OURS: Record<Api, OpenApiDocument> = {
  'service-info': serviceInfoDocument,
  drs: drsDocument,
  wes: wesDocument,
  tes: tesDocument,
}
const APIS = ['service-info', 'drs', 'wes', 'tes'] as const

// BIOCLOUD_SPECS names a folder on purpose: then a missing file is an error, not a reason to leave the test out.
const there = process.env.BIOCLOUD_SPECS !== undefined || APIS.every((api) => existsSync(join(OFFICIAL, FILES[api])))
if (!there)
  process.stderr.write(
    `\nNOT COMPARED with the official OpenAPI documents: they are not in ${OFFICIAL}. Set BIOCLOUD_SPECS to the folder that holds ${Object.values(FILES).join(', ')}.\n\n`,
  )
const oracle = there ? describe : describe.skip

const readOfficial = (api: Api): Document => parse(readFileSync(join(OFFICIAL, FILES[api]), 'utf8')) as Document

/** WES and TES refer to service-info by a web address: its schemas are put beside theirs, so that nothing is fetched. */
const official = (api: Api): Document => {
  const document = readOfficial(api)
  const schemas = { ...readOfficial('service-info').components?.schemas, ...document.components?.schemas }
  return { ...document, components: { ...document.components, schemas } }
}

const differencesOf = (api: Api): string[] => {
  const theirs = official(api)
  const names = Object.keys(theirs.components?.schemas ?? {})
  const ours = standardPartOf(structuredClone(OURS[api]))
  return differences(factsOf(theirs, names), factsOf(ours, names))
}

oracle('our documents and the official ones', () => {
  it.each(APIS)('%s: every difference is a listed deviation, and every listed deviation is a difference', (api) => {
    const lines = differencesOf(api)
    const listed = deviations[api].flatMap((deviation) => deviation.lines)
    const matches = (pattern: string | RegExp, line: string) =>
      typeof pattern === 'string' ? pattern === line : pattern.test(line)
    expect(lines.filter((line) => !listed.some((pattern) => matches(pattern, line)))).toEqual([])
    expect(listed.filter((pattern) => !lines.some((line) => matches(pattern, line))).map(String)).toEqual([])
  })

  it.each(APIS)(
    '%s: the comparison sees the official document: without our paths each of its operations is missing',
    (api) => {
      const theirs = factsOf(official(api))
      const operations = Object.values(official(api).paths).flatMap((item) => Object.values(item)).length
      const lost = differences(theirs, new Set()).filter(
        (line) => / is [A-Za-z]+$/.test(line) && /^- [A-Z]+ \S+ is /.test(line),
      )
      expect(lost).toHaveLength(operations)
    },
  )

  it('a changed type, enum, requirement, parameter or status is a difference', () => {
    const changed = structuredClone(tesDocument)
    const text = JSON.stringify(changed)
    const edits: [string, string, string][] = [
      ['"MINIMAL",', '"TINY",', 'GET /tasks query view enum'],
      ['"required":["id"],', '', 'tesCreateTaskResponse requires id'],
      ['"name":"page_token"', '"name":"pageToken"', 'GET /tasks query page_token'],
      ['"operationId":"CancelTask"', '"operationId":"StopTask"', 'POST /tasks/{id}:cancel is CancelTask'],
      ['"ignore_error":{"type":"boolean"', '"ignore_error":{"type":"string"', 'tesExecutor.ignore_error type boolean'],
    ]
    for (const [before, after, fact] of edits) {
      expect(text).toContain(before)
      const edited = standardPartOf(JSON.parse(text.replaceAll(before, after)) as Document)
      expect(differences(factsOf(official('tes')), factsOf(edited)).some((line) => line.startsWith(`- ${fact}`))).toBe(
        true,
      )
    }
  })

  it('no eight words in a row of ours are copied from the official documents', () => {
    const theirs = phrasesOf(
      APIS.flatMap((api) => textsOf(readOfficial(api))),
      8,
    )
    expect(theirs.size).toBeGreaterThan(5000)
    const decisions = join(ROOT, 'specs', 'decisions')
    const texts = [
      ...[...Object.values(OURS), drsRootDocument].flatMap(textsOf),
      ...readdirSync(decisions).map((file) => readFileSync(join(decisions, file), 'utf8')),
    ]
    const ours = phrasesOf(texts, 8)
    expect([...ours].filter((phrase) => theirs.has(phrase))).toEqual([])
  })
})

import type { DrsObject, ListObjectsResponse } from '@biocloud/ga4gh-api'
import { keyValues } from './key-values.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatBytes, printJson, printLine, table, tellLine, type Terminal } from './terminal.ts'

export type ListOptions = SharedOptions & { limit: number; dataset?: string; tag: string[] }

const PAGE_SIZE = 100

/** `drs ls`: what this person may know of, up to the limit. */
export const drsList = async (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { drs } = await openSession(options, terminal)
  const objects: DrsObject[] = []
  let token: string | undefined
  const tags = Object.entries(keyValues(options.tag, '--tag', true))
  do {
    const page: ListObjectsResponse = await drs.listObjects({
      page_size: Math.min(PAGE_SIZE, options.limit - objects.length),
      ...(token === undefined ? {} : { page_token: token }),
      ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
      ...(tags.length === 0 ? {} : { tag_key: tags.map(([key]) => key), tag_value: tags.map(([, value]) => value) }),
    })
    objects.push(...page.objects)
    token = page.next_page_token === '' ? undefined : page.next_page_token
  } while (token !== undefined && objects.length < options.limit)
  if (options.json === true) {
    printJson(terminal, { objects, ...(token === undefined ? {} : { more: true }) })
    return
  }
  if (objects.length === 0) {
    tellLine(
      terminal,
      'There is no object that you may see. Register one with: biocloud drs register FILE --dataset demo-public --as operator',
    )
    return
  }
  const rows = objects.map((object) => [
    object.id,
    object.name ?? '',
    object.contents === undefined ? formatBytes(object.size) : 'bundle',
    object.mime_type ?? '',
    object.created_time.slice(0, 10),
  ])
  printLine(terminal, table(['ID', 'NAME', 'SIZE', 'TYPE', 'CREATED'], rows))
  if (token !== undefined) tellLine(terminal, `There are more: --limit ${options.limit * 2}`)
}

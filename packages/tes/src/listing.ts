import type { TesState } from '@biocloud/ga4gh-api'
import { BadRequest, type PageTokens } from '@biocloud/service-kit'
import type { View } from './views.ts'
import type { Cursor, ListedTask, Reader, TaskDatabase, TaskFilter } from './db/index.ts'

export type ListQuery = {
  name_prefix?: string
  state?: TesState
  tag_key?: string | string[]
  tag_value?: string | string[]
  page_size?: number
  page_token?: string
}

const DEFAULT_PAGE = 256
/** A page of whole documents ends here: 2,047 of them could be gigabytes. */
const PAGE_BYTES = 16 * 2 ** 20
/** What the logs of one task commonly add. */
const LOG_BYTES = 4096
/** Nobody is ever in these, so the answer is an empty page. */
const NEVER: readonly TesState[] = ['UNKNOWN', 'PREEMPTED']

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** TES 1.1, ListTasks: `tag_key` and `tag_value` are zipped by position. Throws BadRequest. */
export const tagFilters = (keys: readonly string[], values: readonly string[]): { key: string; value: string }[] => {
  if (values.length > keys.length)
    throw new BadRequest(
      `tag_value is given ${values.length} times, tag_key only ${keys.length} times; each value belongs to the key at its place`,
      { code: 'tag_filter_invalid' },
    )
  const seen = new Set<string>()
  return keys.map((key, i) => {
    if (key === '') throw new BadRequest('tag_key must not be empty', { code: 'tag_filter_invalid' })
    if (seen.has(key))
      throw new BadRequest(`tag_key ${JSON.stringify(key.slice(0, 100))} is given twice`, {
        code: 'tag_filter_invalid',
      })
    seen.add(key)
    return { key, value: values[i] ?? '' }
  })
}

/**
 * How many of these tasks one answer may hold. TES 1.1, ListTasks: page_size is what is wanted at most; a page may hold
 * fewer, and its token goes on. At least one, whatever its size: POST has bounded it.
 */
const roomFor = (rows: readonly ListedTask[], view: View): number => {
  if (view === 'MINIMAL') return rows.length
  let bytes = 0
  const over = rows.findIndex(({ documentSize, contentBytes }) => {
    bytes += documentSize + (view === 'FULL' ? contentBytes + LOG_BYTES : 0)
    return bytes > PAGE_BYTES
  })
  return over < 0 ? rows.length : Math.max(1, over)
}

const isCursor = (value: unknown): value is Cursor => {
  const cursor = value as Partial<Cursor> | null
  return typeof cursor?.createdAt === 'string' && typeof cursor.id === 'string'
}

/** One page of a caller's tasks, newest first, and the token of the next one. */
export const createListing =
  (o: { db: TaskDatabase; tokens: PageTokens }) =>
  async (reader: Reader, query: ListQuery, view: View): Promise<{ rows: ListedTask[]; next: string | undefined }> => {
    const filter: TaskFilter = {
      namePrefix: query.name_prefix === '' ? undefined : query.name_prefix,
      state: query.state,
      tags: tagFilters(list(query.tag_key), list(query.tag_value)),
    }
    const bound = { reader, filter }
    const after =
      query.page_token === undefined || query.page_token === '' ? undefined : o.tokens.open(query.page_token, bound)
    if (after !== undefined && !isCursor(after))
      throw new BadRequest('page_token was not given by this server', { code: 'page_token_invalid' })
    if (filter.state !== undefined && NEVER.includes(filter.state)) return { rows: [], next: undefined }
    const limit = query.page_size ?? DEFAULT_PAGE
    const rows = await o.db.list(reader, filter, { after, limit: limit + 1 })
    const page = rows.slice(0, Math.min(limit, roomFor(rows, view)))
    const last = page.at(-1)
    const next =
      rows.length > page.length && last !== undefined
        ? o.tokens.sign({ createdAt: last.createdAt, id: last.id }, bound)
        : undefined
    return { rows: page, next }
  }
export type Listing = ReturnType<typeof createListing>

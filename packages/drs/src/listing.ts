import type { ListObjectsResponse } from '@biocloud/ga4gh-api'
import { BadRequest, type PageTokens } from '@biocloud/service-kit'
import type { ListFilter, ObjectStore } from './db/objects.ts'
import type { Objects } from './objects.ts'
import type { Caller, Permissions } from './permissions.ts'

export interface ListQuery {
  tag_key?: string[]
  tag_value?: string[]
  alias?: string
  dataset?: string
  page_size?: number
  page_token?: string
}

const DEFAULT_PAGE_SIZE = 256

const filterOf = (query: ListQuery): ListFilter => {
  const { tag_key: keys = [], tag_value: values = [], alias, dataset } = query
  if (values.length > keys.length) {
    throw new BadRequest('tag_value: there are more values than tag_key has keys', { code: 'filter_invalid' })
  }
  return {
    // As in TES 1.1: zipped in order; a missing value matches any.
    tags: keys.map((key, index) => ({ key, value: values[index] ?? '' })),
    ...(alias === undefined || alias === '' ? {} : { alias }),
    ...(dataset === undefined || dataset === '' ? {} : { dataset }),
  }
}

/** GET /objects: ordered by id; the caller's datasets filter inside the query (Y6). */
export const createListing = (o: {
  store: ObjectStore
  permissions: Permissions
  objects: Objects
  pageTokens: PageTokens
}) => ({
  async list(caller: Caller, query: ListQuery): Promise<ListObjectsResponse> {
    const filter = filterOf(query)
    const limit = query.page_size ?? DEFAULT_PAGE_SIZE
    const boundTo = { list: 'objects', caller: caller.identity.key, filter }
    const after =
      query.page_token === undefined || query.page_token === ''
        ? undefined
        : o.pageTokens.open(query.page_token, boundTo)
    const visible = await o.permissions.visible(caller, 'drs:metadata')
    const found = await o.store.list(visible, filter, {
      limit: limit + 1,
      ...(typeof after === 'string' ? { after } : {}),
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    return {
      objects: page.map((record) => o.objects.render(record)),
      ...(found.length > limit && last !== undefined
        ? { next_page_token: o.pageTokens.sign(last.row.id, boundTo) }
        : {}),
    }
  },
})
export type Listing = ReturnType<typeof createListing>

import type { Knex } from '@biocloud/service-kit'
import type { TesState } from '@biocloud/ga4gh-api'
import type { Reader } from './rows.ts'
import { visibleTo } from './tasks.ts'

export type TaskFilter = {
  namePrefix?: string | undefined
  state?: TesState | undefined
  /** ANDed. An empty value means that the key exists. */
  tags: readonly { key: string; value: string }[]
}
export type Cursor = { createdAt: string; id: string }

/** What a page needs of a task before its document is read; sizes decide how many documents one page holds. */
export type ListedTask = Cursor & { state: TesState; documentSize: number; contentBytes: number }

/** One page, newest first, by keyset: no row is skipped or repeated when tasks are inserted between pages. */
export const createListQuery =
  (db: Knex) =>
  async (
    reader: Reader,
    filter: TaskFilter,
    page: { after?: Cursor | undefined; limit: number },
  ): Promise<ListedTask[]> => {
    const query = db('task').modify(visibleTo(reader))
    const [first, ...others] = filter.tags
    let [created, id] = ['task.created_at', 'task.id']
    if (first !== undefined) {
      void query
        .join('task_tag as tag', 'tag.task_id', 'task.id')
        .where('tag.owner', reader.owner)
        .where('tag.k', first.key)
      if (first.value !== '') {
        void query.where('tag.v', first.value)
        // The order of the side table's index: the seek stays one range of it.
        ;[created, id] = ['tag.created_at', 'tag.task_id']
      }
    }
    for (const { key, value } of others) {
      void query.whereExists((sub) => {
        void sub.from('task_tag as other').whereRaw('other.task_id = task.id').where('other.k', key)
        if (value !== '') void sub.where('other.v', value)
      })
    }
    if (filter.state !== undefined) void query.where('task.state', filter.state)
    if (filter.namePrefix !== undefined) {
      // Not LIKE: it knows wildcards, and on SQLite it ignores case. Both databases count characters.
      void query.whereRaw('substr(task.name, 1, ?) = ?', [Array.from(filter.namePrefix).length, filter.namePrefix])
    }
    if (page.after !== undefined) {
      void query.whereRaw(`(${created}, ${id}) < (?, ?)`, [page.after.createdAt, page.after.id])
    }
    const rows = await query
      .orderBy([
        { column: created, order: 'desc' },
        { column: id, order: 'desc' },
      ])
      .limit(page.limit)
      .select<Record<string, unknown>[]>(
        'task.id as id',
        'task.state as state',
        'task.created_at as created_at',
        db.raw('length(task.request) as document_size'),
        db.raw(
          '(select coalesce(sum(length(c.bytes)), 0) from task_content c where c.task_id = task.id) as content_bytes',
        ),
      )
    return rows.map((raw) => ({
      id: String(raw['id']),
      state: raw['state'] as TesState,
      createdAt: String(raw['created_at']),
      documentSize: Number(raw['document_size']),
      contentBytes: Number(raw['content_bytes']),
    }))
  }

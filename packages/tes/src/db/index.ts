import { openDatabase, type Knex } from '@biocloud/service-kit'
import { createAttemptQueries } from './attempts.ts'
import { createAuditSink } from './audit.ts'
import { createListQuery } from './list.ts'
import { migrations } from './migrations.ts'
import { createTaskQueries } from './tasks.ts'

/** Opens the database of this server and all its queries. */
export const openTaskDatabase = async (filename: string) => {
  const db: Knex = await openDatabase({ client: 'sqlite', filename, migrations })
  return {
    tasks: createTaskQueries(db),
    attempts: createAttemptQueries(db),
    list: createListQuery(db),
    audit: createAuditSink(db),
    async ping(): Promise<void> {
      await db.raw('select 1')
    },
    close: (): Promise<void> => db.destroy(),
  }
}

export type TaskDatabase = Awaited<ReturnType<typeof openTaskDatabase>>
export type * from './rows.ts'
export type { AttemptChange } from './attempts.ts'
export type { Cursor, ListedTask, TaskFilter } from './list.ts'

import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '@biocloud/service-kit'
import type { LinkKey } from './data-token.ts'

interface KeyFile {
  /** The signing key first; the one before it is still accepted. */
  links: { kid: string; secret: string; created: string }[]
  page: string
}

const ROTATE_AFTER_MS = 24 * 3600 * 1000 // far more than the longest life of a link, so the old key outlives its links

const fresh = (clock: Clock): KeyFile['links'][number] => ({
  kid: randomBytes(4).toString('hex'),
  secret: randomBytes(32).toString('base64'),
  created: clock.now().toISOString(),
})

const writeNew = async (path: string, content: string): Promise<void> => {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Opens the keys of signed links and page tokens (mode 0600), making them at first start. */
export const openKeys = async (file: string, clock: Clock) => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const read = async (): Promise<KeyFile> => JSON.parse(await readFile(file, 'utf8')) as KeyFile
  const isMissing = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT'

  const make = async (): Promise<KeyFile> => {
    const made: KeyFile = { links: [fresh(clock)], page: randomBytes(32).toString('base64') }
    const part = `${file}.${randomBytes(6).toString('hex')}`
    await writeNew(part, JSON.stringify(made))
    try {
      await link(part, file) // of two processes that start at once exactly one makes the keys
      return made
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
      return await read()
    } finally {
      await unlink(part)
    }
  }
  let keys = await read().catch((error: unknown) => {
    if (isMissing(error)) return make()
    throw error
  })
  let linkKeys: LinkKey[] = []
  const load = (): void => {
    linkKeys = keys.links.map(({ kid, secret }) => ({ kid, secret: Buffer.from(secret, 'base64') }))
  }
  load()
  return {
    links: (): readonly LinkKey[] => linkKeys,
    page: Buffer.from(keys.page, 'base64'),
    /** For the worker: a new signing key once the present one is a day old. Durable before it signs. */
    async rotate(): Promise<boolean> {
      const current = keys.links[0]
      if (current !== undefined && clock.now().getTime() - Date.parse(current.created) < ROTATE_AFTER_MS) return false
      const next: KeyFile = { ...keys, links: [fresh(clock), ...keys.links.slice(0, 1)] }
      const part = `${file}.${randomBytes(6).toString('hex')}`
      await writeNew(part, JSON.stringify(next))
      await rename(part, file)
      keys = next
      load()
      return true
    },
    /** For processes beside the one that rotates. */
    async reload(): Promise<void> {
      keys = await read()
      load()
    },
  }
}

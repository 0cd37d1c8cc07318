import { openBackend, decodeKey, encodeKey, type Backend } from '@biocloud/storage'
import { LocationNotAllowed } from './errors.ts'

/** A store that objects lie in: the row keeps its name and the key, never a URL. */
export interface Store {
  name: string
  backend: Backend
  cloud?: string
  region?: string
  /** The address that anybody may use, without an end slash; only of stores that are public themselves (A3). */
  publicPrefix?: string
}

/** Where a URL of a registration points. */
export interface Location {
  store: Store
  key: string
  /** Run folders: the run that the file belongs to. Only that run's write ticket registers it. */
  runId?: string
}

export interface StoreSetting {
  kind: 'posix' | 'https' | 'run' | 'objects'
  name: string
  root?: string
  prefix?: string
  public?: boolean
  cloud?: string
  region?: string
}

export const OBJECTS = 'objects'

/** The path of a file: URL, decoded once; undefined for a URL with a host, a query or a fragment. */
const filePath = (url: string): string | undefined => {
  const match = /^file:\/\/(\/[^?#]*)$/i.exec(url)
  return match?.[1] === undefined ? undefined : `/${decodeKey(match[1].slice(1))}`
}

const below = (prefix: string, text: string): string | undefined => {
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`
  return text.startsWith(folder) && text.length > folder.length ? text.slice(folder.length) : undefined
}

/** Opens every store; a folder that is missing stops the server at boot. */
export const openStores = async (
  settings: readonly StoreSetting[],
  o: { fetch: (url: string, init: RequestInit) => Promise<Response> },
) => {
  const all: { setting: StoreSetting; store: Store }[] = []
  for (const setting of settings) {
    const { name, kind, root = '', prefix = '', cloud, region } = setting
    if (all.some(({ store }) => store.name === name)) throw new Error(`two stores are named ${name}`)
    const backend =
      kind === 'https' ? await openBackend('https', { prefix, fetch: o.fetch }) : await openBackend('posix', { root })
    const store: Store = {
      name,
      backend,
      ...(cloud === undefined ? {} : { cloud }),
      ...(region === undefined ? {} : { region }),
      ...(setting.public === true ? { publicPrefix: prefix.replace(/\/$/, '') } : {}),
    }
    all.push({ setting, store })
  }
  const byName = new Map(all.map(({ store }) => [store.name, store]))

  return {
    /** The objects folder: what was uploaded. */
    get objects(): Store {
      return this.named(OBJECTS)
    },

    named(name: string): Store {
      const store = byName.get(name)
      // A row names a store that the settings no longer have.
      if (store === undefined) throw new Error(`there is no store ${name} in the settings`)
      return store
    },

    /** R1: under a configured prefix, else refused: a registration must not become a way to read the server's own files or network. */
    locate(url: string): Location {
      const path = filePath(url)
      const objects = all.find(({ setting }) => setting.kind === 'objects')?.setting.root
      if (path !== undefined && objects !== undefined && below(objects, path) !== undefined) {
        throw new LocationNotAllowed('the URL lies in the folder of uploads: what is there is registered by its upload')
      }
      for (const { setting, store } of all) {
        const { kind, root = '', prefix = '' } = setting
        if (kind === 'objects') continue
        const rest = kind === 'https' ? below(prefix, url) : path === undefined ? undefined : below(root, path)
        if (rest === undefined) continue
        if (kind === 'https' && /[?#]/.test(rest)) {
          throw new LocationNotAllowed(`the URL has a query or fragment: register the plain address`)
        }
        const key = kind === 'https' ? decodeKey(rest) : rest
        const runId = kind === 'run' ? key.split('/')[0] : undefined
        return { store, key, ...(runId === undefined ? {} : { runId }) }
      }
      throw new LocationNotAllowed(
        'the URL lies under no prefix of this server (setting backends); upload a local file instead: POST /upload-request',
      )
    },

    /** What `locate` takes from operators. */
    prefixes: (): string[] =>
      all.flatMap(({ setting: { kind, root = '', prefix = '' } }) =>
        kind === 'posix'
          ? [`file://${root.replace(/\/$/, '')}/`]
          : kind === 'https'
            ? [`${prefix.replace(/\/$/, '')}/`]
            : [],
      ),

    publicUrl: (store: Store, key: string): string | undefined =>
      store.publicPrefix === undefined ? undefined : `${store.publicPrefix}/${encodeKey(key)}`,

    async close(): Promise<void> {
      for (const { store } of all) await store.backend.close()
    },
  }
}

export type Stores = Awaited<ReturnType<typeof openStores>>

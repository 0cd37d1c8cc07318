import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { confinedCreate, PreconditionFailed } from '@biocloud/storage'
import type { GuardedFetch } from '@biocloud/service-kit'
import { createNameRegister, type StoredFile } from '../attachments.ts'
import { RunFault, SystemFault } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Source } from './source.ts'

const ATTEMPTS = 3

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(new SystemFault('The fetch was stopped'))
      },
      { once: true },
    )
  })

/** The stable code of an error, or of what caused it: a body that is cut off fails with a wrapper of the platform. */
const codeOf = (error: unknown): unknown => {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return typeof code === 'string' && code.startsWith('outbound_') ? code : cause === undefined ? code : codeOf(cause)
}

/** Workflow files by https: the primary file and the relative references that stay at its origin. */
export const create = (o: { fetch: GuardedFetch; limits: Limits }): Source => {
  const get = async (url: URL, maxBytes: number, signal: AbortSignal): Promise<Buffer> => {
    let last: unknown
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(500 * 4 ** (attempt - 1) * (0.75 + Math.random() / 2), signal)
      try {
        const answer = await o.fetch('workflow-url', url, { timeoutMs: o.limits.fetchSeconds * 1000, maxBytes, signal })
        if (answer.ok) return Buffer.from(await answer.arrayBuffer())
        await answer.body?.cancel()
        // W17: a missing or forbidden file is the author's, trouble of the other side is worth another try.
        if (answer.status < 500 && answer.status !== 429 && answer.status !== 408)
          throw new RunFault(`${url.href} answers ${answer.status}`)
        last = new Error(`${url.href} answers ${answer.status}`)
      } catch (error) {
        if (error instanceof RunFault || signal.aborted) throw error
        const code = codeOf(error)
        if (code === 'outbound_refused') {
          throw new RunFault(`${url.href} is not fetched: ${(error as Error).message}`, { cause: error })
        }
        if (code === 'outbound_too_large') {
          throw new RunFault(`${url.href} is larger than the ${maxBytes} bytes that are left for fetched files`, {
            cause: error,
          })
        }
        last = error
      }
    }
    throw new SystemFault(
      `${url.href} could not be fetched after ${ATTEMPTS} attempts: ${last instanceof Error ? last.message : 'no answer'}`,
      { cause: last },
    )
  }

  return {
    async fetch({ source, engine, folder, attachments, signal }) {
      if (source.kind !== 'https') throw new SystemFault('This source fetches https URLs only')
      const primaryUrl = new URL(source.url)
      const names = createNameRegister(
        (name, problem) => new RunFault(`The fetched file ${JSON.stringify(name)} is refused: its name ${problem}`),
      )
      const open = [primaryUrl]
      const seen = new Set([primaryUrl.href])
      const fetched: { url: URL; content: Buffer }[] = []
      let bytes = 0
      for (let url = open.shift(); url !== undefined; url = open.shift()) {
        if (fetched.length >= o.limits.treeFiles)
          throw new RunFault(`The workflow refers to more than ${o.limits.treeFiles} files`)
        const content = await get(url, Math.max(1, o.limits.treeBytes - bytes), signal)
        bytes += content.length
        fetched.push({ url, content })
        for (const reference of engine.references({ name: url.pathname, content: content.toString('utf8') })) {
          if (!URL.canParse(reference, url.href)) continue
          const target = new URL(reference, url)
          target.hash = ''
          // Another origin is not followed: whole trees come by attachment.
          if (target.origin !== primaryUrl.origin || seen.has(target.href)) continue
          seen.add(target.href)
          open.push(target)
        }
      }
      for (const { name } of attachments) names.add(name) // a file where the other tree needs a folder is found here
      // The layout of the other side is kept below the deepest folder that all files share.
      const paths = fetched.map(({ url }) => decodePath(url))
      const root = commonFolder(paths)
      const files: StoredFile[] = []
      for (const [index, { url, content }] of fetched.entries()) {
        const name = posix.relative(root, paths[index] ?? '') || 'workflow'
        if (attachments.some((attachment) => attachment.name === name))
          throw new RunFault(
            `The attachment ${JSON.stringify(name)} would replace a file of the workflow at ${url.href}`,
          )
        names.add(name)
        const file = await confinedCreate(folder, name.split('/'), {
          exclusive: false,
          mode: 0o644,
          directoryMode: 0o755,
        })
        try {
          await file.handle.writeFile(content)
          await file.commit()
        } catch (error) {
          await file.abort()
          if (error instanceof PreconditionFailed)
            throw new RunFault(`${JSON.stringify(name)} exists twice`, { cause: error })
          throw error
        }
        files.push({ name, size: content.length, sha256: createHash('sha256').update(content).digest('hex') })
      }
      return {
        primary: files[0]?.name ?? 'workflow',
        ...(source.fragment === undefined ? {} : { fragment: source.fragment }),
        files,
      }
    },
  }
}

const decodePath = (url: URL): string => {
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch (error) {
    throw new RunFault(`${url.href} has a path that is not valid percent-encoding`, { cause: error })
  }
  return path.endsWith('/') ? `${path}workflow` : path
}

const commonFolder = (paths: readonly string[]): string => {
  const folders = paths.map((path) => posix.dirname(path).split('/'))
  const first = folders[0] ?? ['']
  let depth = 0
  while (depth < first.length && folders.every((folder) => folder[depth] === first[depth])) depth += 1
  return first.slice(0, depth).join('/') || '/'
}

import { resolve } from 'node:path'
import type { DrsObject } from '@biocloud/ga4gh-api'
import { isDirectory } from './data-folder.ts'
import { download, type Fetched } from './download.ts'
import { downloadTo } from './download-stream.ts'
import { locate, openObject, targetPath } from './drs-objects.ts'
import { CliError, usage } from './errors.ts'
import { createProgress } from './progress.ts'
import { openSession, type SharedOptions } from './session.ts'
import { formatBytes, formatTime, plain, printJson, printLine, type Terminal } from './terminal.ts'

export type GetOptions = SharedOptions & { output?: string; info?: boolean }

const describe = (object: DrsObject): string => {
  const lines: [string, string | undefined][] = [
    ['Id', object.id],
    ['URI', object.self_uri],
    ['Name', object.name],
    ['Size', `${object.size} bytes (${formatBytes(object.size)})`],
    ['Type', object.contents === undefined ? object.mime_type : `bundle of ${object.contents.length}`],
    ['Created', formatTime(object.created_time)],
    ['About', object.description],
    ...object.checksums.map(({ type, checksum }): [string, string] => [type, checksum]),
    ...(object.access_methods ?? []).map((method): [string, string] => [
      'Access',
      [method.type, method.access_id, method.region, method.available === false ? 'not at once' : undefined]
        .filter((part) => part !== undefined)
        .join(' '),
    ]),
    ...(object.contents ?? []).map((member): [string, string] => [
      'Member',
      `${member.name}  ${member.drs_uri?.[0] ?? member.id ?? ''}`,
    ]),
  ]
  return lines
    .filter((line): line is [string, string] => line[1] !== undefined && line[1] !== '')
    .map(([name, value]) => `${name.padEnd(9)} ${plain(value)}`)
    .join('\n')
}

/** `drs get`: resolve, download (resuming), verify. With --info the record alone. */
export const drsGet = async (what: string, options: GetOptions, terminal: Terminal): Promise<void> => {
  const session = await openSession(options, terminal)
  const located = await locate(session, what, terminal)
  const object = await located.drs.getObject(located.id)
  if (options.info === true) {
    if (options.json === true) printJson(terminal, object)
    else printLine(terminal, describe(object))
    return
  }
  if (object.contents !== undefined && (object.access_methods ?? []).length === 0) {
    throw new CliError(`${object.id} is a bundle of ${object.contents.length}; its members are downloaded one by one`, {
      hint: `See them with: biocloud drs get --info ${what}`,
    })
  }
  const source = await openObject(located, object, terminal)
  const label = object.name ?? object.id
  const progress = createProgress(terminal, { label, total: object.size, show: options.progress })
  const how = { stop: terminal.stop, onProgress: progress.set }
  const wanted = { label, size: object.size, checksums: object.checksums }
  if (options.output === '-') {
    if (options.json === true) throw usage('-o - writes the bytes to stdout, where --json wants its document')
    await downloadTo(terminal.out, wanted, source, how).finally(progress.end)
    return
  }
  const isFolder = options.output !== undefined && (await isDirectory(resolve(terminal.cwd, options.output)))
  const target = targetPath(terminal, object, options.output, isFolder)
  const fetched = await download({ ...wanted, target }, source, how).finally(progress.end)
  if (options.json === true) printJson(terminal, { id: object.id, ...fetched })
  else printLine(terminal, tellFetched(fetched))
}

export const tellFetched = (fetched: Fetched): string => {
  const proof = fetched.verified === undefined ? 'no checksum to verify' : `${fetched.verified} verified`
  const how = fetched.existed
    ? 'already here'
    : fetched.resumedAt > 0
      ? `resumed at ${formatBytes(fetched.resumedAt)}`
      : ''
  return `${fetched.file}  ${formatBytes(fetched.size)}, ${proof}${how === '' ? '' : `, ${how}`}`
}

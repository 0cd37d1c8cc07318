import { execFile } from 'node:child_process'
import { lchown, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A user and group of the host. */
export type Owner = { uid: number; gid: number }

/** Changes the owner of a folder and all in it, the folder last: as long as it is this server's, nobody else can put links in it. */
export const lchownTree = async (path: string, owner: Owner): Promise<void> => {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name)
    if (entry.isDirectory()) await lchownTree(child, owner)
    else await lchown(child, owner.uid, owner.gid)
  }
  await lchown(path, owner.uid, owner.gid)
}

/** systemd's dynamic users lie here too; no account of a distribution does. One user per run, so heads cannot reach one another's files. */
const FIRST_UID = 61_184
const UIDS = 4096

/** The user of a run's head. Two live runs may share one only by chance, which costs isolation and nothing else. */
export const ownerOf = (runId: string): Owner => {
  let hash = 0
  for (const char of runId) hash = (hash * 31 + char.charCodeAt(0)) >>> 0
  const id = FIRST_UID + (hash % UIDS)
  return { uid: id, gid: id }
}

/** Why a user of its own cannot run heads here, or undefined. Looks as that user at everything a head must read. */
export const unreachable = (owner: Owner, node: string, paths: readonly string[]): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return Promise.resolve('this server does not run as root')
  const script =
    'for (const p of process.argv.slice(1)) { try { require("node:fs").accessSync(p, 4) } catch (e) { console.log(p); process.exit(3) } }'
  return new Promise((resolve) => {
    execFile(
      node,
      ['-e', script, ...paths],
      { uid: owner.uid, gid: owner.gid, timeout: 10_000, cwd: '/', env: {} },
      (error, stdout) => {
        if (error === null) resolve(undefined)
        else
          resolve(
            stdout.trim() === ''
              ? `a user of its own cannot start ${node}`
              : `a user of its own cannot read ${stdout.trim()}`,
          )
      },
    )
  })
}

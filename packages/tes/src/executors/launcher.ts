import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { confinedOpen } from '@biocloud/storage'
import { BIN, CONTROL, LABELS, type Profile } from './container-spec.ts'
import type { Engine } from './engine.ts'
import { LAUNCHER_SCRIPT } from './launcher-script.ts'

/** The launcher cannot work here: says what to install or to set. Stops the boot. */
export class LauncherRefused extends Error {
  readonly code = 'launcher_refused'
  readonly status = 500
  readonly expose = false
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'LauncherRefused'
  }
}

export type Launcher = { folder: string; busybox: Buffer }

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46])
const PT_INTERP = 3

/** A program header that names an interpreter means that libraries are needed, which an image may lack. */
const isStatic = (binary: Buffer): boolean => {
  if (!binary.subarray(0, 4).equals(ELF)) return false
  const wide = binary[4] === 2
  if (binary[5] !== 1) return true // big-endian machines: the probe tells
  const start = wide ? Number(binary.readBigUInt64LE(32)) : binary.readUInt32LE(28)
  const size = binary.readUInt16LE(wide ? 54 : 42)
  const count = binary.readUInt16LE(wide ? 56 : 44)
  for (let i = 0; i < count; i += 1) if (binary.readUInt32LE(start + i * size) === PT_INTERP) return false
  return true
}

const place = async (folder: string, name: string, bytes: Buffer | string): Promise<void> => {
  const part = join(folder, `.${name}.${randomBytes(6).toString('hex')}`)
  await writeFile(part, bytes, { mode: 0o755, flush: true })
  await chmod(part, 0o755) // whatever the umask says: the task's user executes it
  await rename(part, join(folder, name))
}

/** Copies busybox and the script below the data root, in a folder named by their content. Throws LauncherRefused. */
export const installLauncher = async (root: string, source: string): Promise<Launcher> => {
  let busybox: Buffer
  try {
    busybox = await readFile(source)
  } catch (error) {
    throw new LauncherRefused(
      `The launcher needs a static busybox at ${source}, and it cannot be read. Install the package busybox-static, or set launcher to the path of a static busybox.`,
      error,
    )
  }
  if (!isStatic(busybox)) {
    throw new LauncherRefused(
      `${source} is not a static program, so it would not run in every image. Install the package busybox-static, or set launcher to the path of a static busybox.`,
    )
  }
  const digest = createHash('sha256').update(busybox).update(LAUNCHER_SCRIPT).digest('hex').slice(0, 16)
  const folder = join(root, digest)
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await chmod(folder, 0o755)
  const complete = await readFile(join(folder, 'launch'), 'utf8').catch(() => '')
  if (complete !== LAUNCHER_SCRIPT) {
    await place(folder, 'busybox', busybox)
    await place(folder, 'launch', LAUNCHER_SCRIPT) // the last: its presence means that the folder is complete
  }
  return { folder, busybox }
}

/** One file as a tar archive (POSIX ustar). */
const tarOf = (name: string, bytes: Buffer): Buffer => {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000755\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512), Buffer.alloc(1024)])
}

/** The image of the launcher alone, made by us: the probe needs no registry. */
const probeImage = async (engine: Engine, busybox: Buffer): Promise<string> => {
  const tag = `biocloud-launcher:${createHash('sha256').update(busybox).digest('hex').slice(0, 16)}`
  if ((await engine.imageId(tag)) === undefined) await engine.importImage(tarOf('busybox', busybox), tag)
  return tag
}

/**
 * Proves that the engine sees the data root and runs the launcher under our profile. Throws LauncherRefused when the
 * engine answers and fails it, EngineError without a status when it does not answer.
 */
export const probe = async (
  o: {
    engine: Engine
    launcher: Launcher
    scratch: string
    profile: Profile
    owner: { uid: number; gid: number } | undefined
  },
  mapPath: (path: string) => string,
): Promise<void> => {
  const { engine, launcher, profile } = o
  const name = `tes-probe-${randomBytes(6).toString('hex')}`
  const control = join(o.scratch, name)
  await mkdir(control, { recursive: true, mode: 0o755 })
  try {
    if (o.owner !== undefined) await chown(control, o.owner.uid, o.owner.gid)
    await writeFile(join(control, 'go'), '')
    const image = await probeImage(engine, launcher.busybox)
    const id = await engine.create({
      name,
      Image: image,
      Entrypoint: [`${BIN}/busybox`, 'sh', `${BIN}/launch`],
      Cmd: [CONTROL, '', '', '', '0', '/busybox', 'true'],
      User: profile.user,
      Labels: { [LABELS.server]: profile.serverId },
      HostConfig: {
        NetworkMode: profile.network,
        Mounts: [
          { Type: 'bind', Source: mapPath(launcher.folder), Target: BIN, ReadOnly: true },
          { Type: 'bind', Source: mapPath(control), Target: CONTROL, ReadOnly: false },
        ],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        LogConfig: { Type: 'none', Config: {} },
      },
    })
    const ended = engine.ended(id)
    await engine.start(id)
    const end = await ended
    const written = await readExit(control)
    if (end === 'gone' || written?.exitCode !== 0) {
      throw new Error(
        end === 'gone'
          ? 'the probe container vanished'
          : `the probe container ended with ${end.exitCode} and ${written === undefined ? 'left no record' : `recorded ${written.exitCode}`}`,
      )
    }
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === undefined) throw error // the engine does not answer
    throw new LauncherRefused(
      `The container engine answers but cannot run the launcher from ${launcher.folder}: ${error instanceof Error ? error.message : String(error)}. If the engine sees the data folder under another path, set docker.pathMap; the network is "${profile.network}".`,
      error,
    )
  } finally {
    await engine.remove(name).catch(() => undefined) // it may never have been made
    await rm(control, { recursive: true, force: true })
  }
}

/** The record that the launcher leaves by rename: exit code, kills for lack of memory. Times are those of the files. */
export const readExit = async (
  control: string,
): Promise<{ exitCode: number; oomKills: number; at: Date } | undefined> => {
  // The task could have put a link there: it is never followed.
  const handle = await confinedOpen(control, ['exit']).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { mtime } = await handle.stat()
    const buffer = Buffer.alloc(64)
    const { bytesRead } = await handle.read(buffer, 0, 64, 0)
    const found = /^(\d{1,3}) (\d{1,9})\n/.exec(buffer.toString('latin1', 0, bytesRead))
    return found === null ? undefined : { exitCode: Number(found[1]), oomKills: Number(found[2]), at: mtime }
  } finally {
    await handle.close()
  }
}

import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@biocloud/service-kit'
import { ownerOf, unreachable, type Owner } from './ownership.ts'

/**
 * Which user a run's head gets (wes.md 3). As root one of its own, where that user can reach the checkout, the engine and
 * the runs folder; else none, with one warning per reason: the author's expressions then run with this server's rights.
 */
export const createHeadUsers = (o: {
  enabled: boolean
  runs: string
  headMain: string
  pythonPath: string
  log: Logger
}) => {
  const checked = new Map<string, Promise<boolean>>()

  const check = async (program: string, owner: Owner): Promise<boolean> => {
    if (!o.enabled) return false
    const probe = join(o.runs, `.probe-${randomBytes(6).toString('hex')}`)
    let why: string | undefined
    try {
      await mkdir(o.runs, { recursive: true, mode: 0o711 })
      if (process.getuid?.() === 0) {
        await chmod(o.runs, 0o711)
        await mkdir(probe, { mode: 0o700 })
        await writeFile(join(probe, 'file'), '')
        await chown(join(probe, 'file'), owner.uid, owner.gid)
        await chown(probe, owner.uid, owner.gid)
      }
      why = await unreachable(owner, process.execPath, [
        o.headMain,
        join(o.pythonPath, 'biocloud_cwl', '__init__.py'),
        await realpath(program),
        join(probe, 'file'),
      ])
    } catch (error) {
      why = error instanceof Error ? error.message : 'the check failed'
    } finally {
      await rm(probe, { recursive: true, force: true })
    }
    if (why !== undefined)
      o.log.warn(
        { reason: why, program },
        'heads run with the rights of this server: workflow expressions are not kept apart from it',
      )
    return why === undefined
  }

  return {
    async ownerFor(runId: string, program: string): Promise<Owner | undefined> {
      const owner = ownerOf(runId)
      let answer = checked.get(program)
      if (answer === undefined) {
        answer = check(program, owner)
        checked.set(program, answer)
      }
      return (await answer) ? owner : undefined
    },
  }
}

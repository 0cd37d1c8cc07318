import { readdir, readFile, stat } from 'node:fs/promises'

/** A process that cannot be taken for a later one with the same number. */
export type ProcessId = { pid: number; start: string; boot: string }

export const bootId = async (): Promise<string> => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()

/** State letter, process group and start time (clock ticks since boot) of a process, or undefined when there is none. */
const statOf = async (pid: number): Promise<{ state: string; group: string; start: string } | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces and brackets itself: count from the last one. proc(5): state is field 3, pgrp 5, starttime 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, group, start] = [fields[0], fields[2], fields[19]]
    return state === undefined || group === undefined || start === undefined ? undefined : { state, group, start }
  } catch {
    return undefined // no such process (ENOENT, ESRCH)
  }
}

/** Undefined when the process has ended. */
export const identifyProcess = async (pid: number): Promise<ProcessId | undefined> => {
  const stat = await statOf(pid)
  return stat === undefined ? undefined : { pid, start: stat.start, boot: await bootId() }
}

/** False also for a zombie (it has ended) and for another process under the same number. */
export const isAlive = async (id: ProcessId): Promise<boolean> => {
  const stat = await statOf(id.pid)
  return (
    stat !== undefined &&
    stat.start === id.start &&
    stat.state !== 'Z' &&
    stat.state !== 'X' &&
    (await bootId()) === id.boot
  )
}

/** The user that a process runs as; undefined when it has ended. */
export const userOf = async (pid: number): Promise<number | undefined> => {
  try {
    return (await stat(`/proc/${pid}`)).uid
  } catch {
    return undefined // it ended meanwhile
  }
}

/** Kills what is left of a process group, as far as it is that user's: the number may come from a file that the user wrote. */
export const killGroup = async (pgid: number, uid: number): Promise<void> => {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/u.test(entry)) continue
    const pid = Number(entry)
    if ((await statOf(pid))?.group !== String(pgid) || (await userOf(pid)) !== uid) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Signals a process group of our own making; one that is gone is success. */
export const signalGroup = (pgid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pgid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

export const isProcessId = (value: unknown): value is ProcessId =>
  typeof value === 'object' &&
  value !== null &&
  Number.isInteger((value as ProcessId).pid) &&
  (value as ProcessId).pid > 1 &&
  typeof (value as ProcessId).start === 'string' &&
  typeof (value as ProcessId).boot === 'string'

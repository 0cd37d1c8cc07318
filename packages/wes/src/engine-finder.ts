import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { Logger } from '@biocloud/service-kit'
import type { Engine, EngineInstall, EngineType, Exec } from './engines/engine.ts'
import { engineNames, engines, type EngineName } from './engines/index.ts'
import { NoEngine } from './errors.ts'

const PROBE_EVERY_MS = 10 * 60 * 1000

export type FoundEngine = { engine: Engine; install: EngineInstall }
type Status = FoundEngine | { engine: Engine; absent: string }

export type EngineFinder = {
  /** Begins to look, and looks again every ten minutes. */
  start(): void
  stop(): void
  /** What is installed now; waits for the first look. */
  found(): Promise<FoundEngine[]>
  /** The engine for a request (W8). Throws NoEngine naming what is there. */
  choose(wanted: { type: EngineType; engine?: string; version?: string }): Promise<FoundEngine>
}

const isFound = (status: Status): status is FoundEngine => 'install' in status

/** Kills the program at the timeout: some engines hang for ever. */
export const exec: Exec = (file, args, { timeoutMs, env }) =>
  new Promise((resolve) => {
    execFile(
      file,
      [...args],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024, cwd: '/', env: env ?? {} },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
        const reason = error !== null && code === null ? `${stderr}\n${error.message}` : stderr
        resolve({ code, stdout, stderr: reason })
      },
    )
  })

/** Looks for the engines of this server, beside start-up and never in its way (wes.md 2.1). */
export const createEngineFinder = (o: {
  /** Programs named by settings; the first place to look. */
  configured: Partial<Record<EngineName, string>>
  /** Folder of engines, the second place. */
  dir: string
  /** The environment that engines get, for the probe: PATH and Python's path. */
  env: Record<string, string>
  log: Logger
  run?: Exec
}): EngineFinder => {
  const { configured, dir, env, log, run = exec } = o
  let looking: Promise<Status[]> | undefined
  let timer: NodeJS.Timeout | undefined
  const told = new Map<string, string>()

  const lookFor = async (name: EngineName): Promise<Status> => {
    const engine = await engines[name]()
    const setting = configured[name]
    const candidates =
      setting !== undefined
        ? [setting]
        : [...engine.candidates.local.map((path) => join(dir, path)), ...engine.candidates.path]
    const reasons: string[] = []
    for (const program of candidates) {
      if (isAbsolute(program)) {
        try {
          await access(program, constants.X_OK)
        } catch {
          reasons.push(`${program} is not there`)
          continue
        }
      }
      const answer = await engine.probe(run, program, {
        ...env,
        PATH: isAbsolute(program) ? `${dirname(program)}:${env['PATH'] ?? ''}` : (env['PATH'] ?? ''),
      })
      if ('version' in answer) return { engine, install: { program, version: answer.version } }
      reasons.push(`${program}: ${answer.absent}`)
    }
    return { engine, absent: reasons.join('; ') }
  }

  const look = async (): Promise<Status[]> => {
    const statuses = await Promise.all(engineNames.map(lookFor))
    for (const status of statuses) {
      const line = isFound(status) ? `${status.install.program} ${status.install.version}` : status.absent
      if (told.get(status.engine.name) === line) continue // one line per change, not one per look
      told.set(status.engine.name, line)
      if (isFound(status)) log.info({ engine: status.engine.name, ...status.install }, 'engine found')
      else
        log.warn(
          { engine: status.engine.name, reason: status.absent },
          'engine not found; runs that need it are refused',
        )
    }
    return statuses
  }
  const current = (): Promise<Status[]> => {
    looking ??= look()
    return looking
  }
  const found = async (): Promise<FoundEngine[]> => (await current()).filter(isFound)

  return {
    start() {
      void current()
      timer ??= setInterval(() => {
        const next = look()
        // The last answer serves until the new one is there.
        void next.then(() => {
          looking = next
        })
      }, PROBE_EVERY_MS).unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
    found,
    async choose({ type, engine: name, version }) {
      const statuses = await current()
      const here = statuses.filter(isFound)
      const list =
        here.length === 0 ? 'none' : here.map(({ engine, install }) => `${engine.name} ${install.version}`).join(', ')
      if (name !== undefined) {
        const wanted = name.toLowerCase()
        const status = statuses.find(({ engine }) => engine.name === wanted)
        if (status === undefined)
          throw new NoEngine(`workflow_engine ${JSON.stringify(name)} is not known here. Here: ${list}.`)
        if (!isFound(status))
          throw new NoEngine(
            `workflow_engine ${status.engine.name} is not installed on this server: ${status.engine.requirement}. Here: ${list}.`,
          )
        if (!status.engine.types.includes(type))
          throw new NoEngine(
            `workflow_engine ${status.engine.name} does not run ${type}; it runs ${status.engine.types.join(', ')}.`,
          )
        if (version !== undefined && version !== status.install.version) {
          throw new NoEngine(
            `workflow_engine_version ${JSON.stringify(version)} of ${status.engine.name} is not installed; installed: ${status.install.version}. Leave it out to take that one.`,
          )
        }
        return status
      }
      const able = here.find(({ engine }) => engine.types.includes(type))
      if (able !== undefined) return able
      const missing = statuses.find(({ engine }) => engine.types.includes(type))
      const why = missing === undefined ? 'no engine for it is known' : missing.engine.requirement
      throw new NoEngine(`No engine for ${type} on this server: ${why}. Here: ${list}.`)
    },
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { engines, isEngineName } from '../engines/index.ts'
import { TES_PLACEHOLDER, type Engine, type EngineEvent, type Plan } from '../engines/engine.ts'
import { identifyProcess, signalGroup } from '../launchers/process-id.ts'
import { startGateway, type Gateway } from './gateway.ts'
import {
  HEAD_EXIT,
  headFiles,
  type HeadConfig,
  type HeadExit,
  type HeadSecrets,
  type ReportBody,
} from './head-files.ts'
import { writeLog } from './log-writer.ts'
import { createReports, readReports } from './reports.ts'

const EVENTS_POLL_MS = 300
const DEADLINE_CHECK_MS = 1000
const CANCEL_TASKS_MS = 20_000

const writeAtomic = (file: string, content: string): void => {
  const part = `${file}.part`
  writeFileSync(part, content, { mode: 0o600 })
  renameSync(part, file)
}

/** The exclusive name of this attempt: of two heads started for it, one goes on. False: the other one has it. */
const claimAttempt = async (config: HeadConfig): Promise<boolean> => {
  const id = await identifyProcess(process.pid)
  const file = headFiles(config.folders.job).head(config.attempt)
  const part = `${file}.${process.pid}.part`
  writeFileSync(part, JSON.stringify({ ...id, attempt: config.attempt }), { mode: 0o644 })
  try {
    linkSync(part, file) // fails where the name exists, and the file is complete when it appears
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(part, { force: true })
  }
}

const writePlan = (plan: Plan, tesUrl: string): { argv: string[]; env: Record<string, string> } => {
  const fill = (text: string): string => text.replaceAll(TES_PLACEHOLDER, tesUrl)
  for (const folder of plan.folders) mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const file of plan.files) {
    writeFileSync(file.path, fill(file.content), { mode: file.mode })
    chmodSync(file.path, file.mode) // a file left by an earlier attempt keeps its old mode otherwise
  }
  return {
    argv: plan.argv.map(fill),
    env: Object.fromEntries(Object.entries(plan.env).map(([name, value]) => [name, fill(value)])),
  }
}

/** Follows a growing file from a byte on and gives its complete lines to `line`, each with the byte after it. */
const followLines = (file: string, from: number, line: (text: string, end: number) => void) => {
  let offset = from
  let rest = Buffer.alloc(0)
  let handle: FileHandle | undefined
  const read = async (): Promise<void> => {
    if (handle === undefined) {
      if (!existsSync(file)) return
      handle = await open(file, 'r')
    }
    const buffer = Buffer.alloc(64 * 1024)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) return
      offset += bytesRead
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      let end: number
      while ((end = rest.indexOf(10)) >= 0) {
        const text = rest.toString('utf8', 0, end)
        rest = rest.subarray(end + 1)
        line(text, offset - rest.length)
      }
      if (rest.length > 1024 * 1024) rest = Buffer.alloc(0) // no event is that long
    }
  }
  let chain = Promise.resolve()
  const next = (): Promise<void> => {
    chain = chain.then(read, read)
    return chain
  }
  const timer = setInterval(() => void next().catch(() => undefined), EVENTS_POLL_MS)
  return {
    async stop(): Promise<void> {
      clearInterval(timer)
      await next().catch(() => undefined)
      await handle?.close()
    },
  }
}

const reportOf = (event: EngineEvent): ReportBody => {
  if (event.kind === 'message') return { type: 'message', level: event.level, text: event.text }
  const { step, status, taskId, message } = event
  return {
    type: 'step',
    step,
    status,
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(message === undefined ? {} : { message }),
  }
}

type Ended = { code: number | null; signal: NodeJS.Signals | null }

const startEngine = (plan: Plan, filled: { argv: string[]; env: Record<string, string> }): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const [program = '', ...args] = filled.argv
    // detached: a process group of its own, so that one signal reaches all that the engine starts.
    const child = spawn(program, args, {
      cwd: plan.cwd,
      env: filled.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    child.once('error', reject)
    child.once('spawn', () => {
      child.removeListener('error', reject)
      child.on('error', () => undefined) // kill errors; the exit is what counts
      resolve(child)
    })
  })

/** Runs one engine to its end (wes.md 2.2). Resolves to the head's own exit code. */
export const runHead = async (config: HeadConfig, secrets: HeadSecrets): Promise<number> => {
  const files = headFiles(config.folders.job)
  if (!(await claimAttempt(config))) return HEAD_EXIT.alreadyRunning
  if (!isEngineName(config.engine)) throw new Error(`there is no engine ${config.engine}`)
  const engine: Engine = await engines[config.engine]()
  const token = (): string => secrets.runToken
  // What an earlier attempt read of the events is in its reports; it may have been killed before it had read all.
  const eventsRead = readReports(files.reports).findLast((report) => report.events_read !== undefined)?.events_read ?? 0
  const reports = createReports({ file: files.reports, url: config.reports, token })
  const gateway: Gateway = await startGateway({
    runId: config.runId,
    tes: config.tes,
    token,
    seen: ({ id, state, name }) => {
      reports.add({ type: 'task', task_id: id, state, ...(name === undefined ? {} : { name }) })
    },
    tokenRefused: () => {
      stop('access-ended')
    },
  })

  let stopping: 'stopped' | 'deadline' | 'access-ended' | undefined
  let engineGroup: number | undefined
  let killTimer: NodeJS.Timeout | undefined
  const terminate = (): void => {
    if (engineGroup === undefined) return
    const group = engineGroup
    signalGroup(group, 'SIGTERM')
    killTimer = setTimeout(() => {
      signalGroup(group, 'SIGKILL')
    }, config.limits.graceSeconds * 1000)
  }
  const stop = (cause: NonNullable<typeof stopping>): void => {
    if (stopping !== undefined) return
    stopping = cause
    gateway.refuseTasks()
    terminate()
  }
  const isStopping = (): boolean => stopping !== undefined
  process.on('SIGTERM', () => {
    stop('stopped')
  })
  process.on('SIGINT', () => {
    stop('stopped')
  })
  const deadline = Date.parse(config.deadline)
  const deadlineTimer = setInterval(() => {
    if (Date.now() >= deadline) stop('deadline')
  }, DEADLINE_CHECK_MS)

  const finish = async (exit: Omit<HeadExit, 'version' | 'attempt' | 'ended'>): Promise<number> => {
    clearInterval(deadlineTimer)
    const written: HeadExit = { version: 1, attempt: config.attempt, ...exit, ended: new Date().toISOString() }
    writeAtomic(files.exit, JSON.stringify(written))
    reports.add({ type: 'exit', attempt: config.attempt, exit: written })
    await gateway.close()
    await reports.flush(config.limits.reportSeconds * 1000)
    reports.close()
    return HEAD_EXIT.done
  }

  const filled = writePlan(config.plan, gateway.url)
  const state = { lines: 0 }
  const events = followLines(config.plan.events, eventsRead, (line, end) => {
    for (const event of engine.parse(line, state)) reports.add({ ...reportOf(event), events_read: end })
  })
  rmSync(config.plan.result, { force: true }) // an earlier attempt's result is not this one's

  const started = new Date().toISOString()
  let child: ChildProcess | undefined
  try {
    // A TERM that came before the engine: nothing is started.
    if (stopping === undefined) child = await startEngine(config.plan, filled)
  } catch (error) {
    await events.stop()
    return finish({
      cause: 'not-started',
      exitCode: null,
      message: error instanceof Error ? error.message : 'the engine did not start',
      started,
    })
  }
  if (child?.pid === undefined || child.stdout === null || child.stderr === null) {
    await events.stop()
    return finish({ cause: stopping ?? 'stopped', exitCode: null, started })
  }
  // Before anything is awaited: Node throws away the output of a child that ends before somebody listens.
  const running = child
  const logs = [
    writeLog(child.stdout, join(config.folders.logs, 'stdout'), config.limits.logBytes),
    writeLog(child.stderr, join(config.folders.logs, 'stderr'), config.limits.logBytes),
  ]
  engineGroup = child.pid
  if (isStopping()) terminate() // the TERM came while the engine was being started
  const engineId = await identifyProcess(child.pid)
  if (engineId !== undefined)
    writeAtomic(files.engine(config.attempt), JSON.stringify({ ...engineId, attempt: config.attempt }))
  reports.add({ type: 'started', attempt: config.attempt })

  const ended = await new Promise<Ended>((resolve) => {
    if (running.exitCode !== null || running.signalCode !== null)
      resolve({ code: running.exitCode, signal: running.signalCode })
    running.once('exit', (code, signal) => {
      resolve({ code, signal })
    })
  })
  clearTimeout(killTimer)
  gateway.refuseTasks()
  signalGroup(child.pid, 'SIGKILL') // what the engine left running
  engineGroup = undefined // its number may be another's from here on
  for (const failure of await Promise.all(logs.map((log) => log.done)))
    if (failure !== undefined)
      reports.add({ type: 'message', level: 'error', text: `The log of the engine could not be written: ${failure}` })
  await events.stop()
  if (stopping !== undefined && stopping !== 'access-ended') {
    const left = await gateway.cancelAll(CANCEL_TASKS_MS)
    if (left.length > 0)
      reports.add({
        type: 'message',
        level: 'warning',
        text: `${left.length} tasks were still live when the head ended`,
      })
  }
  return finish({
    cause: stopping ?? 'exited',
    exitCode: ended.code,
    ...(ended.signal === null ? {} : { signal: ended.signal }),
    started,
  })
}

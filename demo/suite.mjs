// The suite as a process of ours, and the command-line client that speaks to it.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../test/check/setup.mjs'

const BIOCLOUD = join(root, 'packages/cli/bin/biocloud.js')
const START_MS = 30_000
const STOP_MS = 60_000

// A token or a server of the caller's own must not lead the demo astray.
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^BIOCLOUD_(URL|TOKEN|DATA)$/.test(name)))

const portIsFree = (host, port) =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })

/** The usual address, or any other port where that is taken. */
export const chooseAddress = async (wanted) => {
  if (wanted) return wanted
  return (await portIsFree('127.0.0.1', 4500)) ? '127.0.0.1:4500' : '127.0.0.1:0'
}

/** Starts `biocloud up` in a group of its own, so that a Ctrl-C reaches the demo alone, which then stops it in order. */
export const startSuite = async ({ listen, data, log }) => {
  const out = openSync(log, 'a', 0o600)
  const child = spawn(process.execPath, [BIOCLOUD, 'up', '--listen', listen, '--data', data, '--json'], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', out, out],
    detached: true,
  })
  closeSync(out)
  let ended
  const gone = new Promise((resolve) => {
    child.on('error', (error) => resolve((ended = error.message)))
    child.on('exit', (code, signal) => resolve((ended = signal ?? `exit code ${code}`)))
  })
  const stop = async () => {
    if (ended === undefined) child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
    for (const pid of processesIn(data)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it ended by itself meanwhile
      }
    }
  }
  const deadline = Date.now() + START_MS
  for (;;) {
    if (ended !== undefined || Date.now() > deadline) {
      await stop()
      throw new Error(`The suite did not start (${ended}):\n${readFileSync(log, 'utf8').slice(-3000)}`)
    }
    const url = urlIn(join(data, 'up.json'))
    if (url && (await answers(`${url}/readyz`))) return { url, pid: child.pid, stop }
    await sleep(50)
  }
}

const urlIn = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).url
  } catch {
    return undefined // not there yet, or half written
  }
}

const answers = async (url) => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

/** Ids of processes that work below this folder: it is ours alone, so they are children of the suite that outlived it. */
const processesIn = (folder) => {
  if (!existsSync('/proc/self')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)
      } catch {
        return false // ended, or another user's
      }
    })
    .map(Number)
}

/** Runs a `biocloud` command to its end: `{ code, stdout, stderr }`. */
export const biocloud = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIOCLOUD, ...args], {
      cwd: root,
      env: { ...environment(), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a Ctrl-C is for the demo: a command that is cut off would leave open what it has done
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }))
  })

/** As `biocloud`, for a command that must succeed and prints one JSON document. */
export const biocloudJson = async (args) => {
  const { code, stdout, stderr } = await biocloud([...args, '--json'])
  if (code !== 0) throw new Error(`biocloud ${args.join(' ')} ended with ${code}:\n${(stderr || stdout).trim()}`)
  return JSON.parse(stdout)
}

// Load and its cost. Wall time on a shared machine wanders; processor time per request does not, so both are reported and the ratios rest on the latter.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

export type Request = { method: string; path: string; headers?: Record<string, string>; body?: string }
export type Answer = { status: number; body: string }

/** Ticks of /proc/<pid>/stat per second: Linux fixes USER_HZ at 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

/** Processor time that a process has used so far, user and system, in microseconds. */
export const cpuMicroseconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6
}

/** Resident memory of a process, in MB. */
export const residentMegabytes = (pid: number): number => {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))
  if (line === null) throw new Error(`process ${String(pid)} has no VmRSS`)
  return Number(line[1]) / 1024
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no values')
  return middle
}

/** Where to send: a port of the loopback, or a Unix socket. */
export type Target = { port: number } | { socketPath: string }

export const createClient = (target: Target, connections: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const send = ({ method, path, headers, body }: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', ...target, method, path, headers, agent }, (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, body: text })
        })
        incoming.on('error', reject)
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  return {
    send,
    close: () => {
      agent.destroy()
    },
  }
}

export type Load = { requests: number; concurrency: number; make: (n: number) => Request; expect: number }
export type Cost = { perSecond: number; cpuMicrosecondsPerRequest: number; medianMs: number; p99Ms: number }

/** Sends a bounded number of requests to a process on the loopback and measures what it cost that process. Any other status than expected is a failure. */
export const measure = async (server: { pid: number; port: number }, load: Load): Promise<Cost> => {
  const client = createClient({ port: server.port }, load.concurrency)
  const times: number[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < load.requests) {
      const request = load.make(next++)
      const start = performance.now()
      const answer = await client.send(request)
      times.push(performance.now() - start)
      if (answer.status !== load.expect)
        throw new Error(`${request.method} ${request.path}: ${String(answer.status)} ${answer.body.slice(0, 500)}`)
    }
  }
  const cpu = cpuMicroseconds(server.pid)
  const start = performance.now()
  await Promise.all(Array.from({ length: load.concurrency }, worker))
  const seconds = (performance.now() - start) / 1000
  const used = cpuMicroseconds(server.pid) - cpu
  client.close()
  times.sort((a, b) => a - b)
  return {
    perSecond: load.requests / seconds,
    cpuMicrosecondsPerRequest: used / load.requests,
    medianMs: median(times),
    p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  }
}

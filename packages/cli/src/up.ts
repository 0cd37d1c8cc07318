import { access, constants } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { dataFolder, policyPath, prepareDataFolder } from './data-folder.ts'
import { createDispatcher, type Dispatcher, type ServiceName } from './dispatcher.ts'
import { CliError, EXIT, explain, redact, usage } from './errors.ts'
import { parseListen, urlOf, type ListenAddress } from './listen-address.ts'
import { createOperations, mergeReports, type SuiteReport } from './operations.ts'
import { loadServer, STOP_ORDER, type EmbeddedServer, type ServerModule } from './servers.ts'
import { resolveFileRoots, serverSettings, type SuitePlan } from './suite-settings.ts'
import { printJson, tellLine, type Terminal } from './terminal.ts'
import { claimDataFolder } from './up-state.ts'
import { printWelcome } from './welcome.ts'

export type UpOptions = { listen: string; data?: string; files: string[]; policy?: string; json?: boolean }

const REQUEST_GRACE_MS = 10_000
const STOP_GRACE_MS = 30_000

/** Binds before anything is built, so that whoever asks too early gets a 503 with Retry-After instead of a refused connection. */
const listen = async (address: ListenAddress, dispatcher: Dispatcher): Promise<Server> => {
  // A whole genome takes longer to arrive than Node's five minutes for a request; headers keep their limit.
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 },
    dispatcher.listener,
  )
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(address.port, address.host, () => {
      server.off('error', fail)
      done()
    })
  }).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') {
      throw new CliError(`Something already listens at ${address.host}:${address.port}`, {
        hint: `Choose another port: biocloud up --listen ${address.host}:${address.port + 1}`,
      })
    }
    throw new CliError(`Cannot listen at ${address.host}:${address.port}: ${code ?? String(error)}`, { cause: error })
  })
  return server
}

const checkPolicy = async (terminal: Terminal, given: string | undefined, dataDir: string): Promise<string> => {
  if (given === undefined) return policyPath(dataDir)
  const path = resolve(terminal.cwd, given)
  await access(path, constants.R_OK).catch(() => {
    throw usage(`--policy ${given}: ${path} cannot be read`)
  })
  return path
}

const within = async (milliseconds: number, work: Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((done) => {
    timer = setTimeout(() => {
      done(false)
    }, milliseconds)
  })
  try {
    return await Promise.race([work.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}

const startError = (service: ServiceName, error: unknown): CliError =>
  error instanceof CliError
    ? error
    : new CliError(
        `The ${service.toUpperCase()} server did not start: ${redact(error instanceof Error ? error.message : String(error))}`,
        {
          cause: error,
        },
      )

/** Runs the three servers in this process until the first Ctrl-C. */
export const up = async (
  options: UpOptions,
  terminal: Terminal,
  load: Record<ServiceName, () => Promise<ServerModule>> = loadServer,
): Promise<number> => {
  const began = performance.now()
  const address = parseListen(options.listen)
  const dataDir = dataFolder(terminal, options.data)
  const policyFile = await checkPolicy(terminal, options.policy, dataDir)
  await prepareDataFolder(dataDir)
  const files = await resolveFileRoots(options.files, { cwd: terminal.cwd, dataDir })
  const claim = await claimDataFolder(dataDir)
  const release = (): void => {
    try {
      claim.release()
    } catch {
      // The data folder is gone; there is nothing left to release.
    }
  }
  terminal.force.addEventListener('abort', release)

  const servers = new Map<ServiceName, EmbeddedServer>()
  let state: SuiteReport['state'] = 'starting'
  const dispatcher = createDispatcher(
    createOperations({
      state: () => state,
      servers,
      onError: (error) => {
        tellLine(terminal, explain(error).lines.join('\n'))
      },
    }),
  )
  let listener: Server | undefined
  const stop = async (): Promise<boolean> => {
    state = 'stopping'
    const clean = await stopServers(servers, dispatcher, terminal)
    if (listener !== undefined) {
      await closeListener(listener)
    }
    release()
    terminal.force.removeEventListener('abort', release)
    return clean
  }
  try {
    listener = await listen(address, dispatcher)
    const url = urlOf({ host: address.host, port: (listener.address() as AddressInfo).port })
    await claim.publish(url)
    const plan: SuitePlan = { dataDir, url, host: address.host, port: Number(new URL(url).port), policyFile, files }
    await startServers(plan, terminal, load, servers, dispatcher)
    state = 'up'
    const report = await mergeReports(state, servers)
    if (options.json === true)
      printJson(terminal, {
        url,
        drs: `${url}/ga4gh/drs/v1`,
        wes: `${url}/ga4gh/wes/v1`,
        tes: `${url}/ga4gh/tes/v1`,
        data: dataDir,
        policy: policyFile,
        pid: process.pid,
        ready: report,
      })
    else
      await printWelcome(terminal, {
        plan,
        report,
        seconds: (performance.now() - began) / 1000,
        givenData: options.data,
      })
  } catch (error) {
    await stop()
    if (terminal.stop.aborted) return EXIT.interrupted
    throw error
  }
  await aborted(terminal.stop)
  tellLine(terminal, '\nStopping: what is under way is finished first (Ctrl-C again stops at once) …')
  const clean = await stop()
  tellLine(terminal, clean ? 'Stopped.' : 'Stopped; what did not end in time was cut off.')
  return clean ? EXIT.ok : EXIT.failure
}

const closeListener = async (listener: Server): Promise<void> => {
  await new Promise<void>((done) => {
    listener.close(() => {
      done()
    })
    listener.closeAllConnections() // every request is answered or out of time: what is left is idle
  })
}

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  // The listening socket keeps the process alive meanwhile.
  await new Promise<void>((done) => {
    signal.addEventListener('abort', () => {
      done()
    })
  })
}

/**
 * All three answer before the first one starts its workers: a worker may call its peers at once. DRS is made first, since
 * it makes the issuer; TES and WES, which wait for a container engine and an issuer's keys, are made side by side.
 */
const startServers = async (
  plan: SuitePlan,
  terminal: Terminal,
  load: Record<ServiceName, () => Promise<ServerModule>>,
  servers: Map<ServiceName, EmbeddedServer>,
  dispatcher: Dispatcher,
): Promise<void> => {
  const create = async (service: ServiceName): Promise<void> => {
    terminal.stop.throwIfAborted()
    const { createServer: make, settingsFromEnv } = await load[service]()
    const server = await make(serverSettings(service, plan, settingsFromEnv(terminal.env)))
    servers.set(service, server)
    dispatcher.open(service, server.handler)
  }
  const start = async (service: ServiceName): Promise<void> => {
    terminal.stop.throwIfAborted()
    await servers.get(service)?.start()
  }
  for (const step of [create, start]) {
    await both(['drs'], step)
    await both(['tes', 'wes'], step)
  }
}

/** Waits for all, also when one fails: what was made must be known to whoever stops it. */
const both = async (services: readonly ServiceName[], step: (service: ServiceName) => Promise<void>): Promise<void> => {
  const results = await Promise.allSettled(services.map(step))
  for (const [n, result] of results.entries()) {
    if (result.status === 'rejected') throw startError(services[n] as ServiceName, result.reason)
  }
}

/** WES, TES, DRS: who stops may still call those it depends on. False if something had to be cut off. */
const stopServers = async (
  servers: Map<ServiceName, EmbeddedServer>,
  dispatcher: Dispatcher,
  terminal: Terminal,
): Promise<boolean> => {
  let clean = true
  for (const service of STOP_ORDER) {
    const server = servers.get(service)
    if (server === undefined) continue
    if (!(await dispatcher.close(service, REQUEST_GRACE_MS))) clean = false
    try {
      if (!(await within(STOP_GRACE_MS, server.stop()))) {
        clean = false
        tellLine(terminal, `The ${service.toUpperCase()} server did not stop within ${STOP_GRACE_MS / 1000} s`)
      }
    } catch (error) {
      clean = false
      tellLine(
        terminal,
        `The ${service.toUpperCase()} server stopped with an error: ${explain(error).lines.join('\n')}`,
      )
    }
    servers.delete(service)
  }
  return clean
}

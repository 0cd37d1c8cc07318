import { z } from 'zod'
import { executorNames } from './executors/index.ts'

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => z.coerce.number().int().min(least).max(most)

const outboundEntry = z.object({
  origin: z.string().describe('https://host[:port]'),
  addresses: z
    .array(z.string())
    .exactOptional()
    .describe('Networks (CIDR) that the host may lie in although they are not public'),
  ca: z.string().exactOptional().describe('PEM of its certificate authority'),
})

const root = z.object({
  path: z.string().startsWith('/').describe('Absolute path of the folder'),
  mode: z.enum(['ro', 'rw']).default('ro').describe('Whether outputs may be written there'),
  kind: z
    .enum(['plain', 'run'])
    .default('plain')
    .describe("run: the first component below it must be the caller's run id"),
  owners: z
    .array(z.string())
    .exactOptional()
    .describe('Identity keys that may use it; default: all who may create tasks'),
})

/** The schema is the documentation of every setting; environment names begin with BIOCLOUD_TES_. */
export const config = z.object({
  host: z.string().default('127.0.0.1').describe('Address to listen on'),
  port: whole(0, 65_535).default(4503).describe('Port to listen on; 0 takes a free one'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .exactOptional()
    .describe('How clients reach this server, without a path; default http://<host>:<port>'),
  dataDir: z
    .string()
    .min(1)
    .default('./data')
    .describe("The suite's data folder; the database, attempts and launcher lie in tes/ below it"),
  role: z
    .enum(['api', 'worker', 'all'])
    .default('all')
    .describe(
      'api answers requests, worker runs tasks, all does both. Two processes, one api and one worker, may share a data folder: the worker then finds new and canceled tasks every reconcileSeconds',
    ),
  embedded: z
    .boolean()
    .default(false)
    .describe('Shares its process with other servers: no process metrics, no base path /'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info').describe('Least level logged'),
  logFile: z.string().exactOptional().describe('Log to this file (appended, mode 0600) instead of stdout'),
  policyFile: z.string().exactOptional().describe('Policy (YAML), shared with DRS and WES; required'),
  localIssuer: z
    .object({ dir: z.string(), issuer: z.string() })
    .exactOptional()
    .describe('Folder and URL of the local issuer that the DRS server mounts'),
  peers: z
    .object({
      drs: z.url().exactOptional().describe('Base URL of DRS with /ga4gh/drs/v1; its origin serves the STS'),
      wes: z.url().exactOptional().describe('Base URL of WES'),
      tes: z.url().exactOptional().describe('Base URL of this server'),
    })
    .default({})
    .describe('Our own servers'),
  hosts: z
    .record(z.string(), z.url())
    .default({})
    .describe('DRS hosts that drs:// inputs may name, with the base URL of each'),
  outbound: z
    .partialRecord(z.enum(['inputs', 'key-set', 'oidc']), z.union([z.literal('public-https'), z.array(outboundEntry)]))
    .default({ inputs: 'public-https' })
    .describe('Where requests may go, by purpose; inputs: https inputs of tasks'),
  validateResponses: z.boolean().default(false).describe('Check every answer against the OpenAPI document: for tests'),
  corsOrigins: z.array(z.string()).default([]).describe('Origins whose pages may call this server'),
  roots: z.array(root).default([]).describe('Folders that file:// inputs and outputs of tasks may use'),
  admitSignedUrls: z
    .boolean()
    .default(false)
    .describe('Accept signed URLs as inputs, although a task document should hold no secret'),
  executor: z.enum(executorNames).default('docker').describe('Where tasks run'),
  launcher: z
    .string()
    .default('/bin/busybox')
    .describe('A static busybox, copied below the data folder and mounted read-only into every container'),
  maxRunning: whole(1, 10_000).default(8).describe('Tasks that run at the same time; the others wait'),
  graceSeconds: whole(0, 3600).default(30).describe('From TERM to KILL, when a task is canceled or over its time'),
  maxRetries: whole(0, 100).default(3).describe('Further attempts after one whose container was lost'),
  retryBackoffMs: whole(0, 3_600_000).default(1000).describe('Before the second attempt; doubled for each further one'),
  reconcileSeconds: whole(1, 3600).default(60).describe('How often rows and containers are compared'),
  logRetentionHours: whole(1).default(168).describe('How long the full stdout and stderr of ended tasks are kept'),
  zone: z.string().exactOptional().describe('Zone of this machine, for resources.zones'),
  defaults: z
    .object({
      cpuCores: z.coerce.number().positive().default(1).describe('CPU limit of a task that asks for none'),
      ramGb: z.coerce.number().positive().default(2).describe('Memory limit (GiB), swap included'),
      diskGb: z.coerce
        .number()
        .positive()
        .default(10)
        .describe('Disk limit (GiB) of inputs, work and outputs together'),
    })
    .prefault({})
    .describe('Resources of a task that does not say'),
  docker: z
    .object({
      host: z
        .string()
        .exactOptional()
        .describe('unix:///… or tcp://host:port; default: DOCKER_HOST, else the default socket'),
      network: z
        .string()
        .regex(
          /^(?!host$)(?!container:)[A-Za-z0-9][A-Za-z0-9_.-]*$/,
          'a network of its own: none, bridge or a name, never host',
        )
        .default('none')
        .describe('Network of the containers: none, bridge (tasks may reach out), or a network you made'),
      user: z
        .string()
        .regex(/^[1-9]\d{0,8}(:[1-9]\d{0,8})?$/, 'uid or uid:gid, both above 0')
        .default('65532:65532')
        .describe(
          'Unprivileged user of the containers where this server is root; otherwise they run as the user of this server',
        ),
      pidsLimit: whole(16).default(4096).describe('Processes of one container, at most'),
      pullRetrySeconds: whole(0, 86_400)
        .default(300)
        .describe('How long a pull that fails is tried again: throttling looks like a missing image'),
      pathMap: z
        .object({ from: z.string().startsWith('/'), to: z.string().startsWith('/') })
        .exactOptional()
        .describe('Where the engine sees a folder of this server, if it runs in a container itself'),
      checkSeconds: whole(1, 3600)
        .default(60)
        .describe('How often running containers are looked at, whatever the events said'),
      diskCheckSeconds: whole(1, 3600).default(5).describe('How often the disk use of running tasks is measured'),
    })
    .prefault({})
    .describe('The container engine'),
  staging: z
    .object({
      parallel: whole(1, 64).default(4).describe('Inputs of one task that are fetched at the same time'),
      tries: whole(1, 20).default(5).describe('Tries of an input whose storage fails for the moment'),
      backoffMs: whole(1, 600_000).default(500).describe('Before the second try; doubled for each further one'),
    })
    .prefault({})
    .describe('Fetching inputs'),
  limits: z
    .object({
      bodyBytes: whole(1024)
        .default(8 * 2 ** 20)
        .describe('Largest request body'),
      contentBytes: whole(131_072)
        .default(2 ** 20)
        .describe('Largest content of an input'),
      executors: whole(1).default(32).describe('Executors of one task'),
      files: whole(1).default(10_000).describe('Inputs and outputs of one task, together'),
      filesPerOutput: whole(1).default(100_000).describe('Files that one output may become'),
      tags: whole(1).default(100).describe('Tags of one task'),
      tagKeyBytes: whole(1).default(256).describe('Longest key of a tag'),
      tagValueBytes: whole(1).default(4096).describe('Longest value of a tag'),
      nameBytes: whole(1).default(1024).describe('Longest name of a task'),
      logBytes: whole(256).default(8192).describe('Head, and tail, of stdout and stderr in task logs'),
      idempotencyHours: whole(1).default(24).describe('How long an Idempotency-Key is remembered'),
      staleSeconds: whole(0).default(60).describe('How old a state may be that is told while the database fails'),
    })
    .prefault({})
    .describe('Bounds'),
  serviceInfo: z
    .object({
      id: z.string().default('org.biocloud.tes').describe('Reverse domain name of this service'),
      name: z.string().default('biocloud TES'),
      description: z.string().default('Runs containerised tasks near the data'),
      organizationName: z.string().default('biocloud'),
      organizationUrl: z.url().exactOptional().describe('Default: publicUrl'),
      environment: z.string().exactOptional().describe('For example prod or test'),
    })
    .prefault({})
    .describe('What service-info tells'),
})

export type Settings = z.output<typeof config>

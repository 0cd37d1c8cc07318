import { settingsFromEnv as readEnv } from '@biocloud/service-kit'
import { z } from 'zod'
import { launcherKinds } from './launchers/index.ts'
import { limitsSchema } from './limits.ts'

export const ENV_PREFIX = 'BIOCLOUD_WES_'

const outboundEntry = z.object({
  origin: z.string().describe('https://host[:port]'),
  addresses: z
    .array(z.string())
    .exactOptional()
    .describe('CIDR blocks that the host may resolve to although they are not public'),
  ca: z.string().exactOptional().describe('PEM of the certificate authority'),
})
const outboundRule = z.union([z.array(outboundEntry), z.literal('public-https')])

/** Every setting of the WES server. */
export const config = z.object({
  host: z.string().default('127.0.0.1').describe('Address to listen on'),
  port: z.coerce.number().int().min(0).max(65535).default(4502).describe('Port to listen on'),
  publicUrl: z.url().exactOptional().describe('How clients reach this server, when not by its own address'),
  dataDir: z
    .string()
    .min(1)
    .default('data')
    .describe("The suite's data folder; WES keeps wes/wes.db, wes/runs/ and its keys in it"),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Least level that is logged'),
  logFile: z.string().exactOptional().describe('File for the log; default: standard output'),
  role: z.enum(['api', 'worker', 'all']).default('all').describe('What this process does'),
  embedded: z
    .boolean()
    .default(false)
    .describe('Leaves process metrics, health and metrics routes to the process that embeds this server'),
  policyFile: z.string().exactOptional().describe('Policy (YAML); shared with DRS and TES'),
  localIssuer: z
    .object({ dir: z.string(), issuer: z.url() })
    .exactOptional()
    .describe('Folder and URL of the local issuer that the DRS server mounts'),
  peers: z
    .object({
      drs: z.url().exactOptional().describe('Base URL of DRS with /ga4gh/drs/v1; its origin serves the STS'),
      wes: z
        .url()
        .exactOptional()
        .describe('Base URL of this server with /ga4gh/wes/v1 as heads reach it; default: by publicUrl'),
      tes: z.url().exactOptional().describe('Base URL of TES with /ga4gh/tes/v1'),
    })
    .default({})
    .describe('Our own servers'),
  outbound: z
    .partialRecord(z.enum(['workflow-url', 'key-set', 'oidc']), outboundRule)
    .default({ 'workflow-url': 'public-https' })
    .describe('Hosts that may be fetched from, by purpose'),
  hosts: z
    .record(z.string(), z.url())
    .default({})
    .describe('DRS hosts that drs:// inputs may name, with the base URL of each'),
  validateResponses: z
    .boolean()
    .default(false)
    .describe('Checks every answer against the API document; for tests and development'),
  launcher: z.enum(launcherKinds).default('process').describe('How heads are run'),
  searchPath: z
    .string()
    .default('/usr/local/bin:/usr/bin:/bin')
    .describe("Folders where engines are looked for last; default: the server's own PATH"),
  engines: z
    .object({
      dir: z
        .string()
        .exactOptional()
        .describe('Folder that holds engines, e.g. cwltool/bin/python; default: .engines of the checkout'),
      cwltool: z
        .object({
          python: z.string().exactOptional().describe('The Python interpreter that has cwltool'),
          parameters: z
            .record(z.string(), z.string())
            .default({})
            .describe("Defaults of the engine's parameters at this site"),
        })
        .default({ parameters: {} }),
    })
    .default({ cwltool: { parameters: {} } })
    .describe('Engines and where they are'),
  separateUsers: z
    .boolean()
    .default(true)
    .describe(
      'As root, runs each head under a user id of its own; where that user cannot reach the files, the head runs as the server, with a warning',
    ),
  authInstructionsUrl: z
    .url()
    .exactOptional()
    .describe('Page that tells people how to get a token; default: the public URL'),
  serviceInfo: z
    .object({
      id: z.string().default('org.biocloud.wes'),
      name: z.string().default('biocloud WES'),
      organizationName: z.string().default('biocloud'),
      organizationUrl: z.url().exactOptional(),
      environment: z.string().exactOptional(),
    })
    .default({ id: 'org.biocloud.wes', name: 'biocloud WES', organizationName: 'biocloud' })
    .describe('What service-info says of this server'),
  limits: limitsSchema.default(() => limitsSchema.parse({})).describe('Limits'),
})
export type Config = z.output<typeof config>

/** Engines are looked for on the PATH of whoever started the server, too. */
export const withSearchPath = (
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> => ({
  [`${ENV_PREFIX}SEARCH_PATH`]: env['PATH'],
  ...env,
})

/** The settings that the environment gives, not yet checked; for `biocloud up`, which adds its own. */
export const settingsFromEnv = (env: Readonly<Record<string, string | undefined>>): Record<string, unknown> =>
  readEnv(config, ENV_PREFIX, withSearchPath(env))

import { z } from 'zod'

const backend = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('posix'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
      .describe('Name of the store in rows and metrics'),
    root: z.string().startsWith('/').describe('Folder; URLs file://<root>/… may be registered by operators'),
    cloud: z.string().exactOptional(),
    region: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('https'),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
    prefix: z.url({ protocol: /^https?$/ }).describe('URLs below it may be registered by operators'),
    public: z
      .boolean()
      .default(false)
      .describe('The store needs no credential: objects of public datasets show its address'),
    addresses: z
      .array(z.string())
      .exactOptional()
      .describe('Private or loopback networks (CIDR) at which the store may lie'),
    cloud: z.string().exactOptional(),
    region: z.string().exactOptional(),
  }),
])

const outboundEntry = z.object({
  origin: z.string(),
  addresses: z.array(z.string()).exactOptional(),
  ca: z.string().exactOptional(),
})

/** The schema is the documentation of every setting; environment names begin with BIOCLOUD_DRS_. */
export const config = z.object({
  host: z.string().default('127.0.0.1').describe('Address to listen on'),
  port: z.coerce.number().int().min(0).max(65_535).default(4501).describe('Port to listen on; 0 takes a free one'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .exactOptional()
    .describe('How clients reach this server, without a path; default http://<host>:<port>'),
  publicHost: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, 'a host name without a port: drs://host:port/… would be a compact identifier')
    .exactOptional()
    .describe('Host of drs:// URIs; default: the host of publicUrl when it is https on 443, else localhost'),
  dataDir: z.string().default('./data').describe('Data folder; the database and uploaded files lie in drs/ below it'),
  role: z
    .enum(['api', 'worker', 'all'])
    .default('all')
    .describe('api answers requests, worker computes checksums and sweeps'),
  embedded: z.boolean().default(false).describe('Shares its process with other servers: no process metrics'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info').describe('Least level logged'),
  logFile: z.string().exactOptional().describe('Log to this file (appended, mode 0600) instead of stdout'),
  policyFile: z
    .string()
    .exactOptional()
    .describe(
      'YAML file of issuers, brokers and datasets; required, but with localIssuer.demo, where it is <dataDir>/policy.yaml',
    ),
  localIssuer: z
    .object({
      dir: z.string().describe('Folder of its keys'),
      issuer: z.string().describe('Its iss: the publicUrl of this server'),
      demo: z.boolean().default(false).describe('Write the demo policy to policyFile where there is none'),
    })
    .exactOptional()
    .describe('Issuer of this installation, for one machine'),
  hosts: z
    .record(z.string(), z.url())
    .default({})
    .describe('drs:// hosts that are this server under another name, with their base URL'),
  peers: z.record(z.string(), z.url()).default({}).describe('Base URLs of the sister servers'),
  outbound: z
    .record(z.string(), z.union([z.literal('public-https'), z.array(outboundEntry)]))
    .default({})
    .describe('Where requests may go, by purpose (key-set, oidc)'),
  validateResponses: z.boolean().default(false).describe('Check every answer against the OpenAPI document: for tests'),
  bodyLimitBytes: z.coerce.number().int().min(1024).default(1_048_576).describe('Largest JSON body'),
  trustProxy: z.coerce.number().int().min(0).default(0).describe('Proxies in front whose X-Forwarded-For is believed'),
  maxBulkRequestLength: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe('Most items in one bulk request'),
  linkTtlSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(900)
    .describe('Life of a signed link; never past the decision it rests on'),
  draft16: z
    .enum(['off', 'admin', 'all'])
    .default('admin')
    .describe(
      'Who may register and upload: write tickets of runs only, operators too, or anyone with drs:write on the dataset',
    ),
  backends: z.array(backend).default([]).describe('Stores whose files may be registered in place'),
  runRoots: z
    .array(z.string().startsWith('/'))
    .exactOptional()
    .describe('Folders of runs, each <root>/<run_id>/…, whose outputs a run registers; default <dataDir>/wes/runs'),
  expandMaxDepth: z.coerce.number().int().min(1).max(64).default(16).describe('Most levels of an expanded bundle'),
  expandMaxNodes: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('Most members in one answer with expanded bundles'),
  maxUploadBytes: z.coerce
    .number()
    .int()
    .min(1)
    .default(1_099_511_627_776)
    .describe('Largest file that may be uploaded'),
  uploadTtlSeconds: z.coerce
    .number()
    .int()
    .min(60)
    .default(86_400)
    .describe('An upload that is not registered by then is removed'),
  checksumConcurrency: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Files whose checksums are computed at once'),
  service: z
    .object({
      id: z.string().default('local.biocloud.drs'),
      name: z.string().default('biocloud DRS'),
      organization: z
        .object({ name: z.string(), url: z.url() })
        .default({ name: 'biocloud', url: 'https://example.org' }),
      contactUrl: z.url().exactOptional(),
      documentationUrl: z.url().exactOptional(),
      environment: z.string().exactOptional(),
      stats: z
        .boolean()
        .default(true)
        .describe(
          'Tell objectCount and totalObjectSize of the datasets that anybody may know of (public or discoverable)',
        ),
    })
    .prefault({})
    .describe('What /service-info says'),
})

export type Settings = z.output<typeof config>

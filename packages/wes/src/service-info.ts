import type { DefaultWorkflowEngineParameter, WesServiceInfo } from '@biocloud/ga4gh-api'
import type { Identity } from '@biocloud/passport-auth'
import type { Config } from './config.ts'
import type { RunRows } from './db/run-rows.ts'
import type { EngineFinder } from './engine-finder.ts'
import { RUN_STATES } from './run-state.ts'

// W26: clients compare exact strings.
const VERSIONS = ['1.0', '1.0.0', '1.1', '1.1.0']

export const createServiceInfo = (d: {
  engines: EngineFinder
  rows: RunRows
  info: Config['serviceInfo']
  publicUrl: string
  authInstructionsUrl: string
  version: string
  started: Date
}) => ({
  /** Public. Counts are the caller's own runs: global ones would tell what others do. */
  async get(identity: Identity): Promise<WesServiceInfo> {
    const found = await d.engines.found()
    const counts = identity.kind === 'person' ? await d.rows.counts(identity.key) : {}
    const created = await d.rows.firstCreated()
    const parameters: DefaultWorkflowEngineParameter[] = found.flatMap(({ engine }) =>
      Object.entries(engine.parameters).map(([name, parameter]) => ({
        name: `${engine.name}.${name}`,
        type: parameter.type,
        ...(parameter.default === undefined ? {} : { default_value: parameter.default }),
      })),
    )
    const types: WesServiceInfo['workflow_type_versions'] = {}
    for (const { engine } of found) {
      for (const type of engine.types) {
        const known = types[type]?.workflow_type_version ?? []
        types[type] = { workflow_type_version: [...new Set([...known, ...(engine.typeVersions[type] ?? [])])] }
      }
    }
    const schemes = new Set(
      found.flatMap(({ engine }) => engine.inputSchemes.filter((scheme) => scheme !== 'attachment')),
    )
    return {
      id: d.info.id,
      name: d.info.name,
      type: { group: 'org.ga4gh', artifact: 'wes', version: '1.1.0' },
      description: 'Runs workflows; every step becomes a task of TES, near the data that DRS describes.',
      organization: { name: d.info.organizationName, url: d.info.organizationUrl ?? d.publicUrl },
      createdAt: created ?? d.started.toISOString(),
      updatedAt: d.started.toISOString(),
      ...(d.info.environment === undefined ? {} : { environment: d.info.environment }),
      version: d.version,
      workflow_type_versions: types,
      supported_wes_versions: VERSIONS,
      supported_filesystem_protocols: [...schemes],
      workflow_engine_versions: Object.fromEntries(
        found.map(({ engine, install }) => [engine.name, { workflow_engine_version: [install.version] }]),
      ),
      default_workflow_engine_parameters: parameters,
      system_state_counts: Object.fromEntries(RUN_STATES.map((state) => [state, counts[state] ?? 0])),
      auth_instructions_url: d.authInstructionsUrl,
      tags: {},
    }
  },
})
export type ServiceInfo = ReturnType<typeof createServiceInfo>

import type { TesServiceInfo, TesServiceInfo10 } from '@biocloud/ga4gh-api'
import type { Identity } from '@biocloud/passport-auth'
import type { Roots } from './roots.ts'

export type ServiceInfoDeps = {
  id: string
  name: string
  description: string
  organization: { name: string; url: string }
  version: string
  environment: string | undefined
  createdAt: string
  updatedAt: string
  backendParameters: readonly string[]
  roots: Roots
}

/** Exactly the standard's members: strict clients raise on any other (tes.md 1.1.8). */
export const createServiceInfo = (o: ServiceInfoDeps) => {
  /** URL prefixes that really work for the caller; nobody in particular has none. */
  const storage = (identity: Identity): string[] =>
    identity.kind === 'anonymous' ? [] : o.roots.prefixes({ owner: identity.key, runId: identity.runId })
  return {
    get: (identity: Identity): TesServiceInfo => ({
      id: o.id,
      name: o.name,
      type: { group: 'org.ga4gh', artifact: 'tes', version: '1.1.0' },
      description: o.description,
      organization: o.organization,
      createdAt: o.createdAt,
      updatedAt: o.updatedAt,
      ...(o.environment === undefined ? {} : { environment: o.environment }),
      version: o.version,
      storage: storage(identity),
      tesResources_backend_parameters: [...o.backendParameters],
    }),
    /** The 1.0 shape, for py-tes 0.4, which accepts exactly these three members. */
    get10: (identity: Identity): TesServiceInfo10 => ({ name: o.name, doc: o.description, storage: storage(identity) }),
  }
}
export type ServiceInfo = ReturnType<typeof createServiceInfo>

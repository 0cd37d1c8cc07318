import type { DrsServiceInfo } from '@biocloud/ga4gh-api'
import type { Clock } from '@biocloud/service-kit'
import type { ObjectStore } from './db/objects.ts'
import type { Settings } from './config.ts'

const STATS_LIFE_MS = 60_000
const VERSION = '0.1.0'

/** S1, S2, and the flags of the 1.6 draft that this server really has. */
export const createServiceInfo = (o: {
  settings: Settings
  store: ObjectStore
  clock: Clock
  /** Datasets that everybody may know of: only their objects are counted, the same for every caller. */
  told: readonly string[]
}) => {
  const { service, maxBulkRequestLength, draft16, maxUploadBytes } = o.settings
  let stats: { at: number; value: { objectCount: number; totalObjectSize: number } } | undefined
  const current = async () => {
    const now = o.clock.now().getTime()
    if (stats === undefined || now - stats.at > STATS_LIFE_MS) stats = { at: now, value: await o.store.stats(o.told) }
    return stats.value
  }
  const { id, name, organization, contactUrl, documentationUrl, environment } = service
  return {
    async get(): Promise<DrsServiceInfo> {
      return {
        id,
        name,
        type: { group: 'org.ga4gh', artifact: 'drs', version: '1.5.0' },
        organization,
        ...(contactUrl === undefined ? {} : { contactUrl }),
        ...(documentationUrl === undefined ? {} : { documentationUrl }),
        ...(environment === undefined ? {} : { environment }),
        version: VERSION,
        maxBulkRequestLength,
        drs: {
          maxBulkRequestLength,
          ...(service.stats ? await current() : {}),
          ...(draft16 === 'off'
            ? {}
            : {
                uploadRequestSupported: true,
                objectRegistrationSupported: true,
                supportedUploadMethodTypes: ['https'],
                maxUploadSize: maxUploadBytes,
                maxUploadRequestLength: maxBulkRequestLength,
                maxRegisterRequestLength: maxBulkRequestLength,
                validateChecksums: true,
                validateFileSizes: true,
                validateAccessMethods: true,
              }),
        },
      }
    },
  }
}
export type ServiceInfo = ReturnType<typeof createServiceInfo>

import type { components as Info } from './generated/service-info-types.ts'

// Service Info 1.0.0
export type Service = Info['schemas']['Service']
export type ServiceType = Info['schemas']['ServiceType']

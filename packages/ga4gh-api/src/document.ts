/** An OpenAPI 3.0 document, as loosely as its readers need it: path → method → operation. */
export type OpenApiDocument = {
  openapi: string
  info: { title: string; version: string; description?: string; license?: { name: string; url?: string } }
  servers?: { url: string }[]
  security?: Record<string, string[]>[]
  tags?: { name: string; description?: string }[]
  paths: Record<string, Record<string, OpenApiOperation>>
  components?: Record<string, Record<string, unknown>>
}

export type OpenApiOperation = {
  operationId: string
  /** True for an operation that the released standard does not have. */
  'x-biocloud-extension'?: boolean
  summary?: string
  description?: string
  tags?: string[]
  deprecated?: boolean
  security?: Record<string, string[]>[]
  parameters?: unknown[]
  requestBody?: unknown
  responses: Record<string, unknown>
}

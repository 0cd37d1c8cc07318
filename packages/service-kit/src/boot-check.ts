import type { Router } from 'express'
import type { Path } from './operations.ts'

/** The server must not start: its routes and its document do not agree. */
export class BootError extends Error {
  readonly code = 'boot_refused'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `The routes and the OpenAPI document do not agree:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    )
    this.name = 'BootError'
    this.problems = problems
  }
}

/** What `declare()` of passport-auth makes, known by its shape. */
export type Declared = { operationId: string; requirement: string }

// The parts of express 5's router that are looked at; its types leave them out.
type RouteLayer = { handle: unknown }
type Route = {
  path: string
  stack: RouteLayer[]
  _handlesMethod(method: string): boolean
  methods: Record<string, boolean>
}
type Layer = { route?: Route; handle: unknown; match(path: string): boolean; path?: string }

const isDeclared = (value: unknown): value is Declared =>
  typeof value === 'function' &&
  typeof (value as Partial<Declared>).operationId === 'string' &&
  typeof (value as Partial<Declared>).requirement === 'string'

const stackOf = (router: unknown): Layer[] | undefined => {
  const { stack } = router as { stack?: Layer[] }
  return Array.isArray(stack) ? stack : undefined
}

const routesOf = (router: unknown): Route[] =>
  (stackOf(router) ?? []).flatMap((layer) => (layer.route === undefined ? routesOf(layer.handle) : [layer.route]))

/** The route that express would choose for a request. */
const chosen = (router: unknown, method: string, path: string): Route | undefined => {
  for (const layer of stackOf(router) ?? []) {
    if (!layer.match(path)) continue
    if (layer.route !== undefined) {
      if (layer.route._handlesMethod(method)) return layer.route
      continue
    }
    const found = chosen(layer.handle, method, path.slice(layer.path?.length ?? 0) || '/')
    if (found !== undefined) return found
  }
  return undefined
}

const markersOf = (route: Route): Declared[] => route.stack.map(({ handle }) => handle).filter(isDeclared)

const nameOf = (route: Route): string =>
  `${Object.keys(route.methods)
    .filter((method) => route.methods[method])
    .join(',')
    .toUpperCase()} ${route.path}`

/**
 * Every operation of the document has a route that declares it and that express would choose for it, every route
 * declares an operation of the document, and what is listed as not yet built has no route. Throws {@link BootError}
 * with all differences. Architecture, rule 4: a route without a declared policy stops the server at boot.
 */
export const checkRoutes = (
  mounts: readonly { paths: readonly Path[]; routes: Router; notYet: Readonly<Record<string, string>> }[],
): void => {
  const problems: string[] = []
  for (const { paths, routes, notYet } of mounts) {
    const operations = paths.flatMap((path) => [...path.operations.values()])
    const ids = new Set(operations.map(({ operationId }) => operationId))
    const all = routesOf(routes)
    for (const route of all) {
      const markers = markersOf(route)
      const [marker] = markers
      if (marker === undefined) problems.push(`${nameOf(route)} declares no operation and no policy`)
      else if (markers.length > 1) problems.push(`${nameOf(route)} declares ${markers.length} operations`)
      else if (!ids.has(marker.operationId)) {
        problems.push(`${nameOf(route)} declares ${marker.operationId}, which the document does not have`)
      }
    }
    for (const { operationId, method, template } of operations) {
      const name = `${operationId} (${method.toUpperCase()} ${template})`
      const declared = all.some((route) => markersOf(route).some((marker) => marker.operationId === operationId))
      if (notYet[operationId] !== undefined) {
        if (declared) problems.push(`${name} has a route and is listed as not yet built`)
        continue
      }
      if (!declared) {
        problems.push(`${name} has no route`)
        continue
      }
      const route = chosen(routes, method, template.replace(/\{[^}]+\}/g, 'x'))
      if (route === undefined) problems.push(`${name} is declared by a route of another path or method`)
      else if (!markersOf(route).some((marker) => marker.operationId === operationId)) {
        problems.push(`${name} is caught by the route ${nameOf(route)}: put its own route before it`)
      }
    }
    for (const operationId of Object.keys(notYet)) {
      if (
        mounts.every((mount) =>
          mount.paths.every((path) => [...path.operations.values()].every((o) => o.operationId !== operationId)),
        )
      ) {
        problems.push(`${operationId} is listed as not yet built, and no document has it`)
      }
    }
  }
  if (problems.length > 0) throw new BootError([...new Set(problems)])
}

import { describe, expect, it } from '@jest/globals'
import { Router } from 'express'
import { assembleApp } from './app.ts'
import { declare, options, taskDocument, taskRoutes } from './app-fixture.ts'
import { BootError } from './boot-check.ts'

describe('assembleApp: the boot check', () => {
  const boot = (routes: Router, notYet: Record<string, string> = { Later: 'x' }): string[] => {
    try {
      assembleApp(options({ notYet, mounts: [{ document: taskDocument, bases: ['/'], routes }] }))
      return []
    } catch (error) {
      if (error instanceof BootError) return [...error.problems]
      throw error
    }
  }

  it('starts with all routes, and in a router inside a router', () => {
    expect(boot(taskRoutes())).toEqual([])
    const outer = Router()
    outer.use(taskRoutes())
    expect(boot(outer)).toEqual([])
  })

  it('refuses a document path without a route', () => {
    expect(boot(taskRoutes(), {})).toEqual(['Later (GET /later) has no route'])
  })

  it('refuses a route without a declaration, and one that declares what the document lacks', () => {
    const routes = taskRoutes()
    routes.get('/open', (_req, res) => void res.end())
    routes.get('/other', declare('Other'), (_req, res) => void res.end())
    expect(boot(routes)).toEqual([
      'GET /open declares no operation and no policy',
      'GET /other declares Other, which the document does not have',
    ])
  })

  it('refuses a route that stands at another path than its operation', () => {
    const routes = taskRoutes()
    routes.get('/elsewhere', declare('Later'), (_req, res) => void res.end())
    expect(boot(routes, {})).toEqual(['Later (GET /later) is declared by a route of another path or method'])
  })

  it('refuses a route that an earlier one would catch', () => {
    const routes = Router()
    routes.get('/tasks/:id', declare('GetTask'), (_req, res) => void res.end())
    routes.use(taskRoutes())
    expect(boot(routes)).toEqual([
      'GetInfo (GET /tasks/service-info) is caught by the route GET /tasks/:id: put its own route before it',
    ])
  })

  it('refuses a not-yet list that names what is built or what no document has', () => {
    expect(boot(taskRoutes(), { Later: 'x', GetTask: 'x', Nothing: 'x' })).toEqual([
      'GetTask (GET /tasks/{id}) has a route and is listed as not yet built',
      'Nothing is listed as not yet built, and no document has it',
    ])
  })
})

import { describe, expect, it } from '@jest/globals'
import { serviceOf } from './dispatcher.ts'

describe('serviceOf', () => {
  it.each([
    ['/ga4gh/drs/v1/objects/x', 'drs'],
    ['/ga4gh/wes/v1/runs?page_size=1', 'wes'],
    ['/ga4gh/tes/v1/tasks/x:cancel', 'tes'],
    ['/ga4gh/tes/service-info', 'tes'],
    ['/v1/tasks', 'tes'],
    ['/v1?x', 'tes'],
    ['/data/abc', 'drs'],
    ['/sts/v1/grants', 'drs'],
    ['/token', 'drs'],
    ['/token?x=/ga4gh/tes', 'drs'],
    ['/userinfo', 'drs'],
    ['/.well-known/jwks.json', 'drs'],
  ])('%s belongs to %s', (url, service) => {
    expect(serviceOf(url)).toBe(service)
  })

  it.each(['/', '/v10/tasks', '/tokens', '/ga4gh', '/ga4gh/drsx', '/healthz', '/tasks', '//v1', '/DATA/x', ''])(
    '%s belongs to none of them',
    (url) => {
      expect(serviceOf(url)).toBeUndefined()
    },
  )
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { dataFolder } from './data-folder.ts'
import { EXIT } from './errors.ts'
import { run } from './program.ts'
import { createFakeTerminal } from './testing/fake-terminal.ts'
import { createStandIn, json, type Reply, type StandIn } from './testing/stand-in-server.ts'
import { claimDataFolder } from './up-state.ts'

const issue: Reply = (seen, res) => {
  const form = new URLSearchParams(seen.body.toString())
  if (form.get('secret') !== 'the-secret')
    return json(400, { error: 'invalid_grant', error_description: 'The secret is wrong' })(seen, res)
  if (form.get('username') === 'nobody')
    return json(400, { error: 'invalid_grant', error_description: 'There is no user nobody' })(seen, res)
  return json(200, { access_token: `token-of-${form.get('username') ?? ''}`, token_type: 'Bearer', expires_in: 3600 })(
    seen,
    res,
  )
}

describe('who speaks to which server', () => {
  let data: string
  let suite: StandIn
  let other: StandIn
  let release: () => void

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'cli-session-'))
    await mkdir(join(data, 'issuer'))
    await writeFile(join(data, 'issuer', 'cli-secret'), 'the-secret\n')
    const replies = { 'POST /token': issue, 'GET /ga4gh/drs/v1/objects': json(200, { objects: [] }) }
    suite = await createStandIn(replies)
    other = await createStandIn(replies)
    const claim = await claimDataFolder(data)
    await claim.publish(suite.url)
    release = () => {
      claim.release()
    }
  })
  afterEach(async () => {
    release()
    await suite.close()
    await other.close()
    await rm(data, { recursive: true })
  })

  const list = async (args: string[], env: Record<string, string> = {}) => {
    const terminal = createFakeTerminal({ env: { HOME: '/nonexistent', ...env } })
    const code = await run(['drs', 'ls', '--json', ...args], terminal)
    return { code, terminal }
  }
  const bearerAt = (server: StandIn): (string | undefined)[] =>
    server.seen.filter(({ method }) => method === 'GET').map(({ headers }) => headers.authorization)

  it('finds the suite of the data folder by itself and speaks as researcher', async () => {
    expect((await list(['--data', data])).code).toBe(EXIT.ok)
    expect(bearerAt(suite)).toEqual(['Bearer token-of-researcher'])
  })

  it('--as chooses the demo user, and goes before BIOCLOUD_TOKEN', async () => {
    await list(['--data', data, '--as', 'guest'], { BIOCLOUD_TOKEN: 'mine' })
    expect(bearerAt(suite)).toEqual(['Bearer token-of-guest'])
  })

  it('BIOCLOUD_TOKEN is used as it is, and the secret stays at home', async () => {
    await list([], { BIOCLOUD_DATA: data, BIOCLOUD_TOKEN: 'mine' })
    expect(bearerAt(suite)).toEqual(['Bearer mine'])
    expect(suite.seen.some(({ path }) => path === '/token')).toBe(false)
  })

  it('the secret is never sent to another process on this machine', async () => {
    const refused = await list(['--data', data, '--server', other.url, '--as', 'researcher'])
    expect(refused.code).toBe(EXIT.refused)
    expect((await list(['--data', data, '--server', other.url])).code).toBe(EXIT.ok) // anonymous
    expect(bearerAt(other)).toEqual([undefined])
    expect(other.seen.every(({ body }) => !body.toString().includes('the-secret'))).toBe(true)
  })

  it('--as is refused for a server that is not on this machine', async () => {
    const { code, terminal } = await list(['--server', 'https://drs.example.org', '--as', 'operator'])
    expect(code).toBe(EXIT.usage)
    expect(terminal.stderr()).toContain('BIOCLOUD_TOKEN')
  })

  it('a token is not sent over plain http to another machine', async () => {
    const { code, terminal } = await list(['--server', 'http://drs.example.org'], { BIOCLOUD_TOKEN: 'eyJh.eyJi.c2ln' })
    expect(code).toBe(EXIT.refused)
    expect(terminal.stderr()).not.toContain('eyJh')
  })

  it('a redirect is not followed with the token', async () => {
    const lure = await createStandIn({
      'GET /ga4gh/drs/v1/objects': (_seen, res) =>
        void res.writeHead(307, { location: `${other.url}/ga4gh/drs/v1/objects` }).end(),
    })
    expect((await list(['--server', lure.url], { BIOCLOUD_TOKEN: 'mine' })).code).toBe(EXIT.failure)
    expect(other.seen).toHaveLength(0)
    await lure.close()
  })

  it('token prints the token alone on stdout', async () => {
    const terminal = createFakeTerminal({ env: {} })
    expect(await run(['token', '--data', data, '--as', 'operator'], terminal)).toBe(EXIT.ok)
    expect([terminal.stdout(), terminal.stderr()]).toEqual(['token-of-operator\n', ''])
  })

  it('an unknown user is refused in the words of the issuer', async () => {
    const terminal = createFakeTerminal({ env: {} })
    expect(await run(['token', '--data', data, '--as', 'nobody'], terminal)).toBe(EXIT.refused)
    expect(terminal.stdout()).toBe('')
    expect(terminal.stderr()).toMatch(/There is no user nobody[\s\S]*researcher, registered, guest and operator/)
  })

  it('without a suite the next command is named', async () => {
    await suite.close()
    const { code, terminal } = await list(['--data', data])
    expect(code).toBe(EXIT.unavailable)
    expect(terminal.stderr()).toMatch(/No server answers at .*\nStart one with: biocloud up/)
  })

  it('a server that is just starting is waited for', async () => {
    let calls = 0
    const starting = await createStandIn({
      'GET /ga4gh/drs/v1/objects': (seen, res) => {
        calls += 1
        return (
          calls < 3
            ? json(503, { msg: 'starting', status_code: 503 }, { 'retry-after': '0' })
            : json(200, { objects: [] })
        )(seen, res)
      },
    })
    expect((await list(['--server', starting.url])).code).toBe(EXIT.ok)
    expect(calls).toBe(3)
    await starting.close()
  })

  it.each([['ftp://x'], ['nonsense'], ['http://user:pw@127.0.0.1']])('--server %s is a usage error', async (server) => {
    const { code, terminal } = await list(['--server', server])
    expect(code).toBe(EXIT.usage)
    expect(terminal.stderr()).not.toContain('pw@')
  })

  it('--server may be one API with a path in front', async () => {
    const deep = await createStandIn({ 'GET /site/ga4gh/drs/v1/objects': json(200, { objects: [] }) })
    expect((await list(['--server', `${deep.url}/site/ga4gh/wes/v1/`])).code).toBe(EXIT.ok)
    await deep.close()
  })
})

describe('dataFolder', () => {
  const of = (env: Record<string, string>, given?: string) => dataFolder({ env, cwd: '/work' }, given)
  it('is --data, BIOCLOUD_DATA, XDG_DATA_HOME or ~/.local/share, in this order', () => {
    const env = { HOME: '/h', XDG_DATA_HOME: '/x', BIOCLOUD_DATA: 'rel' }
    expect(of(env, './d')).toBe('/work/d')
    expect(of(env)).toBe('/work/rel')
    expect(of({ HOME: '/h', XDG_DATA_HOME: '/x' })).toBe('/x/biocloud')
    expect(of({ HOME: '/h' })).toBe('/h/.local/share/biocloud')
  })
  it('ignores a relative XDG_DATA_HOME, as the XDG specification says', () => {
    expect(of({ HOME: '/h', XDG_DATA_HOME: 'x' })).toBe('/h/.local/share/biocloud')
  })
})

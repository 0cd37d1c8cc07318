import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { parseCidr as parse, refusalOf } from './addresses.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import type { GuardedFetch, GuardedFetchOptions, Purpose } from './guarded-fetch.ts'
import { createLogger } from './logger.ts'
import { OutboundFailed, OutboundRefused } from './outbound-errors.ts'

let server: Server
let port = 0
let hits: { url: string; headers: IncomingMessage['headers'] }[] = []
let received = 0

const answer = (req: IncomingMessage, res: ServerResponse): void => {
  const url = req.url ?? ''
  hits.push({ url, headers: req.headers })
  if (url === '/silent') return
  if (url === '/hang') {
    res.write('x')
    return
  }
  if (url === '/dribble') {
    const timer = setInterval(() => res.write('x'), 5)
    res.on('close', () => {
      clearInterval(timer)
    })
    return
  }
  if (url === '/big') {
    res.end(Buffer.alloc(200_000))
    return
  }
  if (url === '/big-chunked') {
    res.write(Buffer.alloc(100_000))
    res.end(Buffer.alloc(100_000))
    return
  }
  if (url === '/break') {
    res.write('x')
    setImmediate(() => res.destroy())
    return
  }
  if (url === '/gzip') {
    res.setHeader('content-encoding', 'gzip')
    res.end(gzipSync(Buffer.alloc(1_000_000)))
    return
  }
  if (url === '/cookie') res.setHeader('set-cookie', 'a=b')
  const redirect = /^\/to\/(.*)$/.exec(url)?.[1]
  if (redirect !== undefined) {
    res.writeHead(302, { location: decodeURIComponent(redirect) }).end()
    return
  }
  req.on('data', (chunk: Buffer) => (received += chunk.length))
  req.on('end', () => res.end('hello'))
}

beforeAll(async () => {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const open: { close(): Promise<void> }[] = []
const sink = () => createLogger({ name: 'test', destination: new PassThrough() })
const guard = (purposes: GuardedFetchOptions['purposes'], lookup?: GuardedFetchOptions['lookup']): GuardedFetch => {
  const made = createGuardedFetch({ purposes, log: sink(), ...(lookup === undefined ? {} : { lookup }) })
  open.push(made)
  return made
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close()
  hits = []
  received = 0
})

const outcome = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof OutboundRefused || error instanceof OutboundFailed) return error.code
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return 'allowed'
}
const refused = 'outbound_refused'
const here = () => `http://127.0.0.1:${port}`
const named = () => `http://service.test:${port}`
const toHere = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
const loopback = ['127.0.0.0/8']

describe('addresses', () => {
  const never = [
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '::127.0.0.1',
    '::7f00:1',
    'fec0::1',
    '64:ff9b:1::7f00:1',
    '3fff::1',
    '5f00::1',
    'localhost',
    '',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
  ]
  it.each(never)('%s is never reached, listed or not', (address) => {
    expect(refusalOf(address, {})).toBeDefined()
    expect(refusalOf(address, { nameable: true })).toBeDefined()
    expect(refusalOf(address, { cidrs: [parse('0.0.0.0/0'), parse('::/0')] })).toBeDefined()
  })

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fc00::1',
    'fd12::1',
  ])('%s is reached only where it is named', (address) => {
    expect(refusalOf(address, {})).toBeDefined()
    expect(refusalOf(address, { cidrs: [parse(address.includes(':') ? '::/0' : '0.0.0.0/0')] })).toBeUndefined()
    expect(refusalOf(address, { cidrs: [parse('203.0.114.0/24')] })).toBeDefined()
    expect(refusalOf(address, { nameable: true })).toBeUndefined()
  })

  it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111'])('%s is public', (address) => {
    expect(refusalOf(address, {})).toBeUndefined()
  })
})

describe('guarded fetch: what it refuses before anything is sent', () => {
  const corpus = [
    'http://127.0.0.1/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[fe80::1%25eth0]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'https://192.168.0.1/',
    'https://100.64.0.1/',
    'https://[fd00:ec2::254]/',
    'https://user@example.org/',
    'https://user:pass@example.org/',
    'https://@127.0.0.1/',
    'https://example.org@127.0.0.1/',
    'https://127.0.0.1#@example.org/',
    'https://exa\tmple.org/',
    'https://example.org/\r\nHost: x',
    'https://example.org\\@127.0.0.1/',
    'https:\\\\127.0.0.1/',
    ' https://example.org/',
    'https:/127.0.0.1/',
    'https://134744072/',
    'https://0x08.8.8.8/',
    'https://①②⑦.⓪.⓪.①/',
    'https://localhost./',
    'https://example.org./',
    'http://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'data:text/plain,x',
    '//example.org/',
    '/etc/passwd',
    'example.org',
    '',
    `https://example.org/${'a'.repeat(9000)}`,
  ]
  it.each(corpus)('%j for any public https host', async (url) => {
    const asked: string[] = []
    const fetch = guard({ inputs: 'public-https' }, (hostname) => {
      asked.push(hostname)
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    })
    expect(await outcome(fetch('inputs', url))).toBe(refused)
    expect(asked).toEqual([])
  })

  it('localhost, as the system resolves it', async () => {
    expect(await outcome(guard({ inputs: 'public-https' })('inputs', `https://localhost:${port}/`))).toBe(refused)
    expect(hits).toEqual([])
  })

  it('a host with one private address among public ones, for every order', async () => {
    const bad = { address: '10.0.0.7', family: 4 }
    const good = { address: '8.8.8.8', family: 4 }
    for (const addresses of [[bad, good], [good, bad], [good, { address: '::1', family: 6 }], []]) {
      const fetch = guard({ inputs: 'public-https' }, () => Promise.resolve(addresses))
      expect(await outcome(fetch('inputs', 'https://mixed.test/'))).toMatch(/^outbound_(refused|unreachable)$/)
    }
  })

  it('a purpose without a list, another origin, another port, another scheme, another purpose', async () => {
    const fetch = guard({ oidc: [{ origin: named(), addresses: loopback }], trs: 'public-https' }, toHere)
    expect(await outcome(fetch('oidc', `${named()}/x`))).toBe('allowed')
    for (const url of [
      `http://other.test:${port}/`,
      `http://service.test:${port + 1}/`,
      `https://service.test:${port}/`,
      `${here()}/`,
    ]) {
      expect(await outcome(fetch('oidc', url))).toBe(refused)
    }
    for (const purpose of ['key-set', 'peer', 'trs', 'inputs'] as Purpose[]) {
      expect(await outcome(fetch(purpose, `${named()}/x`))).toBe(refused)
    }
    expect(hits).toHaveLength(1)
  })

  it('a listed origin whose address its entry does not name', async () => {
    expect(await outcome(guard({ oidc: [{ origin: named() }] }, toHere)('oidc', `${named()}/`))).toBe(refused)
    expect(
      await outcome(guard({ oidc: [{ origin: named(), addresses: ['10.0.0.0/8'] }] }, toHere)('oidc', `${named()}/`)),
    ).toBe(refused)
    expect(hits).toEqual([])
  })

  it('metadata, link-local and unspecified addresses of a peer', async () => {
    for (const address of ['169.254.169.254', '0.0.0.0', '100.100.100.200']) {
      const fetch = guard({ peer: [{ origin: named() }] }, () => Promise.resolve([{ address, family: 4 }]))
      expect(await outcome(fetch('peer', `${named()}/`))).toBe(refused)
    }
  })

  it('does not tell the address in its message', async () => {
    const fetch = guard({ inputs: 'public-https' }, () => Promise.resolve([{ address: '10.11.12.13', family: 4 }]))
    await expect(fetch('inputs', 'https://inner.test/')).rejects.toThrow(
      'inner.test has an address that inputs may not reach',
    )
  })

  it('an entry that is not an origin, at boot, and a peer that is any host', () => {
    expect(() => guard({ peer: [{ origin: 'http://a.test/path' }] })).toThrow('is not an origin')
    expect(() => guard({ peer: [{ origin: 'http://u@a.test' }] })).toThrow('user information')
    expect(() => guard({ oidc: [{ origin: 'https://a.test', addresses: ['10/8'] }] })).toThrow()
    expect(() => guard({ peer: 'public-https' })).toThrow('needs exact origins')
  })
})

describe('guarded fetch: rebinding', () => {
  it('connects to the address that it checked, and checks again for each new connection', async () => {
    const addresses = ['127.0.0.1', '10.0.0.1']
    let asked = 0
    const fetch = guard({ oidc: [{ origin: named(), addresses: loopback }] }, () =>
      Promise.resolve([{ address: addresses[Math.min(asked++, 1)] ?? '', family: 4 }]),
    )
    // The name resolves nowhere: an answer shows that the connection went to the one look-up's address.
    const first = await fetch('oidc', `${named()}/`, { headers: { connection: 'close' } }).catch(() =>
      fetch('oidc', `${named()}/`),
    )
    expect(await first.text()).toBe('hello')
    server.closeAllConnections()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await outcome(fetch('oidc', `${named()}/`))).toBe(refused)
    expect(asked).toBe(2)
  })
})

describe('guarded fetch: redirects', () => {
  const two = () => ({ origin: `http://other.test:${port}`, addresses: loopback })

  it('are refused where no person names the URL, and for bodies', async () => {
    const entry = [{ origin: named(), addresses: loopback }]
    const fetch = guard({ 'key-set': entry, oidc: entry, callbacks: entry, peer: entry, inputs: entry }, toHere)
    for (const purpose of ['key-set', 'oidc', 'callbacks', 'peer'] as Purpose[]) {
      expect(await outcome(fetch(purpose, `${named()}/to/%2F`))).toBe(refused)
    }
    expect(await outcome(fetch('inputs', `${named()}/to/%2F`, { method: 'POST', body: 'x' }))).toBe(refused)
    expect(await outcome(fetch('inputs', `${named()}/to/%2F`, { redirect: 'error' }))).toBe(refused)
    expect((await fetch('inputs', `${named()}/to/%2F`, { redirect: 'manual' })).status).toBe(302)
  })

  it('are followed hop by hop, each checked as the first, without credentials for another origin', async () => {
    const fetch = guard({ inputs: [{ origin: named(), addresses: loopback }, two()] }, toHere)
    const target = encodeURIComponent(`http://other.test:${port}/end`)
    const answered = await fetch('inputs', `${named()}/to/${target}`, { headers: { authorization: 'Bearer x' } })
    expect([await answered.text(), answered.url]).toEqual(['hello', `http://other.test:${port}/end`])
    expect(hits.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      [`/to/${target}`, 'Bearer x'],
      ['/end', undefined],
    ])
    for (const location of [
      `http://evil.test:${port}/`,
      `${here()}/`,
      'http://169.254.169.254/',
      'file:///etc/passwd',
      `http://u:p@other.test:${port}/`,
    ]) {
      expect(await outcome(fetch('inputs', `${named()}/to/${encodeURIComponent(location)}`))).toBe(refused)
    }
  })

  it('end after five hops', async () => {
    const fetch = guard({ inputs: [{ origin: named(), addresses: loopback }] }, toHere)
    let path = '/end'
    for (let i = 0; i < 5; i++) path = `/to/${encodeURIComponent(path)}`
    expect(await (await fetch('inputs', named() + path)).text()).toBe('hello')
    expect(await outcome(fetch('inputs', `${named()}/to/${encodeURIComponent(path)}`))).toBe(refused)
  })
})

describe('guarded fetch: bounds', () => {
  const peer = () => guard({ peer: [{ origin: here() }] })
  const read = async (path: string, init = {}): Promise<string> => (await peer()('peer', here() + path, init)).text()

  it('reaches a peer on loopback over http', async () => {
    expect(await read('/')).toBe('hello')
  })

  it('stops at the byte cap, told or not, and counts what was unpacked', async () => {
    expect(await outcome(read('/big', { maxBytes: 199_999 }))).toBe('outbound_too_large')
    expect(await outcome(read('/big-chunked', { maxBytes: 199_999 }))).toBe('outbound_too_large')
    expect(await outcome(read('/gzip', { maxBytes: 199_999 }))).toBe('outbound_too_large')
    expect((await read('/big-chunked', { maxBytes: 200_000 })).length).toBe(200_000)
  })

  it('stops at silence before and within the answer', async () => {
    expect(await outcome(read('/silent', { idleTimeoutMs: 50 }))).toBe('outbound_timeout')
    expect(await outcome(read('/hang', { idleTimeoutMs: 50 }))).toBe('outbound_timeout')
  })

  it('stops at the total time although bytes come', async () => {
    expect(await outcome(read('/dribble', { timeoutMs: 80, idleTimeoutMs: 1000 }))).toBe('outbound_timeout')
  })

  it('does not count the time in which the caller does not read', async () => {
    const { body } = await peer()('peer', `${here()}/big`, { idleTimeoutMs: 50 })
    await new Promise((resolve) => setTimeout(resolve, 120))
    let length = 0
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) length += chunk.length
    expect(length).toBe(200_000)
  })

  it('does not count a long upload as silence', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        controller.enqueue(Buffer.alloc(10))
        if (++sent === 8) controller.close()
      },
    })
    let sent = 0
    expect(await read('/', { method: 'PUT', body: chunks, duplex: 'half', idleTimeoutMs: 70 })).toBe('hello')
    expect(received).toBe(80)
  })

  it('passes the caller’s abort through', async () => {
    expect(await outcome(read('/silent', { signal: AbortSignal.timeout(30) }))).toMatch(/^TimeoutError/)
  })

  it('names a broken answer and a closed port as unreachable', async () => {
    expect(await outcome(read('/break'))).toBe('outbound_unreachable')
    const fetch = guard({ peer: [{ origin: 'http://127.0.0.1:9' }] })
    expect(await outcome(fetch('peer', 'http://127.0.0.1:9/'))).toBe('outbound_unreachable')
  })

  it('sends no cookies, keeps none, and asks for no packed answer', async () => {
    const fetch = peer()
    const first = await fetch('peer', `${here()}/cookie`, { headers: { cookie: 'a=b' } })
    expect(first.headers.get('set-cookie')).toBeNull()
    await first.text()
    await (await fetch('peer', `${here()}/`)).text()
    expect(hits.map(({ headers }) => [headers.cookie, headers['accept-encoding']])).toEqual([
      [undefined, 'identity'],
      [undefined, 'identity'],
    ])
  })

  it('ignores the proxy environment', async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      http_proxy: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
    })
    try {
      expect(await read('/')).toBe('hello')
    } finally {
      process.env = before
    }
  })
})

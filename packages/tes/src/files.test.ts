import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sh, startTes, type Tes } from './server-fixture.ts'

/** A store on loopback; `flaky` fails twice. */
const startStore = async () => {
  let failures = 2
  const http = createServer((req, res) => {
    if (req.url === '/flaky' && failures > 0) {
      failures -= 1
      res.writeHead(503).end()
    } else if (req.url === '/secret') res.writeHead(403).end()
    else if (req.url === '/nothing') res.writeHead(404).end()
    else res.end('from the web\n')
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, http }
}

let tes: Tes
let store: Awaited<ReturnType<typeof startStore>>
beforeAll(async () => {
  store = await startStore()
  tes = await startTes({
    outbound: { inputs: [{ origin: store.url, addresses: ['127.0.0.0/8'] }] },
    staging: { backoffMs: 10 },
    limits: { filesPerOutput: 2000 },
  })
}, 30_000)
afterAll(async () => {
  await tes.stop()
  store.http.closeAllConnections()
  await new Promise((resolve) => store.http.close(resolve))
})

const out = async (name: string): Promise<string> => readFile(join(tes.files, name), 'utf8')
const url = (name: string): string => `file://${tes.files}/${name}`
const log = (task: { logs?: { metadata?: Record<string, string>; system_logs?: string[] }[] }) => ({
  reason: task.logs?.[0]?.metadata?.['reason'],
  lines: task.logs?.[0]?.system_logs?.join('\n') ?? '',
})

describe('inputs', () => {
  it('1.5.2 makes files from content, also from empty content', async () => {
    const task = await tes.run({
      inputs: [
        { path: '/d/a b:c.txt', content: 'süß\0x' },
        { path: '/d/empty', content: '' },
      ],
      executors: [sh('od -An -tx1 "/d/a b:c.txt"; wc -c < /d/empty')],
    })
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe(' 73 c3 bc c3 9f 00 78\n0\n')
    expect(task.inputs?.[0]?.content).toBe('süß\0x')
    expect(task.inputs?.[0]?.type).toBe('FILE')
  }, 20_000)

  it('1.5.2 content wins over url, which is not even checked', async () => {
    const task = await tes.run({
      inputs: [{ path: '/d/x', content: 'mine', url: 'nonsense:/x' }],
      executors: [sh('cat /d/x')],
    })
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe('mine')
    expect(task.inputs?.[0]?.url).toBe('nonsense:/x')
  }, 20_000)

  it('1.5.4 copies file:// and bare paths, directories with all below them, and fills in the type', async () => {
    await mkdir(join(tes.files, 'tree/sub/deep'), { recursive: true })
    await writeFile(join(tes.files, 'tree/a.txt'), 'A')
    await writeFile(join(tes.files, 'tree/sub/deep/ü b.txt'), 'B')
    await writeFile(join(tes.files, 'run.sh'), '#!/bin/sh\necho ran', { mode: 0o755 })
    await symlink('/etc/passwd', join(tes.files, 'tree/leak'))
    const task = await tes.run({
      inputs: [
        { path: '/in/tree', url: url('tree'), type: 'FILE' },
        { path: '/in/bin/run.sh', url: join(tes.files, 'run.sh') },
      ],
      executors: [
        sh(
          'cd /in; find . -type f | sort; cat tree/a.txt tree/sub/deep/*; /in/bin/run.sh; ls tree/leak; touch /in/bin/new && touch /in/tree/new && echo writable',
        ),
      ],
    })
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe(
      './bin/run.sh\n./tree/a.txt\n./tree/sub/deep/ü b.txt\nABran\nwritable\n',
    )
    expect(task.inputs?.map(({ type }) => type)).toEqual(['DIRECTORY', 'FILE'])
    expect(log(task).lines).toContain('typed FILE but is a directory')
    expect(log(task).lines).toContain('leak is a link and was left out')
  }, 20_000)

  it('§3.5 gives private copies: what a task does to an input does not reach the source', async () => {
    await writeFile(join(tes.files, 'precious'), 'as it was')
    await tes.run({
      inputs: [{ path: '/d/p', url: url('precious') }],
      executors: [sh('echo ruined > /d/p; chmod 777 /d/p')],
    })
    expect(await out('precious')).toBe('as it was')
  }, 20_000)

  it('4.3.3 mounts a file alone, read-only, where its directory may not be mounted', async () => {
    const task = await tes.run({
      inputs: [
        { path: '/etc/my.conf', content: 'conf' },
        { path: '/top', content: 'top' },
      ],
      executors: [sh('cat /etc/my.conf /top; echo x > /etc/my.conf')],
    })
    expect(task.logs?.[0]?.logs[0]).toMatchObject({ stdout: 'conftop' })
    expect(task.logs?.[0]?.logs[0]?.stderr).toMatch(/Read-only|Permission denied/)
  }, 20_000)

  it('1.6.7 a missing input is SYSTEM_ERROR input_missing, and no executor runs', async () => {
    const task = await tes.run({ inputs: [{ path: '/d/x', url: url('not-there') }], executors: [sh('true')] })
    expect(task.state).toBe('SYSTEM_ERROR')
    expect(log(task).reason).toBe('input_missing')
    expect(log(task).lines).toContain('inputs[0].url')
    expect(task.logs?.[0]?.logs).toEqual([])
  }, 20_000)

  it('§3.2 fetches over the guard, tries again what fails for the moment, and says what does not exist', async () => {
    const good = await tes.run({
      inputs: [
        { path: '/d/x', url: `${store.url}/x` },
        { path: '/d/y', url: `${store.url}/flaky` },
      ],
      executors: [sh('cat /d/x /d/y')],
    })
    expect(good.logs?.[0]?.logs[0]?.stdout).toBe('from the web\nfrom the web\n')
    const missing = await tes.run({ inputs: [{ path: '/d/x', url: `${store.url}/nothing` }], executors: [sh('true')] })
    expect(log(missing).reason).toBe('input_missing')
    const secret = await tes.run({ inputs: [{ path: '/d/x', url: `${store.url}/secret` }], executors: [sh('true')] })
    expect(log(secret).reason).toBe('input_forbidden')
  }, 30_000)

  it('§3.2 a known scheme without a driver is accepted, and fails as storage_not_configured', async () => {
    const task = await tes.run({ inputs: [{ path: '/d/x', url: 's3://bucket/key' }], executors: [sh('true')] })
    expect([task.state, log(task).reason]).toEqual(['SYSTEM_ERROR', 'storage_not_configured'])
  }, 20_000)
})

describe('names', () => {
  it('§3.5 takes names of 255 bytes, and two of which one looks like the temporary name of the other', async () => {
    const long = 'n'.repeat(255)
    await mkdir(join(tes.files, 'names'))
    for (const name of [long, 'x', 'x.part~']) await writeFile(join(tes.files, 'names', name), 'y')
    const task = await tes.run({
      inputs: [
        { path: '/in', url: url('names') },
        { path: `/web/${long}`, url: `${store.url}/x` },
      ],
      executors: [sh('cat /in/*; ls /in | wc -l; cat /web/*')],
    })
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe('yyy3\nfrom the web\n')
  }, 20_000)
})

describe('outputs', () => {
  it('§8 bounds what links multiply: folders and links count, not only files', async () => {
    const task = await tes.run({
      outputs: [{ path: '/o/t', url: url('many') }],
      executors: [
        sh(
          'mkdir -p /o/t; cd /o; i=0; while [ $i -lt 24 ]; do mkdir d$i; j=$((i+1)); ln -s ../d$j d$i/a; ln -s ../d$j d$i/b; i=$j; done; mkdir d24; ln -s ../d0 t/go',
        ),
      ],
    })
    expect([task.state, log(task).reason]).toEqual(['SYSTEM_ERROR', 'too_many_files'])
  }, 60_000)

  it('1.5.7 uploads what is typed FILE but is a directory as a tree, one entry for each file', async () => {
    const task = await tes.run({
      outputs: [{ path: '/out/t', url: url('o1'), type: 'FILE' }],
      executors: [sh('mkdir -p /out/t/s/empty; echo a > /out/t/a; echo b > "/out/t/s/b c"')],
    })
    expect(task.outputs?.[0]?.type).toBe('DIRECTORY')
    expect(task.logs?.[0]?.outputs).toEqual([
      { url: url('o1/a'), path: '/out/t/a', size_bytes: '2' },
      { url: url('o1/s/b%20c'), path: '/out/t/s/b c', size_bytes: '2' },
    ])
    expect(await out('o1/s/b c')).toBe('b\n')
    expect(await readdir(join(tes.files, 'o1/s/empty'))).toEqual([])
  }, 20_000)

  it('1.5.6 expands wildcards within one directory, with path_prefix taken off; a leading dot is literal', async () => {
    const task = await tes.run({
      outputs: [
        { path: '/w/*.txt', path_prefix: '/w/', url: url('globs') },
        { path: '/w/d?/[xy]*', path_prefix: '/w', url: url('globs') },
        { path: '/w/[z]', url: url('literal') },
        { path: '/w/none*', path_prefix: '/w', url: url('globs') },
      ],
      executors: [
        sh('cd /w; mkdir -p d1/x dd; touch a.txt .h.txt b.tx d1/y1 d1/z dd/y2 d1/x/in "[z]"; mkdir e; touch e/c.txt'),
      ],
    })
    expect(task.logs?.[0]?.outputs.map(({ url: at }) => at.slice(tes.files.length + 7)).sort()).toEqual(
      ['/globs/a.txt', '/globs/d1/x/in', '/globs/d1/y1', '/globs/dd/y2', '/literal'].sort(),
    )
    expect(task.state).toBe('COMPLETE')
    expect(log(task).lines).toContain('matched nothing')
  }, 20_000)

  it('1.6.5 follows links only inside the mounts, and leaves out pipes, circles and links that lead out', async () => {
    const task = await tes.run({
      volumes: ['/v'],
      outputs: [
        { path: '/out/o', url: url('links') },
        { path: '/out/passwd', url: url('passwd') },
        { path: '/out/up', url: url('up') },
        { path: '/out/up2/etc/hostname', url: url('up2') },
      ],
      executors: [
        sh(`mkdir -p /out/o/d; echo real > /v/real; echo n > /out/o/d/n
          cd /out/o; ln -s /v/real inside; ln -s ../../v/real rel; ln -s /etc/passwd leak; ln -s / root; ln -s /proc/self/environ env
          ln -s . loop; ln -s /out/o above; ln -s d dirlink; ln -s nowhere dangling; mkfifo pipe; ln -s ../../../../../../etc/passwd climb
          ln -s /etc/passwd /out/passwd; ln -s ../../../../../../../../etc/shadow /out/up; ln -s / /out/up2`),
      ],
    })
    expect(log(task).lines).not.toContain('internal')
    expect(task.logs?.[0]?.outputs.map(({ path }) => path).sort()).toEqual([
      '/out/o/d/n',
      '/out/o/dirlink/n',
      '/out/o/inside',
      '/out/o/rel',
    ])
    expect(await out('links/inside')).toBe('real\n')
    for (const name of ['passwd', 'up', 'up2']) await expect(stat(join(tes.files, name))).rejects.toThrow('ENOENT')
    expect(log(task).lines).toContain('/out/o/pipe was left out')
    expect(log(task).lines).toContain('/out/passwd was left out: it is a link that leads out')
  }, 20_000)

  it('never follows a link that a task put in the way of its log files', async () => {
    const id = await tes.post({
      executors: [sh('rm /.biocloud/control/stdout; ln -s /etc/passwd /.biocloud/control/stdout; sleep 0.1')],
    })
    const task = await tes.ended(id)
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe('')
    expect((await tes.call('GET', `/tasks/${id}/logs/0/stdout`)).status).toBe(404)
  }, 20_000)

  it('§3.2 never writes through a link below a root', async () => {
    await mkdir(join(tes.dataDir, 'elsewhere'), { recursive: true })
    await symlink(join(tes.dataDir, 'elsewhere'), join(tes.files, 'trap'))
    const task = await tes.run({ outputs: [{ path: '/o/x', url: url('trap/x') }], executors: [sh('echo x > /o/x')] })
    expect([task.state, log(task).reason]).toEqual(['SYSTEM_ERROR', 'output_forbidden'])
    expect(await readdir(join(tes.dataDir, 'elsewhere'))).toEqual([])
  }, 20_000)

  it('4.3.3 copies out what no mount can hold, patterns too, and stdout at the root', async () => {
    const task = await tes.run({
      outputs: [
        { path: '/tmp.log', url: url('root.log') },
        { path: '/r*', path_prefix: '/', url: url('rooted') },
      ],
      executors: [{ image: 'bb:1', command: ['sh', '-c', 'echo hello; ls -d /tmp'], stdout: '/tmp.log' }],
    })
    expect(log(task).reason).toBeUndefined()
    expect(await out('root.log')).toBe('hello\n/tmp\n')
  }, 20_000)

  it('1.6.3 uploads after a failure too; the state stays EXECUTOR_ERROR if they fail', async () => {
    const kept = await tes.run({
      outputs: [{ path: '/o/exit', url: url('kept') }],
      executors: [sh('echo 3 > /o/exit; exit 3')],
    })
    expect([kept.state, await out('kept')]).toEqual(['EXECUTOR_ERROR', '3\n'])
    await writeFile(join(tes.files, 'file'), '')
    const both = await tes.run({
      outputs: [{ path: '/o/x', url: url('file/below') }],
      executors: [sh('echo > /o/x; exit 4')],
    })
    expect(both.state).toBe('EXECUTOR_ERROR')
    const failed = await tes.run({
      outputs: [{ path: '/o/x', url: url('file/below') }],
      executors: [sh('echo > /o/x')],
    })
    expect(failed.state).toBe('SYSTEM_ERROR')
    expect(log(failed).reason).toMatch(/upload_failed|output_forbidden/)
  }, 30_000)

  it('keeps the executable bit, and gives files to the owner of the root', async () => {
    await tes.run({ outputs: [{ path: '/o/x', url: url('exec/x') }], executors: [sh('echo > /o/x; chmod 700 /o/x')] })
    const found = await stat(join(tes.files, 'exec/x'))
    const root = await stat(tes.files)
    expect([found.mode & 0o777, found.uid, found.gid]).toEqual([0o755, root.uid, root.gid])
  }, 20_000)

  it('takes bytes exactly', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) & 255))
    await writeFile(join(tes.files, 'bin'), bytes)
    await chmod(join(tes.files, 'bin'), 0o600)
    await link(join(tes.files, 'bin'), join(tes.files, 'hard'))
    await tes.run({
      inputs: [{ path: '/d/b', url: url('hard') }],
      outputs: [{ path: '/d/b', url: url('copy') }],
      executors: [sh('true')],
    })
    const digest = (of: Buffer) => createHash('sha256').update(of).digest('hex')
    expect(digest(await readFile(join(tes.files, 'copy')))).toBe(digest(bytes))
  }, 20_000)
})

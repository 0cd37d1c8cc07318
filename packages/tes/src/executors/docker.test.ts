import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createLogger, systemClock } from '@biocloud/service-kit'
import { createRoots } from '../roots.ts'
import { createStaging } from '../staging.ts'
import { createUploads } from '../uploads.ts'
import { containerSpec } from './container-spec.ts'
import { executorContract } from './contract.ts'
import { create, type ExecutorOptions } from './docker.ts'
import { executors } from './index.ts'
import { installLauncher } from './launcher.ts'

const options = async (root: string, serverId: string): Promise<ExecutorOptions> => {
  const files = join(root, 'files')
  await mkdir(files, { recursive: true })
  return {
    root: join(root, serverId),
    serverId,
    stage: createStaging({ sources: {}, parallel: 2, tries: 1, backoffMs: 1 }),
    upload: createUploads({ roots: await createRoots([{ path: files, mode: 'rw', kind: 'plain' }]), maxFiles: 100 }),
    clock: systemClock,
    log: createLogger({ name: 'tes', level: 'silent' }),
    launcher: '/bin/busybox',
    graceSeconds: 1,
    logExcerptBytes: 1024,
    defaults: { cpuCores: 1, ramGb: 0.5, diskGb: 1 },
    docker: {
      network: 'none',
      user: '65532:65532',
      pidsLimit: 64,
      pullRetrySeconds: 1,
      checkSeconds: 60,
      diskCheckSeconds: 5,
    },
  }
}

for (const kind of Object.keys(executors) as (keyof typeof executors)[]) {
  executorContract(kind, async () => {
    const root = await mkdtemp(join(tmpdir(), 'tes-executor-'))
    const id = `s${Date.now()}`
    const { create: open } = await executors[kind]()
    const mine = [await open(await options(root, id))]
    const neighbour = await open(await options(root, `${id}n`))
    return {
      executor: mine[0] as (typeof mine)[0],
      neighbour,
      image: 'bb:1',
      outputUrl: `file://${root}/files`,
      async reopen() {
        const again = await open(await options(root, id))
        mine.push(again)
        return again
      },
      async dispose() {
        const last = mine.at(-1)
        if (last !== undefined) for await (const { name } of last.list()) await last.remove(name)
        for (const executor of [...mine, neighbour]) await executor.close()
        await rm(root, { recursive: true, force: true })
      },
    }
  })
}

describe('the launcher', () => {
  it('4.2 refuses to boot with what is no static program, and says which package to install', async () => {
    const root = await mkdtemp(join(tmpdir(), 'tes-launcher-'))
    await writeFile(join(root, 'script'), '#!/bin/sh\n')
    await expect(installLauncher(root, join(root, 'script'))).rejects.toThrow(/busybox-static/)
    await expect(installLauncher(root, process.execPath)).rejects.toThrow(/not a static program/)
    await expect(installLauncher(root, join(root, 'missing'))).rejects.toThrow(/busybox-static/)
    await rm(root, { recursive: true })
  })
  it('4.2 an engine that answers and cannot run the launcher stops the boot, naming the setting', async () => {
    const root = await mkdtemp(join(tmpdir(), 'tes-probe-'))
    const wrong = await options(root, 'p')
    const executor = await create({
      ...wrong,
      docker: { ...wrong.docker, pathMap: { from: root, to: '/no/such/folder' } },
    })
    await expect(executor.ready()).rejects.toThrow(/docker\.pathMap/)
    await executor.close()
    await rm(root, { recursive: true, force: true })
  }, 20_000)
  it('4.4 an engine that does not answer is a reason, not a crash', async () => {
    const root = await mkdtemp(join(tmpdir(), 'tes-dead-'))
    const dead = await options(root, 'd')
    const executor = await create({ ...dead, docker: { ...dead.docker, host: `unix://${root}/no.sock` } })
    await expect(executor.ready()).rejects.toThrow(/does not answer/)
    await executor.close()
    await rm(root, { recursive: true, force: true })
  })
})

describe('the container', () => {
  const attempt = {
    name: 'tes-a-1',
    taskId: 'a',
    attempt: 1,
    owner: 'o',
    drs: [],
    inputs: [],
    outputs: [],
    volumes: [],
    executors: [{ image: 'i', command: ['sh', '-c', 'a b; $x'], env: { A: '1' }, workdir: '/w' }],
    resources: {},
    backendParameters: {},
  }
  const body = containerSpec(
    attempt,
    0,
    { directories: ['/w:x'], loneFiles: ['/f'], copyOut: [{ path: '/r', pattern: false }], make: [] },
    { cpuCores: 1.5, ramBytes: 1000, shmBytes: undefined },
    { user: '1:1', network: 'none', pidsLimit: 7, serverId: 's' },
    { bin: '/b', control: (n) => `/c/${n}`, directory: (i) => `/d/${i}`, loneFile: (i) => `/l/${i}` },
  )
  it('4.4 is never privileged: no capability, no new privileges, limits on memory with swap, cpu and processes', () => {
    expect(body.User).toBe('1:1')
    expect(body.HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 7,
      Memory: 1000,
      MemorySwap: 1000,
      NanoCpus: 1_500_000_000,
      NetworkMode: 'none',
    })
    for (const key of ['CapAdd', 'Devices', 'PidMode', 'IpcMode', 'UsernsMode', 'VolumesFrom', 'AutoRemove'])
      expect(body.HostConfig).not.toHaveProperty(key)
  })
  it('4.3.5 mounts by objects, the launcher read-only, and passes argv as arguments', () => {
    expect(body.HostConfig?.Mounts).toEqual([
      { Type: 'bind', Source: '/b', Target: '/.biocloud/bin', ReadOnly: true },
      { Type: 'bind', Source: '/c/0', Target: '/.biocloud/control', ReadOnly: false },
      { Type: 'bind', Source: '/d/0', Target: '/w:x', ReadOnly: false },
      { Type: 'bind', Source: '/l/0', Target: '/f', ReadOnly: true },
    ])
    expect(body.Cmd).toEqual(['/.biocloud/control', '', '', '', '1', 'l/r', 'sh', '-c', 'a b; $x'])
  })
})

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sh, startTes, type Tes } from './server-fixture.ts'

let tes: Tes
beforeAll(async () => {
  tes = await startTes({ docker: { pullRetrySeconds: 1, diskCheckSeconds: 1 } })
}, 30_000)
afterAll(() => tes.stop())

const reasonOf = (task: { logs?: { metadata?: Record<string, string> }[] }) => task.logs?.[0]?.metadata?.['reason']
const linesOf = (task: { logs?: { system_logs?: string[] }[] }) => task.logs?.[0]?.system_logs?.join('\n') ?? ''

describe('executors', () => {
  it('1.6.1 runs argv as it is, without a shell, and replaces the entry point of the image', async () => {
    const task = await tes.run({ executors: [{ image: 'bb:1', command: ['echo', 'a  b', '$HOME', '*', "it's", ''] }] })
    expect(task.state).toBe('COMPLETE')
    expect(task.logs).toHaveLength(1)
    expect(task.logs?.[0]?.logs).toEqual([
      expect.objectContaining({ exit_code: 0, stdout: "a  b $HOME * it's \n", stderr: '' }),
    ])
  }, 20_000)

  it('1.6.1 runs executors one after another, which see the same volume', async () => {
    const task = await tes.run({
      volumes: ['/vol/A'],
      executors: [
        sh('ls -A /vol/A; echo one > /vol/A/x'),
        sh('cat /vol/A/x; echo two >> /vol/A/x'),
        sh('cat /vol/A/x'),
      ],
    })
    expect(task.logs?.[0]?.logs.map(({ stdout }) => stdout)).toEqual(['', 'one\n', 'one\ntwo\n'])
  }, 30_000)

  it('1.6.2 stops at the first failure: a skipped executor has no log', async () => {
    const task = await tes.run({ executors: [sh('exit 3'), sh('echo never')] })
    expect(task.state).toBe('EXECUTOR_ERROR')
    expect(task.logs?.[0]?.logs.map(({ exit_code }) => exit_code)).toEqual([3])
    expect(reasonOf(task)).toBe('exit_code')
  }, 20_000)

  it('1.6.2 goes on past a failure that is ignored, 127 too, and is COMPLETE', async () => {
    const task = await tes.run({
      executors: [
        sh('exit 3', { ignore_error: true }),
        { image: 'bb:1', command: ['no-such-program'], ignore_error: true },
        sh('echo third'),
      ],
    })
    expect(task.state).toBe('COMPLETE')
    expect(task.logs?.[0]?.logs.map(({ exit_code }) => exit_code)).toEqual([3, 127, 0])
    expect(task.logs?.[0]?.logs[2]?.stdout).toBe('third\n')
    expect(linesOf(task)).toContain('ignored, as ignore_error asks')
  }, 30_000)

  it('4.2 answers 127 for a missing program and 126 for one that cannot be executed', async () => {
    const missing = await tes.run({ executors: [{ image: 'bb:1', command: ['/no/such/program', 'x'] }] })
    expect(missing.logs?.[0]?.logs[0]).toMatchObject({
      exit_code: 127,
      stderr: expect.stringContaining('/no/such/program') as unknown as string,
    })
    const plain = await tes.run({
      inputs: [{ path: '/data/script', content: 'echo hi' }],
      executors: [{ image: 'bb:1', command: ['/data/script'] }],
    })
    expect(plain.logs?.[0]?.logs[0]?.exit_code).toBe(126)
  }, 30_000)

  it('4.4 runs as an unprivileged user without capabilities, and without a network', async () => {
    const task = await tes.run({
      executors: [
        sh('id -u; grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status | tr -s "\\t" " "; ls /sys/class/net'),
      ],
    })
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe(
      '65532\nCapEff: 0000000000000000\nCapBnd: 0000000000000000\nNoNewPrivs: 1\nlo\n',
    )
  }, 20_000)

  it('1.5.1 gives the environment that was declared, $ and spaces and newlines included', async () => {
    const value = 'a $HOME $(id) `id` "q" \n second'
    const task = await tes.run({ executors: [sh('printf %s "$MY_VAR"', { env: { MY_VAR: value } })] })
    expect(task.logs?.[0]?.logs[0]?.stdout).toBe(value)
  }, 20_000)

  it('reads stdin from a file, writes stdout and stderr to declared files, and runs in workdir', async () => {
    const task = await tes.run({
      inputs: [{ path: '/in/q', content: 'question' }],
      outputs: [
        { path: '/out/deep/er/o.txt', url: `file://${tes.files}/streams/o.txt` },
        { path: '/out/e.txt', url: `file://${tes.files}/streams/e.txt` },
      ],
      executors: [
        sh('cat; pwd; echo bad >&2', {
          stdin: '/in/q',
          stdout: '/out/deep/er/o.txt',
          stderr: '/out/e.txt',
          workdir: '/out/w',
        }),
      ],
    })
    expect(linesOf(task)).toBe('')
    expect(task.state).toBe('COMPLETE')
    expect(task.logs?.[0]?.logs[0]).toMatchObject({ stdout: 'question/out/w\n', stderr: 'bad\n' })
    expect(task.logs?.[0]?.outputs.map(({ size_bytes }) => size_bytes)).toEqual(['15', '4'])
  }, 20_000)

  it('4.2 ends with 1 and a message when the stdin file does not exist', async () => {
    const task = await tes.run({ executors: [sh('cat', { stdin: '/data/nothing' })] })
    expect(task.logs?.[0]?.logs[0]).toMatchObject({
      exit_code: 1,
      stderr: expect.stringContaining('/data/nothing') as unknown as string,
    })
  }, 20_000)

  it('1.6.6 keeps head and tail of a long log on character boundaries, and all of it at the log endpoint', async () => {
    const id = await tes.post({ executors: [sh('i=0; while [ $i -lt 3000 ]; do echo "é$i"; i=$((i+1)); done')] })
    const task = await tes.ended(id)
    const text = task.logs?.[0]?.logs[0]?.stdout ?? ''
    expect(text).toContain('bytes left out')
    expect(text).not.toContain('\uFFFD')
    expect(text.startsWith('é0\n')).toBe(true)
    expect(text.endsWith('é2999\n')).toBe(true)
    const full = await tes.call('GET', `/tasks/${id}/logs/0/stdout`)
    expect(full.text.split('\n')).toHaveLength(3001)
    const part = await tes.call('GET', `/tasks/${id}/logs/0/stdout`, { headers: { range: 'bytes=0-2' } })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([
      206,
      'é0',
      `bytes 0-2/${Buffer.byteLength(full.text)}`,
    ])
    const past = await tes.call('GET', `/tasks/${id}/logs/0/stdout`, { headers: { range: 'bytes=9999999-' } })
    expect(past.status).toBe(416)
  }, 20_000)
})

describe('what goes wrong is explained', () => {
  it('4.4 OOM: 137, out_of_memory, and the limit in words', async () => {
    const task = await tes.run({
      resources: { ram_gb: 0.03 },
      executors: [{ image: 'bb:1', command: ['awk', 'BEGIN { s = "x"; while (1) s = s s }'] }],
    })
    expect(task.state).toBe('EXECUTOR_ERROR')
    expect(task.logs?.[0]?.logs[0]?.exit_code).toBe(137)
    expect(reasonOf(task)).toBe('out_of_memory')
    expect(linesOf(task)).toMatch(/out of memory, limit 0\.03 GiB; ask for more with resources\.ram_gb/)
  }, 30_000)

  it('137 alone is not a lack of memory', async () => {
    const task = await tes.run({ executors: [sh('exit 137')] })
    expect(reasonOf(task)).toBe('exit_code')
  }, 20_000)

  it('4.4 an image that no registry gives is SYSTEM_ERROR image_missing after the tries', async () => {
    const task = await tes.run({ executors: [{ image: 'no-such-image.invalid/x:1', command: ['true'] }] })
    expect(task.state).toBe('SYSTEM_ERROR')
    expect(reasonOf(task)).toMatch(/^image_(missing|unavailable)$/)
    expect(linesOf(task)).toContain('no-such-image.invalid/x:1')
    expect(task.logs?.[0]?.logs).toEqual([])
  }, 60_000)

  it('4.4 a name that no image can have fails at once', async () => {
    const task = await tes.run({ executors: [{ image: 'UPPER/Case', command: ['true'] }] })
    expect(reasonOf(task)).toBe('image_invalid')
  }, 20_000)

  it('4.3.5 bytes outside the mounts count too: killed, SYSTEM_ERROR disk_full', async () => {
    const task = await tes.run({
      resources: { disk_gb: 0.005 },
      executors: [sh('dd if=/dev/zero of=/tmp/big bs=1M count=20; sleep 30')],
    })
    expect([task.state, reasonOf(task)]).toEqual(['SYSTEM_ERROR', 'disk_full'])
  }, 30_000)

  it('1.6.7 resources that this machine does not have are a line of system_logs', async () => {
    const task = await tes.run({ resources: { cpu_cores: 4000, ram_gb: 1e6, disk_gb: 1e9 }, executors: [sh('true')] })
    expect(task.state).toBe('COMPLETE')
    for (const name of ['cpu_cores', 'ram_gb', 'disk_gb'])
      expect(linesOf(task)).toMatch(new RegExp(`resources\\.${name} .* is more than this machine has`))
  }, 20_000)

  it('1.6.7 max_runtime_seconds: EXECUTOR_ERROR time_limit, and the uploads are still made', async () => {
    const task = await tes.run({
      resources: { backend_parameters: { MAX_runtime_seconds: '1' } },
      outputs: [{ path: '/out/x', url: `file://${tes.files}/limit/x` }],
      executors: [sh('echo partial > /out/x; sleep 60')],
    })
    expect(task.state).toBe('EXECUTOR_ERROR')
    expect(reasonOf(task)).toBe('time_limit')
    expect(task.logs?.[0]?.outputs).toHaveLength(1)
    expect(task.resources?.backend_parameters).toEqual({ max_runtime_seconds: '1' })
  }, 30_000)

  it('4.3.5 more bytes than disk_gb: killed, SYSTEM_ERROR disk_full', async () => {
    const task = await tes.run({
      resources: { disk_gb: 0.005 },
      volumes: ['/v'],
      executors: [sh('dd if=/dev/zero of=/v/big bs=1M count=20; sleep 30')],
    })
    expect(task.state).toBe('SYSTEM_ERROR')
    expect(reasonOf(task)).toBe('disk_full')
  }, 30_000)

  it('1.5.10 unsupported backend parameters are a warning, and are neither stored nor returned', async () => {
    const task = await tes.run({
      resources: { backend_parameters: { VmSize: 'big', shm_gb: '-1' }, zones: ['moon'] },
      executors: [sh('true')],
    })
    expect(task.state).toBe('COMPLETE')
    expect(task.resources?.backend_parameters).toEqual({})
    expect(linesOf(task)).toContain('VmSize is not supported')
    expect(linesOf(task)).toContain('shm_gb must be')
    expect(linesOf(task)).toContain('resources.zones (moon) was ignored')
  }, 20_000)

  it('1.6.4 a missing output is a warning; with missing_outputs=fail it is EXECUTOR_ERROR', async () => {
    const outputs = [{ path: '/out/never', url: `file://${tes.files}/never` }]
    const warned = await tes.run({ outputs, executors: [sh('true')] })
    expect(warned.state).toBe('COMPLETE')
    expect(linesOf(warned)).toContain('/out/never does not exist')
    const failed = await tes.run({
      outputs,
      resources: { backend_parameters: { missing_outputs: 'fail' } },
      executors: [sh('true')],
    })
    expect(failed.state).toBe('EXECUTOR_ERROR')
    expect(reasonOf(failed)).toBe('output_missing')
    expect(failed.logs?.[0]?.logs[0]?.exit_code).toBe(0)
  }, 30_000)
})

describe('cancel', () => {
  it('1.7.2 ends a running task by TERM, and its executor log shows nothing more', async () => {
    const id = await tes.post({
      executors: [sh('trap "echo got TERM; exit 0" TERM; echo up; while :; do sleep 0.1; done')],
    })
    await tes.reach(id, ['RUNNING'])
    const before = performance.now()
    expect((await tes.call('POST', `/tasks/${id}:cancel`)).json).toEqual({})
    const task = await tes.ended(id)
    expect(task.state).toBe('CANCELED')
    expect(performance.now() - before).toBeLessThan(2000)
  }, 20_000)

  it('1.7.2 kills what ignores TERM after the grace', async () => {
    const id = await tes.post({ executors: [sh('trap "" TERM; while :; do sleep 0.1; done')] })
    await tes.reach(id, ['RUNNING'])
    await tes.call('POST', `/tasks/${id}%3Acancel`)
    expect((await tes.ended(id)).state).toBe('CANCELED')
  }, 20_000)

  it('1.1.4 answers 200 {} for a task that is over, and changes nothing', async () => {
    const task = await tes.run({ executors: [sh('true')] })
    expect((await tes.call('POST', `/tasks/${task.id}:cancel`)).json).toEqual({})
    expect((await tes.get(task.id ?? '')).state).toBe('COMPLETE')
  }, 20_000)

  it('leaves no container and no work files behind', async () => {
    const { readdir } = await import('node:fs/promises')
    const id = await tes.post({ volumes: ['/v'], executors: [sh('echo x > /v/x')] })
    await tes.ended(id)
    for (;;) {
      const left = await readdir(`${tes.data}/tes/attempts/tes-${id}-1`)
      if (left.join() === 'logs') break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }, 20_000)
})

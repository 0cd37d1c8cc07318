import { describe, expect, it } from '@jest/globals'
import { createProgress } from './progress.ts'
import { formatBytes, formatDuration, formatTime, plain, table } from './terminal.ts'
import { createFakeTerminal } from './testing/fake-terminal.ts'

describe('human output', () => {
  it('tables align their columns and never end in spaces', () => {
    expect(
      table(
        ['ID', 'NAME'],
        [
          ['1', 'long name'],
          ['12345', ''],
        ],
      ),
    ).toBe('ID     NAME\n1      long name\n12345')
  })
  it('a cell cannot steer the terminal or break its row', () => {
    expect(table(['A', 'B'], [['\u001b[31mred\u001b[0m', 'x\ny']])).toBe('A           B\n[31mred[0m  x y')
    expect(plain('a\u202eb\u0007c')).toBe('abc')
  })
  it('sizes and durations are short', () => {
    expect([0, 1023, 1024, 1536, 150 * 1024, 5e12].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.5 KiB',
      '150 KiB',
      '4.5 TiB',
    ])
    expect([400, 59_000, 65_000, 7_500_000].map(formatDuration)).toEqual(['0 s', '59 s', '1 min 05 s', '2 h 05 min'])
  })
  it('what is no time stays as it is', () => {
    expect([formatTime(undefined), formatTime('soon')]).toEqual(['', 'soon'])
    expect(formatTime('2026-01-02T03:04:05Z')).toMatch(/^2026-01-0\d \d\d:\d\d:05$/)
  })
})

describe('progress', () => {
  it('is silent where there is no terminal, unless asked for', () => {
    const quiet = createFakeTerminal()
    const silent = createProgress(quiet, { label: 'x', total: 10, show: undefined })
    silent.set(5)
    silent.end()
    expect(quiet.stderr()).toBe('')
    const asked = createFakeTerminal()
    const lines = createProgress(asked, { label: 'x', total: 100, show: true, now: () => 0 })
    for (let done = 0; done <= 100; done += 1) lines.set(done)
    expect(asked.stderr().trimEnd().split('\n')).toHaveLength(11)
    expect(asked.stdout()).toBe('')
  })
  it('redraws one row that fits the terminal, at most ten times a second', () => {
    const terminal = createFakeTerminal({ tty: true, columns: 60 })
    let now = 0
    const bar = createProgress(terminal, { label: 'reads.fq.gz', total: 1000, show: undefined, now: () => now })
    for (let done = 0; done < 1000; done += 1) {
      now += 1
      bar.set(done)
    }
    bar.set(1000)
    bar.end()

    const frames = terminal
      .stderr()
      .split(/\r\u001b\[2K/)
      .slice(1)
    expect(frames.length).toBeLessThanOrEqual(13)
    for (const frame of frames) expect(frame.trimEnd().length).toBeLessThanOrEqual(60)
    expect(frames.at(-1)).toContain('100 %')
  })
})

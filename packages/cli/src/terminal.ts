import type { Writable } from 'node:stream'

/** All that a command knows of the process around it. Only main.ts makes one from the real process. */
export type Terminal = {
  out: Writable
  err: Writable
  outIsTty: boolean
  errIsTty: boolean
  /** Width of the terminal in characters. */
  columns: number
  env: Record<string, string | undefined>
  cwd: string
  /** Aborted by the first Ctrl-C (or SIGTERM): finish what must be finished, then return. */
  stop: AbortSignal
  /** Aborted by the second: the process ends right after the listeners of this signal have run. */
  force: AbortSignal
}

export const printLine = (terminal: Terminal, text = ''): void => {
  terminal.out.write(`${text}\n`)
}

export const tellLine = (terminal: Terminal, text = ''): void => {
  terminal.err.write(`${text}\n`)
}

/** `--json`: one document on stdout and nothing else. */
export const printJson = (terminal: Terminal, value: unknown): void => {
  terminal.out.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Text of a server without what could steer the terminal (escape sequences, carriage returns, bidirectional marks). */
export const plain = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')

/** Columns aligned by two spaces; the last one is not padded. Empty list: nothing. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [header, ...rows].map((row) => row.map((cell) => plain(cell).replace(/\s+/g, ' ')))
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row.map((cell, column) => cell.padEnd(column === header.length - 1 ? 0 : (widths[column] ?? 0))).join('  '),
    )
    .map((line) => line.trimEnd())
    .join('\n')
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

export const formatBytes = (bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit] ?? 'B'}`
}

/** `12 s`, `3 min 05 s`, `2 h 04 min`. */
export const formatDuration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`
}

/** The local time to the second, short; what is no date stays as it is. */
export const formatTime = (iso: string | undefined): string => {
  if (iso === undefined || iso === '') return ''
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

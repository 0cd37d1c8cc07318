import { formatBytes, plain, type Terminal } from './terminal.ts'

/** A bar on stderr. Never shown with `--json` on a pipe; `--progress` shows plain lines where there is no terminal. */
export type Progress = { set: (done: number) => void; end: () => void }

const SILENT: Progress = { set: () => undefined, end: () => undefined }

/** At most ten redraws a second on a terminal; off it one line for each tenth. */
export const createProgress = (
  terminal: Terminal,
  o: { label: string; total: number; show: boolean | undefined; now?: () => number },
): Progress => {
  const visible = o.show ?? terminal.errIsTty
  if (!visible || o.total <= 0) return SILENT
  const now = o.now ?? (() => performance.now())
  const label = plain(o.label)
  const began = now()
  let drawn = -Infinity
  let tenth = -1
  let startAt: number | undefined
  const line = (done: number): string => {
    const share = Math.min(1, done / o.total)
    const seconds = (now() - began) / 1000
    const rate = seconds > 0 ? (done - (startAt ?? 0)) / seconds : 0
    const figures = `${String(Math.floor(share * 100)).padStart(3)} %  ${formatBytes(done)} of ${formatBytes(o.total)}  ${formatBytes(rate)}/s`
    const room = Math.max(0, Math.min(24, terminal.columns - label.length - figures.length - 6))
    const filled = Math.round(share * room)
    return `${label}  ${room < 4 ? '' : `[${'#'.repeat(filled)}${'.'.repeat(room - filled)}] `}${figures}`
  }
  let latest = 0
  return {
    set(done) {
      startAt ??= done
      latest = done
      if (terminal.errIsTty) {
        if (now() - drawn < 100 && done < o.total) return
        drawn = now()
        terminal.err.write(`\r\u001b[2K${line(done)}`)
        return
      }
      const reached = Math.floor((done / o.total) * 10)
      if (reached === tenth) return
      tenth = reached
      terminal.err.write(`${line(done)}\n`)
    },
    end() {
      if (terminal.errIsTty && drawn > -Infinity) terminal.err.write(`\r\u001b[2K${line(latest)}\n`)
    },
  }
}

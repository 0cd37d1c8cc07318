// What the demo shows: headings, tables and a block of lines that is drawn over itself while something goes on.
const tty = process.stdout.isTTY === true && process.env.TERM !== 'dumb'
const coloured = tty && !process.env.NO_COLOR
const paint = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : String(text))

export const bold = paint('1')
export const dim = paint('2')
export const green = paint('32')
export const red = paint('31')
export const yellow = paint('33')
export const cyan = paint('36')

// Control characters and escape sequences of others have no place on this terminal.
export const plain = (text) =>
  String(text)
    .replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' ')

const widthOf = (text) => plain(text).length

export const say = (text = '') => process.stdout.write(`${text}\n`)

let chapters = 0
export const chapter = (title) => say(`\n${bold(cyan(String((chapters += 1)).padStart(2)))}  ${bold(title)}`)

export const note = (text) => say(`    ${text}`)

export const seconds = (milliseconds) =>
  milliseconds < 60_000
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`

export const bytes = (n) =>
  n < 1024 ? `${n} B` : n < 1024 ** 2 ? `${(n / 1024).toFixed(0)} KiB` : `${(n / 1024 ** 2).toFixed(1)} MiB`

/** Rows of equal columns; numbers to the right. */
export const table = (rows) => {
  const widths = []
  for (const row of rows) row.forEach((cell, n) => (widths[n] = Math.max(widths[n] ?? 0, widthOf(cell))))
  const pad = (cell, n) => {
    const gap = ' '.repeat(widths[n] - widthOf(cell))
    return /^[-\d.,%]+$/.test(plain(cell)) ? gap + cell : cell + gap
  }
  return rows.map((row) => row.map(pad).join('   ').trimEnd())
}

export const printTable = ([head, ...rows]) => {
  const lines = table([head, ...rows])
  note(dim(lines[0]))
  for (const line of lines.slice(1)) note(line)
}

/** Text of others, indented, cut into lines of this width. */
export const quote = (text, width = 96) => {
  for (const line of plain(text).trim().split('\n')) {
    let rest = line.trimEnd()
    do {
      const cut = rest.length <= width ? rest.length : Math.max(rest.lastIndexOf(' ', width), 1) || width
      note(`${dim('│')} ${rest.slice(0, cut)}`)
      rest = rest.slice(cut).trimStart()
    } while (rest !== '')
  }
}

const SPINNER = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']

/** A block that is drawn over itself on a terminal; elsewhere only lines that are new are printed, once each. */
export const createBlock = () => {
  let height = 0
  let turn = 0
  const printed = new Set()
  return {
    spinner: () => (tty ? SPINNER[turn % SPINNER.length] : '…'),
    /** `steady` is what a log wants of it: lines that do not change once they are there. */
    draw(lines, steady = []) {
      turn += 1
      if (!tty) {
        for (const line of steady) {
          if (!printed.has(line)) note(line)
          printed.add(line)
        }
        return
      }
      const up = height === 0 ? '' : `\u001b[${height}A`
      const room = Math.max(20, (process.stdout.columns ?? 100) - 5)
      // A line that is too long would wrap and spoil the count; without its colours it can be cut anywhere.
      const cut = lines.map((line) => (widthOf(line) > room ? plain(line).slice(0, room) : line))
      process.stdout.write(up + cut.map((line) => `\u001b[2K    ${line}\n`).join(''))
      height = lines.length
    },
  }
}

import { explain } from './errors.ts'
import type { SharedOptions } from './session.ts'
import { printJson, printLine, tellLine, type Terminal } from './terminal.ts'

/** `tes cancel`, `wes cancel`: one that cannot be canceled does not keep the others alive; the first refusal gives the exit code. */
export const cancelEach = async (
  ids: readonly string[],
  cancel: (id: string) => Promise<unknown>,
  options: SharedOptions,
  terminal: Terminal,
): Promise<void> => {
  const canceled: string[] = []
  const failures: unknown[] = []
  for (const id of ids) {
    try {
      await cancel(id)
      canceled.push(id)
      if (options.json !== true) printLine(terminal, `${id}  cancel asked for`)
    } catch (error) {
      terminal.stop.throwIfAborted()
      failures.push(error)
      if (ids.length > 1) tellLine(terminal, `${id}  not canceled: ${explain(error).lines.join(' ')}`)
    }
  }
  if (options.json === true) printJson(terminal, { canceled })
  if (failures.length > 0) throw failures[0]
}

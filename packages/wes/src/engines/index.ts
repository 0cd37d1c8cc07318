import type { Engine } from './engine.ts'

/** One line per engine: its name and the file that knows it. */
export const engines = {
  cwltool: async (): Promise<Engine> => (await import('./cwltool.ts')).cwltool,
}
export type EngineName = keyof typeof engines
export const engineNames = Object.keys(engines) as [EngineName, ...EngineName[]]
export const isEngineName = (name: string): name is EngineName => Object.hasOwn(engines, name)

/** One line per back end: its name and the file that knows it, loaded at first use. */
export const executors = {
  docker: () => import('./docker.ts'),
}
export type ExecutorName = keyof typeof executors
export const executorNames = Object.keys(executors) as [ExecutorName, ...ExecutorName[]]

export type * from './executor.ts'

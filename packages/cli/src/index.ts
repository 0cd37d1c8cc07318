/** `biocloud …`: commands for people, and the three servers in one process. main.ts runs it on the real terminal. */
export { run } from './program.ts'
export type { Terminal } from './terminal.ts'

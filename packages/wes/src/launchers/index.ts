/** One line per launcher: its kind and the file that knows it. */
export const launchers = {
  process: () => import('./process.ts'),
}
export type LauncherKind = keyof typeof launchers
export const launcherKinds = Object.keys(launchers) as [LauncherKind, ...LauncherKind[]]

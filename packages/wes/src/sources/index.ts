/** One line per kind of source: where a workflow's files come from. */
export const sources = {
  attachment: () => import('./attachment.ts'),
  https: () => import('./https.ts'),
}

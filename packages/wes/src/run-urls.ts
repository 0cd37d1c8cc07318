/** The addresses of a run that clients get: all below the public URL, all opened with the caller's own credentials. */
export type RunUrls = ReturnType<typeof createRunUrls>

export const WES_BASE = '/ga4gh/wes/v1'

const encodeName = (name: string): string => name.split('/').map(encodeURIComponent).join('/')

export const createRunUrls = (o: { publicUrl: string; tes: string }) => {
  const base = `${o.publicUrl.replace(/\/+$/u, '')}${WES_BASE}`
  const run = (runId: string): string => `${base}/runs/${runId}`
  return {
    base,
    run,
    tasks: (runId: string): string => `${run(runId)}/tasks`,
    log: (runId: string, stream: 'stdout' | 'stderr'): string => `${run(runId)}/${stream}`,
    taskLog: (runId: string, taskId: string, stream: 'stdout' | 'stderr'): string =>
      `${run(runId)}/tasks/${encodeURIComponent(taskId)}/${stream}`,
    /** Ends with the relative name: clients compare the end of it. */
    output: (runId: string, name: string): string => `${run(runId)}/outputs/${encodeName(name)}`,
    tesTask: (taskId: string): string => `${o.tes.replace(/\/+$/u, '')}/tasks/${encodeURIComponent(taskId)}`,
    /** The run and name of one of our output URLs; undefined for any other URL. */
    readOutput(url: string): { runId: string; name: string } | undefined {
      if (!url.startsWith(`${base}/runs/`)) return undefined
      const match = /^([^/?#]+)\/outputs\/([^?#]+)$/u.exec(url.slice(`${base}/runs/`.length))
      if (match?.[1] === undefined || match[2] === undefined) return undefined
      try {
        return { runId: match[1], name: decodeURIComponent(match[2]) }
      } catch {
        return undefined
      }
    },
  }
}

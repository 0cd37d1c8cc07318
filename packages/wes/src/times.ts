/** WES 1.1, Log.start_time: ISO 8601 "%Y-%m-%dT%H:%M:%SZ", so without milliseconds. Undefined for what is no time. */
export const wesTime = (time: string | undefined): string | undefined => {
  if (time === undefined) return undefined
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/\.\d+Z$/u, 'Z')
}

export type HealthReport = { ok: boolean; checks: Record<string, string> }

export type Health = {
  /** Adds a readiness check; it rejects while the thing it looks at cannot be used. */
  check(name: string, fn: () => Promise<void>): void
  /** Runs all checks at once, each at most `timeoutMs`. Not ok while draining. */
  report(): Promise<HealthReport>
  readonly draining: boolean
  /** Not ready from now on, for good: the process is about to stop. */
  drain(): void
}

export const createHealth = (o: { timeoutMs?: number } = {}): Health => {
  const { timeoutMs = 2000 } = o
  const checks = new Map<string, () => Promise<void>>()
  let draining = false
  const run = async (fn: () => Promise<void>): Promise<string> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, `no answer within ${timeoutMs} ms`)
      timer.unref()
    })
    try {
      return await Promise.race([Promise.resolve(fn()).then(() => 'ok'), late])
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    check(name, fn) {
      if (checks.has(name)) throw new Error(`There is already a health check named ${name}`)
      checks.set(name, fn)
    },
    async report() {
      const results = await Promise.all([...checks].map(async ([name, fn]) => [name, await run(fn)] as const))
      const ok = !draining && results.every(([, result]) => result === 'ok')
      return { ok, checks: { ...Object.fromEntries(results), ...(draining ? { draining: 'stopping' } : {}) } }
    },
    get draining() {
      return draining
    },
    drain() {
      draining = true
    },
  }
}

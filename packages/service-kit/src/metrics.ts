import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export type Metrics = {
  registry: Registry
  counter(name: string, help: string, labels?: readonly string[]): Counter
  gauge(name: string, help: string, labels?: readonly string[]): Gauge
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram
  /** Prometheus text format. */
  text(): Promise<string>
}

/**
 * A registry of one service. Names get the service's prefix (`drs_…`) unless they bear it. The figures of the process
 * itself are left out when several services share one process (`embedded`).
 */
export const createMetrics = (o: { service: string; embedded?: boolean }): Metrics => {
  const registry = new Registry()
  const prefix = `${o.service}_`
  const full = (name: string): string => (name.startsWith(prefix) ? name : prefix + name)
  if (o.embedded !== true) collectDefaultMetrics({ register: registry })
  return {
    registry,
    counter: (name, help, labels = []) =>
      new Counter({ name: full(name), help, labelNames: [...labels], registers: [registry] }),
    gauge: (name, help, labels = []) =>
      new Gauge({ name: full(name), help, labelNames: [...labels], registers: [registry] }),
    histogram: (name, help, labels = [], buckets) =>
      new Histogram({
        name: full(name),
        help,
        labelNames: [...labels],
        registers: [registry],
        ...(buckets === undefined ? {} : { buckets: [...buckets] }),
      }),
    text: () => registry.metrics(),
  }
}

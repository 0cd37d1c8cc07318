import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HeadReport } from '../head/head-files.ts'

/** Takes a head's reports as WES does, over real HTTP. */
export const startFakeReports = async () => {
  const reports: HeadReport[] = []
  const tokens: string[] = []
  let failing = 0
  const server = createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
      tokens.push(req.headers.authorization ?? '')
      if (failing > 0) {
        failing -= 1
        res.writeHead(503).end('{}')
        return
      }
      const { reports: batch } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { reports: HeadReport[] }
      for (const report of batch) if (report.n > (reports.at(-1)?.n ?? 0)) reports.push(report)
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ acknowledged: reports.at(-1)?.n ?? 0 }))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reports`,
    reports,
    tokens,
    failNext(count: number): void {
      failing = count
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
    },
  }
}

// `npm run bench`: sets up what the benchmarks need, runs them, and writes test/bench/RESULTS.md.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ensureBuild, ensureDeps, ensureDocker, ensureTestImage, root } from './setup.mjs'

await ensureDeps()
await ensureBuild()
const docker = await ensureDocker()
try {
  await ensureTestImage()
  const args = ['--conditions=source', '--import', 'tsx', join(root, 'test/bench/main.ts'), ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = await once(child, 'close')
  process.exitCode = code ?? 1
} finally {
  await docker.stop()
}

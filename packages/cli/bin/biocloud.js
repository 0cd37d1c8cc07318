#!/usr/bin/env node
// Committed, not built: npm links only a file that exists at install time.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (!existsSync(main)) {
  process.stderr.write('biocloud is not built yet. Run: npm run build\n')
  process.exit(1)
}
await import(main.href)

// Everything the tests need, then all tests: `npm run check`, or one suite of them by name: `npm run check:unit`.
// Ends with the plain line `N passed, N failed`.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuild, ensureDeps, ensureDocker, ensureEngine, ensureTestImage, ensureVenv, root } from './setup.mjs'

const HELP = `npm run check [-- SUITE…]

Installs and starts what the tests need, runs them, and stops what it started.

Suites (all of them when none is named):
  house     the build, types, lint, formatting, package arrows, unused code, generated files
  unit      the tests beside the code, with real SQLite, Docker and cwltool
  whole     the three servers together: a CWL run on real data, kill -9 in the middle, the command line
  python    the cwltool plug-in's own tests
  clients   unmodified clients of others against the servers: py-tes

Environment: DOCKER_HOST names a Docker engine to use instead of one of our own.
`

const scratch = mkdtempSync(join(tmpdir(), 'biocloud-check-'))
const totals = { passed: 0, failed: 0 }
const disposers = []

/** Runs a program with its output shown; resolves to its exit code. `watch` gets the child, to end it where it does not end itself. */
const show = (command, args, env = {}, watch = () => () => undefined) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    const stopWatching = watch(child)
    child.on('error', reject)
    child.on('close', (code) => {
      stopWatching()
      resolve(code ?? 1)
    })
  })

/** Ends jest when its report is written and it still holds a file or port open 20 seconds later: that is a failure, and must not be a hang. */
const endAfter = (file) => (child) => {
  const timer = setInterval(() => {
    if (existsSync(file) && Date.now() - statSync(file).mtimeMs > 20_000) child.kill('SIGKILL')
  }, 1000)
  return () => clearInterval(timer)
}

const count = (title, good) => {
  totals[good ? 'passed' : 'failed'] += 1
  process.stdout.write(`${good ? '✓' : '✗'} ${title}\n`)
}

const step = async (title, command, args) => count(title, (await show(command, args)) === 0)

const jest = async (title, ...patterns) => {
  const file = join(scratch, `${title}.json`)
  const args = ['-c', 'test/jest.config.js', '--json', `--outputFile=${file}`, ...patterns]
  const env = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' }
  const code = await show(join(root, 'node_modules/.bin/jest'), args, env, endAfter(file))
  if (!existsSync(file)) return count(`${title}: jest ended with ${code} and without a report`, false)
  const report = JSON.parse(readFileSync(file, 'utf8'))
  totals.passed += report.numPassedTests
  // A file that cannot be loaded holds no failed test and is a failure all the same.
  totals.failed += report.numFailedTests + report.numRuntimeErrorTestSuites
  if (report.numTotalTests === 0) count(`${title}: no test was found`, false)
  else if (code !== 0 && report.numFailedTests + report.numRuntimeErrorTestSuites === 0)
    count(`${title}: jest ended with ${code}: a test left something open`, false)
}

const unittest = async (title, python, args) => {
  const file = join(scratch, `${title}.txt`)
  // unittest reports on stderr; the counts are read from there, so the exit code of tee does not matter.
  await show('sh', ['-c', `"$0" "$@" 2>&1 | tee '${file}'`, python, '-m', 'unittest', ...args])
  const text = readFileSync(file, 'utf8')
  const ran = Number(/^Ran (\d+) tests? in/m.exec(text)?.[1] ?? 0)
  const bad = /^FAILED \((.*)\)/m.exec(text)?.[1] ?? ''
  const failures = [...bad.matchAll(/(?:failures|errors)=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0)
  if (ran === 0) return count(`${title}: no test was run`, false)
  if (!/^(OK|FAILED)/m.test(text)) return count(`${title}: ended without a result`, false)
  totals.passed += ran - failures
  totals.failed += failures
}

const suites = {
  async house() {
    const bin = (name) => join(root, 'node_modules/.bin', name)
    await step('the generated files are current', process.execPath, ['packages/ga4gh-api/bundle.mjs', '--check'])
    await step('sources and tests type-check', bin('tsc'), ['-p', 'test/tsconfig.json'])
    await step('eslint finds nothing', bin('eslint'), ['.'])
    await step('every file is formatted', bin('prettier'), ['--check', '--log-level', 'warn', '.'])
    await step('the package arrows hold', bin('depcruise'), ['--config', 'test/dependency-rules.cjs', 'packages'])
    await step('nothing is unused', bin('knip'), [])
    await jest('house', 'test/house')
    await jest('specs', 'test/specs')
  },
  unit: () => jest('unit', 'packages/'),
  whole: () => jest('whole', 'test/whole'),
  async python() {
    const python = join(root, '.engines/cwltool/bin/python')
    await unittest('python', python, ['discover', '-s', 'packages/wes/python/tests', '-t', 'packages/wes/python'])
  },
  async clients() {
    await ensureVenv('py-tes', join(root, 'test/clients/py-tes.txt'))
    await jest('clients', 'test/clients')
  },
}

const main = async () => {
  const asked = process.argv.slice(2)
  if (asked.includes('--help') || asked.includes('-h')) return void process.stdout.write(HELP)
  const unknown = asked.filter((name) => !(name in suites))
  if (unknown.length > 0) {
    process.stderr.write(`There is no suite ${unknown.join(', ')}. Suites: ${Object.keys(suites).join(', ')}\n`)
    process.exitCode = 2
    return
  }
  process.stderr.write('Setting up\n')
  await ensureDeps()
  await ensureBuild()
  const docker = await ensureDocker()
  disposers.push(docker.stop)
  await ensureTestImage()
  await ensureEngine()
  for (const name of asked.length > 0 ? asked : Object.keys(suites)) {
    process.stdout.write(`\n== ${name}\n`)
    await suites[name]()
  }
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`)
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
}

const cleanUp = async () => {
  for (const dispose of disposers.splice(0).reverse()) await dispose()
  rmSync(scratch, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void cleanUp().finally(() => process.exit(130)))
}
try {
  await main()
} catch (error) {
  process.stderr.write(`${error.stack ?? error}\n`)
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed + 1} failed\n`)
  process.exitCode = 1
} finally {
  await cleanUp()
}

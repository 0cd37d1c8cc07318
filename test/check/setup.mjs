// What the demo and the checks need on the machine, made idempotently. Node built-ins alone: this file installs everything else.
// Every function says one line of progress, does nothing where nothing is missing, and returns what it made, with `stop` where it started something.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

/** Where daemons keep their state and images between runs, so that a second run is quick. */
export const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'biocloud')

const say = (line) => process.stderr.write(`  ${line}\n`)

/** Runs a command to its end. Its output goes to a log that is shown only when it fails, so that a newcomer reads progress and not noise. */
export const run = async (command, args, options = {}) => {
  const { quiet = true, ...rest } = options
  const folder = quiet ? mkdtempSync(join(tmpdir(), 'biocloud-log-')) : undefined
  const log = folder && join(folder, 'log')
  const out = log ? openSync(log, 'a') : 'inherit'
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', out, out], ...rest })
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit, signal) => resolve(exit ?? signal))
  })
  if (typeof out === 'number') closeSync(out)
  const text = log ? readFileSync(log, 'utf8') : ''
  if (folder) rmSync(folder, { recursive: true })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${text.slice(-6000)}`)
  return text
}

/** The full path of a program on PATH, or undefined. */
export const which = (name) => {
  for (const folder of (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin')) {
    if (folder && existsSync(join(folder, name))) return join(folder, name)
  }
  return undefined
}

/** Installs those Debian packages that dpkg does not know. Says what to do where it cannot. */
export const ensurePackages = async (names) => {
  const missing = names.filter((name) => {
    const known = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' })
    return !(known.stdout ?? '').includes('install ok installed')
  })
  if (missing.length === 0) return
  if (!which('apt-get') || process.getuid?.() !== 0) {
    throw new Error(`These programs are missing and only root on Debian can install them here: ${missing.join(' ')}`)
  }
  say(`installing ${missing.join(' ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  // The package lists of a fresh machine are empty or old: refresh them, and once more if a mirror changed under us.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run('apt-get', ['update', '-q'], { env })
      return void (await run('apt-get', install, { env }))
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

/** `npm ci` when node_modules does not match the lock file. */
export const ensureDeps = async () => {
  const stamp = join(root, 'node_modules', '.biocloud-stamp')
  // A native module compiled for one Node version does not load in another.
  const want = hashOf([join(root, 'package-lock.json')], process.versions.modules)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return
  if (!which('g++') || !which('make') || !which('python3')) await ensurePackages(['g++', 'make', 'python3'])
  say('installing the Node dependencies (about a minute: one of them is compiled) …')
  await run('npm', ['ci', '--no-audit', '--no-fund'])
  writeFileSync(stamp, want)
}

/** Compiles what changed into each package's dist. */
export const ensureBuild = async () => {
  say('building …')
  await run('npm', ['run', '--silent', 'build'])
}

/** Python virtual environment `.engines/<name>` with the pinned requirements of `file`; resolves to its folder. */
export const ensureVenv = async (name, file) => {
  const folder = join(root, '.engines', name)
  const stamp = join(folder, '.biocloud-stamp')
  const want = hashOf([file])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return folder
  say(`installing ${name} into .engines/${name} …`)
  const works = () => which('python3') && spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0
  if (!works()) await ensurePackages(['python3', 'python3-venv'])
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(root, '.engines'), { recursive: true })
  await run('python3', ['-m', 'venv', folder])
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '-r', file])
  writeFileSync(stamp, want)
  return folder
}

/** The CWL engine with its pinned versions. */
export const ensureEngine = () => ensureVenv('cwltool', join(root, 'packages/wes/python/requirements.txt'))

/** The static busybox that starts every task's command. */
export const ensureBusybox = () => ensurePackages(['busybox-static'])

const hashOf = (files, ...more) => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  for (const text of more) hash.update(text)
  return hash.digest('hex')
}

/** True if a Docker API answers at this `unix://` address. */
export const dockerAnswers = (host) =>
  new Promise((resolve) => {
    if (!host?.startsWith('unix://')) return resolve(false)
    const ping = request({ socketPath: host.slice('unix://'.length), path: '/_ping', timeout: 2000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    ping.on('error', () => resolve(false))
    ping.on('timeout', () => ping.destroy())
    ping.end()
  })

/**
 * A Docker engine: the one that DOCKER_HOST names, else the machine's own, else one of ours, installed if need be and with all its state below the cache
 * folder. Sets DOCKER_HOST for what is started after. `stop` ends only what was started here.
 */
export const ensureDocker = async () => {
  const ours = `unix://${join(cacheDir, 'docker', 'docker.sock')}`
  for (const host of [process.env.DOCKER_HOST, 'unix:///var/run/docker.sock', ours]) {
    if (await dockerAnswers(host)) {
      process.env.DOCKER_HOST = host
      return { host, started: false, stop: async () => undefined }
    }
  }
  if (!which('dockerd')) await ensurePackages(['docker.io'])
  if (process.getuid?.() !== 0) throw new Error('No Docker engine answers. Start one, or name it in DOCKER_HOST.')
  const state = join(cacheDir, 'docker')
  mkdirSync(state, { recursive: true, mode: 0o700 })
  rmSync(join(state, 'docker.pid'), { force: true })
  say('starting a Docker engine …')
  const log = openSync(join(state, 'dockerd.log'), 'w')
  const dirs = [
    '--data-root',
    join(state, 'data'),
    '--exec-root',
    join(state, 'exec'),
    '--pidfile',
    join(state, 'docker.pid'),
  ]
  const daemon = spawn(which('dockerd'), ['--host', ours, ...dirs], { stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  let ended
  daemon.on('exit', (code, signal) => (ended = code ?? signal))
  daemon.on('error', (error) => (ended = error.message))
  const deadline = Date.now() + 60_000
  while (!(await dockerAnswers(ours))) {
    if (ended !== undefined || Date.now() > deadline) {
      throw new Error(
        `dockerd did not start (${ended ?? 'no answer in 60 s'}):\n${readFileSync(join(state, 'dockerd.log'), 'utf8').slice(-3000)}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  process.env.DOCKER_HOST = ours
  const stop = async () => {
    if (ended !== undefined) return
    const gone = new Promise((resolve) => daemon.on('exit', resolve))
    daemon.kill('SIGTERM')
    await gone
  }
  return { host: ours, started: true, stop }
}

/** The program to speak to Docker with: Debian's package brings it beside the engine. */
const docker = async (args, options) => {
  if (!which('docker')) await ensurePackages(['docker.io'])
  return run('docker', args, options)
}

/** True if the engine has this image. */
export const hasImage = async (tag) => {
  try {
    await docker(['image', 'inspect', tag])
    return true
  } catch {
    return false // "no such image" is the answer, not a fault; a dead engine fails at the import that follows
  }
}

/** Makes an image of a folder tree, without a registry, unless the engine has the tag already. */
export const importImage = async (tag, makeTree) => {
  if (await hasImage(tag)) return
  say(`making the image ${tag} …`)
  const tree = mkdtempSync(join(tmpdir(), 'biocloud-image-'))
  try {
    await makeTree(tree)
    await docker(['--version'])
    await run('sh', ['-c', `tar -C "$1" -c . | docker import - "$2"`, 'sh', tree, tag])
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

/** The image of the tests: busybox and nothing else. */
export const ensureTestImage = async () => {
  await ensureBusybox()
  await importImage('bb:1', async (tree) => {
    const script = `mkdir -p "$1/bin" "$1/etc"; mkdir -m 1777 "$1/tmp"; install "$2" "$1/bin/busybox"
      for a in $("$2" --list); do [ $a = busybox ] || ln -sf busybox "$1/bin/$a"; done`
    await run('sh', ['-c', script, 'sh', tree, which('busybox')])
  })
}

/** Age in milliseconds of a file, or undefined where there is none. */
export const ageOf = (file) => (existsSync(file) ? Date.now() - statSync(file).mtimeMs : undefined)

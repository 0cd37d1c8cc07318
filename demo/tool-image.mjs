// The image of the demo's tools: bwa, samtools, bcftools and a shell. Pulled where BIOCLOUD_DEMO_IMAGE names one and its registry
// answers; else made of the distribution's packages, without any registry.
import { ensureBusybox, ensurePackages, hasImage, importImage, run, which } from '../test/check/setup.mjs'

export const TOOL_IMAGE = 'biocloud/demo-tools:1'
const TOOLS = ['bwa', 'samtools', 'bcftools']
const REGISTRY_TIMEOUT_MS = 3000

/** True if the image's registry answers at once: without a network a pull would hang for minutes. */
const registryAnswers = async (image) => {
  const [first] = image.split('/')
  const host = image.includes('/') && /[.:]|^localhost$/.test(first) ? first : 'registry-1.docker.io'
  try {
    const answer = await fetch(`https://${host}/v2/`, { signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) })
    return answer.status === 200 || answer.status === 401
  } catch {
    return false
  }
}

const pull = async (image) => {
  if (!image || !(await registryAnswers(image))) return false
  try {
    await run('docker', ['pull', image])
    await run('docker', ['tag', image, TOOL_IMAGE])
    return true
  } catch {
    return false // the image can be made here just as well
  }
}

// Each tool with the shared libraries that it needs, and busybox for sh, awk and sort.
const TREE = `
  set -e; tree="$1"; busybox="$2"; shift 2
  mkdir -p "$tree/bin" "$tree/etc"; mkdir -m 1777 "$tree/tmp"
  install "$busybox" "$tree/bin/busybox"
  for applet in $("$busybox" --list); do [ "$applet" = busybox ] || ln -sf busybox "$tree/bin/$applet"; done
  printf 'root:x:0:0::/root:/bin/sh\\n' > "$tree/etc/passwd"
  for tool in "$@"; do
    install -D "$tool" "$tree/usr/bin/$(basename "$tool")"
    ldd "$tool" | grep -o '/[^ ]*' | while read -r library; do install -D "$library" "$tree$library"; done
  done
  # The C library loads this one only when a thread ends, so that ldd does not name it.
  /sbin/ldconfig -p | sed -n 's/.*libgcc_s\\.so\\.1 .*=> //p' | while read -r library; do install -D "$library" "$tree$library"; done`

/** Makes sure that the engine has the image; says in a word where it came from. */
export const ensureToolImage = async () => {
  if (await hasImage(TOOL_IMAGE)) return 'there already'
  if (await pull(process.env.BIOCLOUD_DEMO_IMAGE)) return 'pulled'
  await ensureBusybox()
  await ensurePackages(TOOLS)
  await importImage(TOOL_IMAGE, (tree) => run('sh', ['-c', TREE, 'sh', tree, which('busybox'), ...TOOLS.map(which)]))
  return 'made of this system’s packages'
}

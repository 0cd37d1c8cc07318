/**
 * The one script that runs every command on every back end (tes.md 4.2). It is fixed: nothing is templated into it, the
 * user's argv arrives as arguments. Its interpreter is a static busybox, so that it runs in images without a shell.
 *
 * Arguments: control directory, stdin path or '', stdout path or '', stderr path or '', number of copy-out entries,
 * the entries (`l` literal or `p` pattern, glued to an absolute path), then the user's argv.
 *
 * Traps of busybox-static 1.35 that shaped it:
 * - its shell runs its own applets instead of the image's programs, even with `exec`: argv[0] is sought along PATH here
 *   and run by its absolute path, which only a real file can answer;
 * - it exports PWD, SHLVL and OLDPWD, which the image did not set: taken out before the command;
 * - a background child without job control ignores INT and QUIT and reads /dev/null: stdin is always redirected.
 */
export const LAUNCHER_SCRIPT = `#!/busybox sh
control=$1 in=$2 out=$3 err=$4 copies=$5
shift 5

n=0
while [ "$n" -lt "$copies" ]; do
  n=$((n + 1))
  eval "copy_$n=\\$1"
  shift
done

cd_parent() {
  case $1 in */*) [ -d "\${1%/*}/" ] || mkdir -p "\${1%/*}/" ;; esac
}

# Whoever watches by FIFO sees its end when this process dies, however it dies; the child does not inherit it.
[ -p "$control/alive" ] && exec 9<>"$control/alive"

while [ ! -e "$control/go" ]; do
  [ -e "$control/skip" ] && exit 0
  sleep 0.05
done
: >"$control/started"

[ -n "$out" ] || out=$control/stdout
[ -n "$err" ] || err=$control/stderr
cd_parent "$out"
cd_parent "$err"

# The command, by its absolute path. 127: there is none; 126: it is there and cannot be executed.
seek() {
  case $1 in
    */*)
      program=$1
      [ -e "$program" ] || return 127
      [ -f "$program" ] && [ -x "$program" ] || return 126
      return 0
      ;;
  esac
  found=127
  rest=\${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:
  while [ -n "$rest" ]; do
    folder=\${rest%%:*}
    rest=\${rest#*:}
    program=\${folder:-.}/$1
    if [ -f "$program" ]; then
      [ -x "$program" ] && return 0
      found=126
    fi
  done
  return "$found"
}

code=0
term=
child=
: >"$out" 2>/dev/null || { echo "biocloud: stdout cannot be written to $out" >"$control/stderr"; code=1; }
[ "$err" = "$out" ] || : >"$err" 2>/dev/null || { echo "biocloud: stderr cannot be written to $err" >"$control/stderr"; code=1; }
if [ "$code" = 0 ] && [ -n "$in" ] && { [ ! -f "$in" ] || [ ! -r "$in" ]; }; then
  echo "biocloud: the stdin file $in does not exist or cannot be read" >>"$err"
  code=1
fi
if [ "$code" = 0 ]; then
  seek "$1"
  code=$?
  [ "$code" = 127 ] && echo "biocloud: $1: command not found" >>"$err"
  [ "$code" = 126 ] && echo "biocloud: $1: not executable" >>"$err"
fi
if [ "$code" = 0 ]; then
  shift
  trap 'term=1; [ -n "$child" ] && kill -TERM "$child" 2>/dev/null' TERM
  (
    trap - TERM
    unset PWD OLDPWD SHLVL
    [ -p "$control/alive" ] && exec 9>&-
    exec "$program" "$@"
  ) <"\${in:-/dev/null}" >>"$out" 2>>"$err" &
  child=$!
  [ -n "$term" ] && kill -TERM "$child" 2>/dev/null
  wait "$child"
  code=$?
  # A trapped signal ends the wait, not the child.
  while [ -n "$term" ] && kill -0 "$child" 2>/dev/null; do
    term=
    wait "$child"
    code=$?
  done
  trap '' TERM
fi

# What no mount could hold: kept below the control directory under its own path. IFS is empty, so only globs expand.
n=0
IFS=
while [ "$n" -lt "$copies" ]; do
  n=$((n + 1))
  eval "entry=\\$copy_$n"
  path=\${entry#?}
  case $entry in
    p*) set -- $path ;;
    *) set -- "$path" ;;
  esac
  for file; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    cd_parent "$control/root$file"
    cp -dR "$file" "$control/root\${file%/*}/" 2>>"$control/copy-errors"
  done
done
unset IFS

# cgroup v2, then v1.
oom=0
for counter in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  [ -r "$counter" ] || continue
  while read -r key value; do
    [ "$key" = oom_kill ] && oom=$value
  done <"$counter"
done

echo "$code $oom" >"$control/exit.part" && mv "$control/exit.part" "$control/exit"
exit "$code"
`

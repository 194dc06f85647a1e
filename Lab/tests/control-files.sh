# That Documentation/control-files.md tells of every control file that this kernel has.
source "$(dirname "$0")/../tap.sh"
page=$(dirname "$0")/../../Documentation/control-files.md
tracing=/sys/kernel/tracing

# The first column of a section of the page.
listed() { sed -n "/^## $1/,/^## /p" "$page" | grep -oE '^\| `[a-z_A-Z]+`' | tr -d '|` '; }
missing() { comm -13 <(listed "$1" | sort -u) <(sort -u) | tr '\n' ' '; }

equal "the top level" "$(ls $tracing | missing 'The top level')" ''
mkdir $tracing/instances/control-files
equal "an instance" "$(ls $tracing/instances/control-files | missing 'The top level')" ''
rmdir $tracing/instances/control-files
equal "a CPU" "$(ls $tracing/per_cpu/cpu0 | missing 'One CPU')" ''
equal "an event" "$(ls $tracing/events/*/*/ 2>/dev/null | grep -v '[:/]' | grep . | sort -u | missing 'One event')" ''
equal "all events" "$(find $tracing/events -maxdepth 1 -type f -printf '%f\n' | missing 'One event')" ''
equal "the tracers" "$(for name in $(cat $tracing/available_tracers); do
  grep -q "\`$name\`" "$page" || echo "$name"; done)" ''
# The page must not tell of files that no kernel has: a misspelt name would hide a missing one.
equal "every row is a file of this or a newer kernel" "$(listed 'The top level' |
  grep -vxE 'available_filter_functions_addrs|buffer_subbuf_size_kb|touched_functions' |
  while read -r name; do [ -e "$tracing/$name" ] || echo "$name"; done)" ''
finish

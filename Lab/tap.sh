# What the lab's tests share; `source` it. One line a check: `ok - …` or `not ok - …`.
#
#   check "says what holds" COMMAND ARGUMENT…     passes when the command succeeds
#   equal "says what is equal" ACTUAL EXPECTED    passes when the two texts are the same
#   matches "says what is in" TEXT REGEX          passes when a line of TEXT matches (grep -E)
#   skip "says what is not here"                  counts as passed, and says why
#   finish                                        the last line: exits 1 if a check failed
#
# Where tool_of[NAME] is set, a check whose text begins with `NAME:` is said to be of that tool:
# `ok - opensnoop, NAME: …`. Lab/matrix counts by that.

failures=0
declare -A tool_of=()

# titled TEXT: sets $title.
titled() {
  local name=${1%%:*}
  title=$1
  if [ -n "$name" ] && [ -n "${tool_of[$name]:-}" ]; then title="${tool_of[$name]}, $1"; fi
}
pass() {
  titled "$1"
  echo "ok - $title"
}
fail() {
  titled "$1"
  echo "not ok - $title"
  failures=$((failures + 1))
  shift
  printf '%s\n' "$@" | sed 's/^/#   /'
}
skip() { echo "ok - # skip $1"; }

check() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then pass "$what"; else fail "$what" "status $? of: $*" "$output"; fi
}
equal() {
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected: $3" "     got: $2"; fi
}
matches() {
  if grep -qE -- "$3" <<<"$2"; then pass "$1"; else fail "$1" "no line matches: $3" "$2"; fi
}
finish() { exit $((failures > 0)); }

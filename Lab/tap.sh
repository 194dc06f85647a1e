# What the lab's tests share; `source` it. One line a check: `ok - …` or `not ok - …`.
#
#   check "says what holds" COMMAND ARGUMENT…     passes when the command succeeds
#   equal "says what is equal" ACTUAL EXPECTED    passes when the two texts are the same
#   matches "says what is in" TEXT REGEX          passes when a line of TEXT matches (grep -E)
#   skip "says what is not here"                  counts as passed, and says why
#   finish                                        the last line: exits 1 if a check failed

failures=0

pass() { echo "ok - $1"; }
fail() {
  echo "not ok - $1"
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

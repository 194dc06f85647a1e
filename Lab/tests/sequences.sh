# Random sequences of start, set, stop, restart, clear, record and reset: all is as it was.
# limit: 900
# $LAB_SEQUENCES and $LAB_SEED choose how many, and which: Lab/test hands them on.
export KSCOPE_STATE_DIR=$PWD/state
mkdir -p state
exec python3 "$(dirname "$0")/../sequences.py" "${LAB_SEQUENCES:-10}" "${LAB_SEED:-1}"

# Every setting and every ending of a recording: what control files differ afterwards, as a table.
# limit: 2400
export KSCOPE_STATE_DIR=$PWD/state
mkdir -p state
exec python3 "$(dirname "$0")/../endings.py"

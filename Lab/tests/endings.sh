# Every setting and every ending of a recording: what control files differ afterwards, as a table.
# limit: 2400
# long: run by Lab/test --all
export KSCOPE_STATE_DIR=$PWD/state
mkdir -p state
exec python3 "$(dirname "$0")/../endings.py"

#!/bin/sh
# Breaks the real binary and looks whether anything acknowledged is missing, doubled or out of order; and cuts the hub's
# connections at every position of a run. Each line says what was broken; a failing one says what was lost.
set -eu
. "$(dirname -- "$0")/here.sh"
cd "$root"
say "kill -9 under load, a full disk"
cargo test --locked -p portico-server --test it -- killed full_disk
say "connections cut at every position, slow readers, rights taken away"
cargo test --locked -p portico-realtime
say "a database that is newer, damaged, locked or in use; lanes that fail, panic and fill up"
cargo test --locked -p portico-store --test engines

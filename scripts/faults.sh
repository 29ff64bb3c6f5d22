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
say "a node killed, the bus, the database and the bucket gone and back"
PORTICO_NATS_SERVER=$(scripts/need-nats.sh)
PORTICO_S3_SERVER=$(scripts/need-s3.sh)
stop=
if [ -z "${PORTICO_TEST_POSTGRES:-}" ]; then
  scripts/need-postgres.sh url >/dev/null 2>&1 || stop=yes
  PORTICO_TEST_POSTGRES=$(scripts/need-postgres.sh)
fi
trap '[ -z "$stop" ] || scripts/need-postgres.sh stop' EXIT
export PORTICO_NATS_SERVER PORTICO_S3_SERVER PORTICO_TEST_POSTGRES
cargo test --locked -p portico-server --test cluster -- faults bucket
say "a database that is newer, damaged, locked or in use; lanes that fail, panic and fill up"
cargo test --locked -p portico-store --test engines

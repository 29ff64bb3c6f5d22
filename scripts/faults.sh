#!/bin/sh
# Breaks the real binary and looks whether anything acknowledged is missing, doubled or out of order; then a simulated one,
# from seeds. Each line says what was broken and what was counted; a line that begins with LOST says what was lost.
#   faults.sh          the short form, on a debug build: minutes
#   faults.sh --long   200 kills, 10,000 sockets, 10,000 seeds, on a release build: about half an hour
# Needs PostgreSQL, NATS, an S3-like server and libfaketime, and fetches them on Debian when it may.
set -eu
. "$(dirname -- "$0")/here.sh"
cd "$root"
case ${1:-} in
  '') profile=debug build='' long='' seeds=200 ;;
  --long) profile=release build=--release long=--long seeds=10000 ;;
  *) die "unknown option $1; there is --long" ;;
esac
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || install_debian faketime ||
  die "libfaketime is missing; install it (Debian: apt-get install faketime)"
if [ -z "${PORTICO_TEST_POSTGRES:-}" ]; then
  started=
  scripts/need-postgres.sh url >/dev/null 2>&1 || started=yes
  PORTICO_TEST_POSTGRES=$(scripts/need-postgres.sh)
  export PORTICO_TEST_POSTGRES
  [ -z "$started" ] || trap 'scripts/need-postgres.sh stop' EXIT
fi
PORTICO_NATS_SERVER=$(scripts/need-nats.sh)
PORTICO_S3_SERVER=$(scripts/need-s3.sh)
export PORTICO_NATS_SERVER PORTICO_S3_SERVER
# shellcheck disable=SC2086 # empty means no option
cargo build --locked $build -p portico-server -p portico-faults
bin=${CARGO_TARGET_DIR:-$root/target}/$profile
failed=
# shellcheck disable=SC2086
"$bin/portico-faults" run --server "$bin/portico" $long || failed=yes
"$bin/portico-faults" simulate --seeds $seeds || failed=yes
# shellcheck disable=SC2086 # empty means no option
# A shallow clone has no commit before, and this says so.
scripts/upgrade.sh $long || failed=yes
say "the hub: connections cut at every position, slow readers, rights taken away"
cargo test --locked -q -p portico-realtime || failed=yes
say "several nodes: one killed, the bus, the database and the bucket gone and back"
cargo test --locked -q -p portico-server --test cluster -- faults bucket || failed=yes
say "the store: a database that is newer, damaged, locked or in use; lanes that fail, panic and fill up"
cargo test --locked -q -p portico-store --test engines || failed=yes
[ -z "$failed" ] || die "something was lost; see above"

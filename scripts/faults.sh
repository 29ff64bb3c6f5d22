#!/bin/sh
# Breaks the real binary and looks whether anything acknowledged is missing, doubled or out of order; then a simulated one,
# from seeds; then the main job in browsers on a cluster. Ends with one table: what was broken | what was counted | what
# was lost.
#   faults.sh          the short form, on a debug build: minutes
#   faults.sh --long   200 kills, 10,000 sockets, 10,000 seeds, 30 minutes of load, on a release build: about an hour
# Needs root (network namespaces stand for machines), PostgreSQL, NATS, an S3-like server, Chromium, libfaketime and a C
# compiler, and fetches them on Debian when it may. PORTICO_FAULTS_WITHOUT=apart leaves the machines out, and the table
# says so. PORTICO_BIN names a release build for the browsers; without it, it is built.
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
started=
if [ -z "${PORTICO_TEST_POSTGRES:-}" ]; then
  scripts/need-postgres.sh url >/dev/null 2>&1 || started=yes
  PORTICO_TEST_POSTGRES=$(scripts/need-postgres.sh)
  export PORTICO_TEST_POSTGRES
fi
PORTICO_NATS_SERVER=$(scripts/need-nats.sh)
PORTICO_S3_SERVER=$(scripts/need-s3.sh)
export PORTICO_NATS_SERVER PORTICO_S3_SERVER
# shellcheck disable=SC2086 # empty means no option
cargo build --locked $build -p portico-server -p portico-faults
bin=${CARGO_TARGET_DIR:-$root/target}/$profile
[ "$(id -u)" = 0 ] || [ "${PORTICO_FAULTS_WITHOUT:-}" = apart ] ||
  die "root is needed for network namespaces; run as root, or leave that out by PORTICO_FAULTS_WITHOUT=apart"
have ip || install_debian iproute2 || die "ip is missing; install iproute2"
place=$(mktemp -d)
trap 'rm -rf "$place"; [ -z "$started" ] || scripts/need-postgres.sh stop' EXIT
trap 'exit 130' INT TERM
failed=

# Runs one more part and adds its line to the table: what it says last that fits PATTERN, or how many tests passed.
#   part WHAT PATTERN COMMAND…
part() {
  what=$1 pattern=$2
  shift 2
  say "$what"
  lost='nothing lost'
  "$@" >"$place/said" 2>&1 || {
    lost=LOST failed=yes
    cat "$place/said" >&2
  }
  counted=$(grep -E "$pattern" "$place/said" | tail -n 1 || true)
  [ "$pattern" != 'test result' ] ||
    counted=$(awk '/^test result/ { n += $4; bad += $6 } END { printf "%d tests passed, %d failed", n, bad }' "$place/said")
  [ -n "$counted" ] || lost=LOST failed=yes
  printf '%s | %s | %s\n' "$what" "$counted" "$lost" >>"$place/table"
}

# shellcheck disable=SC2086
"$bin/portico-faults" run --server "$bin/portico" $long ${PORTICO_FAULTS_WITHOUT:+--without "$PORTICO_FAULTS_WITHOUT"} \
  >"$place/table" || failed=yes
# A shallow clone has no commit before, and this says so.
# shellcheck disable=SC2086
scripts/upgrade.sh $long >>"$place/table" || failed=yes
part 'two simulated nodes on one log' 'seeds' "$bin/portico-faults" simulate --seeds $seeds
part 'the hub: connections cut at every position, slow readers, rights taken away' 'test result' \
  cargo test --locked -q -p portico-realtime
part 'several nodes: one killed, the bus, the database and the bucket gone and back' 'test result' \
  cargo test --locked -q -p portico-server --test cluster -- faults bucket
part 'the store: a database that is newer, damaged, locked or in use; lanes that fail, panic and fill up' 'test result' \
  cargo test --locked -q -p portico-store --test engines
part 'the main job in browsers, each of three nodes killed in it' 'nodes killed' scripts/cluster.sh --job
printf '\nwhat was broken | what was counted | what was lost\n'
cat "$place/table"
[ -z "$failed" ] || die "something was lost; see above"

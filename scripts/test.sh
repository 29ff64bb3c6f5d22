#!/bin/sh
# Everything that must pass, in order, the quick first; what CI runs is this and nothing else.
#   test.sh            all steps; stops at the first that fails
#   test.sh NAME…      only these
#   test.sh --list     names them
# Needs PostgreSQL, NATS, an S3-like server and Chromium, and fetches them on Debian when it may (scripts/need-*.sh); it never passes by
# what it lacks. PORTICO_TEST_POSTGRES names a PostgreSQL to use instead of a throw-away one.
set -eu
. "$(dirname -- "$0")/here.sh"

steps='fmt checks lints ui-packages ui-check ui-test ui-build rust schemathesis release law browser cluster'

step_fmt() { cargo fmt --all --check -- -l; }
step_checks() { cargo xtask check; }
step_lints() { cargo clippy --workspace --all-targets --locked -- -D warnings; }
step_ui_packages() { scripts/need-node.sh; }
step_ui_check() { (cd ui && npm run check); }
step_ui_test() { (cd ui && npm run test); }
step_ui_build() { scripts/build-ui.sh; }
# Tests of the store, and of what stands on it, run on SQLite always and on PostgreSQL by this variable.
step_rust() {
  [ -n "${PORTICO_TEST_POSTGRES:-}" ] || start_postgres
  # What the nodes of one installation share beside the database.
  PORTICO_NATS_SERVER=$(scripts/need-nats.sh)
  PORTICO_S3_SERVER=$(scripts/need-s3.sh)
  export PORTICO_NATS_SERVER PORTICO_S3_SERVER
  cargo test --workspace --locked
}
step_release() { cargo build --release --locked -p portico-server; }
# The app's store against the server: first state + events = fresh state.
step_law() {
  PORTICO_BIN=${PORTICO_BIN:-${CARGO_TARGET_DIR:-$root/target}/release/portico}
  [ -x "$PORTICO_BIN" ] || PORTICO_BIN=${CARGO_TARGET_DIR:-$root/target}/debug/portico
  [ -x "$PORTICO_BIN" ] || die "no portico is built; run the step release first"
  export PORTICO_BIN
  (cd ui && npm run test:live -w @portico/app)
}
# A debug build is what has the arithmetic checks on; of the whole workspace, so that what the tests built serves.
step_schemathesis() {
  cargo build --workspace --locked
  scripts/schemathesis.sh "${CARGO_TARGET_DIR:-$root/target}/debug/portico"
}
step_browser() {
  [ -n "${PORTICO_TEST_POSTGRES:-}" ] || start_postgres
  PORTICO_CHROMIUM=$(scripts/need-chromium.sh)
  PORTICO_BIN=${CARGO_TARGET_DIR:-$root/target}/release/portico
  [ -x "$PORTICO_BIN" ] || die "$PORTICO_BIN is missing; run the step release first"
  export PORTICO_CHROMIUM PORTICO_BIN
  (cd ui && npm run e2e -w @portico/e2e)
}
# The main job on three nodes, each of which is killed in the middle of it.
step_cluster() {
  PORTICO_BIN=${CARGO_TARGET_DIR:-$root/target}/release/portico
  [ -x "$PORTICO_BIN" ] || die "$PORTICO_BIN is missing; run the step release first"
  export PORTICO_BIN
  scripts/cluster.sh --job
}

started=
start_postgres() {
  scripts/need-postgres.sh url >/dev/null 2>&1 || started=yes
  PORTICO_TEST_POSTGRES=$(scripts/need-postgres.sh)
  export PORTICO_TEST_POSTGRES
}

current=
times=
finish() {
  status=$?
  trap - EXIT
  [ -z "$started" ] || scripts/need-postgres.sh stop || true
  printf '%b' "$times"
  if [ "$status" = 0 ]; then
    printf 'all steps passed\n'
  elif [ -n "$current" ]; then
    printf 'FAILED in %s; again, alone: scripts/test.sh %s\n' "$current" "$current"
  fi
  exit "$status"
}

case ${1:-} in
  --list)
    printf '%s\n' "$steps" | tr ' ' '\n'
    exit 0
    ;;
  -*) die "unknown option $1; there is --list" ;;
esac
for name in "$@"; do
  case " $steps " in *" $name "*) ;; *) die "there is no step $name; see --list" ;; esac
done
have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
cd "$root"
trap finish EXIT
trap 'exit 130' INT TERM
for name in ${*:-$steps}; do
  current=$name
  printf '\n== %s\n' "$name"
  began=$(date +%s)
  "step_$(printf '%s' "$name" | tr '-' '_')"
  times="$times$(printf '%5s s  %s' "$(($(date +%s) - began))" "$name")\n"
done
current=

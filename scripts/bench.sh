#!/bin/sh
# Measures a release build against raw baselines of the same run: prints one table and writes target/bench.json.
#   bench.sh                   everything but soak, about twenty minutes
#   bench.sh --quick           a tenth of it and without build, to see that it works
#   bench.sh --only lane,fanout   some of: sizes fresh lane pg-lane fanout rooms stalled mixed storm growth widget security
#                              files idle search costs build (a clean debug build), and soak (half an hour), which runs only when named
#   bench.sh --publish docs/benchmarks   keeps the pictures there too
# Fails when a delivery or an answer was wrong, not when something was slow. docs/benchmarks.md says how to read it.
set -eu
. "$(dirname -- "$0")/here.sh"

[ "$(uname)" = Linux ] || die "the load tool reads /proc; run it on Linux"
have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
"$root/scripts/build-ui.sh"
cd "$root"
cargo build --release --locked -p portico-server -p portico-load
target=${CARGO_TARGET_DIR:-$root/target}
work=$root/target/bench-data
rm -rf "$work"
postgres=$("$root/scripts/need-postgres.sh") || say "no PostgreSQL: its row stays empty"
exec "$target/release/portico-load" bench --server "$target/release/portico" --ui "$root/ui" \
  --work "$work" --out "$root/target/bench.json" ${postgres:+--postgres "$postgres"} "$@"

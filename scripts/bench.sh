#!/bin/sh
# Measures a release build against raw baselines of the same run: prints one table and writes target/bench.json.
#   bench.sh                   everything, about three minutes
#   bench.sh --quick           a tenth of it, to see that it works
#   bench.sh --only lane,fanout   some of: sizes fresh lane fanout idle search
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
exec "$target/release/portico-load" bench --server "$target/release/portico" --ui "$root/ui" \
  --work "$work" --out "$root/target/bench.json" "$@"

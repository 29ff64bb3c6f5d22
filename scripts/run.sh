#!/bin/sh
# Builds what is stale and starts the server on ./data of the repository. Further words go to `portico serve`.
set -eu
. "$(dirname -- "$0")/here.sh"

have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
"$root/scripts/build-ui.sh"
cd "$root"
cargo build --release -p portico-server
exec "${CARGO_TARGET_DIR:-$root/target}/release/portico" serve --data "$root/data" "$@"

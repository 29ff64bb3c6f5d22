#!/bin/sh
# Builds what is stale and starts the demo: a throw-away server with an organization in it, and a shop with the widget.
#   demo.sh [--debug] [WORD…]   further words go to `portico demo`
set -eu
. "$(dirname -- "$0")/here.sh"

have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
profile=release
if [ "${1:-}" = --debug ]; then
  profile=debug
  shift
fi
"$root/scripts/build-ui.sh"
cd "$root"
if [ "$profile" = release ]; then
  cargo build --release -p portico-server
else
  cargo build -p portico-server
fi
exec "${CARGO_TARGET_DIR:-$root/target}/$profile/portico" demo "$@"

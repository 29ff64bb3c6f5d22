#!/bin/sh
# For work on the web app: a server (debug build) on port 8065, and the app served from source with live reload.
set -eu
. "$(dirname -- "$0")/here.sh"

have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
"$root/scripts/build-ui.sh"
"$root/scripts/need-node.sh"
cd "$root"
cargo build -p portico-server
"${CARGO_TARGET_DIR:-$root/target}/debug/portico" serve --data "$root/data" --listen 127.0.0.1:8065 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
cd "$root/ui"
npm run dev -w @portico/app

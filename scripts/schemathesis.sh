#!/bin/sh
# Drives the real binary on the loopback with what its own description allows and forbids, and holds each answer against
# that description: no failure of the server's own, no status and no body that is not in it. Three minutes at most.
#   schemathesis.sh [BINARY]     without a word: target/release/portico, or else target/debug/portico
# Further words for the tool go into SCHEMATHESIS_OPTIONS, for instance --include-tag=widget.
set -eu
. "$(dirname -- "$0")/here.sh"

version=4.32.5
seconds=${SCHEMATHESIS_SECONDS:-150}
target=${CARGO_TARGET_DIR:-$root/target}
tool=$target/schemathesis-$version

binary=${1:-$target/release/portico}
[ -x "$binary" ] || [ -n "${1:-}" ] || binary=$target/debug/portico
[ -x "$binary" ] || die "$binary is missing; build it first (cargo build -p portico-server)"

if ! [ -x "$tool/bin/schemathesis" ]; then
  have python3 || die "python3 is missing; install it"
  say "installing schemathesis $version into $tool"
  rm -rf "$tool"
  python3 -m venv "$tool" >&2 || die "python3 cannot make an environment; install python3-venv"
  "$tool/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" >&2 || {
    rm -rf "$tool"
    die "schemathesis $version could not be installed; see above"
  }
fi

place=$(mktemp -d)
server=
finish() {
  status=$?
  trap - EXIT
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  [ "$status" = 0 ] || tail -n 20 "$place/log" >&2 2>/dev/null || true
  rm -rf "$place"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" | "$binary" setup --data "$place/data" --organization Acme --name Olive \
  --email olive@example.org --password-stdin >/dev/null
"$binary" serve --data "$place/data" --listen 127.0.0.1:0 --behind-proxy >"$place/log" 2>&1 &
server=$!

# The server says where it listens; it is asked until it does.
url=
tries=0
while [ -z "$url" ]; do
  url=$(sed -n 's/^Portico runs at \(http[^ ]*\)$/\1/p' "$place/log")
  kill -0 "$server" 2>/dev/null || die "the server ended: $(tail -n 5 "$place/log")"
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || die "the server did not start within 30 s"
  [ -n "$url" ] || sleep 0.1
done

# Some of everything, so that there are ids that lead somewhere, and who asks as whom. The tool keeps what it learned
# where it stands.
cd "$place"
"$tool/bin/python" "$root/scripts/schemathesis_seed.py" "$url" "$password" >schemathesis.toml

# Not asked for: what signs this very session out.
# shellcheck disable=SC2086
"$tool/bin/schemathesis" run "$url/api/portico/v1/openapi.json" --url "$url" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path "/api/portico/v1/sessions/{id}" \
  --max-time "$seconds" --request-timeout 10 --continue-on-failure --warnings off --workers 1 \
  ${SCHEMATHESIS_OPTIONS:-}

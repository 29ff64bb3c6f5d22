#!/bin/sh
# Prints the path of a small S3-like server for tests and the cluster (moto, in an environment of its own), which it
# installs from PyPI when it is missing. PORTICO_S3_SERVER overrides. What it holds is in memory and gone with it.
# Whoever needs one starts it: PATH -H 127.0.0.1 -p PORT. It checks no keys; it is for trying out, not for files.
set -eu
. "$(dirname -- "$0")/here.sh"

version=5.2.5
tool=${CARGO_TARGET_DIR:-$root/target}/moto-$version

if [ -n "${PORTICO_S3_SERVER:-}" ]; then
  have "$PORTICO_S3_SERVER" || die "PORTICO_S3_SERVER is $PORTICO_S3_SERVER, which is no program"
  printf '%s\n' "$PORTICO_S3_SERVER"
  exit 0
fi
if ! [ -f "$tool/complete" ]; then
  have python3 || die "python3 is missing; install it"
  say "installing moto $version into $tool"
  rm -rf "$tool"
  python3 -m venv "$tool" >&2 || die "python3 cannot make an environment; install python3-venv"
  "$tool/bin/pip" install --quiet --disable-pip-version-check "moto[s3,server]==$version" >&2 || {
    rm -rf "$tool"
    die "moto $version could not be installed; see above"
  }
  : >"$tool/complete"
fi
printf '%s\n' "$tool/bin/moto_server"

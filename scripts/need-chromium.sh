#!/bin/sh
# Prints the path of a Chromium for the browser tests; installs Debian's when it may. PORTICO_CHROMIUM overrides.
set -eu
. "$(dirname -- "$0")/here.sh"

find_chromium() {
  for name in ${PORTICO_CHROMIUM:+"$PORTICO_CHROMIUM"} chromium chromium-browser google-chrome; do
    # A wrapper script without its browser is there, too, when an installation was cut off: ask it.
    if have "$name" && "$name" --version >/dev/null 2>&1; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

if [ -n "${PORTICO_CHROMIUM:-}" ]; then
  find_chromium >/dev/null || die "PORTICO_CHROMIUM is $PORTICO_CHROMIUM, which does not run"
fi
find_chromium && exit 0
install_debian chromium ||
  die "Chromium is missing; install it (Debian: apt-get install chromium) or set PORTICO_CHROMIUM to its path"
find_chromium || die "Chromium was installed but does not run; try: chromium --version"

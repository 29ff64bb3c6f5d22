#!/bin/sh
# Prints the path of a nats-server for tests and the cluster; installs Debian's when it may. PORTICO_NATS_SERVER overrides.
# Whoever needs one starts it, on a port of its own: nothing is left running here.
set -eu
. "$(dirname -- "$0")/here.sh"

find_server() {
  for name in ${PORTICO_NATS_SERVER:+"$PORTICO_NATS_SERVER"} nats-server /usr/sbin/nats-server; do
    if have "$name" && "$name" --version >/dev/null 2>&1; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

if [ -n "${PORTICO_NATS_SERVER:-}" ]; then
  find_server >/dev/null || die "PORTICO_NATS_SERVER is $PORTICO_NATS_SERVER, which does not run"
fi
find_server && exit 0
install_debian nats-server ||
  die "nats-server is missing; install it (Debian: apt-get install nats-server) or set PORTICO_NATS_SERVER to its path"
# The package starts one for everybody on this machine, which nobody asked for.
! have systemctl || systemctl disable --now nats-server >/dev/null 2>&1 || true
find_server || die "nats-server was installed but does not run; try: nats-server --version"

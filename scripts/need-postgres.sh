#!/bin/sh
# A throw-away PostgreSQL for tests, on loopback and a free port; prints its URL.
#   need-postgres.sh [start]   starts it, or finds it running
#   need-postgres.sh url       prints the URL when it runs, fails when not
#   need-postgres.sh stop      stops it
#   need-postgres.sh remove    stops it and deletes what it holds
# It lives in target/pg, or where PORTICO_PG_DIR says, and listens on PORTICO_PG_HOST instead of loopback, for tests that
# cross a network. Installs Debian's PostgreSQL when it may.
set -eu
. "$(dirname -- "$0")/here.sh"
host=${PORTICO_PG_HOST:-127.0.0.1}

# PostgreSQL refuses to run as root: there, its own account runs it.
as_owner() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- env LC_ALL=C.UTF-8 "$@")
  else
    LC_ALL=C.UTF-8 "$@"
  fi
}

find_binaries() {
  if have pg_ctl && have initdb; then
    # Beside the real programs are those that are not on the PATH.
    bin=$(dirname -- "$(readlink -f -- "$(command -v pg_ctl)")")
    return 0
  fi
  for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
    if [ -x "$dir/pg_ctl" ] && [ -x "$dir/initdb" ]; then
      bin=$dir # the last one is the newest
    fi
  done
  [ -n "${bin:-}" ]
}

# The directory must be one its owner can reach: root's home, for one, is closed to the postgres account.
choose_place() {
  place=${PORTICO_PG_DIR:-$root/target/pg}
  if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || die "the account postgres is missing; install PostgreSQL from the distribution"
    mkdir -p "$place"
    if ! (cd / && runuser -u postgres -- test -x "$place"); then
      rmdir "$place" 2>/dev/null || true
      [ -z "${PORTICO_PG_DIR:-}" ] || die "the account postgres cannot reach PORTICO_PG_DIR, $PORTICO_PG_DIR"
      place=/tmp/portico-pg-$(printf '%s' "$root" | digest | cut -c 1-12)
      mkdir -p "$place"
    fi
    chown postgres "$place"
  else
    mkdir -p "$place"
  fi
  chmod 700 "$place"
}

running() { [ -f "$place/data/PG_VERSION" ] && as_owner "$bin/pg_ctl" status -s -D "$place/data" >/dev/null 2>&1; }

write_url() {
  printf 'postgres://portico:%s@%s:%s/portico\n' "$(cat "$place/password")" "$host" "$1" >"$place/url"
}

make_cluster() {
  rm -rf "$place/data"
  (umask 077 && head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$place/password")
  [ "$(id -u)" != 0 ] || chown postgres "$place/password"
  as_owner "$bin/initdb" -D "$place/data" -U portico --pwfile="$place/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >"$place/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 3 "$place/initdb.log")"
  [ "$host" = 127.0.0.1 ] || echo 'host all all all scram-sha-256' >>"$place/data/pg_hba.conf"
}

# Tries ports until one is free: asking first and starting then would leave room for another to come between. The first
# is the one it had, so that whoever was connected finds it again.
start_on_free_port() {
  tries=0
  port=$(sed -n 's/.*:\([0-9]*\)\/portico$/\1/p' "$place/url" 2>/dev/null || true)
  while [ "$tries" -lt 20 ]; do
    [ -n "$port" ] || port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 30000))
    if as_owner "$bin/pg_ctl" start -w -s -D "$place/data" -l "$place/data/server.log" -o \
      "-p $port -c listen_addresses=$host -c unix_socket_directories= -c max_connections=200 -c fsync=on" \
      >/dev/null 2>&1 9>&-; then
      write_url "$port"
      return 0
    fi
    tail -n 20 "$place/data/server.log" | grep -q 'Address already in use' || return 1
    port=
    tries=$((tries + 1))
  done
  return 1
}

ensure_database() {
  url=$(cat "$place/url")
  admin=${url%/portico}/postgres
  if [ "$(as_owner "$bin/psql" -XAtq "$admin" -c "SELECT 1 FROM pg_database WHERE datname = 'portico'")" != 1 ]; then
    as_owner "$bin/psql" -Xq "$admin" -c 'CREATE DATABASE portico' >&2
  fi
}

start() {
  # One at a time: two test runs starting at once share one cluster.
  if have flock; then
    exec 9>"$place.lock"
    flock 9
  fi
  if ! running; then
    [ -f "$place/data/PG_VERSION" ] && [ -f "$place/password" ] || make_cluster
    if ! start_on_free_port; then
      say "the old cluster does not start; making a new one"
      make_cluster
      start_on_free_port || die "PostgreSQL does not start: $(tail -n 5 "$place/data/server.log")"
    fi
  fi
  ensure_database
  cat "$place/url"
}

find_binaries || { [ "${1:-start}" = start ] && install_debian postgresql && find_binaries; } ||
  die "PostgreSQL is missing; install it (Debian: apt-get install postgresql)"
choose_place
case ${1:-start} in
  start) start ;;
  url) running && cat "$place/url" ;;
  stop) ! running || as_owner "$bin/pg_ctl" stop -s -w -m fast -D "$place/data" ;;
  remove)
    ! running || as_owner "$bin/pg_ctl" stop -s -w -m immediate -D "$place/data"
    rm -rf "$place" "$place.lock"
    ;;
  *) die "unknown word $1; say start, url, stop or remove" ;;
esac

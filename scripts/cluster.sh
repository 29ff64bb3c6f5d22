#!/bin/sh
# A throw-away installation of several nodes on this machine: PostgreSQL, NATS, an S3-like server, three servers, and one
# address in front of them all. Ctrl-C ends everything, and nothing of it stays.
#   cluster.sh [--debug] [NODES]     3 nodes without a number; PORTICO_LISTEN is the address in front (127.0.0.1:8065)
set -eu
. "$(dirname -- "$0")/here.sh"

have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
have python3 || die "python3 is missing; install it"
profile=release
if [ "${1:-}" = --debug ]; then
  profile=debug
  shift
fi
nodes=${1:-3}
case $nodes in '' | *[!0-9]* | 0*) die "the number of nodes is $nodes; say 1 to 9" ;; esac
[ "$nodes" -le 9 ] || die "the number of nodes is $nodes; say 1 to 9"
listen=${PORTICO_LISTEN:-127.0.0.1:8065}
unset PORTICO_LISTEN
target=${CARGO_TARGET_DIR:-$root/target}

[ "$profile" = debug ] || "$root/scripts/build-ui.sh"
cd "$root"
if [ "$profile" = release ]; then
  cargo build --release -p portico-server
else
  cargo build -p portico-server
fi
cargo build -p xtask
portico=$target/$profile/portico
nats=$(scripts/need-nats.sh)
s3=$(scripts/need-s3.sh)

place=$(mktemp -d)
# The account that runs PostgreSQL must be able to reach it.
chmod 755 "$place"
started=
finish() {
  status=$?
  trap - EXIT INT TERM
  say "ending"
  # The servers first, so that they can still say what they have to.
  for pid in $started; do kill "$pid" 2>/dev/null || true; done
  for pid in $started; do wait "$pid" 2>/dev/null || true; done
  PORTICO_PG_DIR=$place/pg scripts/need-postgres.sh remove || true
  rm -rf "$place"
  exit "$status"
}
trap finish EXIT
trap 'exit 0' INT TERM

# Runs a program in the background on a free port, which is in $port afterwards, and waits until it listens.
#   on_a_port NAME COMMAND…      with PORT where its port goes
on_a_port() {
  name=$1
  shift
  port=$(python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
  for word in "$@"; do
    shift
    set -- "$@" "$(printf '%s' "$word" | sed "s/\\(^\\|:\\)PORT\$/\\1$port/")"
  done
  "$@" >"$place/$name.log" 2>&1 &
  pid=$!
  started="$pid $started"
  until reaches "$port"; do
    kill -0 "$pid" 2>/dev/null || die "$name ended: $(tail -n 3 "$place/$name.log")"
    sleep 0.1
  done
}

# Whether somebody listens on a port of this machine.
reaches() { python3 -c "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)" "$1" 2>/dev/null; }

say "starting PostgreSQL, NATS and the S3-like server"
database=$(PORTICO_PG_DIR=$place/pg scripts/need-postgres.sh)
on_a_port nats "$nats" -a 127.0.0.1 -p PORT
bus=nats://127.0.0.1:$port
on_a_port s3 "$s3" -H 127.0.0.1 -p PORT
python3 -c "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method='PUT'))" \
  "http://127.0.0.1:$port/portico" || die "the bucket could not be made"
files="s3://portico/files?endpoint=http://127.0.0.1:$port&region=us-east-1"
# The server takes any.
export AWS_ACCESS_KEY_ID=portico AWS_SECRET_ACCESS_KEY=portico

password=$(od -An -N9 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" | "$portico" setup --data "$place/setup" --database "$database" --organization Cluster \
  --name Olive --email olive@example.org --password-stdin --log error >/dev/null

addresses=
node=1
while [ "$node" -le "$nodes" ]; do
  on_a_port "node-$node" "$portico" serve --data "$place/node-$node" --database "$database" --bus "$bus" \
    --files "$files" --listen 127.0.0.1:PORT --public-url "http://$listen"
  addresses="$addresses 127.0.0.1:$port"
  node=$((node + 1))
done
# shellcheck disable=SC2086
"$target/debug/xtask" front --listen "$listen" $addresses &
front=$!
started="$front $started"
until reaches "${listen##*:}"; do
  kill -0 "$front" 2>/dev/null || die "nothing can listen on $listen; choose another with PORTICO_LISTEN"
  sleep 0.1
done

cat <<END

$nodes nodes behind one address. Sign in as olive@example.org with the password $password

  http://$listen          any of the nodes, in turn
$(for address in $addresses; do printf '  http://%s/api/portico/v1/readyz\n' "$address"; done)

  $database
  $bus
  $files
  logs in $place

Ctrl-C ends it all.
END
wait "$front"

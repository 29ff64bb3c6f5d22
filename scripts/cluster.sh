#!/bin/sh
# A throw-away installation of several nodes on this machine: PostgreSQL, NATS, an S3-like server, three servers, and one
# address in front of them all. Ctrl-C ends everything, and nothing of it stays.
#   cluster.sh [--debug] [NODES]     3 nodes without a number; PORTICO_LISTEN is the address in front (127.0.0.1:8065)
#   cluster.sh --job                 the browser tests' main job through the address in front, while one node after the
#                                    other is killed and started again; then it ends
# PORTICO_BIN names a server that is built already.
set -eu
. "$(dirname -- "$0")/here.sh"

have cargo || die "cargo is missing; install Rust (https://rustup.rs)"
have python3 || die "python3 is missing; install it"
profile=release
job=
while :; do
  case ${1:-} in
    --debug) profile=debug ;;
    --job) job=yes ;;
    -*) die "unknown option $1; there are --debug and --job" ;;
    *) break ;;
  esac
  shift
done
nodes=${1:-3}
case $nodes in '' | *[!0-9]* | 0*) die "the number of nodes is $nodes; say 1 to 9" ;; esac
[ "$nodes" -le 9 ] || die "the number of nodes is $nodes; say 1 to 9"
listen=${PORTICO_LISTEN:-127.0.0.1:8065}
unset PORTICO_LISTEN
target=${CARGO_TARGET_DIR:-$root/target}

cd "$root"
if [ -n "${PORTICO_BIN:-}" ]; then
  portico=$PORTICO_BIN
  [ -x "$portico" ] || die "PORTICO_BIN is $portico, which is no program"
elif [ "$profile" = release ]; then
  scripts/build-ui.sh
  cargo build --release --locked -p portico-server
  portico=$target/release/portico
else
  cargo build --locked -p portico-server
  portico=$target/debug/portico
fi
cargo build --locked -p xtask
if [ -n "$job" ]; then
  scripts/need-node.sh
  PORTICO_CHROMIUM=$(scripts/need-chromium.sh)
  export PORTICO_CHROMIUM
fi
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
  running=$(cat "$place"/node-*.pid 2>/dev/null || true)
  for pid in $running; do kill "$pid" 2>/dev/null || true; done
  for pid in $running; do
    wait "$pid" 2>/dev/null || true
    # One that was started again is nobody's child here; it may take as long as a node takes to stop.
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 250 ]; do
      sleep 0.1
      tries=$((tries + 1))
    done
  done
  for pid in $started; do kill "$pid" 2>/dev/null || true; done
  for pid in $started; do wait "$pid" 2>/dev/null || true; done
  PORTICO_PG_DIR=$place/pg scripts/need-postgres.sh remove || true
  rm -rf "$place"
  exit "$status"
}
trap finish EXIT
trap 'exit 0' INT TERM

# A port nobody listens on at this moment.
free_port() { python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"; }

# Runs a program in the background and waits until it listens on a port.
#   on_port PORT NAME COMMAND…
on_port() {
  port=$1 name=$2
  shift 2
  "$@" >>"$place/$name.log" 2>&1 &
  pid=$!
  until reaches "$port"; do
    kill -0 "$pid" 2>/dev/null || die "$name ended: $(tail -n 3 "$place/$name.log")"
    sleep 0.1
  done
}

# Whether somebody listens on a port of this machine.
reaches() { python3 -c "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)" "$1" 2>/dev/null; }

say "starting PostgreSQL, NATS and the S3-like server"
database=$(PORTICO_PG_DIR=$place/pg scripts/need-postgres.sh)
port=$(free_port)
on_port "$port" nats "$nats" -a 127.0.0.1 -p "$port"
started=$pid
bus=nats://127.0.0.1:$port
port=$(free_port)
on_port "$port" s3 "$s3" -H 127.0.0.1 -p "$port"
started="$pid $started"
python3 -c "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method='PUT'))" \
  "http://127.0.0.1:$port/portico" || die "the bucket could not be made"
files="s3://portico/files?endpoint=http://127.0.0.1:$port&region=us-east-1"
# The server takes any.
export AWS_ACCESS_KEY_ID=portico AWS_SECRET_ACCESS_KEY=portico

if [ -n "$job" ]; then
  # Somebody else may have the usual one, and nobody has to type this one.
  listen=127.0.0.1:$(free_port)
else
  password=$(od -An -N9 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$password" | "$portico" setup --data "$place/setup" --database "$database" --organization Cluster \
    --name Olive --email olive@example.org --password-stdin --log error >/dev/null
fi

addresses=
node=1
while [ "$node" -le "$nodes" ]; do
  port=$(free_port)
  # A program of its own, so that a node that was killed can be started again as it was.
  cat >"$place/node-$node" <<END
#!/bin/sh
echo \$\$ >'$place/node-$node.pid'
export AWS_ACCESS_KEY_ID=portico AWS_SECRET_ACCESS_KEY=portico
exec '$portico' serve --data '$place/data-$node' --database '$database' --bus '$bus' --files '$files' \\
  --listen 127.0.0.1:$port --public-url 'http://$listen' >>'$place/node-$node.log' 2>&1
END
  chmod +x "$place/node-$node"
  on_port "$port" "node-$node" "$place/node-$node"
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

if [ -n "$job" ]; then
  export PORTICO_CLUSTER="$place" PORTICO_CLUSTER_URL="http://$listen" PORTICO_CLUSTER_NODES="$addresses"
  (cd ui/e2e && node --test --test-reporter=spec --test-timeout=600000 cluster-job.mjs)
  exit
fi

cat <<END

$nodes nodes behind one address. Sign in as olive@example.org with the password $password

  http://$listen          any of the nodes, in turn
$(for address in $addresses; do printf '  http://%s/api/portico/v1/readyz\n' "$address"; done)

  $database
  $bus
  $files
  logs in $place

To see one die and come back:
  kill -9 \$(cat $place/node-1.pid)
  $place/node-1 &

Ctrl-C ends it all.
END
wait "$front"

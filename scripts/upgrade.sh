#!/bin/sh
# The binary from before and the one of now under load, side by side on one PostgreSQL and one after the other on one data
# directory, there and back: nothing acknowledged may be missing, doubled or out of order, and nobody told twice.
#   upgrade.sh [--long] [COMMIT]         builds COMMIT (the one before HEAD) in target/upgrade and runs it beside this tree
#   upgrade.sh [--long] --old PATH       with a binary that is there
# Needs PostgreSQL and NATS, and fetches them on Debian when it may.
set -eu
. "$(dirname -- "$0")/here.sh"
cd "$root"
profile=debug build='' long='' old='' commit=''
while [ $# -gt 0 ]; do
  case $1 in
    --long) profile=release build=--release long=--long ;;
    --old)
      [ $# -ge 2 ] || die "--old needs the path of a binary"
      old=$2
      shift
      ;;
    -*) die "unknown option $1; there are --long and --old PATH" ;;
    *) commit=$1 ;;
  esac
  shift
done
target=${CARGO_TARGET_DIR:-$root/target}

# In a directory of its own, where what it depends on stays compiled from one commit to the next. Not in the one of this
# tree: Cargo names packages by their place below the workspace, and takes the older of two trees for built already.
build_old() {
  commit=$(git rev-parse --verify --quiet "${commit:-HEAD~1}^{commit}") ||
    die "there is no ${commit:-commit before HEAD} here (a shallow clone?); give another one, or a binary with --old PATH"
  old=$root/target/upgrade/$commit-$profile
  [ ! -x "$old" ] || return 0
  say "building $(git log -1 --format='%h %s' "$commit")"
  tree=$root/target/upgrade/tree
  rm -rf "$tree"
  mkdir -p "$tree"
  git archive "$commit" | tar -x -m -C "$tree"
  # shellcheck disable=SC2086 # empty means no option
  (cd "$tree" && CARGO_TARGET_DIR="$root/target/upgrade/build" cargo build --locked $build -p portico-server)
  cp "$root/target/upgrade/build/$profile/portico" "$old"
}

[ -n "$old" ] || build_old
[ -x "$old" ] || die "$old is no program"
if [ -z "${PORTICO_TEST_POSTGRES:-}" ]; then
  started=
  scripts/need-postgres.sh url >/dev/null 2>&1 || started=yes
  PORTICO_TEST_POSTGRES=$(scripts/need-postgres.sh)
  export PORTICO_TEST_POSTGRES
  [ -z "$started" ] || trap 'scripts/need-postgres.sh stop' EXIT
fi
PORTICO_NATS_SERVER=$(scripts/need-nats.sh)
export PORTICO_NATS_SERVER
# shellcheck disable=SC2086
cargo build --locked $build -p portico-server -p portico-faults
# shellcheck disable=SC2086
"$target/$profile/portico-faults" run --server "$target/$profile/portico" --old "$old" --only upgrade $long

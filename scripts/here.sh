# Sourced by the other scripts, after they set -eu: where the repository is, and how to speak of trouble.
# $root is its top directory, wherever a script is called from.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
script=$(basename -- "$0" .sh)

# Says something without disturbing what a script answers on standard output.
say() { printf '%s: %s\n' "$script" "$*" >&2; }

# Says what is wrong and what to do about it, and ends.
die() {
  say "$*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The SHA-256 of standard input.
digest() {
  if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# Installs Debian packages when that is possible without asking anybody; fails otherwise.
install_debian() {
  [ "$(id -u)" = 0 ] && have apt-get || return 1
  say "installing $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2 ||
    { apt-get update >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2; }
}

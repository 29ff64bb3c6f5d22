#!/bin/sh
# Makes sure that Node.js is there and ui/node_modules holds what the lock file says.
# Packages may not run anything when they are installed (--ignore-scripts).
set -eu
. "$(dirname -- "$0")/here.sh"

have node || die "node is missing; install Node.js 20.19 or newer (https://nodejs.org, or apt-get install nodejs)"
have npm || die "npm is missing; it comes with Node.js, on Debian as a package of its own (apt-get install npm)"
node -e 'const [a, b] = process.versions.node.split(".").map(Number);
  process.exit(a >= 24 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' ||
  die "node $(node --version) is too old or an odd release; install 20.19, 22.12 or 24 and newer"

cd "$root/ui"
[ -f package-lock.json ] || die "ui/package-lock.json is missing; it belongs into the repository"
mark=node_modules/.portico-installed
wanted=$(cat package-lock.json package.json ./*/package.json | digest)
if [ -f "$mark" ] && [ "$(cat "$mark")" = "$wanted" ]; then
  exit 0
fi
say "installing the packages of ui/"
npm ci --ignore-scripts --no-audit --no-fund >&2 || die "npm ci failed; see above"
printf '%s\n' "$wanted" >"$mark"

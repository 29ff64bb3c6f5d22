#!/bin/sh
# Builds the web app and the widget into ui/*/dist, unless they are as their sources are now.
set -eu
. "$(dirname -- "$0")/here.sh"

cd "$root/ui"
# Names and contents of everything that goes into a build; the lock file stands for the packages.
wanted=$(find . \( -name node_modules -o -name dist -o -name test-results -o -name e2e \) -prune -o -type f -print |
  LC_ALL=C sort | while IFS= read -r file; do
  printf '%s %s\n' "$(digest <"$file")" "$file"
done | digest)
mark=$root/target/ui-built
if [ -f "$mark" ] && [ "$(cat "$mark")" = "$wanted" ] && [ -d app/dist ] && [ -d widget/dist ]; then
  exit 0
fi
"$root/scripts/need-node.sh"
say "building the web app and the widget"
npm run build >&2 || die "the build failed; see above"
for made in app/dist widget/dist; do
  [ -d "$made" ] || die "the build left no ui/$made"
done
mkdir -p "$root/target"
printf '%s\n' "$wanted" >"$mark"

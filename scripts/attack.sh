#!/bin/sh
# Who must not get in: the matrix of rights, every operation of the API as every kind of actor, canaries in every private
# place, hostile input. Each has its positive control beside it.
set -eu
. "$(dirname -- "$0")/here.sh"
cd "$root"
say "the matrix of rights"
cargo test --locked -p portico-policy
say "every operation, every kind of actor, own and other organization; hostile input"
cargo test --locked -p portico-api
say "need-to-know on the desks, on every engine at hand"
cargo test --locked -p portico-core --test security_desk --test customers --test team_desk --test people
say "markup, names and queries from outside"
cargo test --locked -p portico-text

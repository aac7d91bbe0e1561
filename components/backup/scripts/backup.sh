#!/bin/sh
# Puts what a SPIRE server can't do without into a restic repository, as one snapshot.
# DATABASE: sqlite, postgres or none. HOST: name of the snapshots. FILES: files of /data, by spaces.
# KEEP: arguments of `restic forget`. The repository, its password and the store's credentials come by restic's own variables.
set -eu
umask 077
work=${WORK:-/work} data=${DATA:-/data} bundle=${BUNDLE:-/bundle}
. "$(dirname "$0")/database.sh"

rm -rf "${work:?}/spire"
mkdir "$work/spire"
# The database goes first: it names the keys, and a key that is there is never older than its name.
dump_database "$work/spire" "$data"
# A server writes them at its start. Without them the rest of the snapshot would be of no use.
for file in $FILES; do cp "$data/$file" "$work/spire/"; done
cp -L "$bundle/bundle.crt" "$work/spire/"

if ! restic cat config >/dev/null 2>&1; then restic init; fi
cd "$work"
restic backup --host "$HOST" --tag spire spire
# shellcheck disable=SC2086 # several arguments
restic forget --host "$HOST" --tag spire --group-by host,tags --prune $KEEP
restic check

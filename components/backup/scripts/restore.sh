#!/bin/sh
# Puts a snapshot that backup.sh made back in place. No server may run. SNAPSHOT: its ID, or latest.
set -eu
umask 077
work=${WORK:-/work} data=${DATA:-/data}
. "$(dirname "$0")/database.sh"

rm -rf "${work:?}/spire"
restic restore "${SNAPSHOT:-latest}" --host "$HOST" --tag spire --target "$work"
# Restic keeps the path that the snapshot was made of.
found=$(find "$work" -type d -name spire | head -n 1)
# They go first: where one is missing, the database stays as it is.
for file in $FILES; do cp "$found/$file" "$data/"; done
restore_database "$found" "$data"
echo "restored $HOST: $(ls "$found" | tr '\n' ' ')"

# shellcheck shell=sh
# How each database is dumped and filled again. A password reaches the client by a file, never by an argument.

# Writes the file in which a client looks for its password.
password_file() {
    PGPASSFILE=${WORK:-/work}/pgpass
    export PGPASSFILE
    # Colons and backslashes are escaped there (PostgreSQL, "The Password File").
    printf '*:*:*:*:%s\n' "$(sed 's/[\\:]/\\&/g' "$PASSWORD_FILE")" >"$PGPASSFILE"
}

# dump_database TARGET DATA
dump_database() {
    case "$DATABASE" in
    # A copy of the file alone would lack what is in its log still.
    sqlite) sqlite3 "$2/datastore.sqlite3" ".backup '$1/datastore.sqlite3'" ;;
    # The connection is PGHOST and the like.
    postgres)
        password_file
        pg_dump --format=custom --no-owner --no-privileges --file="$1/database.dump"
        ;;
    none) ;;
    esac
}

# restore_database SOURCE DATA
restore_database() {
    case "$DATABASE" in
    sqlite)
        rm -f "$2/datastore.sqlite3-wal" "$2/datastore.sqlite3-shm"
        cp "$1/datastore.sqlite3" "$2/datastore.sqlite3"
        sqlite3 "$2/datastore.sqlite3" 'PRAGMA integrity_check;' | grep -qx ok
        ;;
    postgres)
        password_file
        pg_restore --clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error --dbname="$PGDATABASE" "$1/database.dump"
        ;;
    none) ;;
    esac
}

#!/bin/sh
# Puts what the backups run into a folder that is a file system of its own: the programs that their scripts name, the
# libraries that those load, and the authorities that stores are verified by. No package manager, and nothing else.
set -eu
image=${1:?usage: assemble.sh FOLDER}

mkdir -p "$image/etc/ssl/certs" "$image/usr/bin" "$image/usr/lib" "$image/usr/lib64" "$image/tmp"
chmod 1777 "$image/tmp"
# Debian's file system has one folder of each, by two names.
for folder in bin lib lib64; do ln -s "usr/$folder" "$image/$folder"; done

for program in cp dash dirname find grep head ls mkdir restic rm sed sqlite3 tr; do
    cp -L "$(command -v "$program")" "$image/usr/bin/"
done
ln -s dash "$image/usr/bin/sh"
# What is on the PATH is a script that looks for the newest of these.
clients=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 | sort --version-sort | tail -n 1)/bin
cp "$clients/pg_dump" "$clients/pg_restore" "$image/usr/bin/"

# A program that is no dynamic one has no libraries.
for program in "$image"/usr/bin/*; do ldd "$program" 2>/dev/null || :; done |
    grep -oE '/[^ ]+\.so[^ ]*' | sort -u | while read -r library; do
    cp -L --parents "$library" "$image"
done

cp /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
printf 'root:x:0:0:root:/:/bin/false\nbackup:x:1000:1000:backup:/tmp:/bin/false\n' >"$image/etc/passwd"
printf 'root:x:0:\nbackup:x:1000:\n' >"$image/etc/group"

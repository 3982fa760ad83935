#!/bin/sh
# Resolve every requirements/*.in for all platforms. Usage: lock.sh UV
set -eu
cd "$(dirname "$0")"
for name in build run dev fuzz lock; do
    "$1" pip compile "$name.in" --output-file "$name.txt" --quiet --upgrade \
        --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --exclude-newer P7D \
        --overrides overrides.txt --no-emit-package playwright --no-emit-package greenlet \
        --custom-compile-command "make lock"
    if grep -niE '^ *--(index|extra-index|find-links|trusted)|://' "$name.txt"; then
        echo "requirements/$name.txt names an index" >&2
        exit 1
    fi
done

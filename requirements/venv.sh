#!/bin/sh
# Create a virtual environment, or say in one line what is missing. Usage: venv.sh PYTHON FOLDER
set -eu
if ! "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Jiwar needs Python 3.11 or newer; say where it is: make PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$1" -m venv "$2"; then
    rm -rf "$2"
    echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2
    exit 1
fi

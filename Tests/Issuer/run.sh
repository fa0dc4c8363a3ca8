#!/usr/bin/env bash
# Signs access tokens with PyJWT, another implementation than the one that checks them: one by each algorithm, of keys made for it.
#
#   bash Tests/Issuer/run.sh DIRECTORY ISSUER AUDIENCE
#
# Leaves keys.json, a JSON Web Key Set, and tokens.json in the directory. Needs python3-venv; fetches PyJWT from PyPI into .build.
# Status: 0 when all are there, 77 when the Python packages could not be fetched.
set -euo pipefail
directory=$(realpath "$1")
cd "$(dirname "$0")/../.."
tools=$PWD/.build/issuer
if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q --disable-pip-version-check -r Tests/Issuer/requirements.txt \
        || { rm -rf "$tools"; echo "the Python packages could not be fetched" >&2; exit 77; }
    touch "$tools/complete"
fi
exec "$tools/bin/python" Tests/Issuer/tokens.py "$directory" "$2" "$3"

#!/usr/bin/env bash
# Ends with a clear line unless `swift` is there and new enough for Package.swift.
set -euo pipefail
needed=6.2

if ! command -v swift >/dev/null; then
    echo "error: no Swift toolchain on the PATH. Install Swift $needed or newer for Debian 12 from swift.org, then run this again." >&2
    exit 1
fi
found=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)+).*/\1/p' | head -n 1)
if [[ -z "$found" ]]; then
    echo "error: 'swift --version' did not tell a version." >&2
    exit 1
fi
if [[ "$(printf '%s\n%s\n' "$needed" "$found" | sort -V | head -n 1)" != "$needed" ]]; then
    echo "error: Swift $found is too old: cinegrad needs $needed or newer." >&2
    exit 1
fi
echo "==> Swift $found"

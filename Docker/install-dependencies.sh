#!/usr/bin/env bash
# Installs the Debian packages that building and running cinegrad needs; does nothing when they are there.
set -euo pipefail

packages=(
    libopencv-dev libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libopenblas-dev libsqlite3-dev
    libpng-dev libcairo2-dev libzstd-dev libzip-dev pkg-config curl ca-certificates
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    echo "==> Debian packages: all ${#packages[@]} are installed"
    exit 0
fi

echo "==> Installing Debian packages: ${missing[*]}"
if ((EUID == 0)); then
    root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root=(sudo)
else
    echo "error: installing Debian packages needs root. Run 'sudo make dependencies', or as root: apt-get install ${missing[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
"${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "==> Debian packages installed"

#!/usr/bin/env bash
# Installs the Debian packages that cinegrad needs; does nothing when they are there.
#   install-dependencies.sh [build]   to build and test it (the default; `make` calls this)
#   install-dependencies.sh run       to run a built binary (the container image calls this)
#   install-dependencies.sh run --list     only prints the names (a test compares them with what the binary links)
set -euo pipefail

case "${1:-build}" in
    build)
        packages=(
            libopencv-dev libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libopenblas-dev libsqlite3-dev
            libpng-dev libcairo2-dev libfreetype-dev libzstd-dev libzip-dev zlib1g-dev libdcmtk-dev libopenjp2-7-dev libstdc++-12-dev pkg-config binutils git
            ca-certificates curl
            ffmpeg dcmtk libgdcm-tools # tests make their videos with them
            orthanc orthanc-dicomweb python3-venv # a PACS, and room for clients of it (Tests/PACS); no service of it is started
            dicom3tools # its dciodvfy holds the objects that are written against the standard
            strace # a test watches the order of writes by it
            systemd # a test has it check the unit; nothing is started
            nginx-light python3-httpx chromium # tests see the service through them
            python3 python3-requests python3-numpy # docs/explain.py, which a test runs
        )
        ;;
    run)
        packages=(
            libopencv-core406 libopencv-imgproc406 libopencv-video406 libavcodec59 libavformat59 libavutil57 libswscale6
            libopenblas0-pthread libsqlite3-0 libpng16-16 libcairo2 libfreetype6 libzstd1 libzip4 zlib1g libdcmtk17 libopenjp2-7
            libstdc++6 libgcc-s1 libc6
            ca-certificates curl
        )
        ;;
    *)
        echo "usage: ${0##*/} [build|run] [--list]" >&2
        exit 2
        ;;
esac
if [[ "${2:-}" == --list ]]; then
    printf '%s\n' "${packages[@]}"
    exit 0
fi

if ! command -v dpkg-query >/dev/null; then
    echo "error: this is not a Debian system (no dpkg-query). Install what provides: ${packages[*]}" >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    echo "==> Debian packages: all ${#packages[@]} are installed"
    exit 0
fi

echo "==> Installing Debian packages (this may take some minutes): ${missing[*]}"
if ((EUID == 0)); then
    root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    # On a terminal it may ask for a password.
    root=(sudo)
else
    echo "error: installing Debian packages needs root. Run once as root: apt-get install ${missing[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq || echo "warning: apt-get update failed; trying with the package lists that are here" >&2
# Orthanc comes with a service, which must not be started: the tests start it themselves.
policy=/usr/sbin/policy-rc.d
if [[ " ${missing[*]} " == *" orthanc "* && ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
    "${root[@]}" chmod 755 "$policy"
    trap '"${root[@]}" rm -f "$policy"' EXIT
fi
if ! "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    echo "error: apt-get could not install: ${missing[*]}. cinegrad needs Debian 12 (bookworm) and its package mirror." >&2
    exit 1
fi
echo "==> Debian packages installed"

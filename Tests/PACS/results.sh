#!/usr/bin/env bash
# Lets a built cinegrad store explanations of a real echo clip in a real archive (Orthanc), and reads them back as viewers do.
#
#   bash Tests/PACS/results.sh .build/release/cinegrad [DIRECTORY]
#
# Leaves the objects and what Orthanc renders of them in DIRECTORY, if one is given. Needs the Debian packages orthanc, orthanc-dicomweb, dcmtk,
# dicom3tools, python3-venv; fetches the Python packages and the clip (pydicom-data) from PyPI into .build. Everything listens on the loopback
# interface and is stopped again.
# Status: 0 when all held, 77 when the Python packages could not be fetched.
set -euo pipefail
binary=$(realpath "$1")
directory=${2:+$(realpath "$2")}
cd "$(dirname "$0")/../.."
tools=$PWD/.build/pacs-results
if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q --disable-pip-version-check -r Tests/PACS/results-requirements.txt \
        || { rm -rf "$tools"; echo "the Python packages could not be fetched" >&2; exit 77; }
    touch "$tools/complete"
fi
exec "$tools/bin/python" Tests/PACS/results.py "$binary" $directory

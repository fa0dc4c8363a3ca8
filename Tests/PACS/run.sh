#!/usr/bin/env bash
# Lets real software of hospitals talk to a built cinegrad: Orthanc with its DICOMweb plugin, DCMTK, GDCM, dicomweb-client, with a real echo clip.
#
#   bash Tests/PACS/run.sh .build/release/cinegrad
#
# Needs the Debian packages orthanc, orthanc-dicomweb, dcmtk, libgdcm-tools, python3-venv; fetches pydicom, dicomweb-client and the clip (pydicom-data) from
# PyPI into .build. Everything listens on the loopback interface and is stopped again.
# Status: 0 when all held, 77 when the Python packages could not be fetched.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/../.."
tools=$PWD/.build/pacs
if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q --disable-pip-version-check -r Tests/PACS/requirements.txt \
        || { rm -rf "$tools"; echo "the Python packages could not be fetched" >&2; exit 77; }
    touch "$tools/complete"
fi
exec "$tools/bin/python" Tests/PACS/pacs.py "$binary"

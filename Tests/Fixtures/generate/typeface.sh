#!/usr/bin/env bash
# Makes Sources/CTypeface/data/DejaVuSans-subset.ttf. Needs fonts-dejavu-core 2.37-6 (Debian 12) and fonttools 4.54.1.
set -euo pipefail
cd "$(dirname "$0")/../../.."
ranges=U+0020-007E,U+00A0-017F,U+0192,U+02C6-02DC,U+0370-03FF,U+0400-045F,U+1E00-1EFF,U+2010-2027,U+2030-203A
ranges+=,U+2070-208E,U+20AC,U+2100-214F,U+2190-21FF,U+2200-22FF,U+25A0-25FF
pyftsubset /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf --unicodes="$ranges" --layout-features='' --no-hinting \
    --desubroutinize --name-IDs='*' --output-file=Sources/CTypeface/data/DejaVuSans-subset.ttf

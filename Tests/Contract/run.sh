#!/usr/bin/env bash
# Throws generated requests, valid and not, at a running service and holds every answer against its openapi.yaml: all checks of Schemathesis, all phases,
# links included. Makes a video, an explanation and an evaluation first, so that addresses below them are found.
#
#   bash Tests/Contract/run.sh http://127.0.0.1:8080 [EXAMPLES]
#
# For a service without data that matters: what was made is deleted at random. Needs python3-venv, curl; fetches Schemathesis from PyPI into .build.
# Status: 0 when nothing was found, 77 when Schemathesis could not be fetched.
set -euo pipefail
cd "$(dirname "$0")/../.."
url=$1
examples=${2:-5}
tools=$PWD/.build/contract
if [ ! -x "$tools/bin/schemathesis" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q --disable-pip-version-check schemathesis==4.32.5 \
        || { rm -rf "$tools"; echo "Schemathesis could not be fetched" >&2; exit 77; }
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
curl -sS --fail-with-body "$url/sample.mp4" -o "$work/sample.mp4"
video=$(curl -sS --fail-with-body -F "video=@$work/sample.mp4" "$url/v1/videos" | field id)
explanation=$(curl -sS --fail-with-body -H 'Content-Type: application/json' \
    -d "{\"video\": \"$video\", \"model\": \"moving-shapes-sides\", \"samples\": 2, \"checks\": []}" "$url/v1/explanations?wait=120" | field id)
evaluation=$(curl -sS --fail-with-body -H 'Content-Type: application/json' \
    -d '{"model": "moving-shapes-angle", "examples": 1, "methods": ["gradient"], "curve_clips": 0}' "$url/v1/evaluations" | field id)
for _ in $(seq 120); do
    state=$(curl -sS --fail-with-body "$url/v1/evaluations/$evaluation" | field state)
    [ "$state" = succeeded ] && break
    sleep 1
done

# What the schema cannot say, the service says with 422: whether bytes are a video or weights, whether a model takes a clip of so many frames, whether
# fields fit each other. 406 is the answer to a form that is not there, 416 to a range that a file does not have.
cat > "$work/all.toml" <<'CONFIG'
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "404", "406", "409", "416", "422", "503", "507"]
CONFIG
{
    cat "$work/all.toml"
    python3 - "$video" "$explanation" "$evaluation" <<'OPERATIONS'
import re, sys
ids = dict(zip(("videos", "explanations", "evaluations"), sys.argv[1:]))
path = kind = None
for line in open("openapi.yaml"):
    if line.startswith("components:"):
        break
    if re.match(r"  /", line):
        found = re.match(r"  (/v1/(\w+)/\{id\}.*):\n", line)
        path, kind = found.groups() if found else (None, None)
    if line == "    get:\n" and kind in ids:
        print(f'[[operations]]\ninclude-name = "GET {path}"\nparameters = {{ "path.id" = "{ids[kind]}" }}')
OPERATIONS
} > "$work/made.toml"

# Bodies without a schema are bytes of any kind.
echo 'import schemathesis; schemathesis.serializer.alias("application/dicom", "application/octet-stream")' > "$work/hooks.py"

# It keeps what it found beside itself: not here. Its health checks are of how long it takes to make requests, which a busy machine fails, not of answers.
check() (
    cd "$work"
    SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$work "$tools/bin/schemathesis" --config-file "$1" run "$url/openapi.yaml" --checks all --suppress-health-check all \
        --max-examples "$examples" --seed 1 --continue-on-failure --no-color "${@:2}"
)
# First what is read of the video, the explanation and the evaluation that were made, while nothing deletes them.
check "$work/made.toml" --include-method GET --include-path-regex '[{]id[}]'
check "$work/all.toml"

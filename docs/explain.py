#!/usr/bin/env python3
"""Has a clip explained by a running service, and works with the numbers.

    python3 docs/explain.py CLIP [MODEL [SERVICE]]

Needs requests and numpy (Debian: python3-requests, python3-numpy).
"""
import io
import json
import sys
import time

import numpy
import requests

if not 2 <= len(sys.argv) <= 4:
    sys.exit(__doc__)
clip, model, service = sys.argv[1:] + ["moving-shapes-sides", "http://127.0.0.1:8080"][len(sys.argv) - 2:]


def ask(method, address, **options):
    """One request; what the service refuses, it explains."""
    answer = requests.request(method, service + address, timeout=60, **options)
    if not answer.ok:
        sys.exit(f"{answer.status_code} {answer.json()['code']}: {answer.json()['detail']}")
    return answer


# The clip and the request in one form. The answer comes at once, the work is done in its turn.
request = {"model": model, "method": "smoothgrad", "samples": 10, "seed": 1}
with open(clip, "rb") as video:
    job = ask("POST", "/v1/explanations", files={
        "video": video, "request": (None, json.dumps(request), "application/json")}).json()

# Wait for it.
while job["state"] in ("queued", "running"):
    time.sleep(0.5)
    job = ask("GET", job["links"]["self"]).json()
if job["state"] != "succeeded":
    sys.exit(f"{job['state']}: {job.get('error')}")

# One map as a NumPy array: x and y of the derivative by the flow into frames 1, 2, …
flow = numpy.load(io.BytesIO(ask(
    "GET", job["links"]["map_flow"], headers={"Accept": "application/x-npy"}).content))
# Everything in one file.
everything = numpy.load(io.BytesIO(ask("GET", job["links"]["arrays"]).content))
assert numpy.array_equal(everything["flow"], flow)

print(f"{job['target']['description']} = {job['target']['value']:.4g}")
for part in ("appearance", "motion", "residual"):
    print(f"{part:<12}{job['shares'][part]:7.1%}")

# The motion's part by hand: per pixel, gradient times flow, summed over x and y.
by_hand = numpy.abs((flow * everything["sampling_flow"]).sum(0)).sum()
print(f"Σ|∂y/∂f · f| = {by_hand:.4g}")
assert numpy.isclose(by_hand, sum(frame["motion"] for frame in job["timeline"]["frames"]), rtol=1e-4)

# Where the score depends on motion most: the frame, and the place in it.
length = numpy.hypot(flow[0], flow[1])
frame, y, x = numpy.unravel_index(length.argmax(), length.shape)
print(f"strongest at frame {frame + 1}, x {x}, y {y}: {length.max():.3g} per pixel of displacement")

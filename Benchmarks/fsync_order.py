"""Shows, by strace, that nothing is acknowledged before it is on the disk.

An upload and a request for an explanation are made while strace watches the calls of the service. Before the first byte of each answer these must have
happened, in this order:

  upload       fsync of the uploaded file; its rename to its hash; fsync of the directory that the name is in; fsync of the database's log
  explanation  a write to the database's log; fsync of that log

A power cut between any two of them loses nothing that was acknowledged. What the disk's own cache does after fsync is the disk's affair.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile

from service import Service, wait_for

CALLS = "openat,write,pwrite64,rename,renameat,renameat2,fsync,fdatasync,sendto,sendmsg,writev"


def events(trace):
    """The calls that matter, as (kind, object), in the order in which they ended."""
    found = []
    begun = {}
    for line in open(trace, errors="replace"):
        match = re.match(r"(\d+) +(.*)", line)
        if not match:
            continue
        thread, call = match.groups()
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
            # An answer counts from the moment at which it may leave, everything else from the moment at which it is done.
            if "HTTP/1.1 20" not in call:
                continue
        elif call.startswith("<..."):
            call = begun.pop(thread, "") + call
            if "HTTP/1.1 20" in call:
                continue
        place = re.search(r"<([^<>]*)>", call)
        name = place.group(1) if place else ""
        if call.startswith(("fsync", "fdatasync")):
            found.append(("fsync", name))
        elif call.startswith("rename"):
            found.append(("rename", call))
        elif call.startswith("pwrite64") and name.endswith("-wal"):
            found.append(("write", name))
        elif call.startswith(("sendto", "sendmsg", "write")) and (status := re.search(r"HTTP/1\.1 (20\d)", call)):
            found.append(("answer", status.group(1)))
    return found


def expect(events, start, steps, what):
    """Each step in its order between `start` and the answer; returns the place behind the answer."""
    end = next(index for index in range(start, len(events)) if events[index][0] == "answer")
    place = start
    print(f"{what}:")
    for description, is_step in steps:
        hits = [index for index in range(place, end) if is_step(*events[index])]
        if not hits:
            raise AssertionError(f"{what}: before the answer there is no {description}: {events[start:end + 1]}")
        place = hits[0] + 1
        print(f"  {description}")
    print(f"  answer {events[end][1]}")
    return end + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", default=".build/release/cinegrad")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="fsync-")
    trace = os.path.join(directory, "trace")
    service = Service(os.path.abspath(options.binary), os.path.join(directory, "data"), os.path.join(directory, "log"))
    # Started without a tracer, which is attached when nothing is under way.
    service.start()
    sample = service.request("GET", "/sample.mp4")[2]
    tracer = subprocess.Popen(["strace", "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", trace,
                               "-p", str(service.process.pid)], stderr=subprocess.PIPE, text=True)
    # It says so for each thread, the last time when all are attached.
    line = tracer.stderr.readline()
    if "attached" not in line:
        raise RuntimeError(f"strace: {line}")
    status, _, body = service.request("POST", "/v1/videos", sample, {"Content-Type": "video/mp4"})
    assert status == 201, body
    wait_for(lambda: "HTTP/1.1 201" in open(trace, errors="replace").read())
    video = re.search(r'"id":"(vid_\w+)"', body.decode()).group(1)
    service.json("POST", "/v1/explanations", {"video": video, "model": "moving-shapes-sides", "samples": 1, "checks": []},
                 expecting=202)
    wait_for(lambda: "HTTP/1.1 202" in open(trace, errors="replace").read())
    service.kill()
    tracer.wait()
    tracer.stderr.close()
    found = events(trace)
    is_log = lambda kind, name: kind == "fsync" and name.endswith("cinegrad.sqlite-wal")
    behind = expect(found, 0, [
        ("fsync of the uploaded file", lambda kind, name: kind == "fsync" and "/incoming/upload-" in name),
        ("rename to its hash", lambda kind, call: kind == "rename" and "/incoming/upload-" in call and "/content/" in call),
        ("fsync of its directory", lambda kind, name: kind == "fsync" and re.search(r"/content/[0-9a-f]{2}$", name)),
        ("write to the database's log", lambda kind, name: kind == "write"),
        ("fsync of the database's log", is_log),
    ], "upload")
    expect(found, behind, [
        ("write to the database's log", lambda kind, name: kind == "write"),
        ("fsync of the database's log", is_log),
    ], "explanation")
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()

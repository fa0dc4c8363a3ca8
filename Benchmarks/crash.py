"""Kills the service at random moments under load, starts it again, and looks whether anything that it acknowledged is lost.

Clients upload videos (whole, in forms, slowly, cut off in the middle), ask for explanations, cancel and delete, and write down what was acknowledged. The
service is killed with SIGKILL after a random time, whatever is under way, and started again on the same data directory. Then, each time:

- every video whose 201 or 200 arrived is there, with the bytes that were sent; every explanation whose 202 arrived is there; what was answered
  204 to a deletion is gone;
- an explanation that was seen finished is still finished, in the same way, since the same moment;
- no file of content without a row, no row without its file (`cinegrad check`).

At the end all jobs are let finish, and each must have ended exactly once: one final state, and never two lines of an end in the log.
"""

import argparse
import collections
import hashlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from service import Service, distinct, form


class Ledger:
    """What was acknowledged. A deletion whose answer did not arrive leaves a thing in doubt: it may be there or not."""

    def __init__(self):
        self.lock = threading.Lock()
        self.videos = {}         # id -> SHA-256
        self.explanations = set()
        self.doubtful = set()
        self.deleted = set()
        self.ended = {}          # id -> (state, finished_at)
        self.counts = collections.Counter()

    def some(self, things, generator):
        with self.lock:
            kept = [one for one in things if one not in self.doubtful and one not in self.deleted]
        return generator.choice(sorted(kept)) if kept else None


class Client(threading.Thread):
    """One client that does random things until it is told to stop. A connection that breaks is no error: the service was killed."""

    def __init__(self, service, ledger, sample, seed, stop):
        super().__init__(daemon=True)
        self.service, self.ledger, self.sample, self.stop = service, ledger, sample, stop
        self.random = random.Random(seed)
        self.failures = []

    def run(self):
        actions = [(self.upload, 5), (self.explain, 5), (self.whole, 2), (self.cut, 2), (self.repeat, 1),
                   (self.cancel, 1), (self.delete_explanation, 2), (self.delete_video, 2), (self.look, 3)]
        names, weights = zip(*actions)
        while not self.stop.is_set():
            try:
                self.random.choices(names, weights)[0]()
            except (OSError, http.client.HTTPException):
                self.ledger.counts["broken off"] += 1
                time.sleep(0.01)
            except Exception as error:  # a bug of the service or of this script: reported, not lost with the thread
                self.failures.append(repr(error))
                return

    def acknowledged(self, answer, expected, what):
        status, _, body = answer
        if status in (503, 409):  # the queue is full; a video that somebody deletes meanwhile
            return None
        if status not in expected:
            raise AssertionError(f"{what}: {status} {body[:300]!r}")
        self.ledger.counts[what] += 1
        return json.loads(body) if body else {}

    def upload(self):
        video = distinct(self.sample)
        kind, body = "video/mp4", video
        if self.random.random() < 0.5:
            kind, body = form([("video", "clip.mp4", video)])
        if self.random.random() < 0.3:
            body = self.slowly(body)
        headers = {"Content-Type": kind}
        answer = self.acknowledged(self.service.request("POST", "/v1/videos", body, headers), (200, 201), "uploads")
        if answer:
            with self.ledger.lock:
                self.ledger.videos[answer["id"]] = hashlib.sha256(video).hexdigest()

    def slowly(self, body):
        """In chunks, with pauses."""
        size = max(1, len(body) // 8)
        for start in range(0, len(body), size):
            yield body[start:start + size]
            time.sleep(self.random.random() * 0.05)

    def request(self, video):
        request = {"model": "moving-shapes-sides", "samples": self.random.randint(1, 3), "checks": [],
                   "seed": self.random.randrange(1 << 30)}
        return {**request, "video": video} if video else request

    def explain(self):
        video = self.ledger.some(self.ledger.videos, self.random)
        if not video:
            return self.upload()
        answer = self.service.request("POST", "/v1/explanations", json.dumps(self.request(video)),
                                      {"Content-Type": "application/json"})
        if answer[0] == 404:  # somebody deleted the video meanwhile
            return None
        self.queued(answer)

    def queued(self, answer):
        document = self.acknowledged(answer, (200, 202), "explanations")
        if document:
            with self.ledger.lock:
                self.ledger.explanations.add(document["id"])
        return document

    def whole(self):
        """Video and request in one form."""
        kind, body = form([("video", "clip.mp4", distinct(self.sample)),
                           ("request", None, json.dumps(self.request(None)).encode())])
        self.queued(self.service.request("POST", "/v1/explanations", body, {"Content-Type": kind}))

    def cut(self):
        """An upload that breaks off in the middle."""
        body = distinct(self.sample)
        connection = self.service.socket()
        head = f"POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:self.random.randrange(len(body))])
        time.sleep(self.random.random() * 0.05)
        connection.close()

    def repeat(self):
        """The same request twice under one key is one job."""
        video = self.ledger.some(self.ledger.videos, self.random)
        if not video:
            return
        headers = {"Content-Type": "application/json", "Idempotency-Key": os.urandom(8).hex()}
        body = json.dumps(self.request(video))
        ids = set()
        for _ in range(2):
            answer = self.service.request("POST", "/v1/explanations", body, headers)
            if answer[0] == 404:
                return
            document = self.queued(answer)
            if document:
                ids.add(document["id"])
        if len(ids) > 1:
            raise AssertionError("one key made two jobs")

    def cancel(self):
        self.remove("/v1/explanations/", self.ledger.some(self.ledger.explanations, self.random), (200, 202, 204, 404))

    def delete_explanation(self):
        with self.ledger.lock:
            ended = list(self.ledger.ended)
        one = self.ledger.some(ended, self.random)
        if one:
            self.remove("/v1/explanations/", one, (200, 202, 204, 404))

    def delete_video(self):
        self.remove("/v1/videos/", self.ledger.some(self.ledger.videos, self.random), (204, 404))

    def remove(self, path, one, expected):
        if not one:
            return
        with self.ledger.lock:
            self.ledger.doubtful.add(one)
        status, _, body = self.service.request("DELETE", path + one)
        if status == 409:
            with self.ledger.lock:
                self.ledger.doubtful.discard(one)
            return
        if status not in expected:
            raise AssertionError(f"DELETE {path}{one}: {status} {body[:300]!r}")
        self.ledger.counts["deletions"] += 1
        with self.ledger.lock:
            # A job that waited or ran is cancelled, and stays.
            if status in (200, 202):
                self.ledger.doubtful.discard(one)
            else:
                self.ledger.deleted.add(one)
        if status == 200:
            note_end(self.ledger, json.loads(body))

    def look(self):
        one = self.ledger.some(self.ledger.explanations, self.random)
        if not one:
            return
        status, _, body = self.service.request("GET", "/v1/explanations/" + one)
        if status == 404:
            if one not in self.ledger.doubtful and one not in self.ledger.deleted:
                raise AssertionError(f"{one} is gone")
            return
        note_end(self.ledger, json.loads(body))


def note_end(ledger, document):
    """What is over stays as it is."""
    if document["state"] in ("queued", "running"):
        return
    end = (document["state"], document.get("finished_at"))
    with ledger.lock:
        before = ledger.ended.setdefault(document["id"], end)
    if before != end:
        raise AssertionError(f"{document['id']} ended twice: {before}, then {end}")


def audit(service, ledger, binary, log, reading=False):
    """Holds the service against the ledger. No client is at work.

    reading: whether every byte is compared with its hash, and every blob with its checksum.
    """
    videos = {video["id"]: video for video in service.items("/v1/videos")}
    explanations = {one["id"]: one for one in service.items("/v1/explanations")}
    kept = lambda things: {one for one in things if one not in ledger.doubtful and one not in ledger.deleted}
    lost = [one for one in kept(ledger.videos) if videos.get(one, {}).get("sha256") != ledger.videos[one]]
    lost += kept(ledger.explanations) - explanations.keys()
    back = ledger.deleted & (videos.keys() | explanations.keys())
    if lost or back:
        raise AssertionError(f"lost: {lost}; back again: {back}")
    for document in explanations.values():
        note_end(ledger, document)
    check = subprocess.run([binary, "check", "--data-directory", service.data, *([] if reading else ["--quick"])],
                           capture_output=True, text=True)
    if check.returncode != 0 or "belongs to nothing" in check.stdout:
        raise AssertionError(f"check: {check.stdout}{check.stderr}")
    ends = collections.Counter(line.split("job.id=")[1].split()[0] for line in open(log, errors="replace")
                               if "a job ended" in line and "job.id=" in line and "outcome=put back" not in line)
    twice = [job for job, count in ends.items() if count > 1]
    if twice:
        raise AssertionError(f"ended more than once in the log: {twice}")
    return explanations


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", default=".build/release/cinegrad")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--longest", type=float, default=1.5, help="seconds between a start and the kill, at most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    directory = tempfile.mkdtemp(prefix="crash-")
    log = os.path.join(directory, "log")
    binary = os.path.abspath(options.binary)
    service = Service(binary, os.path.join(directory, "data"), log, {"CINEGRAD_LIMITS_QUEUED_JOBS": "100"})
    ledger = Ledger()
    service.start()
    sample = service.request("GET", "/sample.mp4")[2]
    for kill in range(1, options.kills + 1):
        stop = threading.Event()
        clients = [Client(service, ledger, sample, generator.random(), stop) for _ in range(options.clients)]
        for client in clients:
            client.start()
        time.sleep(generator.random() * options.longest)
        service.kill()
        stop.set()
        for client in clients:
            client.join()
        failures = [failure for client in clients for failure in client.failures]
        if failures:
            raise AssertionError(f"clients: {failures}")
        service.start()
        audit(service, ledger, binary, log)
        if kill % 10 == 0:
            print(f"{kill} kills: {dict(ledger.counts)}", file=sys.stderr, flush=True)
    for one in audit(service, ledger, binary, log):
        note_end(ledger, service.finished(one))
    ended = audit(service, ledger, binary, log, reading=True)
    states = collections.Counter(document["state"] for document in ended.values())
    # A job may be interrupted so often that it is set aside; nothing else may fail here.
    failed = {one["error"]["code"] for one in ended.values() if one["state"] == "failed"}
    if failed - {"job.poisoned"}:
        raise AssertionError(f"failed: {failed}")
    if service.stop() != 0:
        raise AssertionError("the service did not end in order")
    attempts = sum(document.get("attempts", 0) for document in ended.values())
    print(f"{options.kills} kills survived. Acknowledged: {dict(ledger.counts)}. "
          f"At the end: {dict(states)} in {attempts} attempts; {len(ledger.deleted)} deleted. Nothing is lost, nothing ended twice.")
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()

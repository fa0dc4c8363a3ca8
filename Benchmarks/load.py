"""Loads the service and prints what it bears, as rows for Benchmarks/RESULTS.md.

  gets         small GETs by wrk, in turns with a Hummingbird server that answers the same bytes (Benchmarks/hello)
  connections  memory and the latency of others, with 1,000 idle keep-alive connections and 200 readers that hardly read
  upload       resident memory while a video of 2 GB arrives
  pictures     latency of a stored map's frames as PNG, while a job runs
  queue        explanations asked for, each answered 202
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from service import Service, percentile, wait_for


def wrk(url, seconds, connections, script=None):
    """Requests a second and the 99th percentile of latency in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    if script:
        command[1:1] = ["-s", script]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if refused:
        raise RuntimeError(f"{refused.group(1)} answers were refusals")
    rate = float(re.search(r"Requests/sec: +([\d.]+)", text).group(1))
    number, unit = re.search(r"99% +([\d.]+)(us|ms|s)", text).groups()
    return rate, float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


class Load:
    def __init__(self, options):
        self.options = options
        self.directory = tempfile.mkdtemp(prefix="load-", dir=options.directory)

    def service(self, environment=None):
        data = tempfile.mkdtemp(prefix="data-", dir=self.directory)
        return Service(os.path.abspath(self.options.binary), os.path.join(data, "data"), os.path.join(data, "log"),
                       environment).start()

    def gets(self):
        ours = self.service()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        theirs = subprocess.Popen([self.options.hello, str(port)])
        wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        rates = {"cinegrad": [], "Hummingbird": []}
        addresses = {"cinegrad": f"http://127.0.0.1:{ours.port}/healthz", "Hummingbird": f"http://127.0.0.1:{port}/healthz"}
        for turn in range(self.options.turns + 1):
            for name, url in addresses.items():
                found = wrk(url, self.options.seconds, 64)
                # The first turn warms both up.
                if turn:
                    rates[name].append(found)
        theirs.terminate()
        theirs.wait()
        ours.stop()
        best = {name: sorted(rate for rate, _ in found)[len(found) // 2] for name, found in rates.items()}
        for name, found in rates.items():
            row("small GETs", name, f"{best[name]:.0f} requests/s (median of {len(found)})",
                f"p99 {percentile([late for _, late in found], 0.5):.2f} ms")
        row("small GETs", "ratio", f"{best['cinegrad'] / best['Hummingbird']:.2f}", "wanted: at least 0.8")

    def latencies(self, service, path, count, headers=None):
        """Seconds that each of some requests on one connection took."""
        connection = service.connect()
        times = []
        for _ in range(count):
            start = time.perf_counter()
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            response.read()
            times.append(time.perf_counter() - start)
            if response.status != 200:
                raise RuntimeError(f"{path}: {response.status}")
        connection.close()
        return times

    def large(self, service, size):
        """Sends a video of so many bytes: the sample and a box of free space (ISO/IEC 14496-12, 8.1.2)."""
        sample = service.request("GET", "/sample.mp4")[2]
        piece = os.urandom(1 << 20)

        def body():
            yield sample + size.to_bytes(4, "big") + b"free"
            left = size - 8
            while left:
                yield piece[:min(left, len(piece))]
                left -= min(left, len(piece))

        connection = service.connect(timeout=600)
        connection.request("POST", "/v1/videos", body=body(), headers={
            "Content-Type": "video/mp4", "Content-Length": str(len(sample) + size)})
        response = connection.getresponse()
        answer = response.read()
        if response.status != 201:
            raise RuntimeError(f"{response.status} {answer}")
        connection.close()
        return json.loads(answer)["id"]

    def connections(self):
        service = self.service()
        video = self.large(service, 64 << 20)
        self.latencies(service, "/healthz", 2000)
        before, memory = self.latencies(service, "/healthz", 5000), service.memory()
        idle = []
        for _ in range(1000):
            connection = service.socket()
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            connection.recv(4096)
            idle.append(connection)
        slow = []
        for _ in range(200):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", service.port))
            connection.sendall(f"GET /v1/videos/{video}/content HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            slow.append(connection)
        stop = threading.Event()

        def trickle():
            while not stop.wait(0.5):
                for connection in slow:
                    connection.recv(256)

        reader = threading.Thread(target=trickle)
        reader.start()
        after = self.latencies(service, "/healthz", 5000)
        held = service.memory() - memory
        stop.set()
        reader.join()
        for connection in idle + slow:
            connection.close()
        service.stop()
        row("1,000 idle, 200 slow readers", "memory", f"{held / 1e6:.1f} MB more", "wanted: less than 100 MB")
        old, new = percentile(before, 0.99) * 1e3, percentile(after, 0.99) * 1e3
        row("1,000 idle, 200 slow readers", "p99 of others", f"{old:.2f} ms before, {new:.2f} ms with them",
            f"factor {new / old:.2f}, wanted: at most 2")

    def upload(self):
        service = self.service()
        self.large(service, 32 << 20)
        service.request("DELETE", "/v1/videos/" + service.items("/v1/videos")[0]["id"])
        before, peak, stop = service.memory(), [0], threading.Event()

        def watch():
            while not stop.wait(0.02):
                peak[0] = max(peak[0], service.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.perf_counter()
        self.large(service, self.options.upload)
        took = time.perf_counter() - start
        stop.set()
        watcher.join()
        service.stop()
        row(f"upload of {self.options.upload / 1e9:.1f} GB", "resident memory", f"{(peak[0] - before) / 1e6:.1f} MB more at most",
            f"wanted: less than 32 MB; {self.options.upload / 1e6 / took:.0f} MB/s")

    def pictures(self):
        service = self.service()
        sample = service.request("GET", "/sample.mp4")[2]
        video = json.loads(service.request("POST", "/v1/videos", sample, {"Content-Type": "video/mp4"})[2])["id"]
        request = {"video": video, "model": "moving-shapes-sides", "checks": []}
        done = service.json("POST", "/v1/explanations", {**request, "samples": 2}, expecting=202)["id"]
        service.finished(done)
        running = service.json("POST", "/v1/explanations", {**request, "samples": 10000}, expecting=202)["id"]
        wait_for(lambda: service.json("GET", f"/v1/explanations/{running}")["state"] == "running")
        times = []
        for number in range(self.options.pictures):
            # Others each time, so that none comes from the cache of pictures.
            path = f"/v1/explanations/{done}/maps/pixels/frames/{number % 32}?alpha={0.3 + number // 32 / 1000}"
            times += self.latencies(service, path, 1, {"Accept": "image/png"})
        state = service.json("GET", f"/v1/explanations/{running}")["state"]
        service.kill()
        if state != "running":
            raise RuntimeError("the job ended while pictures were measured")
        row("PNG of a stored frame while a job runs", "p99", f"{percentile(times, 0.99) * 1e3:.1f} ms",
            f"wanted: less than 20 ms; median {percentile(times, 0.5) * 1e3:.1f} ms of {len(times)}")

    def queue(self):
        service = self.service({"CINEGRAD_LIMITS_QUEUED_JOBS": "1000000"})
        sample = service.request("GET", "/sample.mp4")[2]
        video = json.loads(service.request("POST", "/v1/videos", sample, {"Content-Type": "video/mp4"})[2])["id"]
        script = os.path.join(self.directory, "post.lua")
        body = json.dumps({"video": video, "model": "moving-shapes-sides", "samples": 1, "checks": []})
        with open(script, "w") as file:
            file.write(f"wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = '{body}'\n")
        rate, late = wrk(f"http://127.0.0.1:{service.port}/v1/explanations", self.options.seconds, 8, script)
        service.kill()
        row("explanations asked for, while they run", "rate", f"{rate:.0f} requests/s, p99 {late:.0f} ms",
            "wanted: at least 200 requests/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/cinegrad")
    parser.add_argument("--hello", default="Benchmarks/hello/.build/release/hello")
    parser.add_argument("--directory", help="where data is put; default: the system's directory for temporary files")
    parser.add_argument("--seconds", type=int, default=10, help="of each run of wrk")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--upload", type=int, default=2_000_000_000, help="bytes")
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--only", nargs="*", default=["gets", "connections", "upload", "pictures", "queue"])
    options = parser.parse_args()
    load = Load(options)
    row("what", "", "measured", "")
    print("|---|---|---|---|")
    try:
        for name in options.only:
            getattr(load, name)()
    finally:
        shutil.rmtree(load.directory)


if __name__ == "__main__":
    main()

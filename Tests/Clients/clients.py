"""What real clients see of a running service: Python's requests and httpx, directly and through nginx.

clients.py URL: prints a line for each client and ends with 0 when each saw what it should.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time

import httpx
import requests


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def pieces(content):
    """For bodies without a length, which clients send in chunks."""
    for start in range(0, len(content), 5000):
        yield content[start:start + 5000]


def suite(client, base, salt):
    """The calls that both libraries spell alike."""
    sample = client.get(f"{base}/sample.mp4").content
    # A box of free space makes other bytes of it.
    video = sample + b"\x00\x00\x00\x18free" + salt.encode().ljust(16, b".")
    form = client.post(f"{base}/v1/videos", files={"video": ("clip.mp4", video, "video/mp4")})
    expect(form.status_code == 201, f"form: {form.status_code} {form.text}")
    identifier = form.json()["id"]
    again = client.post(f"{base}/v1/videos", content=pieces(video)) if isinstance(client, httpx.Client) else \
        client.post(f"{base}/v1/videos", data=pieces(video))
    expect(again.status_code == 200 and again.json()["id"] == identifier, f"chunks: {again.status_code} {again.text}")
    address = f"{base}/v1/videos/{identifier}/content"
    expect(client.get(address).content == video, "content")
    part = client.get(address, headers={"Range": "bytes=100-199"})
    expect(part.status_code == 206 and part.content == video[100:200], f"range: {part.status_code}")
    last = client.get(address, headers={"Range": "bytes=-10"})
    expect(last.content == video[-10:], "the last ten bytes")
    behind = client.get(address, headers={"Range": "bytes=99999999-"})
    expect(behind.status_code == 416, f"behind the end: {behind.status_code}")
    head = client.head(address)
    expect(head.headers["Content-Length"] == str(len(video)) and not head.content, "head")
    frame = client.get(f"{base}/v1/videos/{identifier}/frames/3")
    expect(frame.status_code == 200 and frame.content.startswith(b"\x89PNG"), "frame")
    known = client.get(f"{base}/openapi.yaml", headers={"If-None-Match": client.get(f"{base}/openapi.yaml").headers["ETag"]})
    expect(known.status_code == 304 and not known.content, f"known: {known.status_code}")
    packed = client.get(f"{base}/v1/models", headers={"Accept-Encoding": "gzip"})
    expect(packed.headers.get("Content-Encoding") == "gzip" and packed.json()["items"], "gzip")
    traced = client.get(f"{base}/version", headers={"X-Request-Id": "4bf92f3577b34da6-a3ce929d"})
    expect(traced.headers["X-Request-Id"] == "4bf92f3577b34da6-a3ce929d", "request id")
    missing = client.get(f"{base}/v1/videos/vid_none")
    expect(missing.status_code == 404 and missing.headers["Content-Type"] == "application/problem+json", "problem")
    for number in range(50):
        expect(client.get(f"{base}/healthz").json() == {"status": "ok"}, f"request {number} of one connection")
    job = client.post(f"{base}/v1/explanations", json={
        "video": identifier, "model": "moving-shapes-sides", "samples": 2, "checks": []})
    expect(job.status_code == 202, f"job: {job.status_code} {job.text}")
    events = f"{base}{job.headers['Location']}/events"
    if isinstance(client, httpx.Client):
        with client.stream("GET", events) as stream:
            names = [line for line in stream.iter_lines() if line.startswith("event:")]
    else:
        stream = client.get(events, stream=True)
        names = [line.decode() for line in stream.iter_lines() if line.startswith(b"event:")]
    expect(names and names[-1].strip() == "event: succeeded", f"events: {names}")
    done = client.get(f"{base}{job.headers['Location']}").json()
    expect(done["state"] == "succeeded", f"job: {done['state']}")
    picture = client.get(f"{base}{done['links']['map_pixels']}", headers={"Accept": "image/png"})
    expect(picture.content.startswith(b"\x89PNG"), "map")
    expect(client.delete(f"{base}{job.headers['Location']}").status_code == 204, "delete")
    expect(client.delete(f"{base}/v1/videos/{identifier}").status_code == 204, "delete")


NGINX = """
daemon off; pid {directory}/pid; error_log {directory}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; client_max_body_size 0;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/f;
    uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
    upstream cinegrad {{ server {service}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://cinegrad; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
            proxy_request_buffering off; proxy_buffering off;
        }}
    }}
}}
"""


class Nginx:
    """nginx in front of the service, on a free port of loopback."""

    def __init__(self, service):
        self.directory = tempfile.mkdtemp(prefix="nginx-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        configuration = os.path.join(self.directory, "nginx.conf")
        with open(configuration, "w") as file:
            file.write(NGINX.format(directory=self.directory, service=service.removeprefix("http://"), port=self.port))
        self.process = subprocess.Popen(["nginx", "-c", configuration, "-e", f"{self.directory}/error.log"],
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return f"http://127.0.0.1:{self.port}"
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"nginx does not listen: {open(self.directory + '/error.log').read()}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def main():
    service = sys.argv[1]
    os.environ["NO_PROXY"] = "*"
    with Nginx(service) as proxied:
        for way, base in [("directly", service), ("through nginx", proxied)]:
            with requests.Session() as client:
                suite(client, base, "requests" + way[:4])
            print(f"requests {requests.__version__} {way}")
            with httpx.Client(timeout=None) as client:
                suite(client, base, "httpx" + way[:4])
            print(f"httpx {httpx.__version__} {way}")
        # What nginx itself refuses or repairs must not reach the service as something else.
        for text, status in [(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
                             (b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\n\r\n", b"400")]:
            for base in [service, proxied]:
                host, port = base.removeprefix("http://").split(":")
                with socket.create_connection((host, int(port))) as raw:
                    raw.sendall(text)
                    answer = raw.recv(4096)
                    expect(answer.startswith(b"HTTP/1.1 " + status), f"{base}: {text}: {answer[:60]}")
        print("malformed requests directly and through nginx")
    print(json.dumps({"clients": 4}))


if __name__ == "__main__":
    main()

"""A `cinegrad serve` process and small HTTP clients for it, shared by the scripts that load, kill and watch it. Standard library only."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time


class Service:
    """The service on a data directory, on a free port of loopback."""

    def __init__(self, binary, data, log, environment=None, wrapper=()):
        self.binary, self.data, self.log, self.wrapper = binary, data, log, list(wrapper)
        self.environment = {**os.environ, "HOME": os.path.dirname(data), "XDG_DATA_HOME": "",
                            "CINEGRAD_LIMITS_DISK_RESERVE_BYTES": "0", **(environment or {})}
        self.process = None
        self.port = None

    def start(self):
        """Returns when it takes connections. Raises when it ends instead."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.binary, "serve", "--port", "0", "--data-directory", self.data],
                stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self.environment)
        line = self.process.stdout.readline().decode()
        found = re.match(r"Cinegrad is ready at http://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.process.wait()
            raise RuntimeError(f"the service did not start: {open(self.log).read()[-2000:]}")
        self.port = int(found.group(1))
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self):
        """Asks it to end; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self):
        status = self.process.wait()
        self.process.stdout.close()
        return status

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def connect(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def socket(self, timeout=60):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body) over a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def json(self, method, path, document=None, expecting=200, headers=None):
        body = None if document is None else json.dumps(document)
        headers = {**({"Content-Type": "application/json"} if body else {}), **(headers or {})}
        status, _, answer = self.request(method, path, body, headers)
        if status != expecting:
            raise RuntimeError(f"{method} {path}: {status} {answer[:500]!r}")
        return json.loads(answer) if answer else None

    def items(self, path):
        """All items of a list, page after page."""
        found, cursor = [], ""
        while True:
            page = self.json("GET", f"{path}?limit=500{cursor}")
            found += page["items"]
            if "next" not in page:
                return found
            cursor = "&cursor=" + page["next"]

    def finished(self, explanation):
        """The explanation, once it is over."""
        while True:
            document = self.json("GET", f"/v1/explanations/{explanation}?wait=60")
            if document["state"] not in ("queued", "running"):
                return document


def form(parts):
    """(content type, body) of multipart/form-data (RFC 7578) from (name, filename or None, bytes)."""
    boundary = "b" + os.urandom(12).hex()
    body = b""
    for name, filename, content in parts:
        file = f'; filename="{filename}"' if filename else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        body += content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def distinct(sample):
    """The sample with other bytes: an mp4 may end with a box of free space (ISO/IEC 14496-12, 8.1.2)."""
    return sample + b"\x00\x00\x00\x18free" + os.urandom(16)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def wait_for(condition, tries=600, pause=0.05):
    for _ in range(tries):
        if condition():
            return
        time.sleep(pause)
    raise RuntimeError("what was waited for did not happen")

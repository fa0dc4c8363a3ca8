"""What pages see of a running service in headless Chromium.

browser.py FOLDER: prints the origin of a page that is to be allowed, waits until its service's address stands in FOLDER/service, opens the page and one of an
origin that is not allowed, and ends with 0 when each saw what it should.
"""

import http.server
import json
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time

PAGE = (pathlib.Path(__file__).parent / "browser.html").read_bytes()
# Seconds for a page to report; a browser's first start is slow.
PATIENCE = 240


class Pages(http.server.BaseHTTPRequestHandler):
    """The page, and what it reports."""

    reports = queue.Queue()

    def do_GET(self):
        self.answer(200 if self.path in ("/", "/outside") else 404, PAGE)

    def do_POST(self):
        self.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(200, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def report(address):
    """What the page at an address told."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={profile}", address],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return Pages.reports.get(timeout=PATIENCE)
        finally:
            browser.terminate()
            browser.wait()


def main():
    folder = pathlib.Path(sys.argv[1])
    allowed, other = origin(), origin()
    print(allowed, flush=True)
    for _ in range(6000):
        if (folder / "service").exists():
            break
        time.sleep(0.02)
    service = (folder / "service").read_text().strip()
    seen = report(f"{allowed}/#{service}")
    print(json.dumps(seen))
    denied = report(f"{other}/outside#{service}")
    print(json.dumps(denied))
    return 1 if "error" in seen or "error" in denied else 0


if __name__ == "__main__":
    sys.exit(main())

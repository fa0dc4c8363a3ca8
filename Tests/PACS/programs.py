"""The programs under test, started and stopped: cinegrad and Orthanc."""

import json
import os
import re
import signal
import socket
import subprocess
import time

import requests

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"


def until(what, question, attempts=3000):
    """The first answer that is true, asked for every tenth of a second."""
    for _ in range(attempts):
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"never came: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cinegrad:
    """The service, with rules that explain every clip of ultrasound by a bundled model."""

    def __init__(self, binary, directory, samples):
        self.binary, self.directory, self.log = binary, directory, directory / "cinegrad.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (directory / "routes.yaml").write_text(
            "rules:\n  - {modality: US, frames: 32-, model: moving-shapes-sides, request: {samples: %d, checks: []}}\n" % samples
        )
        (directory / "cinegrad.yaml").write_text(
            f"server: {{port: {self.port}}}\ndata: {{directory: {directory / 'data'}}}\n"
            f"dicom: {{routes: {directory / 'routes.yaml'}}}\nlog: {{level: trace}}\nworkers: {{lease-seconds: 5}}\n"
        )
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.directory / "cinegrad.yaml")],
            stdout=subprocess.DEVNULL, stderr=open(self.log, "ab"),
        )
        until("the service", self.is_ready)

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(self.url + "/readyz").status_code == 200
        except requests.ConnectionError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait() == 0

    def get(self, path, **options):
        answer = requests.get(self.url + path, **options)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return answer

    def explanations(self, study):
        return self.get(f"/v1/explanations?study={study}").json()["items"]

    def erase(self, study):
        assert requests.delete(f"{self.url}/dicom-web/studies/{study}").status_code == 204


class Orthanc:
    """A PACS that knows the service twice: it sends in chunks to one, with a length to the other."""

    def __init__(self, directory, service):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        servers = {
            name: {"Url": f"{service}/dicom-web/", "ChunkedTransfers": name == "chunked", "HasDelete": True}
            for name in ("chunked", "whole")
        }
        configuration = {
            "Name": "test", "StorageDirectory": str(directory / "orthanc"), "IndexDirectory": str(directory / "orthanc"),
            "HttpPort": self.port, "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
            "DicomServerEnabled": False, "HttpTimeout": 60, "Plugins": [PLUGIN], "OrthancPeers": {"cinegrad": [f"{service}/"]},
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "Servers": servers},
        }
        (directory / "orthanc.json").write_text(json.dumps(configuration))
        self.log = directory / "orthanc.log"
        self.process = subprocess.Popen(
            ["Orthanc", str(directory / "orthanc.json")], stdout=open(self.log, "wb"), stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"},
        )
        until("Orthanc", self.is_ready)

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(self.url + "/system").status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def post(self, path, **options):
        answer = requests.post(self.url + path, **options)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return answer.json()

    def add(self, file):
        """Stores a file in the PACS; its answer names the study by Orthanc's id."""
        return self.post("/instances", data=file.read_bytes())

    def job(self, path, request):
        """Runs a job to its end; seconds that it took."""
        start = time.monotonic()
        job = self.post(path, json=request)["ID"]
        state = until(
            f"the end of {path}",
            lambda: (found := requests.get(f"{self.url}/jobs/{job}").json())["State"] not in ("Pending", "Running") and found,
        )
        assert state["State"] == "Success", f"{json.dumps(state)}\n{self.log.read_text()[-3000:]}"
        return time.monotonic() - start

    def store(self, server, study):
        return self.job(f"/dicom-web/servers/{server}/stow", {"Resources": [study], "Synchronous": False})

    def push(self, instance, compress):
        return self.job("/peers/cinegrad/store", {"Resources": [instance], "Compress": compress, "Synchronous": False})

"""What becomes of an explanation in an archive, with a real archive and a real clip. Each step prints a line; the first that fails ends it."""

import email
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import numpy
import pydicom
import requests
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from pydicom.data import get_testdata_file

from programs import PLUGIN, free_port, until

TRUE_COLOR = "1.2.840.10008.5.1.4.1.1.7.4"
REPORT = "1.2.840.10008.5.1.4.1.1.88.33"


def answers(url):
    try:
        return requests.get(url).status_code == 200
    except requests.ConnectionError:
        return False


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Program:
    """A server in a process of its own."""

    def start(self, words, ready, log):
        self.process = subprocess.Popen(
            words, stdout=open(log, "ab"), stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
        until(words[0], lambda: self.is_alive(log) and answers(ready))

    def is_alive(self, log):
        assert self.process.poll() is None, log.read_text(errors="replace")[-3000:]
        return True

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait()


class Archive(Program):
    def __init__(self, directory):
        self.port, self.directory = free_port(), directory
        self.url = f"http://127.0.0.1:{self.port}"
        self.configure({"Plugins": [PLUGIN], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}})

    def configure(self, more):
        directory = self.directory
        (directory / "orthanc.json").write_text(json.dumps({
            "Name": "test", "StorageDirectory": str(directory / "orthanc"), "IndexDirectory": str(directory / "orthanc"),
            "HttpPort": self.port, "RemoteAccessAllowed": False, "AuthenticationEnabled": True,
            "RegisteredUsers": {"cinegrad": "secret"}, "DicomServerEnabled": False, **more}))

    def open(self):
        log = self.directory / "orthanc.log"
        self.process = subprocess.Popen(
            ["Orthanc", str(self.directory / "orthanc.json")], stdout=open(log, "ab"), stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
        until("Orthanc", lambda: self.is_alive(log) and self.is_open())

    def is_open(self):
        try:
            return self.get("/system").status_code == 200
        except requests.ConnectionError:
            return False

    def get(self, path, **options):
        return requests.get(self.url + path, auth=("cinegrad", "secret"), **options)

    def find(self, study):
        """Orthanc's ids of a study's instances, by SOP class."""
        found = requests.post(
            f"{self.url}/tools/find", auth=("cinegrad", "secret"),
            json={"Level": "Instance", "Query": {"StudyInstanceUID": study}, "Expand": True}).json()
        classes = {}
        for item in found:
            dataset = self.get(f"/instances/{item['ID']}/simplified-tags").json()
            classes.setdefault(dataset["SOPClassUID"], []).append(item["ID"])
        return classes


class Cinegrad(Program):
    def __init__(self, binary, directory, push, routes=None):
        self.binary, self.directory, self.port = binary, directory, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        directory.mkdir(exist_ok=True)
        (directory / "cinegrad.yaml").write_text(json.dumps({
            "server": {"port": self.port}, "data": {"directory": str(directory / "data")}, "dicom": {
                **{f"push-{name}": value for name, value in push.items()}, **({"routes": routes} if routes else {})},
            "workers": {"lease-seconds": 3}}))

    def open(self):
        self.start(
            [self.binary, "serve", "--config", str(self.directory / "cinegrad.yaml")], f"{self.url}/readyz",
            self.directory / "cinegrad.log")

    def get(self, path, **options):
        answer = requests.get(self.url + path, **options)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return answer

    def upload(self, content):
        answer = requests.post(f"{self.url}/v1/videos", data=content, headers={"Content-Type": "application/octet-stream"})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def explain(self, video, **request):
        answer = requests.post(
            f"{self.url}/v1/explanations?wait=300",
            json={"video": video["id"], "model": "moving-shapes-sides", "samples": 2, "seed": 7, "checks": [], **request})
        assert answer.status_code == 200 and answer.json()["state"] == "succeeded", answer.text[:600]
        return answer.json()["links"]["self"]

    def exported(self, address, state):
        return until(
            f"the state {state}", lambda: (found := self.get(f"{address}/export").json())["state"] == state and found)


def picture(content):
    return numpy.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


class Tests:
    def __init__(self, binary, directory, keep):
        self.binary, self.directory, self.keep = binary, directory, keep
        self.source = pathlib.Path(get_testdata_file("color3d_jpeg_baseline.dcm"))
        self.clip = pydicom.dcmread(self.source, stop_before_pixels=True)
        self.study = self.clip.StudyInstanceUID

    def kept(self, name, content):
        path = (self.keep or self.directory) / name
        path.write_bytes(content)
        return path

    def test_the_archive_gets_what_comes_of_its_cine(self):
        stored = requests.post(
            f"{self.archive.url}/instances", data=self.source.read_bytes(), auth=("cinegrad", "secret"))
        assert stored.status_code == 200, stored.text
        self.address = self.service.explain(self.service.upload(self.source.read_bytes()))
        export = self.service.exported(self.address, "stored")
        assert export["attempts"] == 1 and len(export["objects"]) == 2, export
        classes = self.archive.find(self.study)
        assert {name: len(items) for name, items in classes.items()} == {
            self.clip.SOPClassUID: 1, TRUE_COLOR: 1, REPORT: 1}, classes
        self.in_archive = {name: items[0] for name, items in classes.items()}
        self.objects = {item["object"]: item for item in export["objects"]}

    def test_both_objects_are_valid(self):
        for name, sop_class in (("cine", TRUE_COLOR), ("sr", REPORT)):
            here = self.service.get(f"{self.address}/dicom?object={name}").content
            there = self.archive.get(f"/instances/{self.in_archive[sop_class]}/file").content
            assert here == there, f"the archive has another {name}"
            file = self.kept(f"{name}.dcm", here)
            _, said = run("dciodvfy", str(file))
            _, of_source = run("dciodvfy", str(self.source))
            # The patient's name in one piece is the source's, and stays as it is there.
            complaints = [line for line in said.splitlines() if line.startswith(("Error", "Warning")) or "Warning -" in line]
            assert len(complaints) <= 1 and all(
                "Patient's Name" in line and line in of_source.splitlines() for line in complaints), complaints
        status, said = run("dsrdump", str((self.keep or self.directory) / "sr.dcm"))
        assert status == 0 and "Comprehensive SR" in said and "Share of motion" in said, said

    def test_frames_and_times_are_the_sources(self):
        cine = pydicom.dcmread((self.keep or self.directory) / "cine.dcm")
        report = self.service.get(self.address).json()
        frames = [frame for frame in report["provenance"]["clip"]["source_frames"] if frame >= 0][1:]
        assert cine.NumberOfFrames == len(frames) < 90
        reference = cine.SourceImageSequence[0]
        assert reference.ReferencedSOPInstanceUID == self.clip.SOPInstanceUID
        assert list(reference.ReferencedFrameNumber) == [frame + 1 for frame in frames]
        step = frames[1] - frames[0]
        assert abs(float(cine.FrameTime) - step * float(self.clip.FrameTime)) < 0.01, cine.FrameTime
        assert (cine.PatientName, cine.PatientID) == (self.clip.PatientName, self.clip.PatientID)
        assert cine.StudyInstanceUID == self.study and cine.SeriesInstanceUID != self.clip.SeriesInstanceUID
        assert cine.BurnedInAnnotation == "NO" and "seed 7" in cine.DerivationDescription
        self.frames = len(frames)
        print(f"  {self.frames} frames of {cine.Columns}x{cine.Rows}, {len(cine.PixelData) / 1e6:.1f} MB, {cine.FrameTime} ms")

    def test_the_archive_renders_it(self):
        study, series, instance = (self.objects["cine"][name] for name in ("study", "series", "instance"))
        pictures = []
        for frame in (1, self.frames // 2, self.frames):
            path = f"/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frame}/rendered"
            there = self.archive.get(path, headers={"Accept": "image/png"})
            assert there.status_code == 200, there.text
            self.kept(f"orthanc-{frame}.png", there.content)
            here = self.service.get(path, headers={"Accept": "image/png"})
            pictures.append(picture(there.content))
            difference = abs(pictures[-1] - picture(here.content))
            assert difference.mean() < 2, difference.mean()
        assert abs(pictures[0] - pictures[1]).mean() > 0.5, "the frames are the same"

    def test_the_source_lies_under_the_map(self):
        """Where the map is dark the drawing is the dimmed source, at the same place."""
        source = self.archive.get(
            f"/instances/{self.in_archive[self.clip.SOPClassUID]}/frames/{2 * (self.frames // 2)}/rendered",
            headers={"Accept": "image/png"})
        assert source.status_code == 200, source.text
        region = self.clip.SequenceOfUltrasoundRegions[0]
        left, top = region.RegionLocationMinX0, region.RegionLocationMinY0
        right, bottom = region.RegionLocationMaxX1 + 1, region.RegionLocationMaxY1 + 1
        drawn = picture(((self.keep or self.directory) / f"orthanc-{self.frames // 2}.png").read_bytes())
        grey = picture(source.content)[top:bottom, left:right].mean(axis=-1)
        best = max(
            numpy.corrcoef(grey.ravel(), drawn[y : y + bottom - top, 10 : 10 + right - left].mean(axis=-1).ravel())[0, 1]
            for y in range(0, drawn.shape[0] - (bottom - top)))
        assert best > 0.5, best
        print(f"  correlation {best:.2f}")

    def test_viewers_read_it_back(self):
        client = DICOMwebClient(f"{self.service.url}/dicom-web")
        studies = client.search_for_studies(search_filters={"StudyInstanceUID": self.study})
        assert len(studies) == 1 and studies[0]["0020000D"]["Value"] == [self.study], studies
        assert len(client.search_for_series(self.study)) == 2
        assert len(client.search_for_instances(self.study, search_filters={"Modality": "SR"})) == 1
        assert client.search_for_studies(search_filters={"PatientID": "nobody"}) == []
        names = [self.objects["cine"][name] for name in ("study", "series", "instance")]
        metadata = client.retrieve_instance_metadata(*names)
        dataset = client.retrieve_instance(*names)
        file = pydicom.dcmread((self.keep or self.directory) / "cine.dcm")
        assert dataset == file
        described = pydicom.Dataset.from_json(metadata, bulk_data_uri_handler=lambda uri: b"")
        for element in file:
            if element.keyword != "PixelData":
                assert described[element.tag] == element, element
        assert len(client.retrieve_study(self.study)) == 2
        assert len(client.retrieve_series_metadata(*names[:2])) == 1
        frames = client.retrieve_instance_frames(*names, [1, self.frames], media_types=(("image/jpeg", "1.2.840.10008.1.2.4.50"),))
        assert len(frames) == 2 and all(frame.startswith(b"\xff\xd8") for frame in frames)
        rendered = client.retrieve_instance_frames_rendered(*names, [1], media_types=("image/jpeg",))
        assert picture(rendered).shape == (file.Rows, file.Columns, 3)
        rendered = client.retrieve_instance_rendered(*names, media_types=("image/png",))
        assert picture(rendered).shape == (file.Rows, file.Columns, 3)

    def test_attributes_come_as_xml(self):
        """As DCMTK's own tool writes them of the same files."""
        space = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"

        def told(element):
            """An element's attributes and all below, without white space."""
            return (
                element.tag.removeprefix(space), sorted(element.attrib.items()), (element.text or "").strip(), [told(child) for child in element])

        for name in ("cine", "sr"):
            study, series, instance = (self.objects[name][key] for key in ("study", "series", "instance"))
            answer = self.service.get(
                f"/dicom-web/studies/{study}/series/{series}/instances/{instance}/metadata",
                headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
            part = email.message_from_bytes(f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode() + answer.content).get_payload()[0]
            ours = xml.etree.ElementTree.fromstring(part.get_payload(decode=True))
            # Without pixels, which both would name by an address, and the group of the file itself.
            there = subprocess.run(
                ["dcm2xml", "--native-format", str((self.keep or self.directory) / f"{name}.dcm")], capture_output=True, check=True).stdout
            theirs = xml.etree.ElementTree.fromstring(there)
            left = [{
                element.get("tag"): told(element) for element in model
                if element.get("tag") not in ("00081190", "7FE00010") and not element.get("tag").startswith("0002")} for model in (ours, theirs)]
            assert left[0].keys() == left[1].keys(), left[0].keys() ^ left[1].keys()
            for tag in left[0]:
                assert left[0][tag] == left[1][tag], (left[0][tag], left[1][tag])
            print(f"  {name}: {len(left[0])} attributes")

    def test_storing_it_again_changes_nothing(self):
        before = self.archive.get("/statistics").json()
        assert requests.post(f"{self.service.url}{self.address}/export").status_code == 202
        until("the second time", lambda: self.service.get(f"{self.address}/export").json()["attempts"] == 1)
        assert self.service.get(f"{self.address}/export").json()["state"] == "stored"
        assert self.archive.get("/statistics").json() == before

    def test_what_the_archive_sends_back_is_not_explained(self):
        count = len(self.service.get("/v1/explanations").json()["items"])
        back = self.archive.get(f"/instances/{self.in_archive[TRUE_COLOR]}/file").content
        assert self.service.upload(back)["dicom"]["not_explained"]["code"] == "own-result"
        assert len(self.service.get("/v1/explanations").json()["items"]) == count

    def test_an_archive_that_is_down_gets_it_later(self):
        self.archive.end(signal.SIGTERM)
        address = self.service.explain(self.service.upload(self.source.read_bytes()), method="gradient", space="pixels")
        export = until(
            "an attempt", lambda: (found := self.service.get(f"{address}/export").json())["attempts"] > 0 and found)
        assert export["state"] == "waiting" and export["error"]["code"] == "archive.unreachable", export
        self.service.end(signal.SIGKILL)
        self.service.open()
        self.archive.open()
        export = self.service.exported(address, "stored")
        assert len(self.archive.find(self.study)[TRUE_COLOR]) == 2
        print(f"  stored at attempt {export['attempts']}")

    def test_orthancs_own_interface_takes_it_too(self):
        service = Cinegrad(self.binary, self.directory / "second", {
            "url": self.archive.url, "service": "orthanc", "authorization": "Basic Y2luZWdyYWQ6c2VjcmV0"})
        service.open()
        try:
            address = service.explain(
                service.upload(self.source.read_bytes()), method="gradient", space="pixels", windows={"stride": 16})
            service.exported(address, "stored")
            cines = self.archive.find(self.study)[TRUE_COLOR]
            counts = [self.archive.get(f"/instances/{item}/simplified-tags").json()["NumberOfFrames"] for item in cines]
            # All 120 frames would be taken for a video.
            assert len(cines) == 3 and "60" in counts, counts
            whole = service.get(f"{address}/dicom?frames=all").content
            assert pydicom.dcmread(io.BytesIO(whole), stop_before_pixels=True).NumberOfFrames == 120
        finally:
            service.end(signal.SIGTERM)

    def test_a_wrong_password_is_told(self):
        service = Cinegrad(self.binary, self.directory / "third", {
            "url": f"{self.archive.url}/dicom-web", "authorization": "Bearer wrong", "attempts": 1})
        service.open()
        try:
            address = service.explain(service.upload(self.source.read_bytes()), method="gradient", space="pixels")
            export = service.exported(address, "failed")
            assert export["error"]["code"] == "archive.refused" and "401" in export["error"]["message"], export
            text = (self.directory / "third" / "cinegrad.log").read_text()
            assert "wrong" not in text and str(self.clip.PatientName) not in text
        finally:
            service.end(signal.SIGTERM)

    def test_the_documented_configuration_works(self):
        """Orthanc forwards what is stored in it, Cinegrad explains it and stores what comes of it, and that goes round no second time."""
        text = (pathlib.Path(__file__).parents[2] / "docs" / "pacs.md").read_text()
        blocks = {name: re.search(rf"```{name}\n(.*?)```", text, re.S).group(1) for name in ("json", "lua")}
        place = self.directory / "loop"
        place.mkdir()
        pacs, rules = Archive(place), place / "routes.yaml"
        rules.write_text("rules:\n  - {modality: US, frames: 32-, model: moving-shapes-sides, request: {samples: 2, checks: []}}\n")
        service = Cinegrad(self.binary, place / "service", {
            "url": f"{pacs.url}/dicom-web", "authorization": "Basic Y2luZWdyYWQ6c2VjcmV0"}, routes=str(rules))
        (place / "cinegrad.lua").write_text(blocks["lua"])
        documented = json.loads(
            blocks["json"].replace("http://127.0.0.1:8080", service.url).replace("/etc/orthanc", str(place)))
        pacs.configure({**documented, "StableAge": 1})
        service.open()
        pacs.open()
        try:
            stored = requests.post(f"{pacs.url}/instances", data=self.source.read_bytes(), auth=("cinegrad", "secret"))
            assert stored.status_code == 200, stored.text
            until("the results", lambda: len(pacs.find(self.study)) == 3)
            # The study became stable once more and was sent again, results included.
            until("the second round", lambda: sum(
                job["Type"] == "DicomWebStowClient" and job["State"] == "Success"
                for job in pacs.get("/jobs?expand").json()) >= 2)
            assert len(service.get("/v1/explanations").json()["items"]) == 1
            assert {name: len(items) for name, items in pacs.find(self.study).items()} == {
                self.clip.SOPClassUID: 1, TRUE_COLOR: 1, REPORT: 1}
        finally:
            pacs.end(signal.SIGKILL)
            service.end(signal.SIGKILL)

    def test_no_request_is_left_on_the_disk(self):
        for name in ("first", "second", "third"):
            assert list((self.directory / name / "data" / "incoming").iterdir()) == []

    def run(self):
        self.archive = Archive(self.directory)
        self.archive.open()
        try:
            self.service = Cinegrad(self.binary, self.directory / "first", {
                "url": f"{self.archive.url}/dicom-web", "authorization": "Basic Y2luZWdyYWQ6c2VjcmV0"})
            self.service.open()
            try:
                tests = [name for name in vars(Tests) if name.startswith("test_")]
                for name in tests:
                    print(name, flush=True)
                    getattr(self, name)()
                print(f"all {len(tests)} held")
            finally:
                self.service.end(signal.SIGKILL)
        finally:
            self.archive.end(signal.SIGKILL)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        keep = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
        Tests(sys.argv[1], pathlib.Path(scratch), keep).run()

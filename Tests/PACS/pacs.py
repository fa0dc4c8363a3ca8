"""What a PACS does with the service, with real programs and a real clip. Each step prints a line; the first that fails ends it."""

import pathlib
import subprocess
import sys
import tempfile
import time

import pydicom
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import generate_uid

from pictures import likeness, picture, rgb_of_ybr
from programs import Cinegrad, Orthanc, until

# What must never be in a log.
PATIENT = {
    "PatientName": "Vogelsang^Annegret", "PatientID": "PID-4711-0815", "PatientBirthDate": "19580203",
    "AccessionNumber": "ACC-99871", "ReferringPhysicianName": "Specht^Balduin", "InstitutionName": "Klinik Rohrdommel",
}
# Of the clip: columns and rows of its region of tissue, and of the name that is burnt in above it.
LEFT, TOP, RIGHT, BOTTOM = 84, 31, 596, 415


def clip():
    return pydicom.dcmread(get_testdata_file("color3d_jpeg_baseline.dcm"))


def named(dataset, study, instance):
    """With the patient of these tests, in a study of their own."""
    for name, value in PATIENT.items():
        setattr(dataset, name, value)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, generate_uid(entropy_srcs=[study, dataset.Modality])
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = instance
    return dataset


def written(dataset, file):
    dataset.save_as(file)
    return file


class Tests:
    def __init__(self, binary, directory):
        self.directory, self.study = directory, generate_uid()
        self.cine = written(named(clip(), self.study, generate_uid()), directory / "cine.dcm")
        still = pydicom.dcmread(get_testdata_file("JPGLosslessP14SV1_1s_1f_8b.dcm"))
        report = pydicom.dcmread(get_testdata_file("reportsi.dcm"))
        self.others = [
            written(named(dataset, self.study, generate_uid()), directory / f"other-{index}.dcm")
            for index, dataset in enumerate((still, report))
        ]
        self.service = Cinegrad(binary, directory, samples=2)

    def instances(self):
        return self.service.get("/v1/videos").json()["items"]

    def ended(self, study, count=1):
        """The explanations of a study, when they have all ended."""
        found = until(
            "the end of the explanations",
            lambda: (items := self.service.explanations(study)) and all(
                item["state"] in ("succeeded", "failed", "cancelled") for item in items) and items,
        )
        assert [item["state"] for item in found] == ["succeeded"] * count, found
        return found

    def test_orthanc_stores_a_cine_and_a_mixed_study(self):
        study = self.pacs.add(self.cine)["ParentStudy"]
        for server in ("chunked", "whole"):
            seconds = self.pacs.store(server, study)
            assert len(self.service.explanations(self.study)) == 1
            # Again, as overlapping rules do: nothing new.
            self.pacs.store(server, study)
            assert len(self.service.explanations(self.study)) == 1
            self.service.erase(self.study)
            print(f"  {server}: {seconds:.1f} s")
        for file in self.others:
            self.pacs.add(file)
        for server in ("chunked", "whole"):
            self.pacs.store(server, study)
            assert len(self.service.explanations(self.study)) == 1
            # The still image is a video that is not explained; the report is none.
            kinds = sorted(item["dicom"].get("not_explained", {}).get("code", "") for item in self.instances())
            assert kinds == ["", "still"], kinds
            self.service.erase(self.study)

    def test_orthanc_pushes_as_to_a_peer(self):
        instance = self.pacs.add(self.cine)["ID"]
        for compress in (False, True):
            self.pacs.push(instance, compress)
            assert len(self.service.explanations(self.study)) == 1
            self.pacs.push(instance, compress)
            assert len(self.service.explanations(self.study)) == 1
            self.service.erase(self.study)

    def test_dicomweb_client_stores(self):
        client = DICOMwebClient(self.service.url, stow_url_prefix="dicom-web")
        start = time.monotonic()
        answer = client.store_instances([pydicom.dcmread(file) for file in [self.cine, *self.others]])
        seconds = time.monotonic() - start
        assert len(answer.ReferencedSOPSequence) == 3 and "FailedSOPSequence" not in answer
        assert answer.RetrieveURL == f"{self.service.url}/dicom-web/studies/{self.study}"
        assert [item.get("WarningReason") for item in answer.ReferencedSOPSequence] == [None, 45062, 45062]
        self.service.erase(self.study)
        print(f"  {seconds:.1f} s")

    def test_curl_stores(self):
        for options in (["-H", "Content-Type: application/dicom"], ["-H", "Content-Type: application/dicom", "-H", "Transfer-Encoding: chunked"],
                        ["-H", "Content-Type: application/dicom", "-H", "Expect: 100-continue"]):
            answer = subprocess.run(
                ["curl", "-sS", "--fail-with-body", "-o", "/dev/null", "-w", "%{http_code} %{content_type}", *options,
                 "--data-binary", f"@{self.cine}", f"{self.service.url}/dicom-web/studies"],
                check=True, capture_output=True, text=True)
            assert answer.stdout == "200 application/dicom+json", answer.stdout
        self.service.erase(self.study)

    def test_every_transfer_syntax_decodes_the_same(self):
        short = clip()
        frames = [frame for frame, _ in zip(generate_frames(short.PixelData, number_of_frames=120), range(12))]
        short.PixelData, short.NumberOfFrames = encapsulate(frames), len(frames)
        source = written(named(short, self.study, generate_uid()), self.directory / "short.dcm")
        plain = self.directory / "plain.dcm"
        subprocess.run(["dcmdjpeg", "+cn", source, plain], check=True)
        assert pydicom.dcmread(plain).PhotometricInterpretation == "YBR_FULL"
        decoded = rgb_of_ybr(pixel_array(plain, raw=True))
        assert decoded.shape == (12, 480, 640, 3)
        rgb = self.directory / "rgb.dcm"
        subprocess.run(["dcmdjpeg", source, rgb], check=True)
        made = {"JPEG": (source, 1), "YBR": (plain, 1), "RGB": (rgb, 0)}
        for name, command, loss in (
            ("implicit", ["dcmconv", "+ti"], 0), ("big-endian", ["dcmconv", "+tb"], 0), ("deflated", ["dcmconv", "+td"], 0),
            ("RLE", ["dcmcrle"], 0), ("JPEG-LS", ["dcmcjpls"], 0), ("JPEG-LS-near", ["dcmcjpls", "+en"], 4),
            ("JPEG-lossless", ["dcmcjpeg", "+e1"], 0), ("JPEG-2000", ["gdcmconv", "--j2k"], 0),
            ("GDCM-RLE", ["gdcmconv", "--rle"], 0), ("GDCM-JPEG-LS", ["gdcmconv", "--jpegls"], 0),
        ):
            subprocess.run([*command, rgb, self.directory / f"{name}.dcm"], check=True)
            made[name] = (self.directory / f"{name}.dcm", loss)
        syntaxes = set()
        for name, (file, loss) in made.items():
            dataset = pydicom.dcmread(file)
            syntaxes.add(dataset.file_meta.TransferSyntaxUID)
            named(dataset, self.study, generate_uid()).save_as(file)
            answer = requests.post(
                f"{self.service.url}/dicom-web/studies", data=file.read_bytes(), headers={"Content-Type": "application/dicom"})
            assert answer.status_code == 200, f"{name}: {answer.text}"
            video = next(item for item in self.instances() if item["dicom"]["instance"] == dataset.SOPInstanceUID)
            for frame in (0, 11):
                shown = picture(self.service.get(f"{video['links']['self']}/frames/{frame}").content)
                expected = decoded[frame, TOP:BOTTOM, LEFT:RIGHT]
                assert shown.shape == expected.shape, (name, shown.shape)
                worst = abs(shown - expected).max()
                assert worst <= loss, f"{name}, frame {frame}: {worst}"
        assert len(syntaxes) >= 8, syntaxes
        self.service.erase(self.study)
        print(f"  {len(made)} files, {len(syntaxes)} transfer syntaxes")

    def test_the_burnt_in_name_is_in_no_picture(self):
        requests.post(f"{self.service.url}/instances", data=self.cine.read_bytes()).raise_for_status()
        explanation = self.ended(self.study)[0]
        address = explanation["links"]["self"]
        luma = pixel_array(self.cine, raw=True, index=0)[..., 0]
        bright = luma[:TOP - 1] > 100
        rows, columns = bright.any(axis=1).nonzero()[0], bright.any(axis=0).nonzero()[0]
        name = luma[rows[0] : rows[-1] + 1, columns[0] : min(columns[-1] + 1, columns[0] + 48)]
        assert likeness(luma[: TOP + 20, : columns[0] + 100], name) > 0.99, "the name is not where it should be"
        clip_frames = explanation["provenance"]["clip"]["source_frames"]
        video = explanation["links"]["video"]
        paths = [f"{video}/frames/{frame}" for frame in (0, 60, 119)]
        paths += [f"{address}/maps/{kind}/frames/0?geometry=source&zoom=1&legend=false&style={style}"
                  for kind in ("pixels", "error") for style in ("overlay", "blend")]
        for path in paths:
            shown = picture(self.service.get(path).content)
            assert shown.shape[:2] == (BOTTOM - TOP, RIGHT - LEFT), (path, shown.shape)
            assert likeness(shown.mean(axis=-1)[:60, :200], name) < 0.8, path
        assert clip_frames[0] == 0 and explanation["provenance"]["clip"]["source_width"] == RIGHT - LEFT
        self.service.erase(self.study)

    def test_a_killed_service_ends_each_job_once(self):
        slow = Cinegrad(self.service.binary, self.fresh("killed"), samples=60)
        slow.start()
        try:
            requests.post(f"{slow.url}/instances", data=self.cine.read_bytes()).raise_for_status()
            until("progress", lambda: slow.explanations(self.study)[0]["progress"]["completed"] > 2)
            slow.kill()
            slow.start()
            # The sender tries again, as it got no answer perhaps.
            again = requests.post(f"{slow.url}/instances", data=self.cine.read_bytes())
            assert again.json()["Status"] == "AlreadyStored", again.text
            ended = until("the end", lambda: [item for item in slow.explanations(self.study) if item["state"] == "succeeded"])
            assert len(slow.explanations(self.study)) == 1 and ended[0]["attempts"] == 2, ended
            slow.stop()
            self.logs.append(slow.log)
        finally:
            slow.process.kill()

    def test_no_log_names_the_patient(self):
        texts = [log.read_text(errors="replace") for log in self.logs]
        assert sum(map(len, texts)) > 10_000
        for secret in [*PATIENT.values(), *(part for value in PATIENT.values() for part in value.replace("^", " ").split() if len(part) > 5)]:
            assert not any(secret in text for text in texts), secret

    def fresh(self, name):
        path = self.directory / name
        path.mkdir()
        return path

    def run(self):
        self.logs = [self.service.log]
        self.service.start()
        try:
            self.pacs = Orthanc(self.directory, self.service.url)
            try:
                tests = [name for name in vars(Tests) if name.startswith("test_")]
                for name in tests:
                    print(name, flush=True)
                    getattr(self, name)()
                self.service.stop()
                print(f"all {len(tests)} held")
            finally:
                self.pacs.stop()
        finally:
            self.service.process.kill()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        Tests(sys.argv[1], pathlib.Path(scratch)).run()

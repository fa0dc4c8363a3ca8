"""Errors of the small networks of Tests/Fixtures/onnx, whose scores and input gradients PyTorch worked out in double precision, as a table.

    python3 Benchmarks/onnx_golden.py --bench .build/release/bench

Needs NumPy. Beside each error stands, in brackets, that of PyTorch in single precision, which is what is allowed: a ReLU at whose kink a value lies may be on either
side there, and then the gradient differs by up to some thousandths.
"""

import argparse
import json
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "onnx"


def tensors(path):
    """The arrays of a safetensors file of Float32."""
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            found[name] = np.frombuffer(data[8 + length + start:8 + length + end], np.float32).reshape(entry["shape"])
    return found


def cases():
    """Name, file, arrays, output, and PyTorch's errors in single precision of scores and gradient."""
    golden = json.loads((FIXTURES / "manifest.json").read_text())
    for case in golden["cases"]:
        errors = case["float32_torch"]
        yield (case["name"], FIXTURES / case["onnx"], tensors(FIXTURES / case["tensors"]), "input_grad", case["output_index"], errors["out_rel"],
               errors["grad_rel_l2"])
    networks = FIXTURES / "networks"
    manifest = json.loads((networks / "manifest.json").read_text())
    for case in manifest["cases"]:
        for exporter, file in case["files"].items():
            # Pooling that the older exporter writes as loops, which ONNX Runtime refuses too.
            if "Loop" not in file["operators"]:
                yield (f"{case['name']} ({exporter})", networks / file["file"], tensors(networks / f"{case['name']}.safetensors"), "gradient",
                       manifest["output"], case["float32_output_error"], case["float32_gradient_error"])


def distance(a, b):
    return float(np.linalg.norm(a.astype(np.float64).ravel() - b.ravel()) / np.linalg.norm(b.astype(np.float64)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/bench")
    options = parser.parse_args()
    print("| network | scores | gradient |\n|---|---|---|")
    for name, file, expected, gradient, output, *single in cases():
        clip = expected["input"][0]
        layout, order = ("NCTHW", (0, 1, 2, 3)) if clip.shape[0] == 3 else ("NTCHW", (1, 0, 2, 3))
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            np.save(folder / "clip.npy", np.ascontiguousarray(clip.transpose(order)))
            frames, height, width = clip.transpose(order).shape[1:]
            (folder / "manifest.json").write_text(json.dumps({
                "name": "golden", "architecture": "onnx", "task": "regression",
                "input": {"frames": frames, "height": height, "width": width, "layout": layout}}))
            subprocess.run([options.bench, "pass", "--manifest", folder / "manifest.json", "--checkpoint", file, "--clip", folder / "clip.npy",
                            "--index", str(output), "--output", folder], check=True, stdout=subprocess.DEVNULL)
            errors = [distance(np.load(folder / "scores.npy"), expected["output"]),
                      distance(np.load(folder / "gradient.npy"), expected[gradient][0].transpose(order))]
        print("| {} | {:.1e} ({:.1e}) | {:.1e} ({:.1e}) |".format(name, errors[0], single[0], errors[1], single[1]), flush=True)


if __name__ == "__main__":
    main()

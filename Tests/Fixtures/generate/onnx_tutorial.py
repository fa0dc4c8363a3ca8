#!/usr/bin/env python3
"""Runs the Python code of docs/onnx.md, as it stands there, and writes Tests/Fixtures/onnx/tutorial: the files that it made, and what the model computes.

    onnx_tutorial.py DIRECTORY        made with Python 3.11, PyTorch 2.15, onnx 1.23

`model` is a small X3D. tutorial.json holds the code that was run, which a test compares with the tutorial, and scores and input gradient by PyTorch in double
precision at clips by formula: value i is (7919 · i mod 1009) / 1009. Of the gradient every 97th value is kept.
"""
import json
import os
import re
import sys
import tempfile
import warnings

import torch

import architectures
from onnx_networks import strip

OUTPUT = 1


def clip(frames):
    count = 3 * frames * 64 * 64
    return ((torch.arange(count) * 7919 % 1009).double() / 1009).reshape(1, 3, frames, 64, 64).float()


def main():
    warnings.filterwarnings("ignore")
    directory = os.path.abspath(sys.argv[1])
    os.makedirs(directory, exist_ok=True)
    tutorial = os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "onnx.md")
    with open(tutorial) as file:
        snippets = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
    files = []
    for index, snippet in enumerate(snippets):
        model, _ = architectures.make("x3d", small=True)
        # As it comes from a training.
        model.train()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            exec(snippet, {"model": model})
            assert os.listdir(folder) == ["model.onnx"]
            strip("model.onnx")
            os.replace("model.onnx", os.path.join(directory, f"snippet_{index}.onnx"))
            os.chdir(directory)
        files.append({"file": f"snippet_{index}.onnx", "code": snippet})
    model, _ = architectures.make("x3d", small=True)
    clips = []
    for frames in [16, 9]:
        scores, gradient = architectures.reference(model.double(), clip(frames).double(), OUTPUT)
        clips.append({"frames": frames, "scores": scores.flatten().tolist(), "gradient": gradient.flatten()[::97].tolist()})
    with open(os.path.join(directory, "tutorial.json"), "w") as file:
        json.dump({"output": OUTPUT, "snippets": files, "clips": clips}, file)


if __name__ == "__main__":
    main()

"""Measures PyTorch, Captum, ONNX Runtime and OpenCV at one piece of work; prints a line of JSON like `bench` does.

One measurement a process, so that the process's peak memory belongs to it.
Versions it was written with: torch 2.15, torchvision 0.29, captum 0.9, onnxruntime 1.32, opencv-python-headless 5.0.
"""

import argparse
import json
import resource
import statistics
import sys
import time


def memory(key):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return 0


def small_network(torch):
    """The (2+1)D network of the Moving Shapes models."""
    layers, inputs = [], 3
    for width, kernel, stride in zip([16, 32, 64, 96], [5, 3, 3, 3], [2, 1, 2, 1]):
        layers += [
            torch.nn.Conv3d(inputs, width, (1, kernel, kernel), (1, 2, 2), (0, kernel // 2, kernel // 2), bias=False),
            torch.nn.BatchNorm3d(width), torch.nn.ReLU(),
            torch.nn.Conv3d(width, width, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False),
            torch.nn.BatchNorm3d(width), torch.nn.ReLU(),
        ]
        inputs = width
    return torch.nn.Sequential(
        *layers, torch.nn.AdaptiveAvgPool3d(1), torch.nn.Flatten(), torch.nn.Linear(inputs, 400))


def network(torch, name):
    import torchvision

    torch.manual_seed(1)
    made = small_network(torch) if name == "moving_shapes" else getattr(torchvision.models.video, name)(weights=None)
    made = made.eval()
    for parameter in made.parameters():
        parameter.requires_grad_(False)
    return made


def torch_work(options):
    import torch

    torch.set_num_threads(options.threads)
    model = network(torch, options.model)
    layout = torch.channels_last_3d if options.layout == "channels_last" else torch.contiguous_format
    model = model.to(memory_format=layout)
    clip = torch.rand(1, 3, options.frames, options.side, options.side).contiguous(memory_format=layout)

    def forward():
        with torch.no_grad():
            model(clip)

    def gradient():
        x = clip.clone().requires_grad_(True)
        model(x)[0, 7].backward()

    if options.work == "smoothgrad":
        from captum.attr import NoiseTunnel, Saliency

        tunnel = NoiseTunnel(Saliency(model))

        def smoothgrad():
            # One copy at a time, which is Captum's leanest; batches are no faster on a processor.
            tunnel.attribute(
                clip.clone().requires_grad_(True), target=7, abs=False, nt_type="smoothgrad",
                nt_samples=options.samples, nt_samples_batch_size=1, stdevs=0.1)

        return smoothgrad
    return {"forward": forward, "gradient": gradient}[options.work]


def onnx_work(options):
    import os
    import tempfile

    import onnxruntime
    import torch

    model = network(torch, options.model)
    clip = torch.rand(1, 3, options.frames, options.side, options.side)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "model.onnx")
        torch.onnx.export(model, (clip,), path, input_names=["x"], dynamo=False)
        session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    values = {"x": clip.numpy()}
    return lambda: session.run(None, values)


def opencv_work(options):
    import cv2
    import numpy

    cv2.setNumThreads(options.threads)
    y, x = numpy.mgrid[0:options.side, 0:options.side].astype(numpy.float32)
    frames = [
        (128 + 60 * (numpy.sin((x - 1.5 * t) / 3) + numpy.sin(y / 4))).astype(numpy.uint8)
        for t in range(options.frames)
    ]

    def run():
        for before, after in zip(frames, frames[1:]):
            cv2.calcOpticalFlowFarneback(after, before, None, 0.5, 3, 15, 3, 5, 1.2, 0)

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=["torch", "onnxruntime", "opencv"])
    parser.add_argument("work", choices=["forward", "gradient", "smoothgrad", "farneback"])
    parser.add_argument("model")
    parser.add_argument("--layout", choices=["contiguous", "channels_last"], default="contiguous")
    parser.add_argument("--frames", type=int, default=32)
    parser.add_argument("--side", type=int, default=112)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--samples", type=int, default=4)
    options = parser.parse_args()
    work = {"torch": torch_work, "onnxruntime": onnx_work, "opencv": opencv_work}[options.peer](options)
    idle = memory("VmRSS")
    work()
    seconds = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    named = options.work + (f" {options.samples}" if options.work == "smoothgrad" else "")
    print(json.dumps({
        "peer": options.peer, "work": named, "model": options.model, "layout": options.layout,
        "frames": options.frames, "side": options.side, "threads": options.threads, "seconds": seconds,
        "minimum": min(seconds), "median": statistics.median(seconds),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "idle_bytes": idle,
    }))


if __name__ == "__main__":
    sys.exit(main())

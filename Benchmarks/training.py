#!/usr/bin/env python3
"""Times a training step of the Moving Shapes network here and in PyTorch, in turns, on the same number of threads.

    training.py --bench .build/release/bench [--batch 4] [--threads 1] [--rounds 3] [--repeats 5]

A step is forward, backward, gradient limit and AdamW; drawing the clips is not part of it. Needs PyTorch. Prints JSON: the least and the median
seconds of each, over all rounds.
"""
import argparse
import json
import statistics
import subprocess
import time

import torch

arguments = argparse.ArgumentParser()
arguments.add_argument("--bench", required=True)
for name, value in [("batch", 4), ("threads", 1), ("rounds", 3), ("repeats", 5)]:
    arguments.add_argument(f"--{name}", type=int, default=value)
options = arguments.parse_args()
torch.set_num_threads(options.threads)


def network():
    layers, channels = [], 3
    for width, kernel, stride in zip([16, 32, 64, 96], [5, 3, 3, 3], [2, 1, 2, 1]):
        layers += [
            torch.nn.Conv3d(channels, width, (1, kernel, kernel), (1, 2, 2), (0, kernel // 2, kernel // 2), bias=False),
            torch.nn.BatchNorm3d(width), torch.nn.ReLU(inplace=True),
            torch.nn.Conv3d(width, width, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False),
            torch.nn.BatchNorm3d(width), torch.nn.ReLU(inplace=True)]
        channels = width
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool3d(1), torch.nn.Flatten(), torch.nn.Linear(channels, 3))


model = network()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)
clips = torch.rand(options.batch, 3, 32, 112, 112)
labels = torch.arange(options.batch) % 3


def step():
    loss = torch.nn.functional.cross_entropy(model(clips), labels)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def peer():
    step()
    seconds = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def ours():
    command = [options.bench, "training-step", "--batch", str(options.batch), "--threads", str(options.threads),
               "--repeats", str(options.repeats)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["seconds"]


seconds = {"cinegrad": [], "pytorch": []}
for _ in range(options.rounds):
    seconds["cinegrad"] += ours()
    seconds["pytorch"] += peer()
print(json.dumps({
    "batch": options.batch, "threads": options.threads, "pytorch_version": torch.__version__,
    **{name: {"minimum": round(min(values), 4), "median": round(statistics.median(values), 4)} for name, values in seconds.items()}}))

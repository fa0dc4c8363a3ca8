#!/usr/bin/env python3
"""Compares ways to make a map of flow from its gradient, against the truth about Moving Shapes clips: the record behind `lasting_motion`.

    flow_maps.py --cinegrad .build/release/cinegrad [--clips 24] [--seed 8001] [--white 1] [--static 1] [--noise 20] [--integrated 8]

Draws the clips with `cinegrad dataset moving-shapes`, takes the bundled networks' weights, and a network with random parameters for each clip, and
prints two Markdown tables: target over union and target over all, mean and 95 % interval over clips, for both tasks, trained and random; and what
the gradient by flow and the flow itself have at each kind of shape, over what they have at the target. The gradients
come from PyTorch's autodiff through grid_sample, so the table is independent of the Swift implementation. Needs PyTorch, OpenCV, SciPy, safetensors.
"""
import argparse
import json
import math
import pathlib
import subprocess
import tempfile

import cv2
import numpy as np
import scipy.ndimage as ndimage
import torch
from safetensors.torch import load_file

arguments = argparse.ArgumentParser()
arguments.add_argument("--cinegrad", required=True)
arguments.add_argument("--weights", default="Sources/CBundledModels/data")
arguments.add_argument("--clips", type=int, default=24)
arguments.add_argument("--seed", type=int, default=8001)
arguments.add_argument("--white", type=int, default=1)
arguments.add_argument("--static", type=int, default=1)
arguments.add_argument("--noise", type=float, default=20)
arguments.add_argument("--integrated", type=int, default=0, help="steps of integrated gradients from the still clip; 0 leaves them out")
options = arguments.parse_args()
torch.set_num_threads(2)


class Block(torch.nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.sp = torch.nn.Conv3d(inputs, outputs, (1, kernel, kernel), (1, 2, 2), (0, kernel // 2, kernel // 2), bias=False)
        self.tp = torch.nn.Conv3d(outputs, outputs, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False)
        self.b1, self.b2 = torch.nn.BatchNorm3d(outputs), torch.nn.BatchNorm3d(outputs)

    def forward(self, x):
        return torch.relu(self.b2(self.tp(torch.relu(self.b1(self.sp(x))))))


class Network(torch.nn.Module):
    def __init__(self, outputs):
        super().__init__()
        widths, kernels, strides = [3, 16, 32, 64, 96], [5, 3, 3, 3], [2, 1, 2, 1]
        self.blocks = torch.nn.ModuleList(Block(widths[i], widths[i + 1], kernels[i], strides[i]) for i in range(4))
        self.fc = torch.nn.Linear(96, outputs)

    def forward(self, x):
        x = (x - 0.1) / 0.25
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean((2, 3, 4)))


def networks(task, seed):
    outputs = {"sides": 3, "angle": 2}[task]
    trained = Network(outputs)
    trained.load_state_dict(load_file(f"{options.weights}/moving-shapes-{task}.safetensors"), strict=False)
    torch.manual_seed(seed)
    random = Network(outputs)
    for module in random.modules():
        if isinstance(module, torch.nn.Conv3d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return {"trained": trained.eval().requires_grad_(False), "random": random.eval().requires_grad_(False)}


def score(task, y):
    return torch.atan2(y[0, 1], y[0, 0]) if task == "angle" else y[0].max()


def read(folder, index):
    video, frames = cv2.VideoCapture(f"{folder}/videos/{index:05d}.mkv"), []
    while True:
        there, frame = video.read()
        if not there:
            return np.stack(frames)[..., ::-1], np.load(f"{folder}/masks/{index:05d}.npy")
        frames.append(frame)


def sampling_flow(frames):
    luma = [cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY) for frame in frames]
    pairs = zip(luma[1:], luma[:-1])
    return np.stack([cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 3, 15, 3, 5, 1.2, 0).transpose(2, 0, 1) for a, b in pairs], 1)


def warp(image, flow):
    height, width = image.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height, dtype=image.dtype), torch.arange(width, dtype=image.dtype), indexing="ij")
    grid = torch.stack([(x + flow[0]) * 2 / (width - 1) - 1, (y + flow[1]) * 2 / (height - 1) - 1], -1)
    return torch.nn.functional.grid_sample(image[None], grid[None], align_corners=True, padding_mode="border")[0]


def gradients(network, task, first, flow, error):
    first, flow, error = (part.clone().requires_grad_(True) for part in (first, flow, error))
    frames = [first]
    for i in range(flow.shape[1]):
        frames.append(warp(frames[-1], flow[:, i]) + error[:, i])
    clip = torch.stack(frames, 1)
    clip.retain_grad()
    score(task, network(clip[None])).backward()
    return {"x": clip.grad.numpy(), "E": error.grad.numpy(), "f": flow.grad.numpy()}


class Tube:
    """Means along trajectories with weights decay^|i - j|: read from where a pixel came, taken back from where it goes."""

    def __init__(self, flow, decay):
        self.flow, self.decay = flow, decay
        self.weights = self.sums(np.ones_like(flow[0]))

    def __call__(self, values):
        return self.sums(values) / self.weights

    def sums(self, values):
        height, width = values.shape[1:]
        y, x = np.mgrid[:height, :width].astype(np.float32)
        past, future = np.zeros_like(values), np.zeros_like(values)
        for i in range(len(values)):
            past[i] = values[i]
            if i:
                past[i] += self.decay * ndimage.map_coordinates(
                    past[i - 1], [y + self.flow[1, i], x + self.flow[0, i]], order=1, mode="nearest")
        for i in reversed(range(len(values))):
            future[i] = values[i]
            if i + 1 < len(values):
                future[i] += self.decay * self.splat(future[i + 1], x + self.flow[0, i + 1], y + self.flow[1, i + 1])
        return past + future - values

    @staticmethod
    def splat(values, x, y):
        height, width = values.shape
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        left, top = np.minimum(x.astype(int), width - 2), np.minimum(y.astype(int), height - 2)
        a, b, sums = x - left, y - top, np.zeros(values.size, np.float32)
        for down, right, weight in ((0, 0, (1 - a) * (1 - b)), (0, 1, a * (1 - b)), (1, 0, (1 - a) * b), (1, 1, a * b)):
            places = ((top + down) * width + left + right).ravel()
            sums += np.bincount(places, (weight * values).ravel(), minlength=values.size).astype(np.float32)
        return sums.reshape(height, width)


def blurred(values, deviation):
    return ndimage.gaussian_filter(values, (0,) * (values.ndim - 2) + (deviation, deviation), mode="nearest")


def candidates(g, clip, flow, integrated):
    """Name to a map that is not negative, over all frames or over those with flow."""
    gf = g["f"]
    tube = Tube(flow, 0.9)
    mean = np.stack([tube(flow[0]), tube(flow[1])])
    pooled = np.stack([tube(gf[0]), tube(gf[1])])
    dot = lambda a, b: (a * b).sum(0)
    length = lambda a: np.linalg.norm(a, axis=0)
    background = np.median(flow, axis=(2, 3), keepdims=True)
    slopes = np.zeros(clip[:, 1:].shape, np.float32)
    slopes[..., :-1] += np.diff(clip[:, 1:], axis=3) ** 2
    slopes[:, :, :-1] += np.diff(clip[:, 1:], axis=2) ** 2
    slopes = blurred(slopes.sum(0), 3)
    slopes = slopes + 0.1 * slopes.mean()
    maps = {
        "|∂y/∂x| (vanilla/x)": np.abs(g["x"]).sum(0),
        "(∂y/∂x)²": (g["x"] ** 2).sum(0),
        "|∂y/∂E| (flow/error)": np.abs(g["E"]).sum(0),
        "|g| (flow/flow)": length(gf),
        "|f| alone": length(flow),
        "|g·f|": np.abs(dot(gf, flow)),
        "|g·(f − background)|": np.abs(dot(gf, flow - background)),
        "|g|·|f|": length(gf) * length(flow),
        "g pooled over 2 px": length(blurred(gf, 2)),
        "g pooled over 4 px": length(blurred(gf, 4)),
        "g pooled over 8 px": length(blurred(gf, 8)),
        "g·f pooled over 4 px": np.abs(blurred(dot(gf, flow), 4)),
        "g pooled along trajectories": length(pooled),
        "g·m, m = f along trajectories": np.abs(dot(gf, mean)),
        "g and f pooled along trajectories": np.abs(dot(pooled, mean)),
        "the same, over 4 px as well": np.abs(dot(blurred(pooled, 4), blurred(mean, 4))),
        "|g|²": dot(gf, gf),
        "(g·f)²": dot(gf, flow) ** 2,
        "(g·m)²": dot(gf, mean) ** 2,
        "(g·m)², mean along trajectories": tube(dot(gf, mean) ** 2),
        "(ḡ·m)², both along trajectories": dot(pooled, mean) ** 2,
        "|g|²/slopes": dot(gf, gf) / slopes,
        "|g·m|/√slopes": np.abs(dot(gf, mean)) / np.sqrt(slopes),
        "(g·m)²/slopes (lasting_motion)": dot(gf, mean) ** 2 / slopes,
        "(ḡ·m)²/slopes": dot(pooled, mean) ** 2 / slopes,
        "(∂y/∂E)²·|m|²": (g["E"] ** 2).sum(0) * dot(mean, mean),
    }
    if integrated is not None:
        maps["integrated |ḡ·f|"] = np.abs(dot(integrated, flow))
        maps["integrated (ḡ·m)²/slopes"] = dot(integrated, mean) ** 2 / slopes
    return maps


def regions(mask):
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    grown = lambda chosen: np.stack([cv2.dilate(frame.astype(np.uint8), disc) > 0 for frame in chosen])
    return grown(mask == mask.max()), grown(mask > 0)


def by_role(values, mask, roles):
    """Mean value at each kind of shape and outside of all, over that at the target."""
    mask = mask[-len(values):]
    means = {"background": values[mask == 0].mean()}
    for role in set(roles):
        chosen = np.isin(mask, [i + 1 for i, other in enumerate(roles) if other == role])
        means[role] = values[chosen].mean() if chosen.any() else np.nan
    target = means.pop("target")
    return {role: mean / target for role, mean in means.items()}


found, ceilings, places_of = {}, [], {}
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(
        [options.cinegrad, "dataset", "moving-shapes", "--output", folder, "--count", str(options.clips), "--seed", str(options.seed),
         "--white-distractors", str(options.white), "--static-distractors", str(options.static), "--noise", str(options.noise)],
        check=True, stdout=subprocess.DEVNULL)
    labels = json.loads(pathlib.Path(folder, "labels.json").read_text())["clips"]
    for index in range(options.clips):
        frames, mask = read(folder, index)
        clip = torch.from_numpy(np.ascontiguousarray(frames.transpose(3, 0, 1, 2))).float() / 255
        flow = sampling_flow(frames)
        f = torch.from_numpy(flow)
        error = torch.stack([clip[:, i] - warp(clip[:, i - 1], f[:, i - 1]) for i in range(1, clip.shape[1])], 1)
        target, union = regions(mask)
        ceilings.append(union.sum() / target.sum())
        roles = [shape["role"] for shape in labels[index]["shapes"]]
        for role, part in by_role(np.linalg.norm(flow, axis=0), mask, roles).items():
            places_of.setdefault(("|f|", "", ""), {}).setdefault(role, []).append(part)
        for task in ("sides", "angle"):
            for name, network in networks(task, options.seed + index).items():
                g = gradients(network, task, clip[:, 0], f, error)
                for role, part in by_role(np.linalg.norm(g["f"], axis=0), mask, roles).items():
                    places_of.setdefault(("|∂y/∂f|", task, name), {}).setdefault(role, []).append(part)
                integrated = None
                if options.integrated:
                    places = [(k + 0.5) / options.integrated for k in range(options.integrated)]
                    integrated = sum(gradients(network, task, clip[:, 0], p * f, p * error)["f"] for p in places) / len(places)
                for title, values in candidates(g, clip.numpy(), flow, integrated).items():
                    inside, shapes = target[-len(values):], union[-len(values):]
                    mean = values[inside].mean()
                    found.setdefault((title, task, name), []).append((mean / values[shapes].mean(), mean / values.mean()))


def cell(text):
    return text.replace("|", "\\|")


columns = [(task, name) for task in ("sides", "angle") for name in ("trained", "random")]
print(f"{options.clips} clips of seed {options.seed}: {options.white} white moving, {options.static} coloured standing, noise {options.noise:g}. "
      f"Target over union, and over all; a map that is zero at the distractors has {np.mean(ceilings):.2f}.\n")
print("| map | " + " | ".join(f"{task}, {name}" for task, name in columns) + " |\n|---|" + "---:|" * len(columns))
for title in dict.fromkeys(key[0] for key in found):
    cells = []
    for column in columns:
        values = np.array(found[(title, *column)])
        half = 1.96 * values[:, 0].std(ddof=1) / math.sqrt(len(values))
        cells.append(f"{values[:, 0].mean():.2f} ± {half:.2f} ({values[:, 1].mean():.1f})")
    print(f"| {cell(title)} | " + " | ".join(cells) + " |")

roles = sorted({role for means in places_of.values() for role in means})
print("\nMean value at each kind of shape, without margin, over that at the target:\n")
print("| | " + " | ".join(roles) + " |\n|---|" + "---:|" * len(roles))
for (title, task, name), means in places_of.items():
    cells = [f"{np.nanmean(means[role]):.2f}" if role in means else "" for role in roles]
    print(f"| {cell(' '.join(filter(None, [title, task, name])))} | " + " | ".join(cells) + " |")

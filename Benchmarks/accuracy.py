"""Outputs and input gradients of the published networks at full size, ours and PyTorch's in single precision, against PyTorch in double precision.

    python3 Benchmarks/accuracy.py --bench .build/release/bench            at 3x32x112x112, with seeded weights
    python3 Benchmarks/accuracy.py --bench .build/release/bench --golden   the cases of Tests/Fixtures/nets

Needs PyTorch 2.x and torchvision; `make bench-peers` installs them in .build/bench-peers.

Weights are drawn by PyTorch's own initialisation from a seed; running statistics are those of two noisy clips, so that normalisation does something. The
clip is smooth noise of intensities in 0...1. A ReLU whose operand lies within rounding of zero may pass in one implementation and block in another ("flip");
from there on the two differentiate different functions. So flips are counted against double precision, and the gradient is compared twice: with
PyTorch's, and with double precision sent back through the signs that our pass found, where only rounding is left.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
import torchvision

FIXTURES = Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "nets"


class SignedRelu(torch.autograd.Function):
    """max(x, 0) whose gradient goes where a given mask says."""

    @staticmethod
    def forward(context, x, mask):
        context.save_for_backward(mask)
        return x.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (mask,) = context.saved_tensors
        return gradient * mask, None


class Relu(torch.nn.Module):
    """Stands for every ReLU of a network: records the signs of operands in the order of use, or goes by given ones."""

    def __init__(self, record, masks):
        super().__init__()
        self.record, self.masks = record, masks

    def forward(self, x):
        mask = self.masks.pop(0) if self.masks is not None else None
        if mask is None:
            if self.record is not None:
                self.record.append((x.detach() > 0)[0].numpy())
            return torch.nn.functional.relu(x)
        return SignedRelu.apply(x, torch.from_numpy(mask)[None])


def replace_relus(module, relu):
    for name, child in module.named_children():
        if isinstance(child, torch.nn.ReLU):
            setattr(module, name, relu)
        else:
            replace_relus(child, relu)


class Case:
    """A network with its weights, a clip, and what is differentiated."""

    def __init__(self, title, name, state, clip, output, mean, std):
        self.title, self.name, self.state, self.clip = title, name, state, clip
        self.output, self.mean, self.std = output, mean, std
        self.classes = state["fc.bias"].numel()


def network(name, classes, state=None):
    model = getattr(torchvision.models.video, name)(weights=None, num_classes=classes)
    if state is not None:
        model.load_state_dict(state)
    return model.eval()


def seeded(name, seed):
    torch.manual_seed(seed)
    model = network(name, 400).train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.rand(1, 3, 8, 56, 56) - 0.45)
    return model.eval().state_dict()


def clip(seed):
    """Smooth noise, [3, 32, 112, 112] in 0...1."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 8, 14, 14, generator=generator)
    fine = torch.rand(1, 3, 32, 112, 112, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(32, 112, 112), mode="trilinear", align_corners=False)
    return (0.8 * smooth + 0.2 * fine)[0]


MEAN, STD = (0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989)


def unit(count, array, salt):
    """Uniform in (-1, 1) by the formula of the golden files, in double precision."""
    h = (np.arange(count, dtype=np.uint64) * 2654435761 + array * 40503 + salt * 69069 + 12345) & 0xFFFFFFFF
    for factor, shift in [(0x85EBCA6B, 16), (0xC2B2AE35, 13)]:
        h = ((h ^ (h >> shift)) * factor) & 0xFFFFFFFF
    h ^= h >> 16
    return 2 * (h + 0.5) / 2**32 - 1


def formula_state(name, classes, salt):
    state, array = {}, 0
    for key, tensor in network(name, classes).state_dict().items():
        if key.endswith("num_batches_tracked"):
            state[key] = tensor
            continue
        v = unit(tensor.numel(), array, salt).reshape(tensor.shape)
        array += 1
        fan_in = np.prod(tensor.shape[1:])
        if tensor.ndim >= 3:
            v = v * np.sqrt(6 / fan_in)
        elif tensor.ndim == 2:
            v = v * np.sqrt(3 / fan_in)
        elif key.endswith("running_var"):
            v = 1 + 0.25 * v
        elif key.endswith("running_mean") or key.endswith("bias"):
            v = 0.1 * v
        else:
            v = 0.8 + 0.2 * v
        state[key] = torch.from_numpy(v.astype(np.float32))
    return state


def golden_cases():
    for case in json.loads((FIXTURES / "manifest.json").read_text())["cases"]:
        shape = case["input_shape"][1:]
        clip = 1.5 * unit(int(np.prod(shape)), 1000, case["salt"]).reshape(shape)
        yield Case(
            case["name"], case["arch"], formula_state(case["arch"], case["num_classes"], case["salt"]),
            torch.from_numpy(clip.astype(np.float32)), case["output_index"], (0, 0, 0), (1, 1, 1))


def seeded_cases(names, seeds):
    for name in names:
        for seed in seeds:
            yield Case(f"{name}, seed {seed}", name, seeded(name, seed), clip(seed), 7, MEAN, STD)


def run(case, dtype, masks=None, records=True):
    model = network(case.name, case.classes, case.state).to(dtype)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    record = [] if records else None
    replace_relus(model, Relu(record, masks))
    mean = torch.tensor(case.mean, dtype=dtype).view(3, 1, 1, 1)
    std = torch.tensor(case.std, dtype=dtype).view(3, 1, 1, 1)
    point = case.clip.clone().to(dtype).requires_grad_(True)
    scores = model(((point - mean) / std)[None])[0]
    scores[case.output].backward()
    return scores.detach().double().numpy(), point.grad.double().numpy(), record


def ours(bench, directory, case):
    torch.save(case.state, directory / "weights.pt")
    np.save(directory / "clip.npy", case.clip.numpy())
    frames, height, width = case.clip.shape[1:]
    manifest = {
        "name": case.name, "architecture": case.name, "task": "classification",
        "input": {"frames": frames, "height": height, "width": width, "range": [0, 1], "mean": case.mean, "std": case.std},
    }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    printed = subprocess.run(
        [bench, "pass", "--manifest", directory / "manifest.json", "--checkpoint", directory / "weights.pt", "--clip",
         directory / "clip.npy", "--index", str(case.output), "--output", directory],
        check=True, capture_output=True, text=True).stdout
    bits = np.unpackbits(np.fromfile(directory / "signs.bin", np.uint8), bitorder="little")
    signs, start = [], 0
    for channels, frames, height, width in json.loads(printed):
        blocks = -(-channels // 16)
        count = frames * blocks * height * width * 16
        part = bits[start:start + count].reshape(frames, blocks, height, width, 16)
        start += count
        signs.append(part.transpose(1, 4, 0, 2, 3).reshape(blocks * 16, frames, height, width)[:channels].astype(bool))
    assert start == bits.size
    return (np.load(directory / "scores.npy").astype(np.float64), np.load(directory / "gradient.npy").astype(np.float64),
            signs)


def relative(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


def worst(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


def flips(found, expected):
    assert [a.shape for a in found] == [b.shape for b in expected]
    return sum(int((a != b).sum()) for a, b in zip(found, expected))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--golden", action="store_true")
    parser.add_argument("--models", nargs="+", default=["r2plus1d_18", "r3d_18", "mc3_18"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    print(f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}\n")
    print("| case | who | worst output error | flips | gradient, relative L2 | gradient, worst "
          "| through the same signs, relative L2 | worst |")
    print("|---|---|---|---|---|---|---|---|")
    for case in golden_cases() if arguments.golden else seeded_cases(arguments.models, arguments.seeds):
        scores, gradient, signs = run(case, torch.float64)
        total = sum(part.size for part in signs)
        with tempfile.TemporaryDirectory() as directory:
            mine = ours(arguments.bench.resolve(), Path(directory), case)
        theirs = run(case, torch.float32)
        for who, result in [("cinegrad", mine), ("PyTorch float32", theirs)]:
            _, same, _ = run(case, torch.float64, masks=list(result[2]), records=False)
            print(f"| {case.title} | {who} | {worst(result[0], scores):.1e} "
                  f"| {flips(result[2], signs)} of {total / 1e6:.1f} million "
                  f"| {relative(result[1], gradient):.1e} | {worst(result[1], gradient):.1e} "
                  f"| {relative(result[1], same):.1e} | {worst(result[1], same):.1e} |", flush=True)


if __name__ == "__main__":
    main()

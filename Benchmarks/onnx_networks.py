"""Networks from ONNX at full size, ours beside PyTorch: errors of outputs and of the input gradient against double precision, load time, time and memory of
a gradient.

    python3 Benchmarks/onnx_networks.py --bench .build/release/bench --only vit_tubelet x3d

Needs PyTorch, torchvision and onnx; `make bench-peers` installs them in .build/bench-peers. Each network is exported and measured in processes of its own, ours and
PyTorch's in turns, two threads each. The networks are those of Tests/Fixtures/generate/architectures.py.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Tests" / "Fixtures" / "generate"))

# What the older exporter does better, or alone.
OLDER = {"cnn_lstm", "cnn_gru"}


def export(name, folder):
    """model.onnx, clip.npy, and scores and gradient of PyTorch in single precision and, where memory allows, in double."""
    import architectures
    import torch

    torch.set_num_threads(2)
    network, shape = architectures.make(name, False)
    x = architectures.clip(shape)
    architectures.export(network, x, str(folder / "model.onnx"), "script" if name in OLDER else "dynamo")
    # Ours takes [C, T, H, W]; networks that look at frames one by one take [N, T, C, H, W].
    order = (0, 1, 2, 3) if shape[1] == 3 else (1, 0, 2, 3)
    (folder / "layout.txt").write_text("NCTHW" if shape[1] == 3 else "NTCHW")
    np.save(folder / "clip.npy", np.ascontiguousarray(x[0].numpy().transpose(order)))
    found = {}
    for kind in ["single", "double"]:
        network = network.to(torch.float32 if kind == "single" else torch.float64)
        scores, gradient = architectures.reference(network, x.to(torch.float32 if kind == "single" else torch.float64), 0)
        found[kind] = (scores.flatten().double().numpy(), gradient[0].double().numpy().transpose(order))
    np.savez(folder / "expected.npz", scores=found["double"][0], gradient=found["double"][1],
             single_scores=found["single"][0], single_gradient=found["single"][1])


def time_torch(name, threads, repeats):
    import resource

    import architectures
    import torch

    torch.set_num_threads(threads)
    network, shape = architectures.make(name, False)
    x = architectures.clip(shape)
    architectures.reference(network, x, 0)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        architectures.reference(network, x, 0)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1][:300])
    return json.loads(lines[-1]) if lines else {}


def distance(a, b):
    return float(np.linalg.norm(a.astype(np.float64).ravel() - b.ravel()) / np.linalg.norm(b))


def measure(name, options):
    folder = options.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    me = [sys.executable, __file__]
    if not (folder / "expected.npz").exists():
        run([*me, "--export", name, "--folder", options.folder])
    frames, height, width = np.load(folder / "clip.npy", mmap_mode="r").shape[1:]
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({
        "name": name, "architecture": "onnx", "task": "regression",
        "input": {"frames": frames, "height": height, "width": width, "layout": (folder / "layout.txt").read_text()}}))
    run([options.bench, "pass", "--manifest", manifest, "--checkpoint", folder / "model.onnx", "--clip", folder / "clip.npy",
         "--output", folder])
    expected = np.load(folder / "expected.npz")
    scores, gradient = np.load(folder / "scores.npy"), np.load(folder / "gradient.npy")
    errors = [distance(scores, expected["scores"]), distance(expected["single_scores"], expected["scores"]),
              distance(gradient, expected["gradient"]), distance(expected["single_gradient"], expected["gradient"])]
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(run([options.bench, "gradient", folder / "model.onnx", "--manifest", manifest, "--repeats",
                         options.repeats]))
        theirs.append(run([*me, "--time", name, "--repeats", options.repeats]))
    from compare import merge
    own = merge([{**one, "peak_bytes": one["peak_bytes"]} for one in ours])
    their = merge(theirs)
    print("| {} | {:.1e} ({:.1e}) | {:.1e} ({:.1e}) | {:.2f} | {:.3f} | {:.3f} | {:.2f} | {:.0f} | {:.0f} | {:.2f} |".format(
        name, *errors, min(one["load_seconds"] for one in ours), own["median"], their["median"],
        own["median"] / their["median"], own["peak"] / 1e6, their["peak"] / 1e6, own["peak"] / their["peak"]), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/bench")
    parser.add_argument("--only", nargs="*", help="names of networks; all of them without it")
    parser.add_argument("--folder", type=Path, default=Path(".build/bench-onnx"))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--export", help=argparse.SUPPRESS)
    parser.add_argument("--time", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.export:
        return export(options.export, options.folder / options.export)
    if options.time:
        return time_torch(options.time, 2, options.repeats)
    import architectures

    print("Errors are relative L2 against PyTorch in double precision; in brackets those of PyTorch in single precision.\n")
    print("| network | scores | gradient | load s | ours s | PyTorch s | ratio | ours MB | PyTorch MB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in options.only or architectures.NETWORKS:
        try:
            measure(name, options)
        except RuntimeError as error:
            print(f"| {name} | {error} |" + " |" * 8, flush=True)


if __name__ == "__main__":
    main()

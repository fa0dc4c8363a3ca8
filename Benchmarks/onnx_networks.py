"""Networks from ONNX at full size, ours beside PyTorch: errors of outputs and of the input gradient against double precision, load time, time and memory of
a gradient.

    python3 Benchmarks/onnx_networks.py --bench .build/release/bench                      # all networks, then the table
    python3 Benchmarks/onnx_networks.py --bench .build/release/bench --only x3d s3d --stages errors
    python3 Benchmarks/onnx_networks.py --only x3d --stages flips                         # which kinks the gradient's error is due to
    python3 Benchmarks/onnx_networks.py --only s3d --stages spread                        # PyTorch's own single precision, summed in four ways
    python3 Benchmarks/onnx_networks.py --table                                           # what has been measured

Needs PyTorch, torchvision and onnx; `make bench-peers` installs them in .build/bench-peers. Each network is exported and measured in processes of its own, ours and
PyTorch's in turns, two threads each. What is done is kept in .build/bench-onnx/NAME and not done again, but for the stages that --redo names: export, reference,
errors, times, flips, memory, spread. The networks are those of Tests/Fixtures/generate/architectures.py.

References in double precision keep no activations inside of a network's blocks: those are worked out again on the way back (torch.utils.checkpoint), which gives
the same numbers in less memory. --memory bounds the address space of every process, in GB.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Tests" / "Fixtures" / "generate"))

# What the older exporter does better, or alone.
OLDER = {"cnn_lstm", "cnn_gru"}
# Classes whose inner activations are worked out twice in double precision.
BLOCKS = {"Block", "MultiscaleBlock", "SwinTransformerBlock", "PatchMerging", "X3DBlock", "Bottleneck", "SepInceptionBlock3D", "TemporalSeparableConv",
          "CNBlock", "BasicBlock", "TransformerEncoderLayer"}
STAGES = ["export", "reference", "errors", "times", "flips", "memory", "spread"]
# Ways in which PyTorch sums in single precision; each is as right as the others.
WAYS = ["as it comes", "one thread", "channels last", "without oneDNN"]


def order(shape):
    """Ours takes [C, T, H, W]; networks that look at frames one by one take [N, T, C, H, W]."""
    return (0, 1, 2, 3) if shape[1] == 3 else (1, 0, 2, 3)


def export(name, folder):
    """model.onnx and clip.npy."""
    import architectures
    import torch

    torch.set_num_threads(2)
    network, shape = architectures.make(name, False)
    x = architectures.clip(shape)
    architectures.export(network, x, str(folder / "model.onnx"), "script" if name in OLDER else "dynamo")
    np.save(folder / "clip.npy", np.ascontiguousarray(x[0].numpy().transpose(order(shape))))
    (folder / "layout.txt").write_text("NCTHW" if shape[1] == 3 else "NTCHW")


def keep_less(network):
    """Lets the blocks of a network work out their activations once more on the way back."""
    from torch.utils.checkpoint import checkpoint

    for module in network.modules():
        if type(module).__name__ in BLOCKS:
            inner = module.forward
            module.forward = lambda *values, inner=inner, **more: checkpoint(inner, *values, use_reentrant=False, **more)


def reference(name, folder, kind):
    """single.npz or double.npz: scores and gradient of PyTorch."""
    import architectures
    import torch

    torch.set_num_threads(2)
    network, shape = architectures.make(name, False)
    x = architectures.clip(shape)
    if kind == "double":
        network, x = network.double(), x.double()
        keep_less(network)
    scores, gradient = architectures.reference(network, x, 0)
    np.savez(folder / f"{kind}.npz", scores=scores.flatten().double().numpy(), gradient=gradient[0].double().numpy().transpose(order(shape)))


def spread(name, folder, way):
    """Errors of PyTorch in single precision, summed in one of the WAYS."""
    import architectures
    import torch

    torch.set_num_threads(1 if way == "one thread" else 2)
    torch.backends.mkldnn.enabled = way != "without oneDNN"
    network, shape = architectures.make(name, False)
    x = architectures.clip(shape)
    if way == "channels last":
        pictures = any(isinstance(module, torch.nn.Conv2d) for module in network.modules())
        network = network.to(memory_format=torch.channels_last if pictures else torch.channels_last_3d)
    scores, gradient = architectures.reference(network, x, 0)
    double = np.load(folder / "double.npz")
    print(json.dumps({"errors": [
        distance(scores.flatten().double().numpy(), double["scores"]),
        distance(gradient[0].double().numpy().transpose(order(shape)), double["gradient"])]}))


def flips(name, folder):
    """Which kinks the error of our gradient is due to."""
    import architectures
    import onnx_flips
    import torch

    torch.set_num_threads(2)
    network, shape = architectures.make(name, False)
    network = network.double()
    keep_less(network)
    ours = np.load(folder / "gradient.npy").astype(np.float64).transpose(np.argsort(order(shape)))
    print(json.dumps(onnx_flips.flips(network, architectures.clip(shape).double(), torch.from_numpy(np.ascontiguousarray(ours)))))


def time_torch(name, threads, repeats):
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


def run(command, memory):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (int(memory * 1e9), int(memory * 1e9)))

    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, preexec_fn=limit)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise RuntimeError(said[-1][:300] if said else f"ended with status {done.returncode}")
    return json.loads(lines[-1]) if lines else {}


def distance(a, b):
    return float(np.linalg.norm(a.astype(np.float64).ravel() - b.ravel()) / np.linalg.norm(b))


class Network:
    """What is known of one network, in a folder of its own."""

    def __init__(self, name, options):
        self.name, self.options, self.folder = name, options, options.folder / name
        self.results = self.folder / "results.json"

    def known(self):
        return json.loads(self.results.read_text()) if self.results.exists() else {}

    def keep(self, **values):
        self.results.write_text(json.dumps({**self.known(), **values}, indent=1))

    def me(self, *arguments):
        run([sys.executable, __file__, *arguments, "--folder", self.options.folder], self.options.memory)

    def measure(self, stages, again):
        self.folder.mkdir(parents=True, exist_ok=True)
        for stage in stages:
            if stage not in again and self.is_done(stage):
                continue
            getattr(self, stage)()

    def is_done(self, stage):
        if stage == "export":
            return (self.folder / "layout.txt").exists()
        if stage == "reference":
            return (self.folder / "double.npz").exists()
        return stage in self.known()

    def export(self):
        self.me("--export", self.name)

    def reference(self):
        for kind in ["single", "double"]:
            self.me("--reference", self.name, "--kind", kind)

    def manifest(self):
        frames, height, width = np.load(self.folder / "clip.npy", mmap_mode="r").shape[1:]
        path = self.folder / "manifest.json"
        path.write_text(json.dumps({
            "name": self.name, "architecture": "onnx", "task": "regression",
            "input": {"frames": frames, "height": height, "width": width, "layout": (self.folder / "layout.txt").read_text()}}))
        return path

    def errors(self):
        run([self.options.bench, "pass", "--manifest", self.manifest(), "--checkpoint", self.folder / "model.onnx", "--clip", self.folder / "clip.npy",
             "--output", self.folder], self.options.memory)
        double, single = np.load(self.folder / "double.npz"), np.load(self.folder / "single.npz")
        ours = {part: np.load(self.folder / f"{part}.npy") for part in ["scores", "gradient"]}
        self.keep(errors={part: [distance(ours[part], double[part]), distance(single[part], double[part])] for part in ours})

    def times(self):
        from compare import merge

        ours, theirs = [], []
        for _ in range(self.options.rounds):
            ours.append(run([self.options.bench, "gradient", self.folder / "model.onnx", "--manifest", self.manifest(), "--repeats", self.options.repeats],
                            self.options.memory))
            theirs.append(run([sys.executable, __file__, "--time", self.name, "--repeats", self.options.repeats], self.options.memory))
        self.keep(times={"load": min(one["load_seconds"] for one in ours), "ours": merge(ours), "theirs": merge(theirs)})

    def memory(self):
        """What is predicted of a gradient beside what it holds, parameters not counted, and what the process takes beyond the loaded network."""
        found = run([self.options.bench, "gradient", self.folder / "model.onnx", "--manifest", self.manifest(), "--repeats", 0], self.options.memory)
        self.keep(memory=[found["predicted_bytes"], found["counted_bytes"], found["peak_bytes"] - found["idle_bytes"]])

    def flips(self):
        self.keep(flips=run([sys.executable, __file__, "--flips", self.name, "--folder", self.options.folder], self.options.memory))

    def spread(self):
        """Errors of PyTorch's single precision by the WAYS it can sum."""
        self.keep(spread={way: run([sys.executable, __file__, "--spread", self.name, "--way", way, "--folder", self.options.folder],
                                   self.options.memory)["errors"] for way in WAYS})

    def row(self):
        known = self.known()
        errors, times = known.get("errors"), known.get("times")
        cells = [self.name]
        cells += ["{:.1e} ({:.1e})".format(*errors[part]) for part in ["scores", "gradient"]] if errors else ["", ""]
        if times:
            own, their = times["ours"], times["theirs"]
            cells += [f"{value:.2f}" for value in [times["load"], own["median"], their["median"], own["median"] / their["median"]]]
            cells += [f"{own['peak'] / 1e6:.0f}", f"{their['peak'] / 1e6:.0f}", f"{own['peak'] / their['peak']:.2f}"]
        else:
            cells += [""] * 7
        return "| " + " | ".join(cells) + " |"


def table(networks):
    print("\nErrors are relative L2 against PyTorch in double precision; in brackets those of PyTorch in single precision.\n")
    print("| network | scores | gradient | load s | ours s | PyTorch s | ratio | ours MB | PyTorch MB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for network in networks:
        print(network.row(), flush=True)
    known = [(network.name, network.known()["memory"]) for network in networks if "memory" in network.known()]
    if known:
        print("\n| network | predicted MB | held MB | ratio | process MB |")
        print("|---|---|---|---|---|")
        for name, (predicted, held, grown) in known:
            print(f"| {name} | {predicted / 1e6:.0f} | {held / 1e6:.0f} | {predicted / held:.2f} | {grown / 1e6:.0f} |")
    known = [(network.name, network.known()) for network in networks if "spread" in network.known()]
    if known:
        print("\n| network | ours | " + " | ".join(WAYS) + " |")
        print("|---" * (len(WAYS) + 2) + "|")
        for name, found in known:
            cells = [[error[0] for error in found["errors"].values()] if "errors" in found else [], *(found["spread"][way] for way in WAYS)]
            print(f"| {name} | " + " | ".join(", ".join(f"{error:.1e}" for error in cell) for cell in cells) + " |")
    for network in networks:
        found = network.known().get("flips")
        if found:
            print("\n{}: {} ReLUs and maxima are close to their kink, of which {} are on the other side; without them the gradient's error is {:.1e}".format(
                network.name, found["near"], found["flips"], found["left"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/bench")
    parser.add_argument("--only", nargs="*", help="names of networks; all of them without it")
    parser.add_argument("--stages", nargs="*", choices=STAGES, default=STAGES[:4], help="a stage takes what the ones before it left; flips, memory and spread are done when asked for")
    parser.add_argument("--redo", nargs="*", choices=STAGES, default=[], help="stages that are done again")
    parser.add_argument("--table", action="store_true", help="measure nothing")
    parser.add_argument("--folder", type=Path, default=Path(".build/bench-onnx"))
    parser.add_argument("--memory", type=float, default=12, help="GB of address space")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--export", help=argparse.SUPPRESS)
    parser.add_argument("--reference", help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--time", help=argparse.SUPPRESS)
    parser.add_argument("--flips", help=argparse.SUPPRESS)
    parser.add_argument("--spread", help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.export:
        return export(options.export, options.folder / options.export)
    if options.reference:
        return reference(options.reference, options.folder / options.reference, options.kind)
    if options.flips:
        return flips(options.flips, options.folder / options.flips)
    if options.spread:
        return spread(options.spread, options.folder / options.spread, options.way)
    if options.time:
        return time_torch(options.time, 2, options.repeats)
    import architectures

    networks = [Network(name, options) for name in options.only or architectures.NETWORKS]
    failed = []
    for network in [] if options.table else networks:
        try:
            network.measure(options.stages, options.redo)
            print(network.row(), flush=True)
        except RuntimeError as error:
            failed.append(network.name)
            print(f"{network.name}: {error}", flush=True)
    table(networks)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

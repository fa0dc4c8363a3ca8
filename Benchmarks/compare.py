"""Runs `bench`, and its peers beside it, and prints a table.

Ours and theirs take turns, so that a busy machine slows both. Every measurement is a process of its own.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NETWORKS = ["r2plus1d_18", "r3d_18", "mc3_18", "moving_shapes"]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(lines[-1])


def merge(runs):
    """Several processes' runs as one: all times, the largest memory."""
    seconds = sorted(s for one in runs for s in one["seconds"])
    half = len(seconds) // 2
    median = seconds[half] if len(seconds) % 2 else (seconds[half - 1] + seconds[half]) / 2
    return {"minimum": seconds[0], "median": median, "peak": max(one["peak_bytes"] for one in runs),
            "rate": max(one.get("gigaflops_per_second", 0) for one in runs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", default=".build/release/bench")
    parser.add_argument("--python", help="an interpreter that has PyTorch and Captum; without it only ours is measured")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2, help="turns of ours and theirs")
    parser.add_argument("--repeats", type=int, default=5, help="measured runs in each turn")
    parser.add_argument("--only", nargs="*", help="rows to measure, such as gradient:r3d_18")
    options = parser.parse_args()

    common = ["--threads", str(options.threads), "--repeats", str(options.repeats)]

    def ours(work, *arguments):
        return [options.bench, work, *arguments, *common]

    def theirs(peer, work, model, *arguments):
        return [options.python, str(HERE / "peers.py"), peer, work, model, *arguments, *common]

    rows = []
    for model in NETWORKS:
        layouts = {f"PyTorch {name}": ["--layout", name] for name in ["contiguous", "channels_last"]}
        rows.append((f"gradient:{model}", ours("gradient", model),
                     {name: theirs("torch", "gradient", model, *extra) for name, extra in layouts.items()}))
        peers = {name: theirs("torch", "forward", model, *extra) for name, extra in layouts.items()}
        peers["ONNX Runtime"] = theirs("onnxruntime", "forward", model)
        rows.append((f"forward:{model}", ours("forward", model), peers))
    for samples in ["2", "6"]:
        rows.append((f"smoothgrad {samples}:r2plus1d_18",
                     ours("smoothgrad", "r2plus1d_18", "--samples", samples),
                     {f"Captum {name}": theirs("torch", "smoothgrad", "r2plus1d_18", "--samples", samples, "--layout", name)
                      for name in ["contiguous", "channels_last"]}))
    rows.append(("farneback:31 pairs", ours("farneback"), {"OpenCV": theirs("opencv", "farneback", "-")}))

    limit = max(run(ours("peak"))["gigaflops_per_second"] for _ in range(options.rounds))
    print(f"A product of two large matrices makes {limit:.0f} Gflop/s. Ours: the rate of the products that are made, Winograd's savings "
          "counted, against that limit.\n")
    print("| work | who | minimum s | median s | peak MB | our time / theirs | our memory / theirs | of the limit |")
    print("|---|---|---|---|---|---|---|---|")
    for name, command, peers in rows:
        if options.only and name not in options.only:
            continue
        found = {"cinegrad": []} | ({peer: [] for peer in peers} if options.python else {})
        for _ in range(options.rounds):
            found["cinegrad"].append(run(command))
            for peer in found:
                if peer != "cinegrad":
                    found[peer].append(run(peers[peer]))
        own = merge(found["cinegrad"])
        for who, runs in found.items():
            one = merge(runs)
            share = f"{own['rate'] / limit:.2f}" if own["rate"] else ""
            ratios = f"| | | {share} |" if who == "cinegrad" else (
                f"| {own['median'] / one['median']:.2f} | {own['peak'] / one['peak']:.2f} | |")
            print(f"| {name} | {who} | {one['minimum']:.3f} | {one['median']:.3f} | {one['peak'] / 1e6:.0f} {ratios}",
                  flush=True)


if __name__ == "__main__":
    main()

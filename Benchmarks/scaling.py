"""Runs `bench` with one and two threads, clips of several lengths and several counts of samples, and prints tables.

Time should be linear in frames and samples, and memory should not grow with samples.
"""

import argparse

from compare import merge, run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", default=".build/release/bench")
    parser.add_argument("--rounds", type=int, default=2, help="turns through all rows of a table")
    parser.add_argument("--repeats", type=int, default=3, help="measured runs in each turn")
    options = parser.parse_args()

    def table(title, header, rows):
        """Rows are (cells, arguments of `bench`); they take turns."""
        found = [[] for _ in rows]
        for _ in range(options.rounds):
            for index, (_, arguments) in enumerate(rows):
                found[index].append(run([options.bench, *arguments, "--repeats", str(options.repeats)]))
        print(f"\n{title}\n\n| {' | '.join(header)} | minimum s | median s | peak MB |")
        print("|" + "---|" * (len(header) + 3))
        for (cells, _), runs in zip(rows, found):
            one = merge(runs)
            print(f"| {' | '.join(cells)} | {one['minimum']:.3f} | {one['median']:.3f} | {one['peak'] / 1e6:.0f} |",
                  flush=True)

    table("Threads (gradient, 32 frames)", ["network", "threads"], [
        ((network, threads), ["gradient", network, "--threads", threads])
        for network in ["r2plus1d_18", "r3d_18", "mc3_18", "moving_shapes"] for threads in ["1", "2"]])
    table("Frames (gradient, two threads)", ["network", "frames"], [
        ((network, frames), ["gradient", network, "--frames", frames])
        for network in ["r2plus1d_18", "moving_shapes"] for frames in ["16", "32", "64", "128"]])
    table("Samples (SmoothGrad of r2plus1d_18 in pixels, two threads)", ["samples"], [
        ((samples,), ["smoothgrad", "r2plus1d_18", "--samples", samples]) for samples in ["2", "6", "10"]])


if __name__ == "__main__":
    main()

"""Which kinks the error of a gradient is due to: the stage `flips` of onnx_networks.py.

Where the operand of a ReLU lies at zero, or two values of a pooling window are alike, single precision may fall on either side, and the gradient differs by what
flows through that one place. These differences are worked out in double precision for every place that is close enough; those of them that make up our
difference (each counts wholly or not at all) are the flips.
"""

import torch
from torch import autograd
from torch.nn import functional

# Closer to a kink than this, by the root of the mean square of the operands, may be on the other side in single precision.
KINK = 6e-6
# Pixels that the flips are told apart by, where columns of all pixels would not fit into memory.
PIXELS = 200_000


class Places:
    """The places of a pass that are close to a kink: what flows through each, and the operand that would flow there, or no longer, on the other side."""

    def __init__(self):
        self.probes, self.operands, self.signs = [], [], []
        # Blocks that are worked out once more on the way back meet the same functions again.
        self.isListening = True

    def near(self, result, indices, operands, signs):
        """The result, with a number to differentiate by added to each of the indices; what is added there on the other side is `signs · operands`."""
        if not len(indices):
            return result
        probe = torch.zeros(len(indices), dtype=result.dtype, requires_grad=True)
        if self.isListening:
            self.probes.append(probe)
            self.operands.append(operands)
            self.signs.append(signs)
        return result.flatten().index_add(0, indices, probe).reshape(result.shape)

    def relu(self, value, inplace=False):
        flat = value.detach().flatten()
        indices = torch.nonzero(flat.abs() < KINK * flat.square().mean().sqrt()).flatten()
        result = torch.where(value > 0, value, torch.zeros((), dtype=value.dtype))
        signs = torch.where(flat[indices] > 0, -1.0, 1.0).to(value.dtype)
        return self.near(result, indices, value.flatten()[indices], signs)

    def max_pool3d(self, value, kernel_size, stride=None, padding=0, *rest, **more):
        def triple(number):
            return (number,) * 3 if isinstance(number, int) else tuple(number)

        result, winners = original_pool(value, kernel_size, stride, padding, *rest, **{**more, "return_indices": True})
        kernel, stride, padding = triple(kernel_size), triple(stride or kernel_size), triple(padding)
        limit = KINK * value.detach().square().mean().sqrt()
        places, seconds = [], []
        channels, plane = value.shape[1], value[0, 0].numel()
        for channel in range(value.shape[0] * channels):
            image = value.detach().flatten(0, 1)[channel]
            windows = functional.pad(image, [p for size in reversed(padding) for p in (size, size)], value=-torch.inf)
            numbers = functional.pad(
                torch.arange(plane).reshape(image.shape), [p for size in reversed(padding) for p in (size, size)], value=-1)
            for axis, (size, step) in enumerate(zip(kernel, stride)):
                windows, numbers = windows.unfold(axis, size, step), numbers.unfold(axis, size, step)
            shape = windows.shape[:3]
            best = windows.reshape(*shape, -1).topk(2, -1)
            close = torch.nonzero((best.values[..., 0] - best.values[..., 1] < limit).flatten()).flatten()
            chosen = numbers.reshape(*shape, -1).gather(-1, best.indices).reshape(-1, 2)[close]
            first = winners.flatten(0, 1)[channel].flatten()[close]
            places.append(close + channel * shape.numel())
            seconds.append(torch.stack([first, torch.where(chosen[:, 0] == first, chosen[:, 1], chosen[:, 0])]) + channel * plane)
        places, (first, second) = torch.cat(places), torch.cat(seconds, 1)
        flat = value.flatten()
        return self.near(result, places, flat[second] - flat[first], torch.ones(len(places), dtype=value.dtype))


original_pool = functional.max_pool3d_with_indices


def flips(network, x, ours):
    """How many places are on the other side in a pass than in double precision, and what is left of the gradient's error without them.

    The network and x are in double precision; `ours` is the gradient of the network's first output by x that the pass gave.
    """
    x = x.detach().clone().requires_grad_()
    places = Places()
    functional.relu = torch.relu = places.relu
    functional.max_pool3d = places.max_pool3d
    score = network(x).flatten()[0]
    places.isListening = False

    def gradient(value, by):
        return autograd.grad(value, by, retain_graph=True, allow_unused=True)

    plain, *flows = gradient(score, [x, *places.probes])
    difference = ours.flatten() - plain.flatten()
    steps = [
        (operand, sign * flow) for operands, signs, flows in zip(places.operands, places.signs, flows) if flows is not None
        for operand, sign, flow in zip(operands, signs, flows) if flow != 0]

    def column(step):
        by_clip, = gradient(step[0], [x])
        return step[1] * by_clip.flatten()

    pixels = torch.randperm(len(difference), generator=torch.Generator().manual_seed(1))[:PIXELS]
    columns = [column(step)[pixels] for step in steps]
    counts = told_apart(difference[pixels], columns)
    for step, count in zip(steps, counts):
        if count:
            difference -= column(step)
    return {"near": len(steps), "flips": int(sum(counts)), "left": difference.norm().item() / plain.norm().item()}


def told_apart(difference, columns):
    """Which of the columns add up to the difference, 0 or 1 each."""
    if not columns:
        return []
    matrix = torch.stack(columns, 1)
    # Lengths differ by orders of magnitude; what flows through the least of them is below rounding.
    lengths = matrix.norm(dim=0)
    scaled = matrix / lengths.clamp(min=1e-300)
    found = torch.linalg.lstsq(scaled.T @ scaled, (scaled.T @ difference)[:, None], driver="gelsd").solution[:, 0]
    return (found / lengths.clamp(min=1e-300)).round().clamp(0, 1).int().tolist()

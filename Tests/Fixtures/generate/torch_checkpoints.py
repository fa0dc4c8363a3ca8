#!/usr/bin/env python3
"""Writes Tests/Fixtures/checkpoints/torch: what PyTorch's users save, in small files, and what they hold.

    torch_checkpoints.py DIRECTORY        made with Python 3.11, PyTorch 2.15 and numpy 2.4

The values are whole numbers, so every element type holds them exactly. Each file is read back by torch.load before it counts.
"""
import io
import json
import os
import struct
import sys
import zipfile
from collections import Counter, OrderedDict

import numpy
import torch

A = torch.arange(6, dtype=torch.float32).reshape(2, 3) - 2
B = torch.arange(5, dtype=torch.float32) * 3
PLAIN = OrderedDict(a=A, b=B)
EXPECTED = {}


def entry(name, value, element="F32"):
    value = value.detach()
    return name, {"shape": list(value.shape), "element": element, "values": value.double().flatten().tolist()}


def save(path, value, *, holds, **options):
    torch.save(value, path, **options)
    torch.load(path, weights_only=False)
    EXPECTED[os.path.basename(path)] = dict(holds)


def swapped(source, path):
    """The same archive as a machine with the other byte order writes it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.endswith("/byteorder"):
                data = b"big"
            elif "/data/" in item.filename:
                data = struct.pack(f">{len(data) // 4}f", *struct.unpack(f"<{len(data) // 4}f", data))
            new.writestr(item.filename, data)


def deflated(source, path):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, old.read(item))


def training(parameters):
    """A dictionary like EchoNet-Dynamic's, after two steps of an optimizer that keeps state."""
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.Adam([parameter], lr=0.5)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3])
    for _ in range(2):
        parameter.sum().backward()
        optimizer.step()
        scheduler.step()
    return {
        "epoch": 2, "state_dict": parameters, "period": 2, "frames": 32, "best_loss": numpy.float64(1.5),
        "loss": numpy.float32(2.5), "history": [numpy.int64(3), None, True, 1 << 70, b"raw", 2j, {1, 2}, Counter("ab")],
        "device": torch.device("cpu"), "precision": torch.float16, "opt_dict": optimizer.state_dict(),
        "scheduler_dict": scheduler.state_dict(),
    }


def main(directory):
    os.makedirs(directory, exist_ok=True)
    file = lambda name: os.path.join(directory, name)
    plain = [entry("a", A), entry("b", B)]
    save(file("plain.pt"), PLAIN, holds=plain)
    save(file("protocol4.pt"), PLAIN, holds=plain, pickle_protocol=4)
    save(file("protocol5.pt"), PLAIN, holds=plain, pickle_protocol=5)
    save(file("legacy.pt"), PLAIN, holds=plain, _use_new_zipfile_serialization=False)
    save(file("legacy_protocol4.pt"), PLAIN, holds=plain, _use_new_zipfile_serialization=False, pickle_protocol=4)
    swapped(file("plain.pt"), file("big_endian.pt"))
    deflated(file("plain.pt"), file("deflated.pt"))
    for name in ("big_endian.pt", "deflated.pt"):
        back = torch.load(file(name))
        assert all(torch.equal(back[key], PLAIN[key]) for key in PLAIN), name
        EXPECTED[name] = dict(plain)

    prefixed = OrderedDict((f"module.{key}", value) for key, value in PLAIN.items())
    holds = [entry("module.a", A), entry("module.b", B)]
    save(file("training.pt"), training(prefixed), holds=holds)
    save(file("training_legacy.pt"), training(prefixed), holds=holds, _use_new_zipfile_serialization=False)
    for place in ("state_dict", "model_state_dict", "model", "weights"):
        # A tensor beside the parameters does not make the dictionary a state dictionary.
        save(file(f"under_{place}.pt"), {place: PLAIN, "best": torch.tensor(7.0)}, holds=plain)
    save(file("under_model_state_dict_of_model.pt"), {"model": {"state_dict": PLAIN}, "epoch": 1}, holds=plain)
    save(file("under_another_name.pt"), {"net": PLAIN, "epoch": 1}, holds=plain)

    base = torch.arange(24, dtype=torch.float32)
    views = OrderedDict(
        transposed=base.reshape(4, 6).t(), middle=base[5:9], every_third=base[1::3],
        permuted=base.reshape(2, 3, 4).permute(2, 0, 1), column=base.reshape(4, 6)[:, 2:3], scalar=base[23],
        empty=base[:0].reshape(0, 3), whole=base, narrow=base.reshape(2, 12)[:, 1:7:2])
    holds = [entry(name, value) for name, value in views.items()]
    save(file("views.pt"), views, holds=holds)
    save(file("views_legacy.pt"), views, holds=holds, _use_new_zipfile_serialization=False)
    channels_last = A.reshape(1, 2, 3, 1, 1).contiguous(memory_format=torch.channels_last_3d)
    save(file("channels_last.pt"), {"w": channels_last}, holds=[entry("w", channels_last)])

    parameter = torch.nn.Parameter(A.clone())
    noted = torch.nn.Parameter(B.clone())
    noted.note = "kept by _rebuild_parameter_with_state"
    save(file("parameters.pt"), {"a": parameter, "b": noted, "again": parameter},
         holds=[entry("a", A), entry("b", B), entry("again", A)])
    hooked = A.clone().requires_grad_()
    save(file("requires_grad.pt"), {"a": hooked}, holds=[entry("a", A)])

    types = {
        "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
        "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U64": torch.uint64, "U32": torch.uint32, "U16": torch.uint16,
        "U8": torch.uint8, "BOOL": torch.bool,
    }
    cast = {name: torch.tensor([0, 1, 1] if name == "BOOL" else [0, 1, 100]).to(kind) for name, kind in types.items()}
    holds = [entry(name, value, name) for name, value in cast.items()]
    save(file("types.pt"), cast, holds=holds)
    # The legacy format has no storages of these, and PyTorch cannot read what it writes then.
    old = {name: value for name, value in cast.items() if name not in ("U16", "U32", "U64")}
    save(file("types_legacy.pt"), old, holds=[row for row in holds if row[0] in old], _use_new_zipfile_serialization=False)

    module = torch.nn.Sequential(OrderedDict(conv=torch.nn.Conv3d(1, 2, (1, 2, 1)), norm=torch.nn.BatchNorm3d(2)))
    for number, value in enumerate(module.parameters()):
        value.data = (torch.arange(value.numel(), dtype=torch.float32) + number).reshape(value.shape)
    state = module.state_dict()
    holds = [entry(name, value, "I64" if name.endswith("tracked") else "F32") for name, value in state.items()]
    save(file("module.pt"), state, holds=holds)

    with open(file("expected.json"), "w") as out:
        json.dump(EXPECTED, out, indent=1, sort_keys=True)
        out.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

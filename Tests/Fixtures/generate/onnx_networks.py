#!/usr/bin/env python3
"""Writes Tests/Fixtures/onnx/networks: small video networks from both of PyTorch's exporters, with what they compute.

    onnx_networks.py DIRECTORY        made with Python 3.11, PyTorch 2.15, torchvision 0.29, onnx 1.23

NAME.safetensors has an input, the output and the gradient of one output by the input, worked out in double precision. manifest.json says what float32
PyTorch itself misses them by. What exporters write about the source code (metadata) is left out, the rest is as they wrote it.
"""
import json
import os
import sys
import warnings

import onnx
import torch
from safetensors.torch import save_file

import architectures

OUTPUT = 1


def strip(path):
    """Takes out stack traces and names of scopes, which are most of a small file."""
    model = onnx.load(path)

    def clear(graph):
        graph.ClearField("value_info")
        graph.ClearField("metadata_props")
        for thing in [*graph.node, *graph.initializer, *graph.input, *graph.output]:
            thing.ClearField("metadata_props")
            thing.ClearField("doc_string")

    clear(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return sorted({node.op_type for node in model.graph.node}), len(model.graph.node)


def relative(a, b):
    return ((a.double() - b).norm() / b.norm()).item()


class Permuted(torch.nn.Module):
    """Takes the axes of its input in another order."""

    def __init__(self, network, order):
        super().__init__()
        self.network, self.order = network, order

    def forward(self, x):
        return self.network(x.permute(self.order))


class AnyLength(torch.nn.Module):
    """Convolutions and a mean over whatever time and space there is."""

    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Conv3d(3, 6, 3, padding=1), torch.nn.SiLU(), torch.nn.Conv3d(6, 8, 3, (1, 2, 2), 1))
        self.head = torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)).mean((2, 3, 4)))


def layouts(directory):
    """One network in three orders of axes, with open axes of batch and time."""
    torch.manual_seed(3)
    network = AnyLength().eval()
    for name, order in [("ncthw_open", None), ("ntchw_open", (0, 2, 1, 3, 4)), ("nthwc_open", (0, 4, 1, 2, 3))]:
        module = network if order is None else Permuted(network, order)
        shape = {None: (1, 3, 6, 16, 20), (0, 2, 1, 3, 4): (1, 6, 3, 16, 20), (0, 4, 1, 2, 3): (1, 6, 16, 20, 3)}[order]
        time = 2 if order is None else 1
        path = f"{directory}/{name}.onnx"
        torch.onnx.export(module, (torch.zeros(shape),), path, dynamo=False, opset_version=13, input_names=["clip"],
                          output_names=["scores"], dynamic_axes={"clip": {0: "batch", time: "frames"}, "scores": {0: "batch"}})
        strip(path)
    x = architectures.clip((1, 3, 6, 16, 20))
    output, gradient = architectures.reference(network.double(), x.double(), OUTPUT)
    save_file({"input": x, "output": output.float(), "gradient": gradient.float()}, f"{directory}/open.safetensors")


def others(directory):
    """Weights in a file of their own; an operator that is not supported; a second input."""
    from onnx import TensorProto, helper, numpy_helper
    import numpy

    clip = helper.make_tensor_value_info("clip", TensorProto.FLOAT, [1, 3, 4, 8, 8])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, None)
    weight = numpy_helper.from_array(numpy.random.default_rng(5).normal(size=(4, 3, 4, 8, 8)).astype("float32"), "weight")

    def save(name, nodes, inputs=(clip,), weights=(), **options):
        graph = helper.make_graph(list(nodes), "graph", list(inputs), [scores], list(weights))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, f"{directory}/{name}.onnx", **options)

    convolution = helper.make_node("Conv", ["clip", "weight"], ["scores"])
    save("external", [convolution], weights=[weight], save_as_external_data=True, location="external.onnx.data", size_threshold=0)
    weight = numpy_helper.from_array(numpy.random.default_rng(5).normal(size=(4, 3, 4, 8, 8)).astype("float32"), "weight")
    save("embedded", [convolution], weights=[weight])
    save("unsupported", [helper.make_node("Bernoulli", ["clip"], ["scores"], "chance")])
    mask = helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 3, 4, 8, 8])
    save("second_input", [helper.make_node("Mul", ["clip", "mask"], ["scores"])], inputs=[clip, mask])


def main():
    warnings.filterwarnings("ignore")
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    manifest = {"output": OUTPUT, "cases": []}
    for name in architectures.NETWORKS:
        network, shape = architectures.make(name, small=True)
        x = architectures.clip(shape)
        files = {}
        for exporter in ["dynamo", "script"]:
            path = f"{directory}/{name}_{exporter}.onnx"
            architectures.export(network, x, path, exporter)
            operators, nodes = strip(path)
            files[exporter] = {"file": os.path.basename(path), "nodes": nodes, "operators": operators}
        single_output, single_gradient = architectures.reference(network, x, OUTPUT)
        output, gradient = architectures.reference(network.double(), x.double(), OUTPUT)
        save_file({"input": x, "output": output.float(), "gradient": gradient.float()}, f"{directory}/{name}.safetensors")
        manifest["cases"].append({
            "name": name, "input_shape": list(shape), "output_shape": list(output.shape), "files": files,
            "float32_output_error": relative(single_output, output), "float32_gradient_error": relative(single_gradient, gradient)})
        print(name, manifest["cases"][-1]["float32_output_error"], manifest["cases"][-1]["float32_gradient_error"], flush=True)
    layouts(directory)
    others(directory)
    with open(f"{directory}/manifest.json", "w") as file:
        json.dump(manifest, file, indent=1)


if __name__ == "__main__":
    main()

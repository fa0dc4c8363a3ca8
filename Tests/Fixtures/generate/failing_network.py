#!/usr/bin/env python3
"""Writes Tests/Fixtures/onnx/logarithm.onnx: a network that fails for some noisy copies of a clip, as a real one with a logarithm or a root does.

    failing_network.py FILE        made with Python 3.11, onnx 1.23

Its one output is log(m - c) of the mean m over the clip [1, 3, 4, 8, 8]: a number while m is above c, none below.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# A clip of zeros and ones in equal parts has m = 0.5; noise of a tenth of its range moves that by 0.1 / sqrt(768) = 0.0036.
THRESHOLD = 0.5 - 1.5 * 0.1 / 768 ** 0.5


def main(path):
    nodes = [
        helper.make_node("Reshape", ["clip", "flat_shape"], ["flat"]),
        helper.make_node("ReduceMean", ["flat"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["mean", "threshold"], ["rest"]),
        helper.make_node("Log", ["rest"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes, "logarithm",
        [helper.make_tensor_value_info("clip", TensorProto.FLOAT, [1, 3, 4, 8, 8])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1])],
        [numpy_helper.from_array(np.array([1, -1], np.int64), "flat_shape"),
         numpy_helper.from_array(np.array(THRESHOLD, np.float32), "threshold")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


if __name__ == "__main__":
    main(sys.argv[1])

#!/usr/bin/env python3
"""Writes Tests/Fixtures/onnx/movements.json: chains of slices, transpositions, reshapes, concatenations and updates, by chance, with what they give.

    onnx_movements.py FILE        made with Python 3.11, onnx 1.23

Each value of an output is a sum of values of the input; a case lists the places of these. The ONNX project's reference evaluator has to agree.
"""
import base64
import json
import random
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

CASES = 60
SHAPES = [(2, 3, 1, 4, 5), (1, 5, 2, 6), (4, 1, 3, 7), (3, 4, 5)]


class Chain:
    """A graph that grows, and beside it the places that each value of each result is a sum of."""

    def __init__(self, chance, shape):
        self.chance, self.nodes, self.constants = chance, [], []
        places = np.empty(shape, dtype=object)
        for index, at in enumerate(np.ndindex(*shape)):
            places[at] = (index,)
        self.values = [("x", places)]

    def node(self, operator, inputs, places, **attributes):
        name = f"v{len(self.values)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        self.values.append((name, places))
        return self.values[-1]

    def constant(self, numbers):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(numbers, np.int64), name))
        return name

    def slice(self, value, axis, start, end, step=1):
        name, places = value
        part = [slice(None)] * places.ndim
        part[axis] = slice(start, end if end >= 0 or step > 0 else None, step)
        ends = end if end >= 0 or step > 0 else -(1 << 40)
        return self.node("Slice", [name, *(self.constant([n]) for n in (start, ends, axis, step))], places[tuple(part)])

    def transpose(self, value, permutation):
        return self.node("Transpose", [value[0]], value[1].transpose(permutation), perm=list(permutation))

    def reshape(self, value, shape):
        return self.node("Reshape", [value[0], self.constant(shape)], value[1].reshape(shape))

    def concat(self, values, axis):
        return self.node("Concat", [name for name, _ in values], np.concatenate([places for _, places in values], axis), axis=axis)

    def add(self, a, b):
        total = np.empty(a[1].shape, dtype=object)
        for at in np.ndindex(*a[1].shape):
            total[at] = a[1][at] + b[1][at]
        return self.node("Add", [a[0], b[0]], total)

    # Steps by chance.

    def any_slice(self, value):
        axis = self.chance.randrange(value[1].ndim)
        extent = value[1].shape[axis]
        if self.chance.random() < 0.2:
            return self.slice(value, axis, extent - 1, -1, -1)
        start = self.chance.randrange(extent)
        return self.slice(value, axis, start, self.chance.randint(start + 1, extent), self.chance.choice([1, 1, 2]))

    def any_transpose(self, value):
        permutation = list(range(value[1].ndim))
        self.chance.shuffle(permutation)
        return self.transpose(value, permutation)

    def any_units(self, value):
        """The same with other axes of extent one."""
        shape = [extent for extent in value[1].shape if extent != 1]
        for _ in range(self.chance.randrange(3)):
            shape.insert(self.chance.randint(0, len(shape)), 1)
        return self.reshape(value, shape or [1])

    def any_reshape(self, value):
        shape = list(value[1].shape)
        if len(shape) > 1:
            place = self.chance.randrange(len(shape) - 1)
            shape[place : place + 2] = [shape[place] * shape[place + 1]]
        return self.reshape(value, shape)

    def cut(self, value, axis):
        extent = value[1].shape[axis]
        ends = sorted({0, extent, *(self.chance.randint(1, extent) for _ in range(2))})
        return [self.slice(value, axis, start, end) for start, end in zip(ends, ends[1:])]

    def any_joint(self, value):
        """Cut apart and put together, perhaps with the pieces' axes moved meanwhile, perhaps in another order."""
        axis = self.chance.randrange(value[1].ndim)
        pieces = self.cut(value, axis)
        permutation = list(range(value[1].ndim))
        if self.chance.random() < 0.6:
            self.chance.shuffle(permutation)
            pieces = [self.transpose(piece, permutation) for piece in pieces]
        if self.chance.random() < 0.3:
            self.chance.shuffle(pieces)
        joint = self.concat(pieces, permutation.index(axis))
        return self.transpose(joint, np.argsort(permutation)) if self.chance.random() < 0.6 else joint

    def any_update(self, value):
        """Something is added behind the first place of an axis, in another order of axes, as exporters write it."""
        axis = self.chance.randrange(value[1].ndim)
        if value[1].shape[axis] < 2:
            return self.any_units(value)
        permutation = list(range(value[1].ndim))
        self.chance.shuffle(permutation)
        place = permutation.index(axis)
        rest = self.slice(value, axis, 1, value[1].shape[axis])
        added = self.add(rest, self.slice(rest, axis, rest[1].shape[axis] - 1, -1, -1))
        moved = self.transpose(value, permutation)
        joint = self.concat([self.slice(moved, place, 0, 1), self.transpose(added, permutation)], place)
        return self.transpose(joint, np.argsort(permutation))

    def any_stack(self, value):
        """Two neighbours along one axis, put one behind the other along an axis of their own."""
        axes = [axis for axis, extent in enumerate(value[1].shape) if extent >= 2]
        if not axes:
            return self.any_units(value)
        axis = self.chance.choice(axes)
        count = self.chance.randint(1, value[1].shape[axis] // 2)
        place = self.chance.randint(0, value[1].ndim)
        pieces = []
        for start in (0, count):
            piece = self.slice(value, axis, start, start + count)
            shape = list(piece[1].shape)
            shape.insert(place, 1)
            pieces.append(self.reshape(piece, shape))
        return self.concat(pieces, place)

    def grow(self):
        steps = [self.any_slice, self.any_transpose, self.any_transpose, self.any_units, self.any_reshape, self.any_joint, self.any_joint, self.any_stack, self.any_update]
        value = self.values[0]
        for _ in range(self.chance.randint(3, 9)):
            if max(map(len, value[1].ravel())) > 8:
                steps = steps[:-1]
            value = self.chance.choice(steps)(value)
        return value


def case(seed):
    chance = random.Random(seed)
    shape = chance.choice(SHAPES)
    chain = Chain(chance, shape)
    name, places = chain.grow()
    graph = helper.make_graph(
        chain.nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)], chain.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    y, = ReferenceEvaluator(model).run([name], {"x": x})
    expected = np.vectorize(sum, otypes=[np.float32])(places)
    assert y.shape == expected.shape and (y == expected).all(), seed
    return {"name": f"chain {seed}", "model": base64.b64encode(model.SerializeToString()).decode(), "input_shape": shape,
            "output_shape": places.shape, "places": [list(one) for one in places.ravel()]}


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        file.write('{"cases": [\n' + ",\n".join(json.dumps(case(seed), separators=(",", ":")) for seed in range(CASES)) + "\n]}\n")

#!/usr/bin/env python3
"""Turns a network that `imc pack` wrote back into parameters to go on training from.

    unpack.py --network w4a4.onnx --out w4a4.npz
    unpack.py --network w1a1.onnx --magnitudes w4a4.onnx --out w1a1.npz

Weights are code * step. At one bit all of a channel's are then equally far from turning over: --magnitudes takes how far from another
network's weights, where their signs agree; where they do not, a weight is near zero. Steps of activations are found anew in training.
"""
import argparse

import numpy as np
import onnx

from files import write_npz

FLOAT, FLOAT16, INT4 = onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, 22
LEAST_MAGNITUDE = 0.3  # of a channel's mean


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--network", required=True, help=".onnx")
    p.add_argument("--out", required=True, help=".npz")
    p.add_argument("--magnitudes", help=".onnx of the same shape and more bits")
    return p.parse_args()


def array(tensor):
    """int4 lies two to a byte, the low half first"""
    shape = tuple(tensor.dims)
    if tensor.data_type != INT4:
        return np.frombuffer(tensor.raw_data, np.float32 if tensor.data_type == FLOAT else np.float16).astype(np.float32).reshape(shape)
    pairs = np.frombuffer(tensor.raw_data, np.uint8)
    codes = np.stack([pairs & 15, pairs >> 4], 1).reshape(-1)[:int(np.prod(shape))].astype(np.float32)
    return np.where(codes > 7, codes - 16, codes).reshape(shape).astype(np.float32)


def parameters(path):
    """by torchvision's names, without those of quantizers"""
    tensors = {t.name: t for t in onnx.load(path).graph.initializer}
    entries = {}
    for name, tensor in tensors.items():
        if ".quant" in name or name.endswith(".step") or tensor.data_type not in (FLOAT, FLOAT16, INT4):
            continue
        entries[name] = array(tensor)
        if name + ".step" in tensors:
            entries[name] *= array(tensors[name + ".step"]).reshape(-1, 1, 1, 1)
    return entries


def with_magnitudes(weight, other):
    mean = np.abs(weight).mean((1, 2, 3), keepdims=True)
    relative = np.abs(other) / np.abs(other).mean((1, 2, 3), keepdims=True)
    agree = np.sign(other) == np.sign(weight)
    return np.sign(weight) * mean * np.where(agree, LEAST_MAGNITUDE + (1 - LEAST_MAGNITUDE) * relative, LEAST_MAGNITUDE).astype(np.float32)


def main():
    a = arguments()
    entries = parameters(a.network)
    if a.magnitudes:
        others = parameters(a.magnitudes)
        for name in [name for name, entry in entries.items() if entry.ndim == 4 and name != "conv1.weight"]:
            entries[name] = with_magnitudes(entries[name], others[name])
    write_npz(a.out, entries)


if __name__ == "__main__":
    main()

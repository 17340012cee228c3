#!/usr/bin/env python3
"""Turns a network that `imc pack` wrote back into parameters to go on training from.

    unpack.py --network w4a4.onnx --out w4a4.npz
    unpack.py --network w1a1.onnx --magnitudes w4a4.onnx --out w1a1.npz
    unpack.py --network w2a2.onnx --bipolar --out w2a2-bipolar.npz
    unpack.py --network w2a2.onnx --steps --out w2a2.npz

Weights are code * step. At one bit all of a channel's are then equally far from turning over: --magnitudes takes how far from another
network's weights, where their signs agree; where they do not, a weight is near zero.

Steps of activations are found anew in training, which other bits need; --steps writes the network's, to go on with the same bits.

--bipolar writes unipolar activations as bipolar ones of as many bits, a start for `train.py --bipolar`. Unipolar codes 0 .. 2^B - 1 of step s
and bipolar codes -D .. D of step s / 2, of an input lower by 2^(B - 1) s, are the same codes: biases of batch norms take that shift. Batch
statistics take in the constant that it adds to sums; what differs is padding (0 was code 0, now it is mid-range) and the residual path, which
has no ReLU in bipolar networks.
"""
import argparse

import numpy as np
import onnx

from files import write_npz

FLOAT, FLOAT16, INT8, INT4 = onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.INT8, 22
TYPES = {FLOAT: np.float32, FLOAT16: np.float16, INT8: np.int8}
LEAST_MAGNITUDE = 0.3  # of a channel's mean


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--network", required=True, help=".onnx")
    p.add_argument("--out", required=True, help=".npz")
    p.add_argument("--magnitudes", help=".onnx of the same shape and more bits")
    p.add_argument("--steps", action="store_true", help="write the steps of activations too")
    p.add_argument("--bipolar", action="store_true", help="write unipolar activations as bipolar ones")
    return p.parse_args()


def array(tensor):
    """int4 lies two to a byte, the low half first"""
    shape = tuple(tensor.dims)
    if tensor.data_type != INT4:
        return np.frombuffer(tensor.raw_data, TYPES[tensor.data_type]).astype(np.float32).reshape(shape)
    pairs = np.frombuffer(tensor.raw_data, np.uint8)
    codes = np.stack([pairs & 15, pairs >> 4], 1).reshape(-1)[:int(np.prod(shape))].astype(np.float32)
    return np.where(codes > 7, codes - 16, codes).reshape(shape).astype(np.float32)


def parameters(path):
    """by torchvision's names, without those of quantizers"""
    tensors = {t.name: t for t in onnx.load(path).graph.initializer}
    entries = {}
    for name, tensor in tensors.items():
        if ".quant" in name or name.endswith(".step") or tensor.data_type not in (*TYPES, INT4):
            continue
        entries[name] = array(tensor)
        if name + ".step" in tensors:
            entries[name] *= array(tensors[name + ".step"]).reshape(-1, 1, 1, 1)
    return entries


def activations(path):
    """(encoding, step, bits) of every quantizer of more than one bit by name, in the order of the signal; a bipolar code is an odd number of steps"""
    model = onnx.load(path)
    tensors = {t.name: t for t in model.graph.initializer}
    encodings = {p.key.removeprefix("imc.encoding."): p.value.split(":") for p in model.metadata_props if p.key.startswith("imc.encoding.")}
    steps = {name: tensors.get(name + ".halfStep", tensors.get(name + ".step")) for name in encodings if ".quant" in name}
    return {name: (encodings[name][0], float(array(step)), int(encodings[name][1])) for name, step in steps.items() if step is not None}


def write_steps(entries, steps):
    for name, step in steps.items():
        entries[name + ".step"], entries[name + ".ready"] = np.float32(step), np.bool_(True)


def make_bipolar(entries, quantizers):
    """the residual path is lower by its next quantizer's shift, everywhere; behind the last block by none"""
    shift = {name: np.float32(2 ** (bits - 1) * step) for name, (_, step, bits) in quantizers.items()}
    blocks = [name.removesuffix(".quant1") for name in quantizers if name.endswith(".quant1")]
    entries["bn1.bias"] -= shift[blocks[0] + ".quant1"]
    for block, following in zip(blocks, blocks[1:] + [None]):
        entries[block + ".bn1.bias"] -= shift[block + ".quant2"]
        if block + ".downsample.1.bias" not in entries:
            entries[block + ".bn2.bias"] += shift[block + ".quant1"]
        if following:
            entries[block + ".bn2.bias"] -= shift[following + ".quant1"]
    write_steps(entries, {name: step / 2 for name, (_, step, _) in quantizers.items()})


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
    quantizers = activations(a.network)
    if a.bipolar:
        if not quantizers or any(encoding != "unipolar" for encoding, _, _ in quantizers.values()):
            raise SystemExit(f"{a.network} has no unipolar activations; --bipolar takes a network whose imc.encoding.LAYER.quantN is unipolar:B")
        make_bipolar(entries, quantizers)
    elif a.steps:
        write_steps(entries, {name: step for name, (_, step, _) in quantizers.items()})
    write_npz(a.out, entries)


if __name__ == "__main__":
    main()

"""Files of networks and of interrupted training. All are written whole, then renamed."""
import os

import numpy as np
import torch

from quantizers import QuantConv


def save_parameters(model, path):
    """Everything by name in float32; reading it continues training (quantized weights are latent here)."""
    write_npz(path, {name: array(tensor) for name, tensor in model.state_dict().items() if "num_batches" not in name})


def restore_parameters(model, path):
    """What matches by name; the rest (quantizers, of a float file) keeps its initial numbers."""
    stored = {name: torch.from_numpy(a.astype(np.float32) if a.dtype != np.bool_ else a) for name, a in np.load(path).items()}
    model.load_state_dict(stored, strict=False)


@torch.no_grad()
def round_to_half(model):
    """Weights of convolutions become float16 numbers, which `imc pack` stores as such: half the file."""
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.weight.copy_(module.weight.half())


@torch.no_grad()
def save_codes(model, path):
    """
    What `imc pack` reads. Per quantized convolution NAME: NAME.codes int8 [outputChannel, channel, y, x] and NAME.step
    float32 [outputChannel]; layerL.B.quant1.step and quant2.step; conv1.weight, fc.* and batch norms in float32.
    Weight = code * step.
    """
    entries = {}
    for name, module in model.named_modules():
        if isinstance(module, QuantConv):
            codes, step = module.codes()
            entries[name + ".codes"], entries[name + ".step"] = array(codes).astype(np.int8), array(step).reshape(-1)
    latent = {name[:-len(".codes")] for name in entries if name.endswith(".codes")}
    for name, tensor in model.state_dict().items():
        owner = name.rpartition(".")[0]
        if owner not in latent and not name.endswith((".ready", "num_batches_tracked")):
            entries[name] = array(tensor)
    write_npz(path, entries)


def array(tensor):
    a = tensor.detach().cpu().numpy()
    return a if a.dtype == np.bool_ else a.astype(np.float32)


def write_npz(path, entries):
    part = path + ".part.npz"
    np.savez(part, **entries)
    os.replace(part, path)


def save_state(path, **state):
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)

#!/usr/bin/env python3
"""Trains ResNet18 on 32x32 images within a given time, in float or quantized (4, 2, 1 bits).

    train.py --data DIR --bits 32 --minutes 70 --out float.npz
    train.py --data DIR --bits 4  --minutes 40 --out w4a4.npz --init float.npz --teacher float.npz

DIR holds data_batch_*.bin in CIFAR-10's binary format. Images held out from them (--held-out a class) judge the run; test images are
read only by --test, once, at the end. A quantized run also writes OUT-codes.npz, which `imc pack` turns into ONNX.

The schedule fits --minutes of running time: a stopped process spends none, and a run that was cut off continues from OUT.state.
On a CPU run it under jemalloc (LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always): glibc
maps and faults in every tensor over 32 MB anew, which can take half of the time.
"""
import argparse
import math
import os
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from files import restore_parameters, round_to_half, save_codes, save_parameters, save_state
from images import Batches, load, normalized, split, training_files
from network import ResNet18
from optimizer import Optimizers

WARM_UP = 0.15  # part of the time in which the rate rises
LABEL_SMOOTHING = 0.1  # without a teacher
TEACHER_WEIGHT, TEMPERATURE = 0.7, 2.0
RATES = {"sgd": (0.15, 0.03), "muon": (0.05, 0.01)}  # peaks in float, quantized
LONGEST_STEP_SECONDS = 3.0  # a longer pause between two steps was a stopped process


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with data_batch_*.bin")
    p.add_argument("--out", required=True, help="the network's .npz")
    p.add_argument("--bits", type=int, default=32, choices=(32, 4, 2, 1))
    p.add_argument("--bipolar", action="store_true", help="bipolar activations (hard tanh) and weights, as Saikia et al., DATE 2021; one bit always is")
    p.add_argument("--width", type=int, default=64, help="channels of the first stage")
    p.add_argument("--minutes", type=float, default=70)
    p.add_argument("--init", help=".npz to start from")
    p.add_argument("--teacher", help=".npz of a float network to distil from")
    p.add_argument("--teacher-width", type=int, help="default: --width")
    p.add_argument("--optimizer", default="sgd", choices=RATES)
    p.add_argument("--rate", type=float, help="peak learning rate; default 0.15 in float, 0.03 quantized; with muon 0.05 and 0.01")
    p.add_argument("--decay", type=float, default=5e-4, help="of the weights that sgd trains")
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--resize", default="1:32", help="until which part of the time: pixels, e.g. 0.12:16,0.37:24,1:32")
    p.add_argument("--cutout-after", type=float, default=1, help="part of the time after which pictures lose a square; 1 = never")
    p.add_argument("--no-flip", action="store_true", help="do not mirror (for classes that differ from their mirror image)")
    p.add_argument("--held-out", type=int, default=200, help="images a class")
    p.add_argument("--test", help="a .bin measured once, at the end")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, help="default: PyTorch's choice")
    p.add_argument("--report", type=float, default=4, help="minutes between reports, each with a checkpoint")
    a = p.parse_args()
    if a.bipolar and a.bits == 32:
        p.error("--bipolar is of quantized networks: --bits 4, 2 or 1")
    return a


def bfloat16_is_fast(device):
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    return os.path.exists("/proc/cpuinfo") and "avx512_bf16" in open("/proc/cpuinfo").read()


class Precision:
    """bfloat16 where the device is fast at it; loss, batch-norm statistics and optimizer stay float32"""

    def __init__(self, device):
        self.device, self.enabled = device, bfloat16_is_fast(device)

    def __call__(self, exact=False):
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.enabled and not exact)


@torch.no_grad()
def accuracy(model, images, labels, precision, exact=False):
    model.eval()
    hits = 0
    for i in range(0, len(labels), 250):
        with precision(exact):
            hits += (model(normalized(images[i:i + 250])).argmax(1) == labels[i:i + 250]).sum().item()
    return hits / len(labels)


def rate_at(done, peak):
    """linear warm-up, then half a cosine"""
    return peak * (done / WARM_UP if done < WARM_UP else 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))))


def loss_of(logits, labels, teacher_logits):
    if teacher_logits is None:
        return F.cross_entropy(logits, labels, label_smoothing=LABEL_SMOOTHING)
    soft = F.kl_div(F.log_softmax(logits / TEMPERATURE, 1), F.softmax(teacher_logits / TEMPERATURE, 1), reduction="batchmean")
    return (1 - TEACHER_WEIGHT) * F.cross_entropy(logits, labels) + TEACHER_WEIGHT * TEMPERATURE ** 2 * soft


def make_teacher(a, device):
    if a.teacher is None:
        return None
    teacher = ResNet18(32, a.teacher_width or a.width)
    restore_parameters(teacher, a.teacher)
    return teacher.to(device, memory_format=torch.channels_last).eval()


@torch.no_grad()
def reestimate_batch_norms(model, batches, count=40):
    """statistics of the final weights, in float32, over undistorted sizes"""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    model.train()
    for _ in range(count):
        model(batches.next()[0])


def train(model, teacher, batches, held, a, precision):
    """returns the number of images seen"""
    optimizers = Optimizers(model, a.decay, a.optimizer == "muon")
    resize = [(float(part), int(pixels)) for part, pixels in (stage.split(":") for stage in a.resize.split(","))]
    spent, seen, checkpoint, total = 0.0, 0, a.out + ".state", a.minutes * 60
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=precision.device)
        model.load_state_dict(state["model"])
        optimizers.load_state(state["optimizers"])
        spent, seen = state["spent"], state["seen"]
        batches.generator.manual_seed(a.seed + seen)
        batches.epoch = seen // len(batches.index)
        print(f"resumed at {spent / 60:.1f} min", flush=True)
    reports, last = int(spent / 60 / a.report), time.time()
    while spent < total:
        done = spent / total
        optimizers.set_rate(rate_at(done, a.rate))
        pixels = next(pixels for part, pixels in resize if done < part)
        x, labels = batches.next(pixels, cutout=done > a.cutout_after)
        model.train()
        with precision():
            logits = model(x)
            with torch.no_grad():
                soft = None if teacher is None else teacher(x).float()
        loss = loss_of(logits.float(), labels, soft)
        optimizers.forget_gradients()
        loss.backward()
        optimizers.step()
        seen += len(labels)
        now = time.time()
        spent, last = spent + min(now - last, LONGEST_STEP_SECONDS), now
        if int(spent / 60 / a.report) != reports:
            reports = int(spent / 60 / a.report)
            right = (logits.argmax(1) == labels).float().mean()
            print(f"{spent / 60:6.1f} min  {seen / len(batches.index):5.2f} epochs  {pixels} px  loss {loss.item():.3f}  "
                  f"batch {right:.3f}  held-out {accuracy(model, *held, precision):.4f}", flush=True)
            save_state(checkpoint, model=model.state_dict(), optimizers=optimizers.state(), spent=spent, seen=seen)
    return seen


def main():
    a = arguments()
    a.rate = a.rate or RATES[a.optimizer][a.bits < 32]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    precision = Precision(device)
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    images, labels = (t.to(device) for t in load(training_files(a.data)))
    index, held = split(labels.cpu(), a.held_out)
    batches = Batches(images, labels, index, a.batch, not a.no_flip, torch.Generator().manual_seed(a.seed))
    held = images[held.to(device)], labels[held.to(device)]
    model = ResNet18(a.bits, a.width, is_bipolar=a.bipolar).to(device, memory_format=torch.channels_last)
    if a.init:
        restore_parameters(model, a.init)

    seen = train(model, make_teacher(a, device), batches, held, a, precision)
    if a.bits == 32:
        round_to_half(model)
    reestimate_batch_norms(model, batches)
    save_parameters(model, a.out)
    if a.bits < 32:
        save_codes(model, a.out.removesuffix(".npz") + "-codes.npz")
    print(f"{seen / len(index):.2f} epochs in {a.minutes} min; held-out {accuracy(model, *held, precision, exact=True):.4f}; saved {a.out}", flush=True)
    if a.test:
        test = (t.to(device) for t in load([a.test]))
        print(f"test, float32: {accuracy(model, *test, precision, exact=True):.4f} ({a.test})", flush=True)


if __name__ == "__main__":
    main()

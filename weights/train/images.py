"""Images in CIFAR-10's binary format (3073-byte records: a label, then the planes R, G, B of 32 x 32 bytes), and batches of them."""
import glob
import os

import numpy as np
import torch
import torch.nn.functional as F

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
SHIFT = 4  # pixels, in every direction
CUTOUT = 5  # half the edge of the hole, pixels


def load(files):
    """(bytes [image, 3, 32, 32], labels)"""
    records = np.concatenate([np.fromfile(file, np.uint8).reshape(-1, 3073) for file in files])
    return torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(records[:, 0].astype(np.int64))


def training_files(folder):
    files = sorted(glob.glob(os.path.join(folder, "data_batch_*.bin")))
    if not files:
        raise SystemExit(f"'{folder}' has no data_batch_*.bin; `imc data shapes10 --split train` or CIFAR-10's archive has them.")
    return files


def split(labels, held_per_class):
    """indices to train on, and the last images of each class, held out"""
    held = torch.cat([torch.nonzero(labels == k).flatten()[-held_per_class:] for k in labels.unique()])
    kept = torch.ones(len(labels), dtype=torch.bool)
    kept[held] = False
    return torch.nonzero(kept).flatten(), held


def normalized(images):
    mean, std = (torch.tensor(c, device=images.device).view(3, 1, 1) for c in (MEAN, STD))
    return ((images.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


class Batches:
    """
    Endless shuffled batches with random shifts (by reflection) and, where asked, mirroring, cutout and smaller pictures.
    An image is mirrored in every other epoch: two epochs show both sides, where chance would show one side twice to half of them.
    """

    def __init__(self, images, labels, index, size, flip, generator):
        self.padded = F.pad(images.float(), (SHIFT,) * 4, mode="reflect").to(torch.uint8)
        self.labels, self.index, self.size, self.flip, self.generator = labels, index, size, flip, generator
        self.order, self.at, self.epoch = None, 0, 0
        self.first_side = torch.rand(len(images), generator=generator) < 0.5

    def next(self, pixels=32, cutout=False):
        if self.order is None or self.at + self.size > len(self.order):
            self.order, self.at = self.index[torch.randperm(len(self.index), generator=self.generator)], 0
            self.epoch += 1
        chosen = self.order[self.at:self.at + self.size]
        self.at += self.size
        x = normalized(self.shifted(chosen))
        if cutout:
            x = x.masked_fill(self.holes(len(chosen)).to(x.device), 0)
        if pixels != 32:
            x = F.interpolate(x, size=(pixels, pixels), mode="bilinear", antialias=True, align_corners=False)
        return x.contiguous(memory_format=torch.channels_last), self.labels[chosen.to(self.labels.device)]

    def shifted(self, chosen):
        """by indexing, which costs next to nothing"""
        n, device = len(chosen), self.padded.device
        dy, dx = (torch.randint(0, 2 * SHIFT + 1, (n, 1), generator=self.generator) for _ in range(2))
        mirrored = (self.first_side[chosen] ^ (self.epoch % 2 == 1))[:, None] & self.flip
        line = torch.arange(32).expand(n, 32)
        ys, xs = (dy + line).to(device), (dx + torch.where(mirrored, 31 - line, line)).to(device)
        return self.padded[chosen.to(device)[:, None, None], :, ys[:, :, None], xs[:, None, :]].permute(0, 3, 1, 2)

    def holes(self, n):
        cy, cx = (torch.randint(0, 32, (n, 1, 1), generator=self.generator) for _ in range(2))
        line = torch.arange(32)
        return (((line.view(1, 32, 1) - cy).abs() < CUTOUT) & ((line.view(1, 1, 32) - cx).abs() < CUTOUT))[:, None]

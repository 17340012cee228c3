"""ResNet18 with the stem of CIFAR (3x3, stride 1, no pooling), in float or with quantized convolutions.

First convolution and last linear layer stay float. The residual path carries unquantized activations; a block's first
quantizer serves its first convolution and its shortcut's. Parameters have torchvision's names.
"""
import torch.nn as nn
import torch.nn.functional as F

from quantizers import ActivationCodes, QuantConv


class Block(nn.Module):
    def __init__(self, channels_in, channels_out, stride, bits, is_bipolar):
        super().__init__()
        self.bits, self.is_bipolar = bits, is_bipolar

        def conv(channels, kernel, stride):
            return QuantConv(channels, channels_out, kernel, stride, bits, is_bipolar)

        self.conv1, self.bn1 = conv(channels_in, 3, stride), nn.BatchNorm2d(channels_out)
        self.conv2, self.bn2 = conv(channels_out, 3, 1), nn.BatchNorm2d(channels_out)
        self.downsample = None
        if stride != 1 or channels_in != channels_out:
            self.downsample = nn.Sequential(conv(channels_in, 1, stride), nn.BatchNorm2d(channels_out))
        if bits < 32:
            self.quant1, self.quant2 = ActivationCodes(bits, is_bipolar), ActivationCodes(bits, is_bipolar)

    def forward(self, x):
        first = self.quant1(x) if self.bits < 32 else x
        y = self.bn1(self.conv1(first))
        second = self.quant2(y) if self.bits < 32 else F.relu(y)  # the quantizer's clamping at code 0 is the ReLU
        y = self.bn2(self.conv2(second))
        y = y + (x if self.downsample is None else self.downsample(first))
        return y if self.is_bipolar else F.relu(y)  # sign or hard tanh is the nonlinearity of bipolar codes


class ResNet18(nn.Module):
    def __init__(self, bits=32, width=64, classes=10, is_bipolar=False):
        """is_bipolar: activations and weights are; at one bit they always are"""
        super().__init__()
        self.bits, self.is_bipolar = bits, is_bipolar or bits == 1
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        channels = width
        for stage in range(4):
            after = width << stage
            blocks = Block(channels, after, 2 if stage else 1, bits, self.is_bipolar), Block(after, after, 1, bits, self.is_bipolar)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            channels = after
        self.fc = nn.Linear(channels, classes)
        self.initialize()

    def initialize(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if isinstance(module, Block) and self.bits == 32:
                nn.init.zeros_(module.bn2.weight)

    def forward(self, x):
        x = self.bn1(self.conv1(x))
        if not self.is_bipolar:
            x = F.relu(x)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
        return self.fc(x.mean((2, 3)))

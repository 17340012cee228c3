"""Quantizers with straight-through gradients. They make integer codes; steps are learned (LSQ, Esser et al., ICLR 2020).

bits  activations          weights (a step per output channel)
  4   unipolar 0 .. 15     two's complement -7 .. 7
  2   unipolar 0 .. 3      bipolar -3 -1 1 3
  1   bipolar -1 1         bipolar -1 1

The bipolar family, of Saikia et al., DATE 2021: with D = 2^bits - 1 both operands are bipolar, -D .. D in steps of 2; activations pass
a hard tanh and are rounded half a bin off: code = 2 clamp(round(x / (2 step)), -2^(bits - 1), 2^(bits - 1) - 1) + 1.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class WeightCodes:
    """-top .. top; where odd only, in steps of 2"""

    def __init__(self, bits, is_bipolar):
        self.is_odd = is_bipolar or bits < 4
        self.top = 2 ** bits - 1 if self.is_odd else 2 ** (bits - 1) - 1

    def nearest(self, x, rounded=torch.round):
        """codes of x = weight / step"""
        clamped = x.clamp(-self.top, self.top)
        return (2 * rounded((clamped - 1) / 2) + 1).clamp(-self.top, self.top) if self.is_odd else rounded(clamped)


class ClampedRound(torch.autograd.Function):
    """round(clamp(x / step, 0, top)); the gradient passes inside the range, also towards the step"""

    @staticmethod
    def forward(ctx, x, step, top):
        u = x / step
        clamped = u.clamp(0, top)
        ctx.save_for_backward(u, clamped.clone().eq_(u), step)  # a mask of u's type and layout: masked_fill costs the next batch norm its fast path
        return clamped.round_()

    @staticmethod
    def backward(ctx, gradient):
        u, inside, step = ctx.saved_tensors
        gradient = gradient * inside
        return gradient / step, -(gradient * u).sum(dtype=torch.float32) / step, None


class ShiftedRound(torch.autograd.Function):
    """2 round(clamp(x / (2 step), -half, half - 1)) + 1; the gradient passes inside the range, also towards the step"""

    @staticmethod
    def forward(ctx, x, step, half):
        u = x / (2 * step)
        clamped = u.clamp(-half, half - 1)
        ctx.save_for_backward(u, clamped.clone().eq_(u), step)
        return clamped.round_().mul_(2).add_(1)

    @staticmethod
    def backward(ctx, gradient):
        u, inside, step = ctx.saved_tensors
        gradient = gradient * inside
        return gradient / step, -2 * (gradient * u).sum(dtype=torch.float32) / step, None


class Round(torch.autograd.Function):
    """round(x); the gradient passes"""

    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Sign(torch.autograd.Function):
    """+1 where x >= 0, else -1; the gradient passes where |x| < 1, weighted 2 - 2 |x|"""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x >= 0).to(x.dtype).mul_(2).sub_(1)

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        return x.abs().mul_(-2).add_(2).clamp_(min=0).mul_(gradient)


def scale_gradient(step, factor):
    """the same number, its gradient times factor"""
    return (step - step * factor).detach() + step * factor


def best_step(weight, codes):
    """per output channel, the step of least squared error among 40"""
    flat = weight.flatten(1)
    peak = flat.abs().amax(1, keepdim=True).clamp(min=1e-8)
    best, least = torch.empty_like(peak), torch.full_like(peak, math.inf)
    for k in range(1, 41):
        step = peak * k / 40 / codes.top
        error = (codes.nearest(flat / step) * step - flat).square().sum(1, keepdim=True)
        best, least = torch.where(error < least, step, best), torch.minimum(error, least)
    return best.view(-1, 1, 1, 1)


class ActivationCodes(nn.Module):
    """x -> (codes, step)"""

    def __init__(self, bits, is_bipolar):
        super().__init__()
        self.bits, self.is_bipolar = bits, is_bipolar
        self.step = nn.Parameter(torch.tensor(1.0), requires_grad=bits > 1)
        self.register_buffer("ready", torch.tensor(bits == 1))

    def forward(self, x):
        if self.bits == 1:
            return Sign.apply(x), self.step
        top = 2 ** (self.bits - 1) if self.is_bipolar else 2 ** self.bits - 1
        if not self.ready:
            magnitudes = x.detach().float().abs() / 2 if self.is_bipolar else x.detach().float().clamp(min=0)
            self.step.data.copy_(2 * magnitudes.mean() / math.sqrt(top))
            self.ready.fill_(True)
        step = scale_gradient(self.step, 1 / math.sqrt(x.numel() / x.shape[0] * top))
        return (ShiftedRound if self.is_bipolar else ClampedRound).apply(x, step, top), step


class QuantConv(nn.Conv2d):
    """Convolves activation codes with weight codes. The codes are integers, which bfloat16 holds exactly; both steps ride on the weights."""

    def __init__(self, channels_in, channels_out, kernel, stride, bits, is_bipolar):
        super().__init__(channels_in, channels_out, kernel, stride, kernel // 2, bias=False)
        self.bits = bits
        if bits < 32:
            self.format = WeightCodes(bits, is_bipolar)
            self.step = nn.Parameter(torch.ones(channels_out, 1, 1, 1), requires_grad=bits > 1)
            self.register_buffer("ready", torch.tensor(False))

    def codes(self):
        """integer weight codes and their step per output channel"""
        if self.bits == 1:
            return Sign.apply(self.weight), self.weight.detach().abs().mean((1, 2, 3), keepdim=True)
        if not self.ready:
            self.step.data.copy_(best_step(self.weight.detach(), self.format))
            self.ready.fill_(True)
        step = scale_gradient(self.step, 1 / math.sqrt(self.weight[0].numel() * self.format.top))
        return self.format.nearest(self.weight / step, Round.apply), step

    def forward(self, x):
        if self.bits == 32:
            return super().forward(x)
        (input_codes, input_step), (weight_codes, weight_step) = x, self.codes()
        return F.conv2d(input_codes, weight_codes * (input_step * weight_step), None, self.stride, self.padding)

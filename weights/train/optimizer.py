"""
Optimizers: orthogonalized momentum (Muon, Jordan et al. 2024) for convolutions, all of which batch norm follows; SGD with Nesterov
momentum for the rest. Muon learns more in an epoch than SGD does, which is what counts where an epoch takes minutes.
"""
import torch

MOMENTUM = 0.9
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # quintic whose iterates drive singular values to about 1 (Jordan et al. 2024)
NEWTON_SCHULZ_STEPS = 4
OTHERS_RATE = 4  # of SGD, times the rate of Muon
OTHERS_DECAY = 5e-4  # of the last layer's weights


def orthogonalized(matrix):
    """The nearest semi-orthogonal matrix, roughly: singular values between 0.7 and 1.2. In bfloat16, which is enough for a direction."""
    a, b, c = NEWTON_SCHULZ
    wide = matrix.shape[0] <= matrix.shape[1]
    x = (matrix if wide else matrix.t()).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        square = x @ x.t()
        x = a * x + (b * square + c * (square @ square)) @ x
    return (x if wide else x.t()).float()


class Muon(torch.optim.Optimizer):
    """
    Every step turns a weight tensor [outputChannel, ...] by the orthogonalized Nesterov momentum of its gradient; the step's length is
    rate times the tensor's own norm, since batch norm makes only the ratio matter.
    """

    def __init__(self, parameters):
        super().__init__(parameters, dict(lr=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                momentum = state["momentum"].mul_(MOMENTUM).add_(p.grad)
                direction = orthogonalized((p.grad + MOMENTUM * momentum).flatten(1)).view(p.shape)
                # A gradient of zero, as behind batch norms that start at zero, has no direction.
                p.add_(direction, alpha=-group["lr"] * (p.norm() / direction.norm().clamp(min=1e-7)).item())


class Optimizers:
    """Of a network's parameters; rates are Muon's."""

    def __init__(self, model):
        trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        convolutions = [p for name, p in trained if p.ndim == 4 and not name.endswith("step")]
        matrices = [p for name, p in trained if p.ndim == 2]
        others = [p for name, p in trained if p.ndim < 2 or name.endswith("step")]
        groups = [dict(params=matrices, weight_decay=OTHERS_DECAY), dict(params=others, weight_decay=0)]
        self.muon = Muon(convolutions)
        self.sgd = torch.optim.SGD(groups, lr=0.0, momentum=MOMENTUM, nesterov=True)

    def set_rate(self, rate):
        for optimizer, factor in ((self.muon, 1), (self.sgd, OTHERS_RATE)):
            for group in optimizer.param_groups:
                group["lr"] = factor * rate

    def forget_gradients(self):
        self.muon.zero_grad(set_to_none=True)
        self.sgd.zero_grad(set_to_none=True)

    def step(self):
        self.muon.step()
        self.sgd.step()

    def state(self):
        return [self.muon.state_dict(), self.sgd.state_dict()]

    def load_state(self, state):
        self.muon.load_state_dict(state[0])
        self.sgd.load_state_dict(state[1])

"""
Optimizers: SGD with Nesterov momentum, which made the networks that ship; or orthogonalized momentum (Muon, Jordan et al. 2024) for
convolutions, all of which batch norm follows, and SGD for the rest.
"""
import torch

MOMENTUM = 0.9
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # quintic whose iterates drive singular values to about 1 (Jordan et al. 2024)
NEWTON_SCHULZ_STEPS = 4
SGD_RATE_BESIDE_MUON = 4  # times Muon's


def orthogonalized(matrix):
    """
    The nearest semi-orthogonal matrix, roughly: singular values between 0.7 and 1.2. In bfloat16, which is enough for a direction.
    With G = X X' an iteration is X <- P X, G <- P G P, P = a + b G + c G G: the long side is read twice in all, not twice an iteration.
    """
    a, b, c = NEWTON_SCHULZ
    wide = matrix.shape[0] <= matrix.shape[1]
    x = (matrix if wide else matrix.t()).bfloat16()
    x = x / (x.norm() + 1e-7)
    square = x @ x.t()
    product = None
    for _ in range(NEWTON_SCHULZ_STEPS):
        factor = b * square + c * (square @ square)
        factor.diagonal().add_(a)
        product = factor if product is None else factor @ product
        square = factor @ square @ factor
    x = product @ x
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
    """Of a network's parameters. The rate is Muon's where it trains the convolutions, else that of SGD."""

    def __init__(self, model, decay, with_muon):
        trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        weights = [p for name, p in trained if p.ndim > 1 and not name.endswith("step")]
        others = [p for name, p in trained if p.ndim <= 1 or name.endswith("step")]
        of_muon = [p for p in weights if p.ndim == 4] if with_muon else []
        of_sgd = [p for p in weights if p.ndim != 4] if with_muon else weights
        groups = [dict(params=of_sgd, weight_decay=decay), dict(params=others, weight_decay=0)]
        self.factors = [SGD_RATE_BESIDE_MUON, 1] if with_muon else [1]
        self.optimizers = [torch.optim.SGD(groups, lr=0.0, momentum=MOMENTUM, nesterov=True)] + ([Muon(of_muon)] if with_muon else [])

    def set_rate(self, rate):
        for optimizer, factor in zip(self.optimizers, self.factors):
            for group in optimizer.param_groups:
                group["lr"] = factor * rate

    def forget_gradients(self):
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()

    def state(self):
        return [optimizer.state_dict() for optimizer in self.optimizers]

    def load_state(self, states):
        for optimizer, state in zip(self.optimizers, states):
            optimizer.load_state_dict(state)

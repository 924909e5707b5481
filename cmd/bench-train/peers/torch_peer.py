"""The ring model in PyTorch, one thread: `torch_peer.py plain`, `fused` or
`compile`.

Plain is written as one writes it in PyTorch: functions, autograd,
torch.optim.Adam as it comes. The full gradient is create_graph through a
look-ahead of functional Adam steps. fused takes Adam's fused CPU kernel, where
this version has it. compile also compiles the two players' losses, forward and
backward.
"""

import sys

import numpy as np
import torch
import torch.nn.functional as F

import serve
from serve import BETA1, BETA2, EPS, RATE, SCALE

torch.set_num_threads(1)


def mlp(x, p):
    for i in range(0, len(p), 2):
        x = torch.addmm(p[i + 1], x, p[i])
        if i + 2 < len(p):
            x = torch.relu(x)
    return x


def d_loss(d, real, fake):
    return F.softplus(-mlp(real * SCALE, d)).mean() + F.softplus(mlp(fake * SCALE, d)).mean()


def g_loss(d, g, z):
    return F.softplus(-mlp(mlp(z, g) * SCALE, d)).mean()


def d_loss_z(d, g, real, z):
    with torch.no_grad():
        fake = mlp(z, g)
    return d_loss(d, real, fake)


def adam(params, fused):
    extra = {"fused": True} if fused else {}
    return torch.optim.Adam(params, RATE, (BETA1, BETA2), EPS, **extra)


def uncorrected(optimizer, t):
    """Our eps is added to the root of the uncorrected v, torch's to the corrected one's."""
    optimizer.param_groups[0]["eps"] = EPS / (1 - BETA2**t) ** 0.5


def functional_adam(p, grad, m, v, t):
    """A step that autograd can follow; where v is 0 its root has no slope."""
    m = m + (1 - BETA1) * (grad - m)
    v = v + (1 - BETA2) * (grad * grad - v)
    root = torch.where(v > 0, torch.where(v > 0, v, 1.0).sqrt(), 0.0)
    rate = RATE * (1 - BETA2**t) ** 0.5 / (1 - BETA1**t)
    return p - rate * m / (root + EPS), m, v


class Peer:
    def __init__(self, mode):
        self.fused = mode != "plain"
        self.d_loss, self.g_loss = d_loss_z, g_loss
        if mode == "compile":
            self.d_loss, self.g_loss = torch.compile(d_loss_z), torch.compile(g_loss)

    def open(self, k, z, batch, full, file):
        self.k, self.z, self.batch, self.full = k, z, batch, full
        self.file = dict(np.load(file))
        self.g = [torch.tensor(self.file[n], requires_grad=True) for n in serve.G_NAMES]
        self.d = [torch.tensor(self.file[n], requires_grad=True) for n in serve.D_NAMES]
        self.opt_g, self.opt_d = adam(self.g, self.fused), adam(self.d, self.fused)
        self.m = [torch.zeros_like(p) for p in self.d]
        self.v = [torch.zeros_like(p) for p in self.d]
        self.t = self.t_g = 0  # steps of the discriminator's Adam and of the generator's
        self.centres = torch.tensor(serve.CENTRES, dtype=torch.float32)

    def draw_real(self, _):
        mode = torch.randint(len(serve.CENTRES), (self.batch,))
        return self.centres[mode] + serve.SIGMA * torch.randn(self.batch, 2)

    def draw_z(self, _):
        return torch.randn(self.batch, self.z)

    def iteration(self, real, z, zg):
        return (self.through if self.full else self.truncated)(real, z, zg)

    def truncated(self, real, z, zg):
        for i in range(self.k):
            loss = self.d_loss(self.d, self.g, real(i), z(i))
            self.t += 1
            self.step(self.opt_d, self.d, loss, self.t)
            if i == 0:
                first = loss
                kept = [p.detach().clone() for p in self.d]
        generator = self.g_loss(self.d, self.g, zg(0))
        self.t_g += 1
        self.step(self.opt_g, self.g, generator, self.t_g)
        with torch.no_grad():
            for p, q in zip(self.d, kept):
                p.copy_(q)
        return first.item(), generator.item()

    @staticmethod
    def step(optimizer, params, loss, t):
        uncorrected(optimizer, t)
        for p, grad in zip(params, torch.autograd.grad(loss, params)):
            p.grad = grad
        optimizer.step()

    def through(self, real, z, zg):
        d, m, v = self.d, self.m, self.v
        for i in range(self.k):
            loss = d_loss(d, real(i), mlp(z(i), self.g))
            grads = torch.autograd.grad(loss, d, create_graph=True)
            self.t += 1
            d, m, v = zip(*(functional_adam(*s, self.t) for s in zip(d, grads, m, v)))
            if i == 0:
                first, kept = loss, [p.detach() for p in d]
        generator = g_loss(d, self.g, zg(0))
        self.t_g += 1
        self.step(self.opt_g, self.g, generator, self.t_g)
        self.d = [p.requires_grad_() for p in kept]
        self.m, self.v = [x.detach() for x in m], [x.detach() for x in v]
        return first.item(), generator.item()

    def check(self):
        f = {n: torch.tensor(self.file[n]) for n in ("real", "z", "zg")}
        return [self.iteration(lambda i: f["real"][s, i], lambda i: f["z"][s, i], lambda i: f["zg"][s]) for s in range(len(f["zg"]))]

    def run(self, n):
        for _ in range(n):
            self.iteration(self.draw_real, self.draw_z, self.draw_z)
        return n


if sys.argv[1] == "compile" and not hasattr(torch, "compile"):
    sys.exit(f"PyTorch {torch.__version__} has no torch.compile")
serve.serve(Peer(sys.argv[1]), torch.__version__)

"""A step of the semi-supervised MNIST discriminator in PyTorch, one thread.

The file holds our discriminator's weights d0w (784, 1000) d0b (1, 1000) ... d3b
(1, 10) and, for each checked step s, what ours saw: x.s (300, 784), labels.s (100,
10), noise0.s ... noise3.s. A run draws its own: labelled and unlabelled images
from bytes, generated ones by the generator with batch normalisation, and noise.
"""

import numpy as np
import torch
import torch.nn.functional as F

import serve
from serve import BETA1, BETA2, EPS, RATE

torch.set_num_threads(1)
SIGMAS = (0.3, 0.5, 0.5, 0.5)  # of the noise on the input and in the hidden layers


def logits(x, d, noise):
    x = x + SIGMAS[0] * noise[0]
    for i in range(0, len(d) - 2, 2):
        x = F.softplus(torch.addmm(d[i + 1], x, d[i]) + SIGMAS[i // 2 + 1] * noise[i // 2 + 1])
    return torch.addmm(d[-1], x, d[-2])


def d_loss(d, x, labels, noise):
    l = logits(x, d, noise)
    s = torch.logsumexp(l, 1)
    return F.cross_entropy(l[:100], labels) + F.softplus(-s[100:200]).mean() + F.softplus(s[200:]).mean()


class Peer:
    def open(self, k, z, batch, full, file):
        self.file = dict(np.load(file))
        self.d = [torch.tensor(self.file[f"d{i}{kind}"], requires_grad=True) for i in range(4) for kind in "wb"]
        self.adam = torch.optim.Adam(self.d, RATE, (BETA1, BETA2), EPS)
        self.t = 0
        self.images = torch.randint(0, 256, (50000, 784), dtype=torch.uint8)
        self.classes = torch.randint(0, 10, (100,))
        self.g = torch.nn.Sequential(
            torch.nn.Linear(50, 500), torch.nn.BatchNorm1d(500, 2e-5), torch.nn.ReLU(),
            torch.nn.Linear(500, 500), torch.nn.BatchNorm1d(500, 2e-5), torch.nn.ReLU(),
            torch.nn.Linear(500, 784), torch.nn.Tanh())

    def step(self, x, labels, noise):
        loss = d_loss(self.d, x, labels, noise)
        self.t += 1
        # Our eps is added to the root of the uncorrected v, torch's to the corrected one's.
        self.adam.param_groups[0]["eps"] = EPS / (1 - BETA2**self.t) ** 0.5
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss

    def check(self):
        out, s = [], 0
        while f"x.{s}" in self.file:
            f = {n: torch.tensor(self.file[f"{n}.{s}"]) for n in ("x", "labels", "noise0", "noise1", "noise2", "noise3")}
            loss = self.step(f["x"], f["labels"].argmax(1), [f[f"noise{i}"] for i in range(4)])
            out.append((loss.item(), 0))
            s += 1
        return out

    def pixels(self, chosen):
        return self.images[chosen].float() * (2 / 255) - 1

    def run(self, n):
        for _ in range(n):
            with torch.no_grad():
                fake = self.g(torch.rand(100, 50) * 2 - 1)
            labelled, unlabelled = self.pixels(torch.arange(100)), self.pixels(torch.randint(50000, (100,)))
            noise = [torch.randn(300, w) for w in (784, 1000, 500, 250)]
            self.step(torch.cat([labelled, unlabelled, fake]), self.classes, noise).item()
        return n


serve.serve(Peer(), torch.__version__)

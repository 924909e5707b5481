"""Writes layers.json, what PyTorch 2.9.1 gives for every layer of the convolutional
networks: python layers.py > layers.json.

Each case has its inputs by name, its outputs, and the gradients by the inputs of
the sum of the first output times "weigh". Matrices are ours: an image is a row,
filters are (channels*size*size, filters).
"""

import json

import torch
import torch.nn.functional as F

EPS, MOMENTUM = 2e-5, 0.1  # the source's batch normalisation (experiments.md 1.0)

torch.manual_seed(1)
cases = {}


def plain(m):
    m = m.detach().reshape(m.shape[0] if m.dim() > 1 else 1, -1)
    return {"rows": m.shape[0], "cols": m.shape[1], "data": [float(f"{v:.9g}") for v in m.flatten().tolist()]}


def case(name, layer, after=lambda: {}, **inputs):
    leaves = {n: v.requires_grad_() for n, v in inputs.items()}
    y = layer(**leaves)
    weigh = torch.randn_like(y)
    grads = torch.autograd.grad((y * weigh).sum(), list(leaves.values()))
    cases[name] = {
        "in": {n: plain(v) for n, v in leaves.items()} | {"weigh": plain(weigh)},
        "out": {"y": plain(y)} | {n: plain(v) for n, v in after().items()},
        "grads": {n: plain(g) for n, g in zip(leaves, grads)},
    }


def rows(n, *shape):
    """A batch of n rows that the layer sees in a shape."""
    return torch.randn(n, torch.Size(shape).numel())


def filters(w, channels, size):
    return w.T.reshape(-1, channels, size, size)


def convolution(name, channels, height, width, count, size, pad, stride):
    case(
        name,
        lambda x, w, b: F.conv2d(x.reshape(-1, channels, height, width), filters(w, channels, size), b.flatten(), stride, pad).flatten(1),
        x=rows(3, channels, height, width), w=torch.randn(channels * size * size, count), b=torch.randn(1, count))


def transposed(name, channels, height, width, count, size, pad, stride):
    out = [(side + 2 * pad - size) // stride + 1 for side in (height, width)]
    case(
        name,
        lambda x, w, b: F.conv_transpose2d(x.reshape(-1, count, *out), filters(w, channels, size), b.flatten(), stride, pad).flatten(1),
        x=rows(3, count, *out), w=torch.randn(channels * size * size, count), b=torch.randn(1, channels))


convolution("Conv k4 s2 p1", 3, 12, 8, 5, 4, 1, 2)
convolution("Conv k3 s2 p1", 2, 7, 9, 6, 3, 1, 2)
convolution("Conv k5 s2 p2", 2, 8, 9, 3, 5, 2, 2)
convolution("Conv k3 s1 p1", 2, 6, 5, 4, 3, 1, 1)
transposed("ConvTranspose k4 s2 p0", 3, 12, 8, 5, 4, 0, 2)
transposed("ConvTranspose k4 s2 p1", 3, 12, 8, 5, 4, 1, 2)
transposed("ConvTranspose k3 s2 p1", 2, 7, 9, 4, 3, 1, 2)


def normalisation(name, channels, places, before, after):
    mean, variance = torch.zeros(channels), torch.zeros(channels)
    shape = (-1, channels, places) if places > 1 else (-1, channels)

    def train(x, gamma, beta):
        y = F.batch_norm(before(x).reshape(shape), mean, variance, gamma.flatten(), beta.flatten(), True, MOMENTUM, EPS)
        return after(y).flatten(1)

    x, gamma, beta = 2 * rows(6, channels, places) + 1, torch.randn(1, channels), torch.randn(1, channels)
    case(name + ", train", train, lambda: {"running": torch.stack([mean, variance])}, x=x, gamma=gamma, beta=beta)
    running = torch.stack([mean, variance])
    y = F.batch_norm(before(x).reshape(shape), mean, variance, gamma.flatten(), beta.flatten(), False, MOMENTUM, EPS)
    cases[name + ", test"] = {
        "in": {"x": plain(x), "gamma": plain(gamma), "beta": plain(beta), "running": plain(running)},
        "out": {"y": plain(after(y).flatten(1))}, "grads": {}}


def same(x):
    return x


normalisation("channels, then ELU", 3, 20, same, F.elu)
normalisation("channels, then ReLU", 4, 9, same, F.relu)
normalisation("features after ReLU", 7, 1, F.relu, same)

for curve, f in {"ELU": F.elu, "leaky": lambda x: F.leaky_relu(x, 0.2), "tanh": torch.tanh}.items():
    case(curve, lambda x: f(x), x=2 * torch.randn(4, 9))


def minibatch(x, t, b, kernels=4, dims=3):
    """Coordinate c of kernel k is column c*kernels + k."""
    m = (x @ t + b).reshape(len(x), dims, kernels)
    distance = (m[:, None] - m[None]).abs().sum(2)
    closeness = torch.exp(-distance) * (1 - torch.eye(len(x)))[:, :, None]
    return torch.cat([x, closeness.sum(1)], 1)


case("minibatch discrimination", minibatch, x=torch.randn(5, 8), t=0.2 * torch.randn(8, 12), b=torch.randn(1, 12))

print(json.dumps({"pytorch": torch.__version__, "cases": cases}))

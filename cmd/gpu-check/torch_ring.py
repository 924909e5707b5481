"""An outer iteration of the ring trials (K = 5, z 256, the program's default
networks) in PyTorch, eager and captured as one CUDA graph: iterations a second.

    python torch_ring.py BATCH SECONDS
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F

BATCH, SECONDS = int(sys.argv[1]), float(sys.argv[2])
K, Z, G_WIDTH, D_WIDTH = 5, 256, 128, 128
device = torch.device("cuda")
angles = torch.arange(8, device=device) * (2 * math.pi / 8) - math.pi / 2
centres = 2 * torch.stack([torch.cos(angles), torch.sin(angles)], 1)


def mlp(*sizes):
    layers = []
    for i in range(len(sizes) - 1):
        layers += [torch.nn.Linear(sizes[i], sizes[i + 1]), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1]).to(device)


class Game:
    def __init__(self):
        self.g, self.d = mlp(Z, G_WIDTH, G_WIDTH, 2), mlp(2, D_WIDTH, 1)
        adam = dict(lr=1e-3, betas=(0.5, 0.999), capturable=True)
        self.of_g = torch.optim.Adam(self.g.parameters(), **adam)
        self.of_d = torch.optim.Adam(self.d.parameters(), **adam)
        self.first = [torch.empty_like(p) for p in self.d.parameters()]
        self.losses = torch.zeros(2, device=device)

    def real(self):
        return centres[torch.randint(8, (BATCH,), device=device)] + 0.04 * torch.randn(BATCH, 2, device=device)

    def fake(self):
        return self.g(torch.randn(BATCH, Z, device=device))

    def look(self):
        self.of_d.zero_grad(set_to_none=True)
        with torch.no_grad():
            fake = self.fake()
        loss = F.softplus(-self.d(self.real())).mean() + F.softplus(self.d(fake)).mean()
        loss.backward()
        self.of_d.step()
        return loss.detach()

    def step(self):
        for inner in range(K):
            loss = self.look()
            if inner == 0:
                self.losses[0].copy_(loss)
                with torch.no_grad():
                    torch._foreach_copy_(self.first, list(self.d.parameters()))
        self.of_g.zero_grad(set_to_none=True)
        loss = F.softplus(-self.d(self.fake())).mean()
        loss.backward(inputs=list(self.g.parameters()))
        self.of_g.step()
        self.losses[1].copy_(loss.detach())
        with torch.no_grad():
            torch._foreach_copy_(list(self.d.parameters()), self.first)


def rate(run):
    for _ in range(5):
        run()
    torch.cuda.synchronize()
    n, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        run()
        n += 1
        if n % 20 == 0:
            torch.cuda.synchronize()
    torch.cuda.synchronize()
    return n / (time.perf_counter() - begin)


def graphed():
    game = Game()
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            game.step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        game.step()
    return graph.replay


eager = Game()
print(json.dumps({"Torch": torch.__version__, "Device": torch.cuda.get_device_name(),
                  "Eager": rate(eager.step), "Graphed": rate(graphed())}))

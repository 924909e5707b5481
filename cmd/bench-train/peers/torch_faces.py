"""The convolutions of the faces' models in PyTorch, one thread: each layer's
forward pass, its gradient by the input, and its gradients by weights and bias.

{"op": "layer", "shape", "batch", "part", "file"} -> {"differ": d}: shape is
[transposed, channels, height, width, filters, size, pad, stride] of the
convolution from the larger image to the smaller. The file has, for a few images,
what ours took (x, w as (channels*size*size, filters), b, g) and gave (y, dx, dw,
db); d is the largest difference in parts of the largest magnitude. Then a run does
the part, forward, input or weights, on random images.
"""

import numpy as np
import torch
import torch.nn.functional as F

import serve

torch.set_num_threads(1)


def layer(transposed, x, w, b, stride, pad):
    f = F.conv_transpose2d if transposed else F.conv2d
    return f(x, w, b, stride, pad)


def gradients(transposed, g, x, w, stride, pad, mask):
    bias = [w.shape[1] if transposed else w.shape[0]]
    both = [stride, stride], [pad, pad], [1, 1], transposed, [0, 0], 1
    return torch.ops.aten.convolution_backward(g, x, w, bias, *both, mask)


def differ(got, want):
    return ((got - want).abs().max() / want.abs().max()).item()


class Peer:
    def layer(self, ask):
        transposed, channels, height, width, filters, size, pad, stride = ask["shape"]
        transposed = bool(transposed)
        out = [(side + 2 * pad - size) // stride + 1 for side in (height, width)]
        large, small = (channels, height, width), (filters, *out)
        into, outof = (small, large) if transposed else (large, small)
        f = {n: torch.tensor(a) for n, a in np.load(ask["file"]).items()}
        w = f["w"].T.reshape(filters, channels, size, size).contiguous()
        x, b, g = f["x"].reshape(-1, *into), f["b"].reshape(-1), f["g"].reshape(-1, *outof)
        y = layer(transposed, x, w, b, stride, pad)
        dx, dw, db = gradients(transposed, g, x, w, stride, pad, [True, True, True])
        worst = max(
            differ(y.flatten(), f["y"].flatten()), differ(dx.flatten(), f["dx"].flatten()),
            differ(dw.reshape(filters, -1).T, f["dw"]), differ(db, f["db"].flatten()))
        x, g = torch.randn(ask["batch"], *into), torch.randn(ask["batch"], *outof)
        self.part = {
            "forward": lambda: layer(transposed, x, w, b, stride, pad),
            "input": lambda: gradients(transposed, g, x, w, stride, pad, [True, False, False]),
            "weights": lambda: gradients(transposed, g, x, w, stride, pad, [False, True, True]),
        }[ask["part"]]
        return {"differ": worst}

    def run(self, n):
        with torch.no_grad():
            for _ in range(n):
                self.part()
        return n


serve.serve(Peer(), torch.__version__)

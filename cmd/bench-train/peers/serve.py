"""What the peers share: they answer one JSON object per line on standard input
with one on standard output.

    {"op": "open", "k", "z", "batch", "full", "file"}   build the case from a file
    {"op": "check"}      -> {"losses": [[d, g], ...]}   train on the file's batches
    {"op": "run", "n"}   -> {"seconds": s, "n": m}      train m >= n iterations on own draws
    {"op": "layer", ...}                                see torch_faces.py

seconds is processor time, all threads, user and system. The file is .npz, in
float32: initial weights g0w (z, 128) g0b (1, 128) ... d1b (1, 1), and batches
real (steps, k, batch, 2), z (steps, k, batch, z), zg (steps, batch, z).
"""

import json
import math
import resource
import sys

# The ring of the source (experiments.md 1.1): eight modes on radius 2.
SIGMA = 0.04
CENTRES = [[2 * math.cos(a), 2 * math.sin(a)] for a in (2 * math.pi * i / 8 - math.pi / 2 for i in range(8))]

# Adam, and the factor on the discriminator's input.
RATE, BETA1, BETA2, EPS = 1e-3, 0.5, 0.999, 1e-8
SCALE = 0.5

G_NAMES = ["g0w", "g0b", "g1w", "g1b", "g2w", "g2b"]
D_NAMES = ["d0w", "d0b", "d1w", "d1b"]


def cpu():
    """Processor seconds of this process so far."""
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime


def answer(peer, ask):
    if ask["op"] == "open":
        peer.open(ask["k"], ask["z"], ask["batch"], ask["full"], ask["file"])
        return {}
    if ask["op"] == "check":
        return {"losses": [[float(d), float(g)] for d, g in peer.check()]}
    if ask["op"] == "run":
        began = cpu()
        n = peer.run(ask["n"])
        return {"seconds": cpu() - began, "n": n}
    if ask["op"] == "layer":
        return peer.layer(ask)
    raise ValueError("unknown op " + ask["op"])


def serve(peer, version):
    out = sys.stdout
    sys.stdout = sys.stderr  # a library's chatter is no answer
    print(json.dumps({"version": version}), file=out, flush=True)
    for line in sys.stdin:
        try:
            reply = answer(peer, json.loads(line))
        except Exception as e:
            reply = {"error": f"{type(e).__name__}: {e}".splitlines()[0]}
        print(json.dumps(reply), file=out, flush=True)

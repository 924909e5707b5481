"""Writes reference.json: what published implementations say about small sets of
features that scores_test.go makes too.

    pip install prdc==0.2 torch-fidelity==0.4.0 torch scipy scikit-learn
    python reference.py > reference.json

Fréchet distance, kernel distance and classifier score: torch-fidelity
(github.com/toshas/torch-fidelity); precision, recall, density, coverage: prdc
(github.com/clovaai/generative-evaluation-prdc), both in float64.
"""
import contextlib
import io
import json

import numpy as np
import prdc
import torch
import torch_fidelity
from torch_fidelity import metric_fid, metric_isc, metric_kid

N, D, CLASSES, K, SUBSETS, SIZE = 300, 16, 10, 5, 4, 100


def numbers(seed):
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 20  # 0 to 4095


def features(seed, shift, distinct):
    """(N, D): sums of neighbours, so that columns are correlated; in 1/1024, so
    that float32 and products in float64 are exact."""
    draw = numbers(seed)
    rows = []
    for i in range(N):
        u = [next(draw) for _ in range(D + 1)]
        rows.append([max(0, u[j] + u[j + 1] - 2048 + shift * j) / 1024 for j in range(D)])
    return np.array([rows[i % distinct] for i in range(N)])


def logits(seed):
    draw = numbers(seed)
    return np.array([[next(draw) / 512 for _ in range(CLASSES)] for _ in range(N)])


def subset(first):
    return [(first + 7 * i) % N for i in range(SIZE)]


def compare(real, fake, scores):
    a, b = torch.from_numpy(real), torch.from_numpy(fake)
    out = {"frechet": metric_fid.fid_statistics_to_metric(
        metric_fid.fid_features_to_statistics(a), metric_fid.fid_features_to_statistics(b), verbose=False
    )["frechet_inception_distance"]}
    kids = [metric_kid.kernel_mmd(fake[subset(37 * s)], real[subset(11 * s)], kid_kernel="poly",
                                  kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1)
            for s in range(SUBSETS)]
    out["kid"], out["kid_sd"] = float(np.mean(kids)), float(np.std(kids))
    out |= {k: float(v) for k, v in prdc.compute_prdc(real, fake, K).items()}
    isc = metric_isc.isc_features_to_metric(torch.from_numpy(scores), splits=1, shuffle=False)
    out["classifier_score"] = isc["inception_score_mean"]
    return out


with contextlib.redirect_stdout(io.StringIO()):
    real = features(1, 0, N)
    cases = {
        "the same distribution": compare(real, features(2, 0, N), logits(1)),
        "shifted": compare(real, features(3, 40, N), logits(2)),
        "collapsed to seven points": compare(real, features(4, 0, 7), np.tile(logits(3)[:7], (43, 1))[:N]),
        "the real ones themselves": compare(real, real, logits(4)),
    }
print(json.dumps({"source": f"torch-fidelity {torch_fidelity.__version__}, prdc 0.2", "cases": cases}, indent=1))

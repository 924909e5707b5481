"""Writes fixtures.json: reference numbers for the tests of package stats.

    python3 -m venv v && v/bin/pip install numpy scipy statsmodels rliable
    v/bin/python make_fixtures.py > fixtures.json

Exact permutation tests are also counted here by brute force, since scipy's
exact Wilcoxon refuses ties and zeros.
"""
import itertools
import json
import sys

import numpy as np
import rliable.metrics
import scipy
import scipy.stats as st
import statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(20170129)


def sign_flip(d):
    d = np.asarray(d, float)
    signs = np.array(list(itertools.product([1, -1], repeat=len(d))))
    sums = np.abs(signs @ d)
    return float(np.mean(sums >= abs(d.sum()) - 1e-12 * np.abs(d).sum()))


def wilcoxon(d):
    d = np.asarray(d, float)
    ranks = st.rankdata(np.abs(d))[d != 0]
    observed = st.rankdata(np.abs(d))[d > 0].sum()
    if len(ranks) == 0:
        return 0.0, 1.0
    sums = np.array(list(itertools.product([0, 1], repeat=len(ranks)))) @ ranks
    return float(observed), float(min(1, 2 * min(np.mean(sums <= observed), np.mean(sums >= observed))))


# Darwin's maize, cross- minus self-fertilised, eighths of an inch (Fisher 1935, §21: of the 2^15 ways to sign them,
# 863 have a sum of at least 314 and as many one of at most -314: p = 1726/32768).
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
paired = [DARWIN, [6, -1, -5], [1, 1, 1, 1, 1, 1], [0, 0, 0], [0, 2, 2, -1, 3, 0, 4, 4], [7]]
for n in (4, 6, 10, 14):
    paired.append([float(v) for v in rng.normal(0.5, 1, n)])
    paired.append([int(v) for v in rng.integers(-3, 5, n)])

out = {
    "tools": f"python {sys.version.split()[0]}, numpy {np.__version__}, scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, rliable",
    "paired": [], "bootstrap": [], "samples": [], "two": [], "adjust": [], "wilson": [], "seeds": [], "normal_wilcoxon": [], "friedman": [],
}
for d in paired:
    w, p = wilcoxon(d)
    case = {"differences": d, "sign_flip": sign_flip(d), "wilcoxon": p, "statistic": w}
    if 0 not in d and len(set(np.abs(d))) == len(d):
        r = st.wilcoxon(d, method="exact")
        assert abs(r.pvalue - p) < 1e-12, (d, r, p)
    out["paired"].append(case)
for n in (201, 300):
    d = np.round(rng.normal(0.1, 1, n), 1)
    r = st.wilcoxon(d, zero_method="pratt", method="approx", correction=False)
    out["normal_wilcoxon"].append({"differences": d.tolist(), "p": float(r.pvalue)})
for n in (1, 2, 3, 4, 5, 7, 8, 10, 11, 40):
    v = np.round(rng.normal(5, 2, n), 3)
    iqm = float(rliable.metrics.aggregate_iqm(v.reshape(-1, 1)))
    assert iqm == float(st.trim_mean(v, 0.25))
    out["samples"].append({"values": v.tolist(), "mean": float(v.mean()),
                           "median": float(np.median(v)), "iqm": iqm})
for m, n in ((1, 1), (3, 3), (10, 10), (8, 5), (40, 30)):
    for ties in (False, True):
        a, b = rng.normal(1, 1, m), rng.normal(0, 1, n)
        if ties:
            a, b = np.round(a), np.round(b)
        p = float(st.mannwhitneyu(a, b).statistic / (m * n))
        assert abs(p - float(rliable.metrics.probability_of_improvement(a.reshape(-1, 1), b.reshape(-1, 1)))) < 1e-12
        out["two"].append({"a": a.tolist(), "b": b.tolist(), "improvement": p})
# Holm (1979) and Benjamini-Hochberg (1995, §3.1: fifteen p-values of a trial of thrombolysis, four rejected at 5 %).
BH = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
for p in (BH, [0.01], [0.04, 0.01, 0.03, 0.01], rng.uniform(size=20).tolist()):
    out["adjust"].append({"p": p, "holm": multipletests(p, method="holm")[1].tolist(), "bh": multipletests(p, method="fdr_bh")[1].tolist()})
for x, n in ((0, 6), (3, 6), (6, 6), (7, 10), (0, 1), (50, 100)):
    low, high = proportion_confint(x, n, method="wilson")
    out["wilson"].append({"x": x, "n": n, "low": float(low), "high": float(high)})
for effect in (0.2, 0.3, 0.5, 0.8, 1, 4 / 3, 1.5):
    for alpha in (0.05, 0.05 / 6):
        out["seeds"].append({"effect": effect, "alpha": alpha,
                             "n": int(np.ceil(TTestPower().solve_power(effect_size=effect, alpha=alpha, power=0.8)))})
# Hollander and Wolfe's rounding-first-base times (1973, table 7.1; R's friedman.test example: 11.1429, p = 0.003805).
ROUND = [[5.40, 5.50, 5.55], [5.85, 5.70, 5.75], [5.20, 5.60, 5.50], [5.55, 5.50, 5.40], [5.90, 5.85, 5.70], [5.45, 5.55, 5.60],
         [5.40, 5.40, 5.35], [5.45, 5.50, 5.35], [5.25, 5.15, 5.00], [5.85, 5.80, 5.70], [5.25, 5.20, 5.10], [5.65, 5.55, 5.45],
         [5.60, 5.35, 5.45], [5.05, 5.00, 4.95], [5.50, 5.50, 5.40], [5.45, 5.55, 5.50], [5.55, 5.55, 5.35], [5.45, 5.50, 5.55],
         [5.50, 5.45, 5.25], [5.65, 5.60, 5.40], [5.70, 5.65, 5.55], [6.30, 6.30, 6.25]]
for rows in (ROUND, rng.normal(size=(8, 5)).tolist(), np.round(rng.normal(size=(12, 4))).tolist()):
    s, p = st.friedmanchisquare(*np.array(rows).T)
    ranks = np.array([st.rankdata(r) for r in rows])
    k, n = len(rows[0]), len(rows)
    q = st.studentized_range.ppf(0.95, k, np.inf)
    out["friedman"].append({"rows": rows, "statistic": float(s), "p": float(p), "ranks": ranks.mean(axis=0).tolist(),
                            "critical": float(q / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n)))})
# Percentile bootstrap with 400,000 resamples: what ten thousand should come near to.
for strata in ([rng.normal(5, 2, 10)], [rng.integers(0, 9, 10).astype(float)], [rng.normal(0, 1, 5)], [rng.normal(0, 1, 80)],
               [rng.normal(0, 1, 10), rng.normal(4, 1, 10), rng.normal(8, 0.1, 7)]):
    strata = [np.round(x, 4) for x in strata]
    drawn = np.concatenate([x[rng.integers(0, len(x), (400_000, len(x)))] for x in strata], axis=1)
    means, iqms = drawn.mean(axis=1), st.trim_mean(drawn, 0.25, axis=1)
    out["bootstrap"].append({"strata": [x.tolist() for x in strata], "mean": np.percentile(means, [2.5, 97.5]).tolist(),
                             "iqm": np.percentile(iqms, [2.5, 97.5]).tolist()})
json.dump(out, sys.stdout)
print()

"""Coverage of 95 % intervals at fixed truths: Bayes, DerSimonian–Laird, REML with Knapp–Hartung.

μ = 0.3, θᵢ ~ N(μ, τ²), yᵢ ~ N(θᵢ, vᵢ), vᵢ = 2/nᵢ with nᵢ participants in each arm, log nᵢ uniform
between log 15 and log 100: v from 0.02 to 0.13, as in data/smi_functioning. Every replication has
variances of its own. The seed of a cell is [SEED, k, 10 τ].

python benchmarks/calibration/fixed_truth.py --replications 10000
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

import consilience as cs

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "docs" / "calibration" / "coverage.csv"
SEED, MU, LEVEL = 20_261, 0.3, 0.95
KS, TAUS = (2, 3, 5, 10, 30), (0.0, 0.1, 0.2, 0.5, 1.0)
SMALLEST, LARGEST = 15.0, 100.0
BAYES = "Bayes (random_effects)"
_ROUNDS = 400

type Array = NDArray[np.float64]


class Interval(NamedTuple):
    """Lower and upper ends, one for each data set."""

    lower: Array
    upper: Array


def simulate(k: int, tau: float, *, replications: int) -> tuple[Array, Array]:
    """Draw estimates and variances, (replications, k) each."""
    rng = np.random.default_rng([SEED, k, round(10 * tau)])
    shape = (replications, k)
    v = 2.0 / np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), shape))
    return MU + np.sqrt(tau**2 + v) * rng.standard_normal(shape), v


def weighted(y: Array, v: Array, tau2: Array) -> tuple[Array, Array, Array]:
    """Give weights 1/(v + τ²), their mean of y, and the sum of weights, row by row."""
    w = 1.0 / (v + tau2[:, None])
    total = w.sum(axis=1)
    return w, (w * y).sum(axis=1) / total, total


def dersimonian_laird(y: Array, v: Array) -> Array:
    """τ² = max(0, (Q − (k − 1)) / (Σw − Σw²/Σw)), w = 1/v."""
    w, mean, total = weighted(y, v, np.zeros(len(y)))
    q = (w * (y - mean[:, None]) ** 2).sum(axis=1)
    return np.maximum(0.0, (q - (y.shape[1] - 1)) / (total - (w**2).sum(axis=1) / total))


def reml(y: Array, v: Array) -> Array:
    """τ² by Fisher scoring of the restricted likelihood, kept at 0 or above."""
    tau2 = dersimonian_laird(y, v)
    for _ in range(_ROUNDS):
        w, mean, total = weighted(y, v, tau2)
        square, cube = (w**2).sum(axis=1), (w**3).sum(axis=1)
        score = (w**2 * (y - mean[:, None]) ** 2).sum(axis=1) - total + square / total
        information = square - 2.0 * cube / total + (square / total) ** 2
        following = np.maximum(0.0, tau2 + score / information)
        if np.max(np.abs(following - tau2)) < 1e-12:
            break
        tau2 = following
    return tau2


def dl_z(y: Array, v: Array) -> Interval:
    """DerSimonian & Laird (1986) with the normal quantile."""
    _, mean, total = weighted(y, v, dersimonian_laird(y, v))
    half = ndtri((1 + LEVEL) / 2) / np.sqrt(total)
    return Interval(mean - half, mean + half)


def reml_hksj(y: Array, v: Array) -> Interval:
    """REML with Hartung & Knapp (2001) and Sidik & Jonkman (2002): s² = Σw(y − ȳ)²/(k − 1), t."""
    w, mean, total = weighted(y, v, reml(y, v))
    k = y.shape[1]
    s2 = (w * (y - mean[:, None]) ** 2).sum(axis=1) / (k - 1)
    half = stdtrit(k - 1, (1 + LEVEL) / 2) * np.sqrt(s2 / total)
    return Interval(mean - half, mean + half)


def bayes(y: Array, v: Array) -> Interval:
    """models/random_effects.toml through the batched exact engine."""
    replications, k = y.shape
    sets = np.repeat(np.arange(replications), k)
    frame = pd.DataFrame({"review": sets, "yi": y.ravel(), "vi": v.ravel()})
    model = cs.read_model(ROOT / "models" / "random_effects.toml").model
    found = cs.fit_many(frame, "review", model=model, level=LEVEL)
    return Interval(found["mu_lower"].to_numpy(), found["mu_upper"].to_numpy())


METHODS = {BAYES: bayes, "DL, z": dl_z, "REML, HKSJ": reml_hksj}


def rows(k: int, tau: float, *, replications: int) -> Iterator[dict[str, object]]:
    """Give the rows of one cell, one for each method."""
    y, v = simulate(k, tau, replications=replications)
    for name, method in METHODS.items():
        found = method(y, v)
        held = float(np.mean((found.lower <= MU) & (found.upper >= MU)))
        width = found.upper - found.lower
        yield {
            "k": k,
            "tau": tau,
            "method": name,
            "replications": replications,
            "coverage": round(held, 5),
            "mc_error": round(float(np.sqrt(held * (1 - held) / replications)), 5),
            "mean_width": round(float(np.mean(width)), 4),
            "median_width": round(float(np.median(width)), 4),
            "seed": SEED,
        }


def main() -> None:
    """Compute every cell and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=10_000)
    asked = parser.parse_args()
    found = [
        row for k in KS for tau in TAUS for row in rows(k, tau, replications=asked.replications)
    ]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(found).to_csv(RESULT, index=False)
    print(pd.DataFrame(found).to_string())


if __name__ == "__main__":
    main()

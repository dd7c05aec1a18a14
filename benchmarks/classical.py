"""The classical engine: how fast, beside a plain reference in numpy, in the same run.

The references are what a user writes who knows the formulas: Fisher scoring for REML by matrices of
k x k where a handful of trials is pooled, by sums over the weights where there are many; the moment
estimator in three lines; a loop over the data sets where there are many of them. They check
nothing, label nothing, take whatever mode is nearest and stop at metafor's tolerance, 1e-5, where
ours look for the highest and stop at 1e-13. Times are those of the processor, for a machine may be
shared.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
from figure import Figure, bcg, cpu

import consilience as cs
from consilience import classical

ITERATED = ("DLIT", "EB", "ML", "PM", "PMM", "REML", "SJIT")
BY_DISTRIBUTION = "GENQM"
SETS = 100_000


def reml_13() -> Figure:
    """Pool 13 BCG trials by REML, warm."""
    y, v = bcg().y, bcg().v
    return Figure(
        "REML, 13 trials",
        cpu(lambda: cs.pool(bcg(), "REML"), 50),
        0.001,
        cpu(lambda: plain_matrices(y, v), 50),
    )


def all_estimators() -> Figure:
    """Pool 13 trials by each of the sixteen estimators."""
    seconds = cpu(lambda: [cs.pool(bcg(), code) for code in classical.REGISTRY], 20)
    return Figure(f"all {len(classical.REGISTRY)} estimators of tau², 13 trials", seconds, 0.02)


def reml_thousands() -> Figure:
    """Pool 10 000 estimates by REML."""
    return _reml(10_000, 0.03)


def reml_hundred_thousand() -> Figure:
    """Pool 100 000 estimates by REML."""
    return _reml(100_000, 0.5)


def flat() -> Figure:
    """Show the cost of an estimate among 100 000, which among 1 000 is the reference."""
    many, few = (cpu(lambda n=n: cs.pool(effects(n), "REML"), 5) / n for n in (100_000, 1_000))
    return Figure("  one estimate of 100 000; of 1 000 beside it", many, 2 * few, few)


def regression() -> Figure:
    """Regress 10 000 estimates on three moderators by REML."""
    seconds = cpu(lambda: cs.pool(effects(10_000), "REML", moderators="a + b + c"), 5)
    return Figure("REML, 10 000 estimates, 3 moderators", seconds)


def multilevel() -> Figure:
    """Fit three levels: 10 000 estimates in 1 000 clusters."""
    held = clusters()
    seconds = cpu(lambda: cs.pool_multilevel(held, "study/estimate"), 3)
    return Figure("three levels, 10 000 estimates, 1 000 clusters", seconds, 2.0)


def many(code: str) -> Callable[[], Figure]:
    """Make the row of `pool_many` for an estimator: data sets of ten a second, on one core."""

    def row() -> Figure:
        count = SETS // 20 if code == BY_DISTRIBUTION else SETS
        frame = sets(count)
        seconds = cpu(lambda: cs.pool_many(frame, "review", estimator=code), 1)
        owed = 50_000.0 if code == "REML" else float("nan")
        beside = loop(code)
        return Figure(f"pool_many, {code}, sets of 10", count / seconds, owed, beside, True)  # noqa: FBT003

    return row


def loop(code: str) -> float:
    """Give the rate of the plain reference, set after set; NaN where none is written here."""
    if code not in PLAIN:
        return float("nan")
    frame, function = sets(2_000), PLAIN[code]
    pairs = frame[["yi", "vi"]].to_numpy().reshape(2_000, 10, 2)
    return 2_000 / cpu(lambda: [function(each[:, 0], each[:, 1]) for each in pairs], 1)


def plain_matrices(y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """REML by Fisher scoring with P as a matrix: what textbooks print, O(k³)."""
    tau2 = max(0.0, float(np.var(y, ddof=1) - v.mean()))
    for _ in range(100):
        W = np.diag(1 / (v + tau2))
        w = np.diag(W)
        project = W - np.outer(w, w) / w.sum()
        squared = project @ project
        change = (y @ squared @ y - np.trace(project)) / np.trace(squared)
        tau2 = max(0.0, tau2 + change)
        if abs(change) < 1e-5:
            break
    w = 1 / (v + tau2)
    return float(w @ y / w.sum()), tau2


def plain_sums(y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """REML by the same scoring with sums in place of matrices, O(k)."""
    tau2 = max(0.0, float(np.var(y, ddof=1) - v.mean()))
    mean = 0.0
    for _ in range(100):
        w = 1 / (v + tau2)
        total, squares = w.sum(), w @ w
        mean = w @ y / total
        projected = w * (y - mean)
        information = squares - 2 * (w**3).sum() / total + (squares / total) ** 2
        change = (projected @ projected - total + squares / total) / information
        tau2 = max(0.0, tau2 + change)
        if abs(change) < 1e-5:
            break
    return float(mean), float(tau2)


def plain_moment(y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """DerSimonian and Laird's estimator in three lines."""
    w = 1 / v
    total = w.sum()
    Q = w @ (y - w @ y / total) ** 2
    tau2 = max(0.0, float((Q - len(y) + 1) / (total - w @ w / total)))
    w = 1 / (v + tau2)
    return float(w @ y / w.sum()), tau2


PLAIN = {"DL": plain_moment, "REML": plain_sums}


@cache
def effects(n: int) -> cs.Effects:
    """Simulate n independent estimates with three moderators."""
    rng = np.random.default_rng(1)
    v = rng.uniform(0.01, 0.3, n)
    columns = {name: rng.normal(size=n) for name in ("a", "b", "c")}
    y = rng.normal(0.3, np.sqrt(v + 0.05))
    studies = np.arange(n).astype(str)
    return cs.effect_sizes(pd.DataFrame({"study": studies, "yi": y, "vi": v, **columns}), "GEN")


@cache
def clusters() -> cs.Effects:
    """Simulate 1 000 clusters of ten estimates each."""
    rng = np.random.default_rng(2)
    cluster = np.repeat(np.arange(1_000), 10)
    v = rng.uniform(0.01, 0.3, len(cluster))
    scatter = rng.normal(0, 0.2, 1_000)[cluster] + rng.normal(0, np.sqrt(v + 0.03))
    table = {"study": cluster.astype(str), "yi": 0.3 + scatter, "vi": v}
    labels = np.arange(len(cluster)).astype(str)
    return cs.effect_sizes(pd.DataFrame({"estimate": labels, **table}), "GEN")


@cache
def sets(n: int) -> pd.DataFrame:
    """Simulate n data sets of ten estimates."""
    rng = np.random.default_rng(3)
    v = rng.uniform(0.01, 0.3, 10 * n)
    y = rng.normal(0.3, np.sqrt(v + 0.05))
    return pd.DataFrame({"review": np.repeat(np.arange(n), 10), "yi": y, "vi": v})


def _reml(n: int, owed: float) -> Figure:
    held = effects(n)
    seconds = cpu(lambda: cs.pool(held, "REML"), 5)
    return Figure(f"REML, {n} estimates", seconds, owed, cpu(lambda: plain_sums(held.y, held.v), 5))


FIGURES: tuple[Callable[[], Figure], ...] = (
    reml_13,
    all_estimators,
    reml_thousands,
    reml_hundred_thousand,
    flat,
    regression,
    multilevel,
    *(many(code) for code in classical.REGISTRY),
)


def main() -> None:
    """Print the rows of this module alone."""
    from figure import heading

    print(heading())
    for figure in FIGURES:
        print(figure().row(), flush=True)


if __name__ == "__main__":
    main()

"""Many posteriors as a tidy table."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import ndtr

from consilience.engines.batched import kernel
from consilience.engines.batched.common import common
from consilience.engines.batched.engine import assume, run
from consilience.engines.batched.reading import Plan
from consilience.engines.batched.sets import DataSets
from consilience.engines.batched.shapes import Asked
from consilience.gaussian import Array
from consilience.priors import Prior

NOTES = {
    kernel.FINE: "",
    kernel.IMPROPER: (
        "No answer: the posterior does not fall off for large tau. Give tau a prior with a lighter "
        "tail, such as HalfNormal."
    ),
    kernel.NO_NUMBER: (
        "No answer: the likelihood is not a number anywhere. Change the unit of the effects."
    ),
    kernel.ROUGH: (
        f"No answer: two integration rules differ by more than {kernel.OWED:.0e}. Fit this data "
        "set by itself."
    ),
    kernel.RAGGED: (
        "No answer: the sampling variances differ by more than 140 orders of magnitude. Check them."
    ),
}
"""What is said of a data set, by how its computation ended."""

type Columns = Iterator[tuple[str, Array]]


def table(plan: Plan, sets: DataSets, asked: Asked) -> pd.DataFrame:
    """Compute all posteriors and lay them out, one row for each data set.

    Raises
    ------
    RefusalError
        If the density of τ is not smooth.
    """
    columns = [column for tau in plan.tau for column in _random(sets, asked, (plan.mu, tau))]
    return pd.DataFrame({"k": sets.sizes} | dict(columns or _common(sets, asked, plan.mu)))


def _random(sets: DataSets, asked: Asked, priors: tuple[tuple[float, float], Prior]) -> Columns:
    """Name the columns of the compiled loop; what was refused is nan and has a note."""
    found = run(sets, assume(*priors), asked)
    status, accuracy = found[:, kernel.STATUS].astype(int), found[:, kernel.ACCURACY].copy()
    found[status != kernel.FINE] = np.nan
    mean = found[:, kernel.MU]
    q, t = asked.probabilities.size, asked.thresholds.size
    ends = np.cumsum([kernel.FIRST, q, q, q, t])
    _, mu, tau, new, mu_above, new_above = np.split(found, ends, axis=1)
    yield from _quantity("mu", (mean, found[:, kernel.MU_SD]), mu)
    yield from _exceeding("mu", asked, mu_above)
    yield from _quantity("tau", (found[:, kernel.TAU], found[:, kernel.TAU_SD]), tau)
    new_mean = np.where(np.isfinite(found[:, kernel.TAU]), mean, np.nan)
    yield from _quantity("prediction", (new_mean, found[:, kernel.NEW_SD]), new)
    yield from _exceeding("prediction", asked, new_above)
    yield "log_evidence", found[:, kernel.EVIDENCE]
    yield "accuracy", accuracy
    yield "note", np.array([NOTES[code] for code in range(len(NOTES))], dtype=object)[status]


def _common(sets: DataSets, asked: Asked, mu: tuple[float, float]) -> Columns:
    """Without scatter a new true effect is μ itself."""
    found = common(sets, mu)
    quantiles = found.mean[:, None] + found.sd[:, None] * asked.deviates
    above = ndtr((found.mean[:, None] - asked.thresholds) / found.sd[:, None])
    for name in ("mu", "prediction"):
        yield from _quantity(name, (found.mean, found.sd), quantiles)
        yield from _exceeding(name, asked, above)
    yield "log_evidence", found.log_evidence
    yield "accuracy", np.full(len(found.mean), np.finfo(float).eps)
    yield "note", np.full(len(found.mean), NOTES[kernel.FINE], dtype=object)


def _quantity(name: str, moments: tuple[Array, Array], quantiles: Array) -> Columns:
    """Name the columns of a quantity; without a level there are no quantiles."""
    yield f"{name}_mean", moments[0]
    yield f"{name}_sd", moments[1]
    if quantiles.size:
        lower, median, upper = quantiles.T
        yield f"{name}_median", median
        yield f"{name}_lower", lower
        yield f"{name}_upper", upper


def _exceeding(name: str, asked: Asked, above: Array) -> Columns:
    for threshold, probability in zip(asked.thresholds, above.T, strict=True):
        yield f"{name}_p_gt_{threshold:.15g}", probability

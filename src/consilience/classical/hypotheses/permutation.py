"""Permutation tests of the coefficients."""

from itertools import islice, permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.batch import Batch
from consilience.classical.hypotheses.wald import wald_test
from consilience.classical.pooled import Pooled
from consilience.classical.solution import solve
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Floats, beyond_rounding
from consilience.errors import ModelError

_CHUNK = 4096
# Ties must count as such in spite of rounding.
_SLACK = 1e-9


def permutation_test(pooled: Pooled, *, most: int = 5_000, seed: int = 1) -> pd.DataFrame:
    """Test each coefficient against its distribution when signs, or moderators, are shuffled.

    Without moderators the signs of the estimates are flipped (their distributions are symmetric
    about zero if there is no effect); with moderators the rows of the design are permuted. The
    statistic is that of the analysis, tau² estimated anew.

    Parameters
    ----------
    pooled : Pooled
        Its estimator and inference are used.
    most : int
        All rearrangements are made if they are no more than this; else so many are drawn, and the
        observed one is counted among them.
    seed : int
        Of the draw.

    Returns
    -------
    DataFrame
        By coefficient: ``estimate, statistic, p_value``; the intercept's p value is nan beside
        moderators, which say nothing of it. ``attrs["exact"]``, ``attrs["rearrangements"]``, and of
        all moderators at once ``attrs["joint"]``: what `wald_test` answers, with the p value of
        the rearrangements.

    Raises
    ------
    ModelError
        For ``most < 1``.
    RefusalError
        For estimates that share participants, which cannot be exchanged.

    References
    ----------
    Follmann DA, Proschan MA (1999). Biometrics 55:732–737. doi:10.1111/j.0006-341X.1999.00732.x
    Higgins JPT, Thompson SG (2004). Statistics in Medicine 23:1663–1682. doi:10.1002/sim.1752
    """
    if most < 1:
        raise ModelError(f"most = {most!r} leaves nothing to compare with; give 5000, say.")
    refuse_dependent(pooled, "A permutation test")
    skipped = _skipped(pooled)
    observed = _statistics_of(pooled.beta, pooled.cov, skipped)
    rearranged, exact = (_shuffled if pooled.design.names else _flipped)(pooled, most, seed)
    reached = _size(rearranged) >= _size(observed) * (1 - _SLACK)
    # The observed arrangement is among all of them; among drawn ones it must be counted.
    drawn = int(not exact)
    p_value = (reached.sum(axis=0) + drawn) / (len(rearranged) + drawn)
    p_value[:skipped] = np.nan
    columns = {
        "estimate": pooled.beta, "statistic": observed[:-1], "p_value": p_value[:-1]
    }  # fmt: skip
    table = pd.DataFrame(columns, index=pd.Index(pooled.names, name="coef"))
    joint = wald_test(pooled).to_dict() | {"p_value": float(p_value[-1])}
    table.attrs = pooled.attrs | {
        "exact": exact, "rearrangements": len(rearranged), "joint": joint
    }  # fmt: skip
    return table


def _skipped(pooled: Pooled) -> int:
    """Count the coefficients of which a rearrangement says nothing: an intercept."""
    return int(bool(pooled.design.names) and pooled.design.intercept)


def _statistics_of(beta: Floats, cov: Floats, skipped: int) -> Floats:
    """Give the statistic of each coefficient, and the root of that of all but the skipped."""
    se = np.sqrt(np.diag(cov))
    z, correlations = (beta / se)[skipped:], (cov / np.outer(se, se))[skipped:, skipped:]
    return np.append(beta / se, np.sqrt(z @ np.linalg.solve(correlations, z)))


def _size(statistic: Floats) -> Floats:
    """Absolute values; infinite where exact agreement leaves no dispersion to divide by."""
    return np.where(np.isnan(statistic), np.inf, np.abs(statistic))


def _flipped(pooled: Pooled, most: int, seed: int) -> tuple[Floats, bool]:
    """Give the statistic under all or many changes of signs, for mu and once more jointly."""
    k = pooled.effects.k
    exact = k < 60 and 2**k <= most
    if exact:
        turned = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
    else:
        turned = np.random.default_rng(seed).integers(0, 2, (most, k))
    signs: Floats = np.where(turned == 1, -1.0, 1.0)
    parts = [_statistics(pooled, signs[i : i + _CHUNK]) for i in range(0, len(signs), _CHUNK)]
    return np.repeat(np.concatenate(parts)[:, None], 2, axis=1), exact


def _statistics(pooled: Pooled, signs: Floats) -> Floats:
    """Give the statistic of mu under each row of signs, all pooled at once."""
    y = signs * pooled.effects.y
    centre = y.mean(axis=1)
    present: NDArray[np.bool_] = np.ones(y.shape, dtype=bool)
    batch = Batch(
        beyond_rounding(y - centre[:, None], y), np.broadcast_to(pooled.effects.v, y.shape), present
    )
    residual = pooled.effects.k - 1
    tau2 = pooled.estimator.tau2_many(batch) if residual else np.zeros(len(y))
    fit = batch.at(tau2)
    square = fit.Q / residual if residual else np.ones(len(y))
    factor = np.array([pooled.inference.factor(float(each)) for each in square])
    return np.asarray((centre + fit.mean) / np.sqrt(factor / fit.total))


def _shuffled(pooled: Pooled, most: int, seed: int) -> tuple[Floats, bool]:
    """Give the statistics under all or many orders of the moderators' rows."""
    k = pooled.effects.k
    orders = list(islice(permutations(range(k)), most + 1)) if k <= 10 else []
    exact = 0 < len(orders) <= most
    if not exact:
        rng = np.random.default_rng(seed)
        orders = [tuple(rng.permutation(k)) for _ in range(most)]
    return np.array([_rearranged(pooled, order) for order in orders]), exact


def _rearranged(pooled: Pooled, order: tuple[int, ...]) -> Floats:
    data = pooled.effects.y, pooled.effects.v, pooled.design.full[list(order)]
    found = solve(data, estimator=pooled.estimator, inference=pooled.inference)
    return _statistics_of(found.beta, found.cov, _skipped(pooled))

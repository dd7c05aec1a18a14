"""The verb: a covariance of the coefficients that trusts clusters only, not the model."""

import numpy as np

from consilience.classical.multilevel.codes import Grouping, path
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.classical.pooled import Pooled
from consilience.classical.robust import adjustments
from consilience.classical.robust.adjustments import Adjustment
from consilience.classical.robust.alone import Alone
from consilience.classical.robust.result import Robust
from consilience.classical.robust.satterthwaite import Floats, Moments
from consilience.classical.robust.working import Positions, Working, working
from consilience.errors import ModelError


def robust(
    pooled: Pooled | PooledMultilevel,
    cluster: str = "study",
    *,
    adjustment: str | Adjustment = "CR2",
) -> Robust:
    """Make the inference of an analysis robust to any dependence within clusters.

    ``M (Σ_j X_j'W_j A_j e_j e_j' A_j' W_j X_j) M``: the residuals of each cluster stand for its
    covariance; with CR2 (or CR3) the adjustment A_j makes up for their being too small.

    Parameters
    ----------
    pooled : Pooled or PooledMultilevel
        An analysis, whose covariance is the working model.
    cluster : str
        Column of the clusters, a path of columns such as ``"lab/study"``, or ``"estimate"`` for
        heteroscedasticity alone.
    adjustment : str or Adjustment
        ``"CR0"``, ``"CR1"`` (factor m / (m - 1)), ``"CR1p"`` (m / (m - p), the default of metafor's
        ``robust``), ``"CR1S"`` (Stata's), ``"CR2"`` (bias-reduced, Satterthwaite's degrees of
        freedom) or ``"CR3"``.

    Raises
    ------
    ModelError
        For something that is no answer of `pool` or `pool_multilevel`, unknown names, fewer than
        two clusters, no more clusters than coefficients (but with CR2), and where the analysis
        links estimates of different clusters but the adjustment takes them as independent.
    DataError
        For missing labels, listing the studies.

    References
    ----------
    Hedges LV, Tipton E, Johnson MC (2010). Research Synthesis Methods 1:39–65. doi:10.1002/jrsm.5
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672–683.
    doi:10.1080/07350015.2016.1247004
    """
    chosen = _chosen(pooled, cluster, adjustment)
    columns = tuple(part.strip() for part in cluster.split("/"))
    clusters = path(pooled.effects, columns)
    base = working(pooled)
    n = len(clusters.levels)
    _check(clusters, base, adjustment=chosen, column=cluster)
    order = np.argsort(clusters.codes, kind="stable")
    positions = np.split(order, np.cumsum(clusters.counts)[:-1])
    apart = not len(_across(clusters, base))
    cov, moments = _sandwich(base, positions, chosen, apart=apart)
    factor = chosen.factor(n, *base.X.shape)
    alone = Alone.none(base.X.shape[1])
    if apart:
        alone = Alone.of(base, positions, labels=clusters.levels, moments=moments)
    return Robust(
        pooled=pooled,
        adjustment=chosen,
        cluster=cluster,
        n_clusters=n,
        cov=factor * cov,
        moments=moments,
        alone=alone,
    )


def _chosen(pooled: object, cluster: object, adjustment: str | Adjustment) -> Adjustment:
    """Give the adjustment, and refuse what robust inference cannot start from."""
    if not isinstance(pooled, Pooled | PooledMultilevel):
        raise ModelError(
            "robust() takes what cs.pool or cs.pool_multilevel answers, not a "
            f'{type(pooled).__name__}: cs.robust(cs.pool(effects), "study").'
        )
    if not isinstance(cluster, str):
        raise ModelError(f'The clusters are named by a column, such as "study", not {cluster!r}.')
    found = adjustments.get(adjustment) if isinstance(adjustment, str) else adjustment
    if not isinstance(found, Adjustment):
        known = ", ".join(adjustments.REGISTRY)
        raise ModelError(f"{adjustment!r} is no cluster-robust adjustment. Known: {known}.")
    return found


def _sandwich(
    base: Working, positions: list[Positions], adjustment: Adjustment, *, apart: bool
) -> tuple[Floats, Moments]:
    """Sum the clusters' scores up, (p, p); keep the moments of each where df is asked for."""
    p = base.X.shape[1]
    scores, own, shift = [], [], []
    for at in positions:
        lever = adjustment.lever(base, at) @ base.bread
        scores.append(lever.T @ base.residuals[at])
        if apart:
            own.append(lever.T @ base.covariance(at) @ lever)
            shift.append(base.X[at].T @ lever)
    stacked = np.array(scores)
    first, second = (np.array(each).reshape(-1, p, p) for each in (own, shift))
    moments = Moments(first, second, base.bread)
    return stacked.T @ stacked, moments


def _check(clusters: Grouping, base: Working, *, adjustment: Adjustment, column: str) -> None:
    """Refuse too few clusters, and clusters that the analysis links to one another."""
    n, p = len(clusters.levels), base.X.shape[1]
    if n < 2:
        raise ModelError(
            f"All estimates are in one cluster of {column!r}, {clusters.levels[0]}; robust "
            "inference needs several, and many to be good. Choose a finer column, or trust the "
            "model."
        )
    if n <= p and not adjustment.satterthwaite:
        raise ModelError(
            f"{n} clusters of {column!r} leave no degrees of freedom beside {p} coefficients. Use "
            'adjustment="CR2", fewer moderators, or smaller clusters.'
        )
    if not adjustment.closed:
        return
    shared = [clusters.levels[at] for at in _across(clusters, base)]
    if shared:
        raise ModelError(
            f"The analysis links estimates of different clusters of {column!r}: "
            f"{', '.join(shared[:5])}. {adjustment.label} takes clusters as independent; "
            'choose the widest clusters of the analysis, or adjustment="CR1p".'
        )


def _across(clusters: Grouping, base: Working) -> Positions:
    """Find the first clusters that the working covariance links; none where all are apart."""
    n = len(clusters.levels)
    pairs = np.unique(base.links() * n + clusters.codes)
    several = np.flatnonzero(np.bincount(pairs // n) > 1)
    return pairs[pairs // n == several[0]] % n if len(several) else np.empty(0, dtype=np.intp)

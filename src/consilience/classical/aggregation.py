"""One estimate in place of the several of a study."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.wls import Floats
from consilience.covariance import INDEPENDENT
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, RefusalError

type Positions = NDArray[np.intp]


def aggregated(effects: Effects, by: str = "study", *, weighted: bool = True) -> Effects:
    """Combine the estimates of each cluster into one, by their sampling covariance.

    ``y = w'y``, ``v = w'Vw``, with ``w = V⁻¹1 / 1'V⁻¹1``, the best weights if all estimates of a
    cluster measure one effect, or ``w = 1/m``. Where V is unknown, say how the estimates are
    correlated when the effects are made (``shared=`` of `effect_sizes`): taken as independent, m
    estimates of the same participants count m times. A model of levels (`pool_multilevel`) keeps
    what they differ in.

    Parameters
    ----------
    effects : Effects
    by : str
        Column of the clusters.
    weighted : bool
        Whether to weight by V; else the plain mean.

    Returns
    -------
    Effects
        One estimate per cluster, in the order of their first rows and labelled by them, and
        independent. Of the table's columns those remain that say one thing in every cluster.

    Raises
    ------
    DataError
        For an unknown column, and one with empty cells.
    ModelError
        For what is no Effects.
    RefusalError
        If estimates of different clusters share participants.

    References
    ----------
    Gleser LJ, Olkin I (2009), in: Cooper H, Hedges LV, Valentine JC (eds.), The Handbook of
    Research Synthesis and Meta-Analysis, 2nd ed., 357–376.
    """
    if not isinstance(effects, Effects):
        raise ModelError(f"aggregated() takes Effects, not a {type(effects).__name__}.")
    labels = _labels(effects, by)
    codes, names = pd.factorize(labels)
    _refuse_across(effects, codes, by=by)
    places = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    V = _blocks(effects, codes, places)
    weights = [_weights(block) if weighted else np.full(len(block), 1 / len(block)) for block in V]
    parts = list(zip(weights, V, places, strict=True))
    how = "weighted by their covariance" if weighted else "by their plain mean"
    return replace(
        effects,
        y=np.array([w @ effects.y[at] for w, _, at in parts]),
        v=np.array([w @ block @ w for w, block, _ in parts]),
        table=_table(effects.table, codes, names=[str(name) for name in names]),
        shared=INDEPENDENT,
        log=(*effects.log, f"Combined by {by}, {how}: {effects.k} estimates to {len(names)}."),
    )


def _labels(effects: Effects, by: str) -> "pd.Series[str]":
    """Give the cluster of each estimate, or refuse a column that is unknown or has empty cells."""
    if by not in effects.table:
        known = ", ".join(map(str, effects.table.columns))
        raise DataError(f"There is no column {by!r} to combine estimates by. Known: {known}.")
    column = effects.table[by]
    empty = column.isna().to_numpy()
    if empty.any():
        where = effects.labels[int(np.argmax(empty))]
        raise DataError(f"Estimate {where!r}, column {by!r}: the cell is empty. Name the cluster.")
    return column


def _refuse_across(effects: Effects, codes: Positions, *, by: str) -> None:
    """Refuse to combine where estimates of different clusters share participants."""
    for at in effects.shared.members:
        if len(np.unique(codes[at])) > 1:
            names = ", ".join(effects.labels[i] for i in at)
            raise RefusalError(
                f"The estimates {names} share participants, but not their {by}. Combine by what "
                "holds them all, or use cs.pool, which takes their covariance."
            )


def _blocks(effects: Effects, codes: Positions, places: list[Positions]) -> list[Floats]:
    """Write down the sampling covariance of every cluster."""
    V = [np.diag(effects.v[at]) for at in places]
    within = np.empty(effects.k, dtype=np.intp)
    for at in places:
        within[at] = np.arange(len(at))
    for at, block in zip(effects.shared.members, effects.shared.blocks, strict=True):
        V[int(codes[at[0]])][np.ix_(within[at], within[at])] = block
    return V


def _weights(block: Floats) -> Floats:
    # In units of the block, so that variances of any size can be solved.
    solved = np.linalg.solve(block / block.max(), np.ones(len(block)))
    return np.asarray(solved / solved.sum())


def _table(table: pd.DataFrame, codes: Positions, *, names: list[str]) -> pd.DataFrame:
    """Keep, of each cluster's first row, the columns that are the same within every cluster."""
    distinct = table.groupby(codes).nunique(dropna=False).max()
    rows = np.unique(codes, return_index=True)[1]
    first = table.iloc[rows].loc[:, (distinct == 1).to_numpy()]
    first.index = pd.Index(names, name=table.index.name)
    given = first.drop(columns=["yi", "vi", "sei"], errors="ignore")
    return given if "study" in given else given.assign(study=names)

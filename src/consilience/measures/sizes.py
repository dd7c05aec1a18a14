"""The variance of a new trial from the observed ones, by its size alone."""

import numpy as np
import pandas as pd

from consilience.errors import ModelError
from consilience.measures.base import Floats, arms, participants

_REMEDY = "Give the new trial's standard error `sei` instead."


def scaled_by_arms(theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
    r"""Return :math:`\bar\sigma^2 (1/n_1 + 1/n_2)`, whatever the true effect.

    :math:`\bar\sigma^2` is the mean over the observed trials of
    :math:`v_i / (1/n_{1i} + 1/n_{2i})`.

    Parameters
    ----------
    theta : ndarray
        True effects, any shape.
    n1, n2 : int
        Participants of the new trial.
    observed : DataFrame
        With `n1`, `n2` and `vi`.

    Returns
    -------
    ndarray
        As the shape of `theta`.

    Raises
    ------
    ModelError
        Where the sizes of the observed trials are not known.
    """
    if not {"n1", "n2", "vi"} <= set(observed):
        raise ModelError(
            f"The variance of a new trial with {n1} and {n2} participants needs n1, n2 and vi of "
            f"the observed trials. {_REMEDY}"
        )
    seen1, seen2, vi = arms(observed, "n1", "n2", "vi")
    return np.full(np.shape(theta), _mean(vi / (1 / seen1 + 1 / seen2)) * (1 / n1 + 1 / n2))


def scaled_by_total(theta: Floats, *, n: int, observed: pd.DataFrame) -> Floats:
    r"""Return :math:`\overline{v n} / n`, whatever the true value.

    Parameters
    ----------
    theta : ndarray
        True values, any shape.
    n : int
        Participants of the new study.
    observed : DataFrame
        With their participants and `vi`.

    Returns
    -------
    ndarray
        As the shape of `theta`.

    Raises
    ------
    ModelError
        Where the sizes of the observed studies are not known.
    """
    seen = participants(alone(observed))
    if "vi" not in observed or np.isnan(seen).all():
        raise ModelError(
            f"The variance of a new study of {n} participants needs n and vi of the observed "
            f"studies. {_REMEDY}"
        )
    (vi,) = arms(observed, "vi")
    return np.full(np.shape(theta), _mean(vi * seen) / n)


def alone(table: pd.DataFrame) -> pd.DataFrame:
    """Leave the arms' sizes out of a table that says `n`: they belong to another form of row."""
    return table.drop(columns=["n1", "n2"], errors="ignore") if "n" in table else table


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    if not known.size:
        raise ModelError(f"No observed trial knows its size and its variance. {_REMEDY}")
    return float(known.mean())

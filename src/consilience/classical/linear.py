"""Coefficients with their covariance, and what every table of them shows."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from consilience.classical.inference import Inference
from consilience.classical.wls import Floats
from consilience.design import Design
from consilience.errors import ModelError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Linear:
    """Estimated coefficients and how they are tested.

    Parameters
    ----------
    names : tuple of str
        p names.
    beta : ndarray, shape (p,)
    cov : ndarray, shape (p, p)
    inference : Inference
        Of tests and intervals.
    residual : int
        Residual degrees of freedom, ``k - p``.
    level : float
        Of every interval.
    attrs : dict
        What every table says of itself.
    """

    names: tuple[str, ...]
    beta: Floats
    cov: Floats
    inference: Inference
    residual: int
    level: float
    attrs: dict[Hashable | None, object]

    @property
    def df(self) -> float:
        """Degrees of freedom of the reference distribution; infinite for the normal."""
        return self.inference.df(self.residual)

    def se(self, rows: Floats) -> Floats:
        """Give the standard errors of ``L beta``, shape (r,), for L of shape (r, p)."""
        return np.sqrt(np.maximum(np.einsum("rp,pq,rq->r", rows, self.cov, rows), 0.0))

    def contrast(
        self, rows: Floats, *, labels: Sequence[str], value: Floats | float = 0.0
    ) -> pd.DataFrame:
        """Tabulate linear combinations ``L beta`` of the coefficients.

        Parameters
        ----------
        rows : ndarray, shape (r, p)
            L: one combination per row, intercept first where there is one.
        labels : sequence of str
            r names.
        value : ndarray, shape (r,), or float
            What ``L beta`` is tested against.

        Returns
        -------
        DataFrame
            Index ``coef``; columns ``estimate, se, statistic, df, p_value, lower, upper, level,
            interval``.
        """
        estimate, se = rows @ self.beta, self.se(rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = (estimate - value) / se
        half = self.inference.critical(self.level, self.residual) * se
        columns = {
            "estimate": estimate, "se": se, "statistic": statistic, "df": self.df,
            "p_value": self.inference.p_value(statistic, self.residual),
            "lower": estimate - half, "upper": estimate + half, "level": self.level,
            "interval": "confidence",
        }  # fmt: skip
        table = pd.DataFrame(columns, index=pd.Index(labels, name="coef"))
        table.attrs = dict(self.attrs)
        return table


def exact_agreement(cov: Floats) -> dict[Hashable | None, object]:
    """Give the ``notes`` of a table whose standard errors are unknown; empty where they are known.

    Parameters
    ----------
    cov : ndarray, shape (p, p)
        Covariance of the coefficients, nan where no residuals are left to estimate it by.
    """
    if np.isfinite(cov).all():
        return {}
    note = (
        "No standard error: the estimates agree exactly with what was fitted, and an inference "
        "that rescales by their residuals learns nothing of its error. "
        'Use inference="z", which does not rescale.'
    )
    return {"notes": (note,)}


class Regression(Protocol):
    """An analysis whose coefficients can be combined: what `pool` and its kin answer."""

    @property
    def linear(self) -> Linear:
        """Coefficients and how they are tested."""

    @property
    def design(self) -> Design:
        """Their columns."""

    @property
    def table(self) -> pd.DataFrame:
        """The trials with their moderators, k rows."""


def linear_of(result: Regression) -> Linear:
    """Give the coefficients of a result.

    Raises
    ------
    ModelError
        For results that test their coefficients in a way of their own.
    """
    found = getattr(result, "linear", None)
    if not isinstance(found, Linear):
        raise ModelError(
            f"The coefficients of a {type(result).__name__} cannot be combined here: their tests "
            "need more than a covariance. Use its own methods, such as contrast() and test()."
        )
    return found

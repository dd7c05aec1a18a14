"""What the answers of all regressions of effects show in the same way."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical.inference import Inference
from consilience.classical.linear import Linear
from consilience.classical.wls import Floats
from consilience.design import Design
from consilience.effects import Effects


class _Analysed(Protocol):
    """An answer with coefficients; what the shared tables read of it."""

    @property
    def effects(self) -> Effects: ...
    @property
    def design(self) -> Design: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def contrast(self, rows: Floats, *, labels: Sequence[str]) -> pd.DataFrame: ...


class _Inferred(_Analysed, Protocol):
    """An answer whose coefficients are all tested in one way."""

    @property
    def beta(self) -> Floats: ...
    @property
    def cov(self) -> Floats: ...
    @property
    def inference(self) -> Inference: ...
    @property
    def level(self) -> float: ...
    @property
    def attrs(self) -> dict[Hashable | None, object]: ...
    @property
    def linear(self) -> Linear: ...


class Regressed(ABC):
    """An answer with coefficients of a design; `contrast` tabulates combinations of them."""

    __slots__ = ()

    @property
    def names(self: _Analysed) -> tuple[str, ...]:
        """``("mu",)``, or with moderators ``intercept`` and the columns of the design."""
        return coefficient_names(self.design)

    @property
    def table(self: _Analysed) -> pd.DataFrame:
        """The trials that were pooled, with `yi`, `vi` and every moderator; k rows."""
        return self.effects.frame

    @abstractmethod
    def contrast(self, rows: Floats, *, labels: Sequence[str]) -> pd.DataFrame:
        """Tabulate linear combinations ``L beta`` of the coefficients."""

    def summary(self: _Analysed) -> pd.DataFrame:
        """Tabulate the coefficients.

        Returns
        -------
        DataFrame
            Index ``coef``; columns ``estimate, se, statistic, df, p_value, lower, upper, level,
            interval``. ``df`` is infinite where the reference distribution is the normal.
        """
        return self.contrast(np.eye(len(self.names)), labels=self.names)

    def average(self: _Analysed) -> pd.Series:
        """Summarise the expected effect at the mean row of the design.

        Without moderators this is the row ``mu`` of the summary.
        """
        return expected(self, slice(None))


class Tested(Regressed):
    """An answer whose coefficients are all tested by one method of inference."""

    __slots__ = ()

    @property
    def linear(self: _Inferred) -> Linear:
        """Coefficients and how they are tested."""
        return Linear(
            names=self.names,
            beta=self.beta,
            cov=self.cov,
            inference=self.inference,
            residual=self.effects.k - len(self.beta),
            level=self.level,
            attrs=self.attrs,
        )

    def contrast(self: _Inferred, rows: Floats, *, labels: Sequence[str]) -> pd.DataFrame:
        """Tabulate linear combinations ``L beta`` of the coefficients.

        Parameters
        ----------
        rows : ndarray, shape (r, p)
            L: one combination per row, intercept first where there is one.
        labels : sequence of str
            r names.

        Returns
        -------
        DataFrame
            As of `summary`.
        """
        return self.linear.contrast(rows, labels=labels)


def coefficient_names(design: Design) -> tuple[str, ...]:
    """Name the coefficients of a design: ``("mu",)``, or ``intercept`` and its columns."""
    first = "intercept" if design.names else "mu"
    return ((first,) if design.intercept else ()) + design.names


def expected(analysis: _Analysed, among: NDArray[np.bool_] | slice) -> pd.Series:
    """Summarise the expected effect at the mean row of some rows of the design."""
    row = analysis.design.full[among].mean(axis=0, keepdims=True)
    table = analysis.contrast(row, labels=("mu",))
    series = table.iloc[0]
    series.attrs = table.attrs
    return series


def foreseen(estimate: float, ends: tuple[float, float], *, level: float) -> pd.Series:
    """Write a prediction interval as every analysis shows it.

    Returns
    -------
    Series
        ``estimate, lower, upper, level, interval``.
    """
    values = {
        "estimate": estimate, "lower": ends[0], "upper": ends[1], "level": level,
        "interval": "prediction",
    }  # fmt: skip
    return pd.Series(values, dtype=object)

"""Tables and tests of coefficients, each combination with degrees of freedom of its own."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, final

import numpy as np
import pandas as pd

from consilience.classical.hypotheses.wald import wald_test
from consilience.classical.inference import Inference
from consilience.classical.linear import Linear
from consilience.classical.multilevel.correlations.base import Floats
from consilience.design import Design


@final
@dataclass(frozen=True, slots=True)
class Given(Inference):
    """Student's t with given degrees of freedom, infinite ones for the normal.

    Parameters
    ----------
    freedom : float
    """

    code: ClassVar[str] = "given"
    label: ClassVar[str] = "t with given df"
    freedom: float

    def df(self, residual: int) -> float:  # noqa: ARG002
        """Those given."""
        return self.freedom

    def factor(self, mean_square: float) -> float:  # noqa: ARG002
        """One."""
        return 1.0


class Estimated(Protocol):
    """An analysis with coefficients and their covariance."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""

    @property
    def beta(self) -> Floats:
        """Coefficients, shape (p,)."""

    @property
    def cov(self) -> Floats:
        """Covariance, shape (p, p)."""

    @property
    def level(self) -> float:
        """Of every interval."""

    @property
    def design(self) -> Design:
        """Columns of the coefficients."""

    @property
    def table(self) -> pd.DataFrame:
        """The trials with their moderators."""

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself."""


def linear(analysis: Estimated, freedom: float) -> Linear:
    """Read the coefficients of an analysis, to be tested with these degrees of freedom."""
    return Linear(
        names=analysis.names,
        beta=analysis.beta,
        cov=analysis.cov,
        inference=Given(freedom),
        residual=0,
        level=analysis.level,
        attrs=analysis.attrs,
    )


def contrasts(
    analysis: Estimated, rows: Floats, *, labels: Sequence[str], freedom: Floats
) -> pd.DataFrame:
    """Tabulate linear combinations of the coefficients, each with its degrees of freedom.

    Parameters
    ----------
    analysis : Estimated
    rows : ndarray, shape (r, p)
        One combination per row.
    labels : sequence of str
        r names.
    freedom : ndarray, shape (r,)

    Returns
    -------
    DataFrame
        Index ``coef``; columns ``estimate, se, statistic, df, p_value, lower, upper, level,
        interval``.
    """
    parts = [
        linear(analysis, float(df)).contrast(row[None], labels=(label,))
        for row, label, df in zip(rows, labels, freedom, strict=True)
    ]
    table = pd.concat(parts)
    table.attrs = dict(analysis.attrs)
    return table


def default_rows(analysis: Estimated) -> Floats:
    """Choose all coefficients but the intercept; the intercept where it is alone."""
    p = len(analysis.beta)
    return np.eye(p)[int(analysis.design.intercept and p > 1) :]


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Tested:
    """An analysis as the tests of hypotheses take it."""

    linear: Linear
    design: Design
    table: pd.DataFrame


def joint_test(analysis: Estimated, rows: Floats, *, freedom: float) -> pd.Series:
    """Test ``L beta = 0`` by Wald's statistic with these degrees of freedom.

    Returns
    -------
    Series
        ``statistic`` (chi-square, or F where they are finite), ``df, df_residual, p_value``.

    Raises
    ------
    ModelError
        For rows of the wrong length or that depend on each other.
    """
    tested = _Tested(linear(analysis, freedom), analysis.design, analysis.table)
    return wald_test(tested, rows)

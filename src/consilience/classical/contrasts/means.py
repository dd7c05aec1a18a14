"""Marginal means of a meta-regression, and contrasts between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pandas as pd

from consilience.classical.contrasts import adjustments, averaging
from consilience.classical.contrasts.adjustments import Adjustment, Family
from consilience.classical.contrasts.averaging import Averaging, Grid, Value
from consilience.classical.linear import Linear, Regression, linear_of
from consilience.classical.wls import Floats
from consilience.errors import ModelError

_SAME = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class MarginalMeans:
    """Expected effects at the levels of one or more moderators.

    Parameters
    ----------
    linear : Linear
        The coefficients of the analysis.
    labels : tuple of str
        One for each mean.
    rows : ndarray, shape (r, p)
        The means as combinations of the coefficients.
    """

    linear: Linear
    labels: tuple[str, ...]
    rows: Floats

    def __repr__(self) -> str:
        """Say the means in one line."""
        values = self.rows @ self.linear.beta
        pairs = (f"{name} {x:.3f}" for name, x in zip(self.labels, values, strict=True))
        return f"<Marginal means: {', '.join(pairs)}>"

    def summary(self) -> pd.DataFrame:
        """Tabulate the means.

        Returns
        -------
        DataFrame
            By level: ``estimate, se, statistic, df, p_value, lower, upper, level, interval``.
        """
        table = self.linear.contrast(self.rows, labels=self.labels)
        table.index.name = "mean"
        return table

    def pairwise(self, adjust: str | Adjustment = "holm") -> pd.DataFrame:
        """Compare each mean with each other.

        Parameters
        ----------
        adjust : str or Adjustment
            ``"holm"``, ``"bonferroni"``, ``"single-step"`` (the largest of correlated t; Tukey's in
            the balanced case), ``"hommel"``, ``"BH"`` or ``"none"``.

        Returns
        -------
        DataFrame
            As of `contrasts`, one row ``a - b`` for each pair.

        Raises
        ------
        ModelError
            For a single mean, and for an unknown adjustment.
        """
        if len(self.labels) < 2:
            raise ModelError("There is one mean only; pairs need a moderator with two levels.")
        places = list(combinations(range(len(self.labels)), 2))
        weights = np.zeros((len(places), len(self.labels)))
        for row, (first, second) in zip(weights, places, strict=True):
            row[first], row[second] = 1.0, -1.0
        names = [f"{self.labels[i]} - {self.labels[j]}" for i, j in places]
        return self._family(weights, names, adjust)

    def contrasts(
        self, weights: Mapping[str, Mapping[str, float]], adjust: str | Adjustment = "holm"
    ) -> pd.DataFrame:
        """Tabulate combinations of the means.

        Parameters
        ----------
        weights : mapping of str to mapping
            For each name the weights of the means by their labels: ``{"active against none":
            {"TAU": 0.5, "attention": 0.5, "waiting list": -1}}``.
        adjust : str or Adjustment
            As of `pairwise`.

        Returns
        -------
        DataFrame
            By contrast: ``estimate, se, statistic, df, p_value`` (adjusted), ``p_unadjusted, lower,
            upper, level, interval``. ``attrs`` names the adjustment and whether the intervals hold
            all at once.

        Raises
        ------
        ModelError
            For unknown means (the known ones are listed), none at all, an unknown adjustment.
        """
        if not weights:
            raise ModelError("No contrast was given; give weights of the means by name.")
        matrix = np.zeros((len(weights), len(self.labels)))
        for row, chosen in zip(matrix, weights.values(), strict=True):
            for label, weight in chosen.items():
                if label not in self.labels:
                    known = ", ".join(self.labels)
                    raise ModelError(f"There is no mean {label!r}; known: {known}.")
                row[self.labels.index(label)] += float(weight)
        return self._family(matrix, list(weights), adjust)

    def _family(
        self, weights: Floats, names: Sequence[str], adjust: str | Adjustment
    ) -> pd.DataFrame:
        """Test rows of weights as one family; p-values and intervals adjusted together."""
        chosen = adjustments.get(adjust) if isinstance(adjust, str) else adjust
        rows = weights @ self.rows
        table = self.linear.contrast(rows, labels=names)
        _refuse_nothing(table)
        cov = rows @ self.linear.cov @ rows.T
        se = table["se"].to_numpy()
        family = Family(table["statistic"].to_numpy(), cov / np.outer(se, se), self.linear.df)
        table.insert(5, "p_unadjusted", table["p_value"])
        half = chosen.critical(family, level=self.linear.level) * se
        table = table.assign(
            p_value=chosen.p_values(family),
            lower=table["estimate"] - half,
            upper=table["estimate"] + half,
        )
        table.index.name = "contrast"
        table.attrs = self.linear.attrs | {
            "adjustment": chosen.label,
            "intervals": "all at once" if chosen.simultaneous else "each by itself",
        }
        return table


def marginal_means(
    pooled: Regression,
    over: str | Sequence[str],
    *,
    at: Mapping[str, Value] | None = None,
    average: str | Averaging = "equal",
) -> MarginalMeans:
    """Estimate the expected effect at each level of a moderator, others averaged over.

    Parameters
    ----------
    pooled : Regression
        With the moderators; what `pool` or one of its kin answered.
    over : str or sequence of str
        A factor of the formula, or several, whose levels are crossed.
    at : mapping of str to str or float, optional
        Values that other moderators are held at, ``{"year": 2000}``.
    average : str or Averaging
        Over what the rest is averaged: ``"equal"`` (levels of other factors alike, numbers at
        their means) or ``"observed"`` (as the trials have them).

    Raises
    ------
    ModelError
        For a column that is no factor of the formula, or a level or column that is not known.

    References
    ----------
    Searle SR, Speed FM, Milliken GA (1980). The American Statistician 34:216–221.
    doi:10.1080/00031305.1980.10483031
    """
    linear_of(pooled)
    names = (over,) if isinstance(over, str) else tuple(over)
    held = dict(at or {})
    design, table = pooled.design, pooled.table
    _check(pooled, names, held)
    rule = averaging.get(average) if isinstance(average, str) else average
    grid = Grid(design, table)
    levels = list(product(*(design.factors[name] for name in names)))
    first = np.ones(int(design.intercept))
    rows = [
        np.append(
            first,
            design.rows(rule.rows(grid, held | dict(zip(names, each, strict=True)))).mean(axis=0),
        )
        for each in levels
    ]
    labels = tuple(", ".join(each) for each in levels)
    return MarginalMeans(_said(linear_of(pooled), rule), labels, np.array(rows))


def _said(linear: Linear, rule: Averaging) -> Linear:
    return replace(linear, attrs=linear.attrs | {"averaged": rule.label})


def _check(pooled: Regression, names: tuple[str, ...], held: Mapping[str, Value]) -> None:
    """Refuse names that are no factors of the formula, and held columns that the trials lack."""
    factors = pooled.design.factors
    wrong = [name for name in names if name not in factors]
    if wrong or not names:
        known = ", ".join(factors) or "none"
        message = (
            f"Marginal means go over factors of the formula {pooled.design.formula!r}; "
            f"{', '.join(map(repr, wrong)) or 'nothing'} is none. Its factors: {known}. Write C(x) "
            "in the formula for a number whose values are levels."
        )
        raise ModelError(message)
    unknown = [name for name in held if name not in pooled.table or name in names]
    if unknown:
        known = ", ".join(map(str, pooled.table.columns))
        message = (
            f"at= holds {', '.join(map(repr, unknown))}, which is no other column of the trials; "
            f"columns: {known}."
        )
        raise ModelError(message)


def _refuse_nothing(table: pd.DataFrame) -> None:
    size = float(table["se"].max())
    empty = table.index[~(table["se"] > _SAME * size)]
    if len(empty):
        message = f"The contrast {', '.join(empty)} compares nothing: its weights cancel out."
        raise ModelError(message)

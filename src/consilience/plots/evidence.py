"""What a forest plot shows: one set of trials and all that was made of it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from consilience.classical.pooled import Pooled
from consilience.compare import compare
from consilience.design.columns import column_of
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.plots.marks import Value
from consilience.plots.text import number
from consilience.plots.words import Drawn, base_of, names, tau_known, tau_of_fit, tau_of_pooled
from consilience.subgroups import subgroups


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Trials by the levels of a column, with the levels' own estimates.

    Parameters
    ----------
    members : mapping of str to list of int
        Places of the trials at each level.
    table : DataFrame
        One row for each level that has an estimate of its own.
    name : str
        Whose estimates they are; empty for nobody's.
    bayesian : bool
        Whether they are of a fit.
    words : str
        How far the levels differ.
    """

    members: dict[str, list[int]]
    table: pd.DataFrame
    name: str
    bayesian: bool
    words: str = ""


NO_GROUPS = Groups({}, pd.DataFrame(), "", bayesian=False)
"""Those of trials that are not grouped."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Analyses of the same trials; what is asked of them is computed once.

    Parameters
    ----------
    effects : Effects
        The trials.
    results : tuple of Fit, Analysis or Resting
        Analyses of them.
    group : str
        A column by whose levels the trials are grouped; empty for none.
    sort : str
        A column by which the trials are put in order, from its smallest value upwards, or with a
        minus in front of its name downwards; empty for the order of the table.
    """

    effects: Effects
    results: tuple[Drawn, ...]
    group: str = ""
    sort: str = ""

    @cached_property
    def order(self) -> list[int]:
        """Places of the trials in the order in which they are shown; missing values come last.

        Raises
        ------
        ModelError
            If there is no such column.
        """
        if not self.sort:
            return list(range(self.effects.k))
        name, known = self.sort.removeprefix("-"), self.effects.frame
        lacking = "weight" not in known and self.weighted
        table = known.assign(weight=self.weights[0]) if lacking else known
        if name not in table:
            columns = ", ".join(str(column) for column in table.columns)
            raise ModelError(f"There is no column {name!r} to sort by. Columns: {columns}.")
        column = table[name].reset_index(drop=True)
        if not is_numeric_dtype(column):
            column = column.map(str, na_action="ignore")
        rising = not self.sort.startswith("-")
        return column.sort_values(ascending=rising, kind="stable").index.tolist()

    @property
    def level(self) -> float:
        """Mass of all intervals: that of the first classical analysis, or else 0.95."""
        classical = (each for each in self.results if not isinstance(each, Fit))
        return next((float(each.average()["level"]) for each in classical), 0.95)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """A name for each analysis."""
        return names(self.results)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The answers side by side, as `compare` gives them."""
        return compare(dict(zip(self.names, self.results, strict=True)), self.level)

    @property
    def means(self) -> list[float]:
        """The mean effect of each analysis."""
        return self.table["estimate"].astype(float).tolist() if self.results else []

    @cached_property
    def summaries(self) -> tuple[pd.DataFrame, ...]:
        """Summaries of the fits, in their order."""
        return tuple(each.summary(self.level) for each in self.results if isinstance(each, Fit))

    @property
    def watermark(self) -> str:
        """What must stand across the figure, because a fit was forced to speak; else empty."""
        marks = (str(each.attrs.get("watermark", "")) for each in self.summaries)
        return next(filter(None, marks), "")

    @cached_property
    def theta(self) -> Array:
        """True effects in the first fit: mean, lower, upper, (k, 3); (0, 3) without a fit."""
        wanted = [f"theta[{label}]" for label in self.effects.labels] if self.summaries else []
        found = self.summaries[0] if self.summaries else pd.DataFrame(columns=["mean"])
        return found.reindex(index=wanted, columns=["mean", "lower", "upper"]).to_numpy(dtype=float)

    @cached_property
    def weights(self) -> tuple[Array, str]:
        """Weight of each trial in percent (nan for none), and whose weights these are, in words."""
        pairs = [(n, base_of(each)) for n, each in zip(self.names, self.results, strict=True)]
        alone = self.effects.shared.independent
        said = f"Weights: {'1/(v + τ²)' if alone else 'row sums of (V + τ²I)⁻¹'}, "
        for name, result in pairs:
            if isinstance(result, Pooled):
                return result.weights().to_numpy(), f"{said}{name}."
        fits = [name for name, result in pairs if isinstance(result, Fit)]
        if not fits:
            return np.full(
                self.effects.k, np.nan
            ), "No weights: these analyses give none to single trials."
        whole = self.effects.shared.dense(self.effects.v) + np.diag(self._scatter())
        weights = np.linalg.solve(whole, np.ones(self.effects.k))
        shares = 100.0 * weights / weights.sum()
        return shares, f"{said}{fits[0]}, at the posterior median of τ."

    @property
    def weighted(self) -> bool:
        """Whether some analysis gives weights."""
        return bool(np.isfinite(self.weights[0]).any())

    def share(self, places: list[int]) -> tuple[str, ...]:
        """Write the weight of these trials together, in percent; nothing where there are none."""
        return (number(float(self.weights[0][places].sum()), 1),) if self.weighted else ()

    def taus(self, digits: int) -> tuple[str, ...]:
        """Say what each analysis knows of τ; empty where it assumes that there is none."""
        fits = (tau_of_fit(each, level=self.level, digits=digits) for each in self.summaries)
        found = []
        for each, tau in zip(self.results, self.table["tau"].astype(float), strict=True):
            if isinstance(each, Fit):
                found.append(next(fits))
            elif isinstance(each, Pooled):
                found.append(tau_of_pooled(each, digits=digits))
            else:
                found.append(tau_known(tau, digits=digits))
        return tuple(found)

    @cached_property
    def groups(self) -> Groups:
        """The trials by group, in the order of `subgroups`, with the levels' own estimates.

        Raises
        ------
        ModelError
            If there is no such column.
        """
        members = self._members()
        if len(members) > 1 and not is_numeric_dtype(self.effects.table[self.group]):
            for name, result in zip(self.names, self.results, strict=True):
                if _knows(result, self.group):
                    found = subgroups(result, self.group, level=self.level)
                    shown, bayesian = found[_worth_showing(result, found)], isinstance(result, Fit)
                    words = "" if bayesian else str(found.attrs["words"])
                    return Groups(members, shown, name, bayesian=bayesian, words=words)
        return Groups(members, pd.DataFrame(), "", bayesian=False)

    def _members(self) -> dict[str, list[int]]:
        """Give the places of the trials of each level, in the order in which they are drawn."""
        values = [str(value) for value in column_of(self.effects.table, self.group)]
        levels = sorted(set(values), key=lambda name: (name.lower(), name))
        return {level: [n for n in self.order if values[n] == level] for level in levels}

    def _scatter(self) -> Array:
        """Variance of the trials' true effects in the first fit, at the posterior medians."""
        fit = next(each for each in self.results if isinstance(each, Fit))
        medians = self.summaries[0]["median"]
        scatter = fit.posterior.scatter
        point = {hyper.name: np.array([medians[hyper.name]]) for hyper in scatter.hypers}
        return np.broadcast_to(scatter.variance(point), (1, self.effects.k))[0]


def values_of(row: pd.Series) -> Value:
    """Read an estimate and its interval off a row of a table of answers."""
    return float(row["estimate"]), float(row["lower"]), float(row["upper"])


def rows_of(table: pd.DataFrame, level: str) -> list[pd.Series]:
    """Give the rows of a level: one, or none where the level has no estimate of its own."""
    return [table.loc[level]] if level in table.index else []  # type: ignore[list-item]


def _knows(result: Drawn, group: str) -> TypeGuard[Fit | Pooled]:
    if isinstance(result, Fit):
        return any(term.reads(group) for term in result.model.terms)
    return isinstance(result, Pooled) and not result.design.names


def _worth_showing(result: Fit | Pooled, found: pd.DataFrame) -> pd.Series:
    # Pooled on its own, a level seen in one trial only repeats that trial.
    return found["k"] > (1 if isinstance(result, Pooled) else 0)

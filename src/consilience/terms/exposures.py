"""The exposures of trials, as a curve reads them off a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.design.columns import column_of
from consilience.errors import DataError, Problem
from consilience.gaussian import REAL, Array, Hyper, Point
from consilience.priors import Normal, Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the exposures stand in a table.

    Parameters
    ----------
    exposure, spread, error : str
        Columns of the exposure, its standard deviation between the participants of a trial, and
        its own standard error; the last two empty for none.
    unknown : tuple of Prior
        The prior of an exposure that is not printed, or nothing: then it is refused.
    """

    exposure: str
    spread: str = ""
    error: str = ""
    unknown: tuple[Prior, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        return tuple(name for name in (self.exposure, self.spread, self.error) if name)

    def read(self, table: pd.DataFrame) -> "Exposures":
        """Read the exposures.

        Raises
        ------
        ModelError
            If a column is not there.
        DataError
            For cells that are no finite number, spreads and errors below 0, and exposures that are
            missing without a prior; all at once, with their trials.
        """
        x, s, e = (_numbers(table, name) for name in (self.exposure, self.spread, self.error))
        problems = list(self._problems(table, (x, s, e)))
        if problems:
            raise DataError(problems)
        missing = np.isnan(x)
        x, s = _filled(x, missing), _filled(s, np.isnan(s))
        names = [f"{self.exposure}_true[{label}]" for label in table.index]
        hypers = [
            Hyper(name, self.unknown[0] if lost else Normal(float(at), float(error)), REAL)
            for name, at, error, lost in zip(names, x, e, missing, strict=True)
            if lost or error > 0.0
        ]
        own = np.flatnonzero(missing | (np.nan_to_num(e) > 0.0))
        return Exposures(x, s, x[~missing], tuple(hypers), tuple(own.tolist()))

    def _problems(
        self, table: pd.DataFrame, columns: tuple[Array, Array, Array]
    ) -> Iterator[Problem]:
        """Say what is wrong with each cell."""
        x, s, e = columns
        lost = np.isnan(x) & bool(self.unknown)
        bad = (
            (self.exposure, ~np.isfinite(x) & ~lost, "no exposure", _REMEDY),
            (self.spread, ~lost & ~(s >= 0.0), "no standard deviation", "Give a number ≥ 0."),
            (self.error, ~lost & ~(e >= 0.0), "no standard error", "Give a number ≥ 0."),
        )
        studies = table["study"] if "study" in table else table.index.to_series()
        for name, rows, rule, remedy in bad:
            for row in np.flatnonzero(rows) if name else ():
                value = str(table[name].iloc[row])
                yield Problem(rule, remedy, str(studies.iloc[row]), name, value)


_REMEDY = (
    "Give a finite number; leave the trial out by exposed(effects, column); or let the term "
    "integrate over a declared prior: unknown=Uniform(0, 100)."
)


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """What is known of each row's exposure.

    Parameters
    ----------
    x, s : array (k,)
        Exposures, and their standard deviations between the participants of a trial.
    printed : array (n,)
        The exposures that stand in the table.
    hypers : tuple of Hyper
        Exposures that are known with an error, or by a prior alone.
    places : tuple of int
        Their rows.
    """

    x: Array
    s: Array
    printed: Array
    hypers: tuple[Hyper, ...] = ()
    places: tuple[int, ...] = ()

    def at(self, point: Point, shape: tuple[int, ...]) -> Array:
        """Give the exposures (…, k) at hyperparameters of this shape."""
        if not self.hypers:
            return self.x
        found = np.array(np.broadcast_to(self.x, (*shape, len(self.x))))
        for place, hyper in zip(self.places, self.hypers, strict=True):
            found[..., place] = point[hyper.name]
        return found

    def tensor(self) -> "TensorVariable":
        """Add the exposures to the PyMC model in context."""
        import pymc as pm
        import pytensor.tensor as pt

        if not self.hypers:
            return pt.as_tensor_variable(self.x)
        name = self.hypers[0].variable
        drawn = [hyper.prior.pymc(f"{hyper.name}_own") for hyper in self.hypers]
        joined = pm.Deterministic(name, pt.stack(drawn), dims=f"{name}_level")
        return pt.set_subtensor(pt.as_tensor_variable(self.x)[list(self.places)], joined)


def _numbers(table: pd.DataFrame, name: str) -> Array:
    """Read a column, nan where a cell is no number; zeros where no column is named."""
    if not name:
        return np.zeros(len(table))
    values = pd.to_numeric(column_of(table, name), errors="coerce")
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))


def _filled(values: Array, missing: Array) -> Array:
    """Put the median of the others where a value is missing; its own prior says the rest."""
    known = values[~missing.astype(bool)]
    return np.where(missing, np.median(known) if known.size else 0.0, values)

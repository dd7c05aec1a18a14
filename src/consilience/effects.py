"""Effects: estimates with their sampling variances, all turned the same way."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from consilience import measures
from consilience.convert import taken
from consilience.covariance import INDEPENDENT, Covariance
from consilience.errors import DataError, Problem
from consilience.measures import Measure
from consilience.trials import Trials, conversions
from consilience.trials.conversions.given import hinted, problems_left, results, unready
from consilience.trials.directions import COLUMN, direction_problems, signs
from consilience.trials.labels import label_problems, labelled

if TYPE_CHECKING:
    import xarray as xr

type Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Effects:
    """The effects of k estimates, as every analysis reads them.

    Parameters
    ----------
    y, v : ndarray (k,)
        Estimates and their sampling variances, on the analysed scale of the measure.
    table : DataFrame, k rows
        The trial table; its index ``estimate`` holds unique labels, its column `study` the study.
    measure : Measure
    directed : bool
        True: positive favours the intervention. False: intervention minus comparator as it stands.
    log : tuple of str
        What was done to the rows, in words.
    shared : Covariance
        Of estimates that share participants; none by default.
    """

    y: Floats
    v: Floats
    table: pd.DataFrame
    measure: Measure
    directed: bool
    log: tuple[str, ...] = ()
    shared: Covariance = INDEPENDENT

    def __repr__(self) -> str:
        """Say how many estimates there are, of what, and which way they point."""
        held = f"{self.k} estimates of {self.n_studies} studies, {self.measure.label}"
        return f"<Effects: {held}. {self.direction}>"

    @property
    def k(self) -> int:
        """Number of estimates."""
        return len(self.y)

    @cached_property
    def n_studies(self) -> int:
        """Number of studies."""
        return int(self.table["study"].nunique())

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Label of each estimate."""
        return tuple(self.table.index)

    @property
    def direction(self) -> str:
        """Which way the effects point, in one sentence."""
        if self.directed:
            return "Positive effects favour the intervention."
        return self.measure.stands

    @cached_property
    def yi(self) -> "xr.DataArray":
        """Estimates over the dimension ``estimate``."""
        return self._labelled(self.y, "yi")

    @cached_property
    def vi(self) -> "xr.DataArray":
        """Sampling variances over the dimension ``estimate``."""
        return self._labelled(self.v, "vi")

    @cached_property
    def sei(self) -> "xr.DataArray":
        """Standard errors over the dimension ``estimate``."""
        return self._labelled(np.sqrt(self.v), "sei")

    @cached_property
    def V(self) -> "xr.DataArray":
        """Sampling covariance of the estimates, (estimate, estimate_)."""
        import xarray as xr

        names = list(self.labels)
        coords = {"estimate": names, "estimate_": names}
        return xr.DataArray(self.shared.dense(self.v), coords, ("estimate", "estimate_"), name="V")

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table with `yi`, `vi`, `sei`, one row per estimate."""
        return self.table.assign(yi=self.y, vi=self.v, sei=np.sqrt(self.v))

    @cached_property
    def data(self) -> "xr.Dataset":
        """`yi` and `vi` over ``estimate``, with every column of the table as a coordinate."""
        import xarray as xr

        given = self.table.drop(columns=["yi", "vi"], errors="ignore")
        coords = {name: ("estimate", _plain(given[name])) for name in given}
        variables = {"yi": ("estimate", self.y), "vi": ("estimate", self.v)}
        measure = self.measure
        attrs = {"measure": measure.code, "scale": measure.scale, "direction": self.direction}
        return xr.Dataset(variables, {"estimate": list(self.labels), **coords}, attrs)

    def without(self, *studies: str) -> "Effects":
        """Leave out the named studies or estimates.

        Raises
        ------
        DataError
            For a name that is neither a study nor an estimate, and if nothing is left.
        """
        return self._kept(~self._named(studies), f"Left out by name: {', '.join(studies)}.")

    def only(self, *studies: str) -> "Effects":
        """Keep only the named studies or estimates.

        Raises
        ------
        DataError
            For a name that is neither a study nor an estimate, and if nothing is left.
        """
        return self._kept(self._named(studies), f"Kept by name: {', '.join(studies)}.")

    def keep(self, mask: NDArray[np.bool_]) -> "Effects":
        """Keep the estimates where `mask`, of shape (k,), is true.

        Raises
        ------
        DataError
            If nothing is left.
        """
        kept = np.asarray(mask, dtype=bool)
        return self._kept(kept, f"Kept {int(kept.sum())} of {self.k} estimates by a condition.")

    def unit_sd(self) -> float:
        """Return the unit-information standard deviation on the scale of the measure, or NaN."""
        return self.measure.unit_sd(self.table, self.v)

    def _kept(self, mask: NDArray[np.bool_], line: str) -> "Effects":
        if not mask.any():
            raise DataError(f"No estimate is left. {line} Keep at least one.")
        if mask.all():
            return self
        return replace(
            self,
            y=self.y[mask],
            v=self.v[mask],
            table=self.table[mask],
            shared=self.shared.keep(mask),
            log=(*self.log, line),
        )

    def _named(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        identities = [
            self.table.index.to_numpy(),
            *(self.table[c].to_numpy() for c in ("study", "trial") if c in self.table),
        ]
        hits = [np.logical_or.reduce([ids == name for ids in identities]) for name in names]
        unknown = [name for name, hit in zip(names, hits, strict=True) if not hit.any()]
        if unknown:
            remedy = f"Choose from: {', '.join(self.labels)}."
            raise DataError([Problem("No such study or estimate", remedy, n) for n in unknown])
        return np.logical_or.reduce(hits) if hits else np.zeros(self.k, dtype=bool)

    def _labelled(self, values: Floats, name: str) -> "xr.DataArray":
        import xarray as xr

        coords = {
            "estimate": list(self.labels),
            "study": ("estimate", _plain(self.table["study"])),
        }
        return xr.DataArray(values, coords, ("estimate",), name=name)


def effect_sizes(trials: Trials | pd.DataFrame, measure: str | Measure) -> Effects:
    """Compute the effect of every row of a trial table.

    With a column `higher_is_better` (yes or no in every row) effects are turned so that positive
    favours the intervention; without it they stay intervention minus comparator. The labels of the
    estimates are the column `estimate` or, without it, `study` or `trial`: the first that tells
    all rows apart. A row with `yi`, `vi` and this measure's code in the column `measure` is taken
    as it is; the variance of a row with a `design_effect` is multiplied by it.

    Parameters
    ----------
    trials : Trials or DataFrame
        A DataFrame passes the same checks as a file.
    measure : str or Measure
        A measure or its code, such as ``"SMD"``.

    Raises
    ------
    DataError
        With every problem of the table at once: study, column, value, remedy. Nothing is converted
        silently: where a conversion would help, the remedy names it.
    ModelError
        For an unknown measure.
    """
    chosen = measures.get(measure) if isinstance(measure, str) else measure
    given, unreadable = taken(trials)
    whole = replace(given, frame=chosen.complete(given.frame))
    _check(whole, chosen, unreadable=unreadable)
    read = _informative(whole, chosen)
    table = read.frame
    y, v, doubt = results(read, chosen.code, compute=chosen.compute)
    sign = signs(table) if chosen.directional else np.ones(len(table))
    named = labelled(table)
    log = (*_log(named, chosen, turned=sign < 0), *_notes(whole.frame, chosen), *doubt)
    directed = COLUMN in table and chosen.directional
    return Effects(sign * y + 0.0, v, named, chosen, directed=directed, log=log)


def _check(read: Trials, measure: Measure, *, unreadable: tuple[Problem, ...]) -> None:
    table = read.frame
    cells = {(problem.study, problem.column) for problem in unreadable}
    lacks = measure.problems(unready(table, measure.code))
    found = (
        *problems_left(lacks, table, target=measure),
        *direction_problems(table),
        *label_problems(table),
    )
    new = [problem for problem in found if (problem.study, problem.column) not in cells]
    if unreadable or new:
        told = hinted(new, read, target=measure, rules=conversions.DEFAULT)
        raise DataError((*unreadable, *told))


def _informative(trials: Trials, measure: Measure) -> Trials:
    """Leave out the rows that say nothing about the effect, where the measure was told to."""
    raw = ~conversions.ready(trials.frame, measure.code)
    dropped = np.zeros(len(raw), dtype=bool)
    if raw.any():
        dropped[raw] = measure.dropped(trials.frame[raw])
    if dropped.all():
        raise DataError("No estimate is left: drop00 leaves out every row. Set drop00=False.")
    return trials.keep(~dropped) if dropped.any() else trials


def _notes(table: pd.DataFrame, measure: Measure) -> tuple[str, ...]:
    raw = table[~conversions.ready(table, measure.code)]
    return measure.notes(raw) if len(raw) else ()


def _log(table: pd.DataFrame, measure: Measure, *, turned: NDArray[np.bool_]) -> tuple[str, ...]:
    lines = [f"{len(table)} estimates computed; measure: {measure.label}."]
    if (given := conversions.ready(table, measure.code)).any():
        lines.append(f"Taken as ready-made effects: {', '.join(table.index[given])}.")
    if turned.any():
        names = ", ".join(table.index[turned])
        lines.append(f"Turned round, because lower values are better on their scales: {names}.")
    return tuple(lines)


def _plain(column: pd.Series) -> NDArray:
    """Return a column as floats, or as strings with "" where missing, for xarray."""
    if is_numeric_dtype(column):
        return column.to_numpy(dtype=float)
    return column.fillna("").to_numpy(dtype=str)

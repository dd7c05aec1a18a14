"""Effects: estimates with their sampling variances, all turned the same way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from consilience import dependence, measures
from consilience.convert import informative, notes, prepared, refuse_divided, told, turns
from consilience.covariance import INDEPENDENT, Covariance
from consilience.dependence import Dependence
from consilience.errors import DataError
from consilience.measures import Measure
from consilience.trials import Conversion, Trials
from consilience.trials.conversions import Rule
from consilience.trials.conversions.given import results
from consilience.trials.directions import COLUMN
from consilience.trials.labels import labelled, named

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
    conversions : tuple of Conversion
        Every cell of the table that was changed: what it was and is, from what, by which rule.
    """

    y: Floats
    v: Floats
    table: pd.DataFrame
    measure: Measure
    directed: bool
    log: tuple[str, ...] = ()
    shared: Covariance = INDEPENDENT
    conversions: tuple[Conversion, ...] = ()

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
        return self.measure.turned if self.directed else self.measure.stands

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

        coords = {name: list(self.labels) for name in ("estimate", "estimate_")}
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
        return self._kept(~named(self.table, studies), f"Left out by name: {', '.join(studies)}.")

    def only(self, *studies: str) -> "Effects":
        """Keep only the named studies or estimates.

        Raises
        ------
        DataError
            For a name that is neither a study nor an estimate, and if nothing is left.
        """
        return self._kept(named(self.table, studies), f"Kept by name: {', '.join(studies)}.")

    def keep(self, mask: NDArray[np.bool_]) -> "Effects":
        """Keep the estimates where `mask`, of shape (k,), is true.

        Raises
        ------
        DataError
            If nothing is left.
        """
        kept = np.asarray(mask, dtype=bool)
        return self._kept(kept, f"Kept {int(kept.sum())} of {self.k} estimates by a condition.")

    def sharing(self, *rules: Dependence | str) -> "Effects":
        """Return the same estimates with the sampling covariance that follows from rules.

        Parameters
        ----------
        *rules : Dependence or str
            In place of those that held before; none makes the estimates independent.

        Raises
        ------
        DataError
            For rows that a rule cannot judge, and a covariance that is not positive definite.
        ModelError
            For an unknown rule, and a measure that does not know its covariance.
        """
        rows = dependence.Rows(self.table, self.measure, self.v)
        built = dependence.build(dependence.named(rules), rows)
        return replace(self, shared=built.covariance, log=(*self.log, *built.log))

    def over_rho(
        self, rules: Sequence[Dependence], values: Sequence[float]
    ) -> dict[float, "Effects"]:
        """Return the same estimates under several values of an assumed correlation.

        Parameters
        ----------
        rules : sequence of Dependence
            Every single `rho` among them takes each value in turn.
        values : sequence of float

        Raises
        ------
        ModelError, DataError
            If no rule assumes a correlation, for a value that is none, and as `sharing`.
        """
        varied = dependence.over_rho(rules, values)
        return {rho: self.sharing(*now) for rho, now in varied.items()}

    def unit_sd(self) -> float:
        """Return the unit-information standard deviation on the scale of the measure, or NaN."""
        return self._unit_sd

    @cached_property
    def _unit_sd(self) -> float:
        return self.measure.unit_sd(self.table, self.v)

    def _kept(self, mask: NDArray[np.bool_], line: str) -> "Effects":
        """Keep rows of everything that is by estimate, with a line in the log if any goes."""
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

    def _labelled(self, values: Floats, name: str) -> "xr.DataArray":
        """Give values an estimate's and a study's name, for xarray."""
        import xarray as xr

        coords = {
            "estimate": list(self.labels),
            "study": ("estimate", _plain(self.table["study"])),
        }
        return xr.DataArray(values, coords, ("estimate",), name=name)


def effect_sizes(
    trials: Trials | pd.DataFrame,
    measure: str | Measure,
    *,
    conversions: str | Rule | Sequence[Rule | str] = (),
    shared: str | Dependence | Sequence[Dependence | str] = (),
) -> Effects:
    """Compute the effect of every row of a trial table.

    With a column `higher_is_better` (yes or no in every row) effects are turned so that positive
    favours the intervention; without it they stay intervention minus comparator. The labels of the
    estimates are the column `estimate` or, without it, `study` or `trial`: the first that tells
    all rows apart.

    Each row by what it has: (1) `yi` and `vi` with this measure's code in the column `measure` are
    taken as they are; (2) a row that fills what the measure needs is computed from it; (3) any
    other row goes through `conversions`, in their order, the first that applies, and never
    overwrites what is printed. The variance of a row with a `design_effect` is multiplied by it.

    Parameters
    ----------
    trials : Trials or DataFrame
        A DataFrame passes the same checks as a file.
    measure : str or Measure
        A measure or its code, such as ``"SMD"``.
    conversions : sequence of Rule or str
        As for `convert`: ``"DEFAULT"``, ``("EqualArms", "DEFAULT")``, rules with settings. Where a
        rule was given a distribution, variances grow by what it contributes.
    shared : sequence of Dependence or str
        Why estimates are correlated: ``(dependence.SharedControl("arm2"),)``; nothing is taken to
        be shared unless it is said here.

    Raises
    ------
    DataError
        With every problem of the table at once: study, column, value, remedy. Nothing is converted
        silently: where a conversion would help, the remedy names it.
    ModelError
        For an unknown measure, conversion or rule of dependence.
    """
    chosen = measures.get(measure) if isinstance(measure, str) else measure
    whole = prepared(trials, chosen, rules=conversions)
    read = informative(whole, chosen)
    y, v, doubt = results(read, chosen.code, compute=chosen.compute)
    sign = turns(read.frame, chosen)
    rows = labelled(read.frame)
    log = (*told(rows, chosen, turned=sign < 0), *notes(whole, chosen), *doubt)
    directed = COLUMN in rows and chosen.directional
    plain = Effects(
        sign * y + 0.0, v, rows, chosen, directed=directed, log=log, conversions=read.log
    )
    if rules := dependence.named(shared):
        refuse_divided(read)
    return plain.sharing(*rules)


def _plain(column: pd.Series) -> NDArray:
    """Return a column as floats, or as strings with "" where missing, for xarray."""
    if is_numeric_dtype(column):
        return column.to_numpy(dtype=float)
    return column.fillna("").to_numpy(dtype=str)

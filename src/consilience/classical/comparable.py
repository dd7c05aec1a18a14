"""What a comparison asks of a classical result, and how each kind of result answers."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pandas as pd

from consilience.classical.small_study.trim_fill import TrimFill
from consilience.effects import Effects

ROWS = ("mu", "PET-PEESE", "limit")
"""The rows of a table of several that answer for the mean effect, the first one there is."""

_ENDS = ("estimate", "lower", "upper", "level", "interval")


@runtime_checkable
class Analysis(Protocol):
    """A result that can be asked: what `pool` gives, and every other analysis of effects.

    A new kind of analysis that has these four can be compared with all others.
    """

    @property
    def effects(self) -> Effects:
        """What was analysed."""

    def average(self) -> pd.Series:
        """Give ``estimate, lower, upper, level, interval`` of the mean effect."""

    def heterogeneity(self) -> pd.Series:
        """Give ``tau`` and ``I2``; nan for what the analysis does not know."""

    def prediction_interval(self) -> pd.Series:
        """Give ``lower`` and ``upper`` for the true effect of a new trial."""


@runtime_checkable
class Resting(Protocol):
    """A result with a mean of its own that rests on another analysis, such as that of `robust`."""

    @property
    def pooled(self) -> Analysis:
        """The analysis whose heterogeneity stays as it is."""

    def average(self) -> pd.Series:
        """Give ``estimate, lower, upper, level, interval`` of the mean effect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of a comparison.

    Parameters
    ----------
    estimate, lower, upper, level : float
        Mean effect on the analysed scale, and its interval.
    interval : str
        ``"credible"`` or ``"confidence"``.
    tau : float
        Between-trial SD; nan where nothing, or not one number, is said of it.
    I2 : float
        Percent.
    prediction_lower, prediction_upper : float
        For the true effect of a new trial.
    k : float
        Number of estimates; nan where unknown.
    measure : str
        Code of the effect measure; empty where unknown.
    direction : str
        Which way the effects point, in a sentence; empty where unknown.
    """

    estimate: float
    lower: float
    upper: float
    level: float
    interval: str
    tau: float
    I2: float
    prediction_lower: float
    prediction_upper: float
    k: float
    measure: str
    direction: str


def answer(result: object) -> Answer | None:
    """Read the answer of a classical result.

    Parameters
    ----------
    result : object
        An `Analysis`; what `trim_fill` gives (the filled analysis speaks); a labelled row such as
        that of `mantel_haenszel`, `peto` or `limit_meta_analysis`; or a table with a row ``mu``,
        ``PET-PEESE`` or ``limit``, such as that of `selection_model` or `pet_peese`.

    Returns
    -------
    Answer or None
        None for anything else.
    """
    for kind, read in _READERS:
        if isinstance(result, kind):
            return read(result)
    return None


def _of_analysis(result: Analysis) -> Answer:
    prediction = result.prediction_interval()
    ends = prediction["lower"], prediction["upper"]
    return _answer(result.average().to_dict(), _known(result), ends=ends)


def _of_resting(result: Resting) -> Answer:
    ends = math.nan, math.nan
    return _answer(result.average().to_dict(), _known(result.pooled), ends=ends)


def _known(result: Analysis) -> dict[object, object]:
    """Give all that a result tells beside its mean: heterogeneity, measure, direction, k."""
    known: dict[object, object] = dict(result.heterogeneity().to_dict())
    effects = result.effects
    return known | {
        "measure": effects.measure.code,
        "direction": effects.direction,
        "k": effects.k,
    }


def _of_filled(result: TrimFill) -> Answer:
    return _of_analysis(result.pooled)


def _of_row(row: pd.Series) -> Answer | None:
    values = row.to_dict()
    if not all(name in values for name in _ENDS):
        return None
    return _answer(values, {**row.attrs, **values}, ends=(math.nan, math.nan))


def _of_table(table: pd.DataFrame) -> Answer | None:
    """Read the pooled row of a table as an answer; none if the table has no such row."""
    named = next((name for name in ROWS if name in table.index), None)
    if named is None or not all(name in table for name in _ENDS):
        return None
    known: dict[object, object] = dict(table.attrs)
    if "tau2" in table.index:
        known["tau2"] = table["estimate"].to_dict()["tau2"]
    return _answer(table.to_dict(orient="index")[named], known, ends=(math.nan, math.nan))


def _answer(
    mean: Mapping[object, object], known: Mapping[object, object], *, ends: tuple[object, object]
) -> Answer:
    """Put a mean and what is known beside it together; what is not known is NaN."""
    spread = known.get("tau", math.sqrt(_number(known.get("tau2"))))
    return Answer(
        estimate=_number(mean["estimate"]),
        lower=_number(mean["lower"]),
        upper=_number(mean["upper"]),
        level=_number(mean["level"]),
        interval=str(mean["interval"]),
        tau=_number(spread),
        I2=_number(known.get("I2")),
        prediction_lower=_number(ends[0]),
        prediction_upper=_number(ends[1]),
        k=_number(known.get("k")),
        measure=str(known.get("measure", "")),
        direction=str(known.get("direction", "")),
    )


def _number(value: object) -> float:
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


_READERS: tuple[tuple[type, Callable[..., Answer | None]], ...] = (
    (TrimFill, _of_filled),
    (pd.Series, _of_row),
    (pd.DataFrame, _of_table),
    (Analysis, _of_analysis),
    (Resting, _of_resting),
)

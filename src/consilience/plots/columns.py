"""Further columns of a forest plot: what stands in them for each trial, and for all together."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.judged import Shown, beside
from consilience.plots.text import clean, number, shortened
from consilience.risk_of_bias import Assessment

_WIDEST = 1.3
_FIGURES = 4

type Cells = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Column(ABC):
    """One or several columns of a forest plot, between the names of the trials and the scale.

    Attributes
    ----------
    behind : bool
        Whether they stand behind the estimates instead.
    """

    behind: ClassVar[bool] = False

    @abstractmethod
    def headings(self, effects: Effects) -> tuple[str, ...]:
        """Give their headings."""

    @abstractmethod
    def cells(self, effects: Effects) -> Cells:
        """Give what stands in them, one tuple for each estimate."""

    def total(self, effects: Effects) -> tuple[str, ...]:
        """Give what stands in the line of the first answer (here: nothing)."""
        return ("",) * len(self.headings(effects))

    def lights(self, effects: Effects) -> Shown:  # noqa: ARG002
        """Give the lights at the right end of the lines (here: none)."""
        return Shown()


@final
@dataclass(frozen=True, slots=True)
class Text(Column):
    """A column of the trial table as it stands.

    Parameters
    ----------
    name : str
        Of the column; long texts are shortened.
    """

    name: str

    @override
    def headings(self, effects: Effects) -> tuple[str, ...]:
        return (shortened(self.name.replace("_", " ").capitalize(), _WIDEST, bold=True),)

    @override
    def cells(self, effects: Effects) -> Cells:
        _needed(effects, self.name)
        return [(shortened(_said(value), _WIDEST),) for value in effects.frame[self.name]]


@final
@dataclass(frozen=True, slots=True)
class Events(Column):
    """Events and participants of both arms, ``events/n``, with their sums."""

    @override
    def headings(self, effects: Effects) -> tuple[str, ...]:
        return ("Intervention", "Comparator")

    @override
    def cells(self, effects: Effects) -> Cells:
        columns = _numbers(effects, "events1", "n1", "events2", "n2")
        return [(_share(a, n), _share(c, m)) for a, n, c, m in zip(*columns, strict=True)]

    @override
    def total(self, effects: Effects) -> tuple[str, ...]:
        """Give the sums of events and participants of each arm."""
        a, n, c, m = (each.sum() for each in _numbers(effects, "events1", "n1", "events2", "n2"))
        return _share(a, n), _share(c, m)


@final
@dataclass(frozen=True, slots=True)
class Rates(Column):
    """Events and person-time of both arms, ``events/time``, with their sums."""

    @override
    def headings(self, effects: Effects) -> tuple[str, ...]:
        return ("Intervention", "Comparator")

    @override
    def cells(self, effects: Effects) -> Cells:
        columns = _numbers(effects, *_RATES)
        return [(_share(a, s), _share(c, t)) for a, s, c, t in zip(*columns, strict=True)]

    @override
    def total(self, effects: Effects) -> tuple[str, ...]:
        """Give the sums of events and person-time of each arm."""
        a, s, c, t = (each.sum() for each in _numbers(effects, *_RATES))
        return _share(a, s), _share(c, t)


@final
@dataclass(frozen=True, slots=True)
class Means(Column):
    """Mean (standard deviation) and size of both arms, with the sums of the sizes."""

    @override
    def headings(self, effects: Effects) -> tuple[str, ...]:
        return ("Intervention", "n", "Comparator", "n")

    @override
    def cells(self, effects: Effects) -> Cells:
        """Give mean (SD) and participants of both arms, trial by trial."""
        columns = _numbers(effects, "mean1", "sd1", "n1", "mean2", "sd2", "n2")
        return [
            (_spread(mean, sd), _plain(n), _spread(other, scatter), _plain(m))
            for mean, sd, n, other, scatter, m in zip(*columns, strict=True)
        ]

    @override
    def total(self, effects: Effects) -> tuple[str, ...]:
        """Give the sums of the sizes; means of different scales have none."""
        n1, n2 = _numbers(effects, "n1", "n2")
        return "", _plain(n1.sum()), "", _plain(n2.sum())


@final
@dataclass(frozen=True, slots=True)
class Weights(Column):
    """The weights of another classical analysis, in percent.

    Parameters
    ----------
    pooled : Pooled
        Of the same estimates.
    """

    pooled: Pooled

    behind: ClassVar[bool] = True

    @override
    def headings(self, effects: Effects) -> tuple[str, ...]:
        return (f"{shortened(self.pooled.estimator.label, _WIDEST, bold=True)}, %",)

    @override
    def cells(self, effects: Effects) -> Cells:
        """Give percent; refuse an analysis of other trials."""
        if self.pooled.effects.labels != effects.labels:
            raise ModelError("The column of weights is of an analysis of other trials than shown.")
        return [(number(float(weight), 1),) for weight in self.pooled.weights()]


@final
@dataclass(frozen=True, slots=True)
class RiskOfBias(Column):
    """The judgements of the risk of bias of each trial, as lights.

    Parameters
    ----------
    assessment : Assessment
        As of `risk_of_bias.assess`: by the labels of the estimates, or by the column `study`. Of
        trials that it does not know, nothing is stated.
    """

    assessment: Assessment

    behind: ClassVar[bool] = True

    @override
    def headings(self, effects: Effects) -> tuple[str, ...]:
        """Give none: the lights bring their own."""
        return ()

    @override
    def cells(self, effects: Effects) -> Cells:
        """Give none: see `lights`."""
        return [()] * effects.k

    @override
    def lights(self, effects: Effects) -> Shown:
        """Give the judgements of each trial that is shown."""
        return beside(self.assessment, effects)


REGISTRY: dict[str, type[Column]] = {"events": Events, "means": Means, "rates": Rates}
"""Columns by name; any other name is a column of the trial table."""


def get(name: str) -> Column:
    """Build the columns of this name: ``"events"``, ``"means"``, ``"rates"``, or a `Text`."""
    return REGISTRY[name]() if name in REGISTRY else Text(name)


@dataclass(frozen=True, slots=True, eq=False)
class Extras:
    """All further columns of a forest plot.

    Parameters
    ----------
    headings : tuple of tuple of str
        In front of the scale, and behind the estimates.
    cells : tuple of Cells
        Likewise; one tuple for each estimate.
    totals : tuple of tuple of str
        Likewise.
    lights : Shown
        Lights at the right end.
    """

    headings: tuple[tuple[str, ...], tuple[str, ...]]
    cells: tuple[Cells, Cells]
    totals: tuple[tuple[str, ...], tuple[str, ...]]
    lights: Shown = field(default_factory=Shown)


def extras(effects: Effects, columns: Sequence[str | Column]) -> Extras:
    """Read further columns, each in its place.

    Raises
    ------
    ModelError
        For columns that the trial table lacks, by name.
    """
    chosen = [get(each) if isinstance(each, str) else each for each in columns]
    front = [each for each in chosen if not each.behind]
    back = [each for each in chosen if each.behind]
    return Extras(
        (_joined([each.headings(effects) for each in front]),
         _joined([each.headings(effects) for each in back])),
        (_rows(front, effects), _rows(back, effects)),
        (_joined([each.total(effects) for each in front]),
         _joined([each.total(effects) for each in back])),
        next((lit for each in chosen if (lit := each.lights(effects)).heads), Shown()),
    )  # fmt: skip


_RATES = ("events1", "person_time1", "events2", "person_time2")


def _rows(columns: list[Column], effects: Effects) -> Cells:
    found = [column.cells(effects) for column in columns]
    return [_joined([cells[place] for cells in found]) for place in range(effects.k)]


def _joined(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(text for part in parts for text in part)


def _needed(effects: Effects, *names: str) -> None:
    absent = [name for name in names if name not in effects.frame]
    if absent:
        known = ", ".join(map(str, effects.frame.columns))
        message = f"The trial table has no column {', '.join(absent)}, which the forest plot was "
        raise ModelError(f"{message}asked to show. Columns: {known}.")


def _numbers(effects: Effects, *names: str) -> tuple[Array, ...]:
    _needed(effects, *names)
    return tuple(effects.frame[name].to_numpy(dtype=float) for name in names)


def _said(value: object) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else _plain(float(value))
    return "" if pd.isna(value) else clean(value)  # type: ignore[call-overload]


def _plain(value: float) -> str:
    """Write a number as it was given, up to four figures behind a whole part."""
    if not np.isfinite(value):
        return number(value, 0)
    digits = max(0, _FIGURES - len(str(int(abs(value)))))
    text = number(round(value, digits), digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(events: float, size: float) -> str:
    return f"{_plain(events)}/{_plain(size)}"


def _spread(mean: float, sd: float) -> str:
    return f"{_plain(mean)} ({_plain(sd)})"

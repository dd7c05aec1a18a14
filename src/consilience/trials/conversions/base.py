"""What every conversion knows about itself, and the three shapes that conversions have."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self, override

import numpy as np
import pandas as pd

from consilience.trials.conversions.assumption import (
    Floats,
    checked,
    expectation,
    in_words,
    names,
    quantile,
)
from consilience.trials.conversions.sheet import Cells, Mask, Sheet, written


@dataclass(frozen=True, slots=True)
class Rule(ABC):
    """One way to get from what a source prints to what a measure needs.

    Attributes
    ----------
    title : str
        Its name in the log.
    needs, uses : tuple of str
        The columns that it reads: those that a row must fill, and those that help.
    gives : tuple of str
        The columns that it fills.
    equation, source : str
        The formula in plain text, and where it is published.
    limits : mapping of str to tuple
        Its settings that are assumptions, a value or a distribution, and their possible range.
    measure : str
        The code of the measure whose ready-made effects it gives; empty for other rules.
    origin : str
        The code of the measure whose effects it turns into those; empty for other rules.
    alone : bool
        Whether what it does to a row follows from that row and nothing else.
    """

    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    uses: ClassVar[tuple[str, ...]] = ()
    gives: ClassVar[tuple[str, ...]]
    equation: ClassVar[str]
    source: ClassVar[str]
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    measure: ClassVar[str] = ""
    origin: ClassVar[str] = ""
    alone: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse an assumption that is impossible."""
        for name, limits in self.limits.items():
            value = checked(getattr(self, name), f"{type(self).__name__}: {name}", limits=limits)
            object.__setattr__(self, name, value)

    @abstractmethod
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Return the table after this rule.

        Parameters
        ----------
        table : DataFrame
            With labels as text and numbers as floats.
        lacking : ndarray (rows,) of bool
            The rows from which the measure cannot yet be computed.
        """

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The assumptions for which a distribution was given."""
        return names(tuple(self.limits), self)

    @property
    def label(self) -> str:
        """The rule with its equation and all that it assumes, as the log prints it."""
        assumed = [f"{name} = {in_words(getattr(self, name))}" for name in self.limits]
        return f"{self.title}: {self.equation}" + (
            f"; assumed {', '.join(assumed)}" * bool(assumed)
        )

    def settled(self) -> Self:
        """Return the rule with the mean of every distribution in its place."""
        return self._with({name: expectation(getattr(self, name)) for name in self.uncertain})

    def at(self, z: Sequence[float]) -> Self:
        """Return the rule with one value of every distribution.

        Parameters
        ----------
        z : sequence of float
            Where each lies, in units of the standard normal; as long as `uncertain`.
        """
        pairs = zip(self.uncertain, z, strict=True)
        return self._with({name: quantile(getattr(self, name), each) for name, each in pairs})

    def origins(self, column: str) -> tuple[str, ...]:
        """Return the columns from which it fills `column`: of an arm's, the same arm's."""
        read = (*self.needs, *self.uses)
        if not column.endswith(("1", "2")):
            return read
        other = "2" if column.endswith("1") else "1"
        return tuple(name for name in read if not name.endswith(other))

    def _with(self, values: Mapping[str, float]) -> Self:
        return replace(self, **values) if values else self


@dataclass(frozen=True, slots=True)
class Filling(Rule):
    """A rule that fills empty cells of the rows that lack something."""

    alone: ClassVar[bool] = True

    @abstractmethod
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        """Return groups of columns, each (rows,) with NaN where the rule does not apply.

        The columns of a group are filled together: a row needs a finite value in all of them.
        """

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Fill empty cells group by group, where all of a group is known."""
        with np.errstate(all="ignore"):
            groups = self.values(Sheet(table))
        for group in groups:
            whole = lacking & np.logical_and.reduce([np.isfinite(x) for x in group.values()])
            for name, values in group.items() if whole.any() else ():
                table = written(table, {name: values}, where=whole & Sheet(table).empty(name))
        return table


@dataclass(frozen=True, slots=True)
class PerArm(Filling):
    """A filling rule that does the same in each arm."""

    @abstractmethod
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        """Return the columns of the arm ``"1"`` or ``"2"`` without its digit."""

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        arms = ((arm, self.arm(sheet, arm)) for arm in ("1", "2"))
        return [{f"{name}{arm}": x for name, x in found.items()} for arm, found in arms]


@dataclass(frozen=True, slots=True)
class Ready(Rule):
    """A rule that gives an effect and its variance: `yi`, `vi`, and their `measure`."""

    gives: ClassVar[tuple[str, ...]] = ("yi", "vi", "measure")
    alone: ClassVar[bool] = True

    @abstractmethod
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        """Return effect, intervention minus comparator, and variance; NaN where not to be had."""

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Write effect, variance and measure where both are finite and none stands there."""
        sheet = Sheet(table)
        with np.errstate(all="ignore"):
            y, v = self.effect(sheet)
        cells: Cells = {"yi": y, "vi": v, "measure": self.measure}
        good = np.isfinite(y) & np.isfinite(v) & (v > 0) & lacking
        return written(table, cells, where=good & self._vacant(sheet)) if good.any() else table

    def _vacant(self, sheet: Sheet) -> Mask:
        if self.origin:
            return sheet.texts("measure") == self.origin
        return sheet.empty("yi") & sheet.empty("vi") & sheet.empty("measure")

"""What the rules of shared arms have in common: finding the arms, and what sharing one brings."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, override

import numpy as np
import pandas as pd

from consilience.dependence.base import Dependence, Floats, Mask, Rows, Spoken, named
from consilience.dependence.loads import loads_of
from consilience.dependence.pairs import Codes, Pairs, coded, within
from consilience.errors import DataError, ModelError, Problem
from consilience.trials.conversions.sheet import Sheet

OCCASION = ("outcome", "scale", "timepoint", "weeks", "population")
"""Columns in which two comparisons of one outcome, at one time, in one population agree."""

_NUMBERS = ("n", "mean", "sd", "events", "person_time")


class Match(NamedTuple):
    """The pairs in which an arm of the first row is an arm of the second."""

    side: tuple[int, int]
    """1 or 2: which arm of the first row, and which of the second."""
    mask: Mask
    """(pairs,)"""


@dataclass(frozen=True, slots=True)
class ArmRule(Dependence):
    """A rule that knows arms by the cells of columns.

    Attributes
    ----------
    sides : tuple
        Which arm of the first row may be which arm of the second, 1 or 2.
    """

    source: ClassVar[str] = (
        "Gleser & Olkin (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd "
        "ed., 357-376; Lajeunesse (2011), Ecology 92, 2049-2055, doi:10.1890/11-0423.1"
    )
    sides: ClassVar[tuple[tuple[int, int], ...]]

    @property
    @abstractmethod
    def arms(self) -> Mapping[int, tuple[str, ...]]:
        """The columns that name the arm of each side that it knows, 1 or 2."""

    @property
    @abstractmethod
    def trials(self) -> tuple[str, ...]:
        """The columns that tell trials apart."""

    @property
    @override
    def label(self) -> str:
        known = " and ".join(f"`{', '.join(names)}`" for names in self.arms.values())
        return f"rows of one {', '.join(self.trials)} with the same arm by {known} share that arm"

    @override
    def speak(self, rows: Rows) -> Spoken:
        """Speak of pairs of one trial that have an arm in common.

        Raises
        ------
        ModelError
            If a column is not there, or as many columns do not name the arm on both sides.
        DataError
            If a row of a trial with several does not name its arm, or differs in its occasion.
        """
        pairs = within(rows.codes(self.trials), what=self.title)
        ids = _identified(self.arms, rows)
        for side, columns in self.arms.items():
            named(rows, ids[side], pairs, column=", ".join(columns))
        found = [
            Match(side, ids[side[0]][pairs.first] == ids[side[1]][pairs.second])
            for side in self.sides
        ]
        _refuse_different(rows, pairs, found)
        return Spoken(pairs, _correlation(rows, pairs, found))

    @override
    def doubts(self, rows: Rows, spoken: Spoken, *, alone: Mask) -> tuple[Problem, ...]:
        one_sided = len(self.arms) == 1
        asked = (spoken.correlation != 0) & (alone | one_sided)
        return tuple(_occasions(rows, spoken.pairs.where(asked), remedy=_remedy(one_sided)))


def _remedy(one_sided: bool) -> str:  # noqa: FBT001 — a lookup
    return {
        True: "Use SharedArms, which knows both arms, with Correlated(rho, over={0!r}).",
        False: "Add Correlated(rho, over={0!r}), or leave all but one of them out.",
    }[one_sided]


def _identified(sides: Mapping[int, tuple[str, ...]], rows: Rows) -> dict[int, Codes]:
    """Give the arms of all sides one list of numbers, (k,) each; −1 where a cell is empty."""
    for names in sides.values():
        rows.require(names)
    widths = {len(names) for names in sides.values()}
    if len(widths) > 1:
        raise ModelError(f"As many columns must name the arm on both sides, got {dict(sides)}.")
    stacked = [
        pd.concat([rows.table[name].astype(object) for name in names], ignore_index=True)
        for names in zip(*sides.values(), strict=True)
    ]
    parts = np.split(coded(stacked), len(sides))
    return dict(zip(sides, parts, strict=True))


def _correlation(rows: Rows, pairs: Pairs, found: list[Match]) -> Floats:
    """Add up what each shared arm brings to pairs of estimates, as correlations."""
    asked = np.zeros(len(rows), dtype=bool)
    for match in found:
        asked[pairs.first[match.mask]] = asked[pairs.second[match.mask]] = True
    if not asked.any():
        return np.zeros(len(pairs.first))
    brings = dict(zip((1, 2), loads_of(rows.measure, rows.table, rows.v, asked=asked), strict=True))
    covariance = np.zeros(len(pairs.first))
    for (one, two), mask in found:
        i, j = pairs.first[mask], pairs.second[mask]
        covariance[mask] += (brings[one][i] * brings[two][j]).sum(axis=1)
    return covariance / np.sqrt(rows.v[pairs.first] * rows.v[pairs.second])


def _same_occasion(rows: Rows, pairs: Pairs) -> Mask:
    held = [name for name in OCCASION if name in rows.table]
    different = [_differ(rows, pairs, name) for name in held]
    return ~np.logical_or.reduce([np.zeros(len(pairs.first), dtype=bool), *different])


def _differ(rows: Rows, pairs: Pairs, column: str) -> Mask:
    codes = coded([rows.table[column]])
    return codes[pairs.first] != codes[pairs.second]


def _occasions(rows: Rows, pairs: Pairs, *, remedy: str) -> Iterator[Problem]:
    """Name the rows that share an arm but differ in outcome, time or population."""
    names = rows.names if pairs.first.size else np.zeros(0, dtype=object)
    for column in (name for name in OCCASION if name in rows.table):
        different = _differ(rows, pairs, column)
        for i in np.unique(pairs.first[different]):
            what = "It shares an arm with a row that differs from it here"
            yield Problem(what, remedy.format(column), str(names[i]), column)


def _refuse_different(rows: Rows, pairs: Pairs, found: list[Match]) -> None:
    """Refuse one arm that prints different numbers on one occasion."""
    same, sheet = _same_occasion(rows, pairs), Sheet(rows.table)
    problems: list[Problem] = []
    for (one, two), mask in found:
        i, j = pairs.first[mask & same], pairs.second[mask & same]
        for name in _NUMBERS:
            here, there = sheet.numbers(f"{name}{one}")[i], sheet.numbers(f"{name}{two}")[j]
            wrong = ~np.isnan(here + there) & (here != there)
            for row, x, y in zip(j[wrong], here[wrong], there[wrong], strict=True):
                what = f"Rows that share this arm print other numbers for it, {x:.15g} and {y:.15g}"
                remedy = "Give the arms names of their own, or correct the cell in the source."
                place = (str(rows.names[row]), f"{name}{two}", f"{y:.15g}")
                problems.append(Problem(what, remedy, *place))
    if problems:
        raise DataError(problems)

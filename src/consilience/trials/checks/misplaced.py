"""Dates, percentages and counts in the wrong column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import Floats, Mask, View

COUNTS = ("n1", "n2", "n_total", "ni", "events1", "events2", "ai", "bi", "ci", "di", "n1i", "n2i")
YEARS = (1900, 2100)
SERIAL = (20_000, 60_000)
"""Days since 1900 that Excel shows as dates of 1954 to 2064."""

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"[0-9]{{1,2}}[-. /](?:{_MONTHS})[a-z]*(?:[-. /][0-9]{{2,4}})?|(?:{_MONTHS})[-. /][0-9]{{2,4}}"
    r"|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?: [0-9:]+)?",
    re.IGNORECASE,
)
_LINE = re.compile(rf"^(?:{_DATE.pattern})$", re.IGNORECASE | re.MULTILINE)
_DATED = re.compile(r"date|day|month|time|search|publish|access|retriev", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Misplaced(Check):
    """A date, a percentage or a count where another thing belongs."""

    name: ClassVar[str] = "misplaced"
    asks: ClassVar[str] = "Are dates, percentages and counts in their columns?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        yield from self._counts(view)
        yield from self._events(view)
        yield from self._years(view)
        yield from self._p_values(view)
        yield from self._dates(view)

    def _counts(self, view: View) -> Iterator[Doubt]:
        """Doubt numbers of people that are the study's year, or a date as Excel counts it."""
        years = view.numbers("year")
        for column in (name for name in COUNTS if name in view.table):
            n = view.numbers(column)
            usual = np.nanmedian(n) if (~np.isnan(n)).any() else np.nan
            looks_year = (n == years) & ~np.isnan(n)
            serial = (n >= SERIAL[0]) & (n <= SERIAL[1]) & (n > 20 * usual) & (n == np.floor(n))
            yield from self._each(view, column, looks_year, why="this is the year of the study")
            yield from self._each(view, column, serial, why="this may be a date that Excel counts")

    def _events(self, view: View) -> Iterator[Doubt]:
        """Doubt events that are no whole number: percentages, perhaps."""
        for arm in ("1", "2"):
            events, n = view.numbers(f"events{arm}"), view.numbers(f"n{arm}")
            broken = (events != np.floor(events)) & ~np.isnan(events) & (events <= 100)
            share = broken & _gives_whole(events, n)
            why = "this is no whole number; it may be a percentage"
            yield from self._each(view, f"events{arm}", broken & ~share, why=why)
            why = "this is no whole number, and as a percentage of n it is one"
            yield from self._each(view, f"events{arm}", share, why=why)

    def _years(self, view: View) -> Iterator[Doubt]:
        year, weeks = view.numbers("year"), view.numbers("weeks")
        outside = (year < YEARS[0]) | (year > YEARS[1]) | (year != np.floor(year)) & ~np.isnan(year)
        yield from self._each(view, "year", outside, why="this is no year of publication")
        wrong = (weeks < 0) | (weeks > 2600)
        yield from self._each(view, "weeks", wrong, why="this is no number of weeks")

    def _p_values(self, view: View) -> Iterator[Doubt]:
        p = view.numbers("p_value")
        outside = (p < 0) | (p > 1)
        why = "a p value lies between 0 and 1; this may be a percentage or another statistic"
        yield from self._each(view, "p_value", outside, why=why)

    def _dates(self, view: View) -> Iterator[Doubt]:
        """Doubt dates in columns of words that are not about time."""
        numeric = set(view.numeric)
        for column in map(str, view.table.columns):
            if column in numeric or _DATED.search(column):
                continue
            texts = view.texts(column)
            if not _LINE.search("\n".join(texts)):
                continue
            dates = {text for text in {*texts} if len(text) < 20 and _DATE.fullmatch(text)}
            for row, text in enumerate(texts):
                if text in dates:
                    why = "this is a date; Excel turns 3-4 or 1/2 into one"
                    yield self.doubt(view, row, column=column, why=why, remedy=_REMEDY)

    def _each(self, view: View, column: str, rows: Mask, *, why: str) -> Iterator[Doubt]:
        for row in np.flatnonzero(rows).tolist():
            yield self.doubt(view, row, column=column, why=why, remedy=_REMEDY)


_REMEDY = "Look up what belongs in this column."


def _gives_whole(percent: Floats, n: Floats) -> Mask:
    with np.errstate(all="ignore"):
        count = percent * n / 100
        return np.abs(count - np.round(count)) <= 0.05 * n / 100 + 1e-9

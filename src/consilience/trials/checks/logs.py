"""Logarithms among ratios, or ratios among logarithms, in one column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.intervals import centred, intervals
from consilience.trials.checks.view import View

RATIOS = ("or", "rr", "hr", "irr", "ror", "odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio")


@dataclass(frozen=True, slots=True)
class Logs(Check):
    """A logarithm in a column of ratios, or the other way round.

    Two signs: a number that is not positive in a column of ratios; and an interval that is
    symmetric on another scale than most of its column's: raw where they are ratios, or the
    reverse.
    """

    name: ClassVar[str] = "logs"
    asks: ClassVar[str] = "Are logarithms and ratios mixed in one column?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt ratios of zero or less, and intervals on the other scale than their column's."""
        for column in view.numeric:
            if _stem(column) in RATIOS:
                for row in np.flatnonzero(view.numbers(column) <= 0).tolist():
                    why = "a ratio is above zero; this may be a logarithm"
                    yield self.doubt(view, row, column=column, why=why, remedy=_REMEDY)
        yield from self._by_intervals(view)

    def _by_intervals(self, view: View) -> Iterator[Doubt]:
        """Doubt the fewer rows where some intervals are centred raw and some as logarithms."""
        for one in intervals(view):
            x, lower, upper = (view.numbers(n) for n in (one.estimate, one.lower, one.upper))
            raw, log = centred(x, lower, upper)
            only_raw, only_log = raw & ~log, log & ~raw
            wide = (upper - lower) > 0
            only_raw &= wide & ((lower <= 0) | (upper > 1.5 * np.maximum(lower, 1e-12)))
            logs, raws = int(only_log.sum()), int(only_raw.sum())
            if not logs or not raws:
                continue
            few, others = (only_raw, "ratios") if logs >= raws else (only_log, "raw numbers")
            for row in np.flatnonzero(few).tolist():
                why = f"its interval is not on the scale of the others of this column, {others}"
                yield self.doubt(view, row, column=one.estimate, why=why, remedy=_REMEDY)


_REMEDY = "Give all of a column as ratios, or all as logarithms."


def _stem(column: str) -> str:
    return column.lower().removesuffix("_lower").removesuffix("_upper")

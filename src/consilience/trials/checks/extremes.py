"""Standardised differences beyond 2, or far from those of the other rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.effects import difference, standard_error
from consilience.trials.checks.view import Floats, Mask, View

LARGE = 2.0
SURE = 1.0
FAR = 4.0
FEW = 8
USUAL = 0.1
"""Where a larger share of all rows is beyond 2, effects are large in this field."""


@dataclass(frozen=True, slots=True)
class Extremes(Check):
    """A standardised difference beyond 2, or far from its peers.

    Beyond 2 counts where the number is sure to be large (``|g| - 1.96 SE > 1``) and where it is
    rare in its table. Far is more than 4 robust SDs (1.4826 MAD, with the row's own SE) from the
    median of the table's rows of the same outcome; at least 8 are needed.
    """

    name: ClassVar[str] = "extremes"
    asks: ClassVar[str] = "Is a standardised difference beyond 2, or far from its peers?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt differences that are surely large, or far from those of the same outcome."""
        d = difference(view)
        d = np.where(np.isnan(d), view.numbers("d"), d)
        d = np.where(np.isnan(d), view.numbers("g"), d)
        se = standard_error(view, d)
        beyond = _beyond(d, se)
        away = {
            row: note
            for rows in view.groups("outcome", least=FEW)
            for row, note in _far(d, se, rows)
        }
        for row in sorted({*np.flatnonzero(beyond).tolist(), *away}):
            notes = [f"the arms are {abs(d[row]):.2f} SDs apart"] if beyond[row] else []
            why = "; ".join([*notes, *([away[row]] if row in away else [])])
            yield self.doubt(view, row, column=_column(view, row), why=why, remedy=_REMEDY)


_REMEDY = (
    "Look up the means and whether the SDs are SEs; if they stand, add an analysis without the row."
)


def _beyond(d: Floats, se: Floats) -> Mask:
    """Mark differences surely large, unless such are usual in this table."""
    margin = np.where(np.isnan(se), 0.0, 1.96 * se)
    large = np.abs(d) > LARGE
    known = max(int((~np.isnan(d)).sum()), 1)
    if known >= FEW and large.sum() > USUAL * known:
        return np.zeros(len(d), dtype=bool)
    return large & (np.abs(d) - margin > SURE)


def _far(d: Floats, se: Floats, rows: list[int]) -> Iterator[tuple[int, str]]:
    """Give rows far from the median, in MADs widened by their own standard error."""
    places = np.asarray(rows)
    known = places[~np.isnan(d[places])]
    if len(known) < FEW:
        return
    middle = float(np.median(d[known]))
    mad = 1.4826 * float(np.median(np.abs(d[known] - middle)))
    own = np.where(np.isnan(se[known]), 0.0, se[known])
    scale = np.hypot(mad, own)
    distance = np.abs(d[known] - middle)
    for place in np.flatnonzero((scale > 0) & (distance > FAR * scale)).tolist():
        row = int(known[place])
        yield row, f"{d[row]:.2f} is far from the other rows (median {middle:.2f})"


def _column(view: View, row: int) -> str:
    return next((n for n in ("mean1", "d", "g") if view.shown(row, n)), "mean1")

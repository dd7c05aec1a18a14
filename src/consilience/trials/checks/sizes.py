"""Numbers of participants that differ within a trial."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import View

OCCASION = ("study", "trial", "timepoint", "weeks", "population", "comparator", "intervention")
APART = 0.4


@dataclass(frozen=True, slots=True)
class Sizes(Check):
    """Sizes of an arm that differ between outcomes of one trial at one time.

    By intention to treat they should be the same; of completers they may differ, but hardly by
    more than four tenths. Arms that do not add up to `n_total` are in doubt as well.
    """

    name: ClassVar[str] = "sizes"
    asks: ClassVar[str] = "Do the sizes of an arm agree within a trial?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        for rows in view.groups(*OCCASION, least=2):
            if view.texts("outcome")[rows[0]] or view.texts("scale")[rows[0]]:
                for column in ("n1", "n2"):
                    yield from self._within(view, rows, column=column)
        yield from self._totals(view)

    def _within(self, view: View, rows: list[int], *, column: str) -> Iterator[Doubt]:
        """Doubt arms with fewer people than another outcome of the trial has at this time."""
        sizes = view.numbers(column)
        known = [row for row in rows if sizes[row] > 0]
        if len(known) < 2:
            return
        most = max(sizes[row] for row in known)
        allowed = 0.0 if view.texts("population")[known[0]].upper() == "ITT" else APART
        for row in known:
            if sizes[row] < (1 - allowed) * most:
                why = f"another outcome of this trial at this time has {most:g} in this arm"
                remedy = "Look up how many were analysed, and whether this is the same population."
                yield self.doubt(view, row, column=column, why=why, remedy=remedy)

    def _totals(self, view: View) -> Iterator[Doubt]:
        n1, n2, total = (view.numbers(name) for name in ("n1", "n2", "n_total"))
        for row in np.flatnonzero(np.abs(n1 + n2 - total) > 0).tolist():
            why = f"the arms add up to {n1[row] + n2[row]:g}"
            remedy = "Look up the sizes; the total may count other arms or all randomised."
            yield self.doubt(view, row, column="n_total", why=why, remedy=remedy)

"""Rows that stand twice in a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import View

IDENTITY = ("trial", "outcome", "scale", "timepoint", "population", "subgroup", "analysis")
CONTEXT = frozenset({"year", "weeks", "f_df"})
DIGITS = 10
"""Digits that two rows of different studies must share: 0/15 against 0/15 may happen."""


@dataclass(frozen=True, slots=True)
class Duplicates(Check):
    """A row whose numbers are all those of an earlier row.

    Within a study any repetition counts; between studies only rows with at least four numbers and
    ten digits, and of the same analysis where the table names analyses.
    """

    name: ClassVar[str] = "duplicates"
    asks: ClassVar[str] = "Does a row stand twice?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt rows with the numbers of an earlier one."""
        names = [n for n in view.numeric if n not in CONTEXT and not n.startswith("baseline")]
        if not names:
            return
        values = np.column_stack([view.numbers(name) for name in names])
        study, analysis = view.codes("study"), view.codes("analysis")
        identity = view.codes("study", *IDENTITY)
        seen: dict[bytes, list[int]] = {}
        repeated = pd.DataFrame(values).duplicated(keep=False).to_numpy()
        for row in np.flatnonzero(repeated & ((~np.isnan(values)).sum(axis=1) >= 2)).tolist():
            key = np.nan_to_num(values[row], nan=-1e300).tobytes()
            for earlier in seen.get(key, ()):
                same = identity[earlier] == identity[row]
                copied = analysis[earlier] == analysis[row] and _telling(values[row])
                if same or (copied and study[earlier] != study[row]):
                    yield self._doubt(view, row, earlier=earlier)
                    break
            seen.setdefault(key, []).append(row)

    def _doubt(self, view: View, row: int, *, earlier: int) -> Doubt:
        why = f"all its numbers stand in row {earlier + 1} too ({view.names[earlier]})"
        remedy = "Keep one of the two rows, or look up which numbers belong here."
        return self.doubt(view, row, column="study", why=why, remedy=remedy)


def _telling(values: np.ndarray) -> bool:
    filled = values[~np.isnan(values)]
    digits = sum(len(f"{abs(x):.12g}".replace(".", "").strip("0")) for x in filled)
    return len(filled) >= 4 and digits >= DIGITS

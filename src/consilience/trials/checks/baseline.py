"""Groups that were unlike before treatment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.effects import difference, sizes
from consilience.trials.checks.view import View

LARGE = 0.5
SMALL, RARE = 0.25, 3.0


@dataclass(frozen=True, slots=True)
class Baseline(Check):
    """Groups half an SD apart before treatment, or a quarter where chance seldom does it (z > 3).

    Said once for each trial and scale.
    """

    name: ClassVar[str] = "baseline"
    asks: ClassVar[str] = "Were the groups alike before treatment?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt arms far apart before treatment, each pair of means once."""
        d = np.abs(difference(view, "baseline_"))
        n1, n2 = sizes(view)
        with np.errstate(all="ignore"):
            z = d / np.sqrt(1 / n1 + 1 / n2)
        unlike = (d >= LARGE) | ((d >= SMALL) & (z > RARE))
        if not unlike.any():
            return
        means = [view.numbers(f"baseline_mean{arm}") for arm in (1, 2)]
        trial = view.codes("study", "trial", "scale")
        told: set[tuple[int, float, float]] = set()
        for row in np.flatnonzero(unlike).tolist():
            key = (int(trial[row]), float(means[0][row]), float(means[1][row]))
            if key not in told:
                told.add(key)
                why = f"before treatment the arms were {d[row]:.2f} SDs apart"
                remedy = "Prefer an adjusted estimate or change scores, or analyse without it."
                yield self.doubt(view, row, column="baseline_mean1", why=why, remedy=remedy)
